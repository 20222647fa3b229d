// Miners that are cut off from each other, mine and heal at random, with transfers that contradict each other: in the end all
// stand on one chain, money is neither made nor lost, and who has followed the events knows exactly that chain.
import assert from "node:assert/strict";
import { bytesToHex, type Height } from "@witan/primitives";
import { randomOf } from "../chain/growing-chain.ts";
import { Follower } from "../follower.ts";
import { Purse } from "../purse.ts";
import { FINAL, Miners } from "./miners.ts";

const SEEDS = process.env["WITAN_SEED"] ? [Number(process.env["WITAN_SEED"])] : [1, 2, 3];
const STEPS = 40;
const NAMES = ["m1", "m2", "m3"] as const;

/** What a follower of blocks takes the chain for. */
function chainTold(follower: Follower): readonly string[] {
  const chain: string[] = [];
  for (const { event } of follower.told) {
    if (event.type === "block") {
      assert.equal(event.height, chain.length + 1, "each on the one before");
      chain.push(event.hash);
    } else if (event.type === "undone-block") assert.equal(chain.pop(), event.hash, "the last one");
    else assert.equal(event.type, "progress");
  }
  return chain;
}

/** What a follower of transactions takes for final, by the hash of its block. */
function finalTold(follower: Follower): ReadonlyMap<string, string> {
  const final = new Map<string, string>();
  for (const { event } of follower.told) {
    if (event.type === "final") {
      assert.ok(!final.has(event.transaction), "final once");
      final.set(event.transaction, event.hash);
    } else if (event.type === "undone") assert.ok(final.delete(event.transaction), "undone, and never final");
  }
  return final;
}

describe("proof of work: miners at random", () => {
  for (const seed of SEEDS)
    it(`come to stand on one chain (WITAN_SEED=${seed})`, async function () {
      this.timeout(120_000);
      const random = randomOf(seed);
      const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
      const miners = await Miners.start(NAMES);
      const { world, chain } = miners.cluster;
      const purse = new Purse(miners.cluster);
      const coins = [purse.take(), purse.take(), purse.take(), purse.take()];
      const followers = NAMES.map((name) => ({
        name,
        blocks: new Follower(world, { to: "blocks" }).open(miners.seat(name)),
        all: new Follower(world, { to: "transactions" }).open(miners.seat(name)),
      }));
      const read = async (): Promise<void> => {
        for (const { blocks, all } of followers)
          for (const one of [blocks, all]) while ((await one.read(1 + random(20))) > 0);
      };
      let isolated: string | undefined;
      for (let step = 0; step < STEPS; step++) {
        const name = pick(NAMES);
        switch (random(6)) {
          case 0:
            if (isolated === undefined) miners.split(name);
            else miners.split(isolated, "heal");
            isolated = isolated === undefined ? name : undefined;
            break;
          case 1: {
            const { bytes } = purse.spend(pick(coins), 10n + BigInt(random(3)));
            await miners.seat(name).call("transaction_submit", { transaction: bytesToHex(bytes) });
            break;
          }
          case 2:
            await read();
            break;
          case 3:
            await world.pass(200);
            break;
          default:
            await miners.found(name);
            await world.pass(20);
        }
      }
      if (isolated !== undefined) miners.split(isolated, "heal");
      await miners.cluster.connected();
      // Else m1 might mine on a branch that is behind, until it has as much work as the other.
      await world.pass(2_000);
      await miners.mine("m1", FINAL);
      await miners.agreed();
      await read();
      const { height } = miners.seat("m1");
      assert.ok(height > FINAL + 3, `${height}`);
      for (const { name, blocks, all } of followers) {
        const seat = miners.seat(name);
        const hashes: string[] = [];
        const final = new Map<string, string>();
        for (let at = 1; at <= height; at++) {
          const block = await seat.call("chain_block", { height: at as Height });
          hashes.push(block.hash);
          if (at > height - FINAL + 1) continue;
          for (const { transaction } of block.transactions) final.set(transaction, block.hash);
        }
        assert.deepEqual(chainTold(blocks), hashes, `blocks as ${name} told them`);
        assert.deepEqual(finalTold(all), final, `what ${name} told to be final`);
      }
      assert.equal(chain.mode, "pow");
      await miners.finish();
    });
});
