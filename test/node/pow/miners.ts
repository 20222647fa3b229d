// Nodes of a chain of proof of work in one process: each mines when a test says so. And what must hold of them at the end
// of every test: one chain, no money made or lost but what blocks may create.
import assert from "node:assert/strict";
import { formatAddress } from "@witan/crypto";
import { subsidyAt } from "@witan/ledger";
import { present } from "@witan/primitives";
import { keyOfName, testGenesis } from "../../ledger/build.ts";
import { Cluster } from "../cluster.ts";
import type { Seat, SeatOptions } from "../seat.ts";
import { ScriptedMiner } from "./scripted-miner.ts";

const PAID = ["alice", "bob", "carol", "m1 pay", "m2 pay", "m3 pay"] as const;

/** So many confirmations make a block final in these tests, at the defaults. */
export const FINAL = 6;

/** Miners that know each other. */
export class Miners {
  readonly cluster: Cluster;
  readonly #miners = new Map<string, ScriptedMiner>();

  private constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  /** Miners m1, m2, … that run and are connected. Targets never change. */
  static async start(names: readonly string[] = ["m1", "m2", "m3"]): Promise<Miners> {
    const { consensus } = testGenesis("pow");
    assert.equal(consensus.kind, "pow");
    const genesis = { consensus: { ...consensus, retargetInterval: 100_000 } } as const;
    const miners = new Miners(await Cluster.of({ mode: "pow", genesis, seats: [] }));
    for (const name of names) miners.add(name);
    for (const { name } of miners.cluster.seats) await miners.seat(name).start();
    await miners.cluster.connected();
    return miners;
  }

  /** One more place. Names of miners begin with m. */
  add(name: string, options: Partial<SeatOptions> = {}): Seat {
    if (!name.startsWith("m")) return this.cluster.add({ name, ...options });
    const miner = new ScriptedMiner();
    this.#miners.set(name, miner);
    const rewardPolicy = keyOfName(`${name} pay`).policyHash;
    return this.cluster.add({ name, miner, settings: { proofOfWork: { rewardPolicy } }, ...options });
  }

  seat(name: string): Seat {
    return this.cluster.seat(name);
  }

  miner(name: string): ScriptedMiner {
    return present(this.#miners.get(name), `the miner ${name}`);
  }

  /** So many blocks are found at a node, each on the one before, of what is pending there. */
  async mine(name: string, count = 1): Promise<void> {
    for (let left = count; left > 0; left--) {
      const seat = this.seat(name);
      const { hash } = seat.node.tip;
      await this.found(name);
      await this.cluster.world.until(`${name} has another tip`, () => seat.node.tip.hash !== hash);
    }
  }

  /** A block is found at a node: what is pending there is in it. */
  async found(name: string): Promise<void> {
    const { world } = this.cluster;
    const miner = this.miner(name);
    const { pending } = this.seat(name).node.readings();
    const { given } = miner;
    // The work of before may not have it yet.
    if (pending > 0)
      await world.until(
        `${name} makes a block anew`,
        () => miner.given > given && miner.header !== undefined,
      );
    else await world.until(`${name} mines`, () => miner.header !== undefined);
    assert.ok(miner.find());
  }

  /** Waits until all that run stand on one block. */
  agreed(...names: readonly string[]): Promise<void> {
    const seats = names.length === 0 ? this.cluster.running : names.map((name) => this.seat(name));
    return this.cluster.world.until("all stand on one block", () => {
      const hashes = new Set(seats.map(({ node }) => node.tip.hash));
      return hashes.size === 1;
    });
  }

  /** Cuts one node off from all others, or puts it back. */
  split(one: string, how: "cut" | "heal" = "cut"): void {
    const others = this.cluster.seats.map(({ name }) => name).filter((name) => name !== one);
    this.cluster[how](one, ...others);
  }

  /** Ends a test. */
  async finish(): Promise<void> {
    const { cluster } = this;
    await this.agreed();
    for (const seat of cluster.running) await this.#checkSupply(seat);
    for (const seat of cluster.seats) {
      assert.ok(seat.mayFail || seat.failures.length === 0, `${seat.name} failed: ${seat.failures[0]}`);
      await seat.stop();
    }
  }

  async #checkSupply(seat: Seat): Promise<void> {
    const { chain } = this.cluster;
    const parameters = present(chain.proofOfWork, "proof of work");
    let supply = chain.genesis.allocations.reduce(
      (sum, { asset, amount }) => (asset === 0 ? sum + amount : sum),
      0n,
    );
    for (let height = 1; height <= seat.height; height++) supply += subsidyAt(parameters, height);
    let held = 0n;
    for (const name of PAID) {
      const address = formatAddress(chain.genesis.addressPrefix, keyOfName(name).policyHash);
      const { balances } = await seat.call("chain_balance", { address });
      held += BigInt(balances["0"] ?? 0);
    }
    assert.equal(held, supply, `what everybody holds at ${seat.name}`);
  }
}
