// Branches: the most work wins, what was undone comes back where it still holds, and of two that spend the same coin one
// is in the chain.
import assert from "node:assert/strict";
import { bytesToHex } from "@witan/primitives";
import { Follower } from "../follower.ts";
import { Purse } from "../purse.ts";
import { FINAL, Miners } from "./miners.ts";

describe("proof of work: forks", () => {
  it("goes over to the branch with more work, and gives back what was undone", async () => {
    const miners = await Miners.start();
    const purse = new Purse(miners.cluster);
    await miners.mine("m1");
    await miners.agreed();
    miners.split("m3");
    const here = purse.pay();
    await miners.seat("m3").call("transaction_submit", { transaction: bytesToHex(here.bytes) });
    await miners.mine("m3", 2);
    await miners.mine("m1", 3);
    await miners.agreed("m1", "m2");
    assert.equal(miners.seat("m3").height, 3);
    const alone = await miners.seat("m3").call("chain_transaction", { transaction: here.id });
    assert.equal(alone.status, "included");
    const blockAt = (name: string) => miners.seat(name).call("chain_block", { height: 3 });
    assert.equal((await blockAt("m3")).hash, miners.seat("m3").node.tip.hash);
    miners.split("m3", "heal");
    await miners.agreed();
    assert.equal(miners.seat("m3").height, 4);
    assert.deepEqual(await blockAt("m3"), await blockAt("m1"));
    const after = await miners.seat("m3").call("chain_transaction", { transaction: here.id });
    assert.equal(after.status, "pending", "it is given back");
    await miners.cluster.world.until("all have heard of it", () =>
      miners.cluster.running.every(({ node }) => node.readings().pending === 1),
    );
    await miners.mine("m2");
    await miners.agreed();
    const again = await miners.seat("m1").call("chain_transaction", { transaction: here.id });
    assert.ok(again.status === "included" && again.height === 5);
    await miners.finish();
  });

  it("stays with the first of two branches of equal work", async () => {
    const miners = await Miners.start();
    miners.split("m3");
    await miners.mine("m3");
    await miners.mine("m1");
    await miners.agreed("m1", "m2");
    const [first, other] = [miners.seat("m1").node.tip.hash, miners.seat("m3").node.tip.hash];
    assert.notEqual(first, other);
    miners.split("m3", "heal");
    await miners.cluster.connected();
    await miners.cluster.world.pass(3_000);
    assert.equal(miners.seat("m1").node.tip.hash, first);
    assert.equal(miners.seat("m3").node.tip.hash, other);
    await miners.mine("m2");
    await miners.agreed();
    const status = await miners.seat("m3").call("consensus_status", {});
    assert.ok(status.mode === "pow" && status.branches === 1);
    await miners.finish();
  });

  it("lets one of two win that spend the same coin, and says so to who waits for the other", async () => {
    const miners = await Miners.start();
    const purse = new Purse(miners.cluster);
    const coin = purse.take();
    const [first, rival] = [purse.spend(coin, 10n), purse.spend(coin, 20n)];
    const waits = { waitFor: "final", timeoutMs: 120_000 } as const;
    miners.split("m3");
    const atM3 = miners
      .seat("m3")
      .call("transaction_submit", { transaction: bytesToHex(first.bytes), ...waits });
    const atM1 = miners
      .seat("m1")
      .call("transaction_submit", { transaction: bytesToHex(rival.bytes), ...waits });
    const { world } = miners.cluster;
    await world.until("m3 has it", () => miners.seat("m3").node.readings().pending === 1);
    await world.until("m1 has it", () => miners.seat("m1").node.readings().pending === 1);
    await miners.mine("m3", 1);
    await miners.mine("m1", 2);
    miners.split("m3", "heal");
    await miners.agreed();
    const lost = await world.settled("the first has lost", atM3);
    assert.equal(lost.status, "evicted", "another branch may have it still");
    await miners.mine("m3", FINAL);
    const won = await world.settled("the rival is final", atM1);
    assert.equal(won.status, "final");
    await miners.finish();
  });

  it("tells subscribers what is final, and what is undone after all", async () => {
    const miners = await Miners.start();
    const { world } = miners.cluster;
    const purse = new Purse(miners.cluster);
    const coin = purse.take();
    const [first, rival] = [purse.spend(coin, 10n), purse.spend(coin, 20n)];
    miners.split("m3");
    const topics = { blocks: "blocks", transactions: "transactions" } as const;
    const blocks = new Follower(world, { to: topics.blocks }).open(miners.seat("m3"));
    const all = new Follower(world, { to: topics.transactions }).open(miners.seat("m3"));
    const named = new Follower(world, { to: topics.transactions, transactions: [first.id] }).open(
      miners.seat("m3"),
    );
    const read = async () => {
      for (const follower of [blocks, all, named]) while ((await follower.read()) > 0);
    };
    await miners.seat("m3").call("transaction_submit", { transaction: bytesToHex(first.bytes) });
    await miners.mine("m3", FINAL + 1);
    await read();
    const typesOf = (follower: Follower) => follower.told.map(({ event }) => event.type);
    assert.deepEqual(
      typesOf(blocks),
      Array.from({ length: FINAL + 1 }, () => "block"),
    );
    assert.deepEqual(typesOf(named), ["admitted", "final"]);
    // Each of the first two blocks has a reward that is final, too.
    assert.deepEqual(typesOf(all), ["admitted", "final", "final", "final"]);
    const undone = blocks.told.map(({ event }) => (event.type === "block" ? event.hash : "")).reverse();

    await miners.seat("m1").call("transaction_submit", { transaction: bytesToHex(rival.bytes) });
    await miners.mine("m1", FINAL + 2);
    miners.split("m3", "heal");
    await miners.agreed();
    await read();
    const since = blocks.told.slice(FINAL + 1).map(({ event }) => event);
    assert.deepEqual(
      since.filter(({ type }) => type === "undone-block").map((event) => "hash" in event && event.hash),
      undone,
      "the highest first",
    );
    assert.deepEqual(
      since.slice(FINAL + 1).map((event) => event.type === "block" && event.height),
      Array.from({ length: FINAL + 2 }, (_, index) => index + 1),
    );
    assert.deepEqual(typesOf(named).slice(2), ["undone", "evicted"], "its coin is spent there");
    const later = all.told.slice(4).map(({ event }) => event);
    assert.deepEqual(
      later.filter(({ type }) => type === "undone").map((event) => "height" in event && event.height),
      [2, 1, 1],
    );
    assert.ok(later.some((event) => event.type === "final" && event.transaction === rival.id));
    assert.ok(!later.some((event) => event.type === "final" && event.transaction === first.id));
    const asked = { transaction: first.id, timeoutMs: 0 };
    const waited = await world.settled("an answer", miners.seat("m3").call("transaction_wait", asked));
    assert.equal(waited.status, "evicted", "it was final, and another branch may have it still");
    await miners.finish();
  });

  it("goes on from a cursor of before the reorganisation, here and at another node", async () => {
    const miners = await Miners.start();
    const { world } = miners.cluster;
    await miners.mine("m1", 2);
    await miners.agreed();
    miners.split("m3");
    const here = new Follower(world, { to: "blocks" }).open(miners.seat("m3"));
    await miners.mine("m3", 2);
    await here.read();
    here.close();
    const { cursor } = here;
    await miners.mine("m1", 3);
    miners.split("m3", "heal");
    await miners.agreed();
    const told = async (follower: Follower) => {
      follower.told.length = 0;
      while ((await follower.read()) > 0);
      return follower.told.map(({ event }) =>
        "height" in event ? `${event.type} ${event.height}` : JSON.stringify(event),
      );
    };
    const expected = ["undone-block 4", "undone-block 3", "block 3", "block 4", "block 5"];
    assert.deepEqual(await told(here.open(miners.seat("m3"))), expected);
    // After a restart only the store remembers.
    await miners.seat("m3").stop();
    await miners.seat("m3").start();
    here.close();
    here.cursor = cursor;
    assert.deepEqual(await told(here.open(miners.seat("m3"))), expected);
    // Another node has never seen that branch: it says so, and tells anew.
    here.close();
    here.cursor = cursor;
    const elsewhere = await told(here.open(miners.seat("m1")));
    assert.deepEqual(elsewhere, [
      `{"type":"gap","fromHeight":0,"lost":["undone"]}`,
      ...[1, 2, 3, 4, 5].map((height) => `block ${height}`),
    ]);
    await miners.finish();
  });
});
