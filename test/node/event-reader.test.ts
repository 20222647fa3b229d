// Readers of events where the log is too short for them, the chain long, or the store slow; on a chain made up for that.
import assert from "node:assert/strict";
import { formatAddress } from "@witan/crypto";
import type { EventReader, SubscribeParams, SubscriptionEvent, ToldEvent } from "@witan/rpc";
import { keyOfName } from "../ledger/build.ts";
import { idAt, ToyChain } from "./toy-chain.ts";

/** Reads until there is nothing more. */
async function drain(toy: ToyChain, reader: EventReader, max = 100): Promise<readonly ToldEvent[]> {
  const told: ToldEvent[] = [];
  for (;;) {
    const batch = await toy.settled(reader.read(max));
    assert.equal(batch.kind, "events");
    if (batch.kind !== "events" || batch.events.length === 0) return told;
    told.push(...batch.events);
  }
}

const open = (toy: ToyChain, params: SubscribeParams) => toy.events.open(params, () => undefined);
const types = (told: readonly ToldEvent[]): readonly SubscriptionEvent["type"][] =>
  told.map(({ event }) => event.type);
/** A cursor of another run, in front of a height. */
const from = (height: number, index = 0) =>
  `70707070.0123456789abcdef.zz.${height.toString(36)}.${index.toString(36)}`;

describe("reader of events", () => {
  it("is overrun when the log has forgotten what it would read next, and can go on from its cursor", async () => {
    const toy = new ToyChain({ events: 5 });
    const reader = open(toy, { to: "transactions" });
    assert.deepEqual(await drain(toy, reader), []);
    for (let at = 0; at < 5; at++) toy.admit(idAt(99, at));
    const { cursor } = reader;
    toy.admit(idAt(99, 5));
    toy.final(2);
    assert.equal((await toy.settled(reader.read(9))).kind, "overrun");
    assert.equal(reader.cursor, cursor);
    const again = await drain(toy, open(toy, { to: "transactions", after: cursor }));
    assert.deepEqual(types(again), ["gap", "final", "final"]);
  });

  it("tells of a gap, and misses nothing final, when the log goes on faster than it reads the chain", async () => {
    const toy = new ToyChain({ records: 4 });
    for (let height = 1; height <= 20; height++) toy.final(1);
    const reader = open(toy, { to: "transactions", after: from(1) });
    const told = [];
    for (let round = 0; round < 30; round++) {
      const batch = await toy.settled(reader.read(2));
      assert.equal(batch.kind, "events");
      if (batch.kind === "events") told.push(...batch.events);
      if (round < 10) for (let count = 0; count < 2; count++) toy.final(1);
    }
    const finals = told.flatMap(({ event }) => (event.type === "final" ? [event.height] : []));
    assert.deepEqual(
      finals,
      Array.from({ length: 40 }, (_, at) => at + 1),
    );
    assert.ok(types(told).filter((type) => type === "gap").length > 1);
  });

  it("says how far it is when there is nothing for it in a long time", async () => {
    const toy = new ToyChain({}, new Array(600).fill(0));
    const addresses = [formatAddress("wt", keyOfName("bob").policyHash)];
    const reader = open(toy, { to: "transactions", addresses, after: from(1) });
    const told = await drain(toy, reader);
    const progress = told.flatMap(({ event }) => (event.type === "progress" ? [event.height] : []));
    assert.deepEqual(progress, [256, 512]);
  });

  it("begins inside a block where its cursor says, whatever order events have in the log", async () => {
    const toy = new ToyChain({}, [5]);
    const told = await drain(toy, open(toy, { to: "transactions", after: from(1, 3) }));
    assert.deepEqual(
      told.slice(1).map(({ event }) => (event.type === "final" ? event.index : event.type)),
      [2, 3, 4],
    );
    assert.deepEqual(await drain(toy, open(toy, { to: "transactions", after: from(1, 999) })).then(types), [
      "gap",
    ]);
    assert.deepEqual(await drain(toy, open(toy, { to: "blocks", after: from(1, 3) })).then(types), ["block"]);
  });

  it("does not ask the store for blocks that have just become final", async () => {
    const toy = new ToyChain();
    const reader = open(toy, { to: "transactions" });
    for (let height = 1; height <= 10; height++) toy.final(3);
    assert.equal((await drain(toy, reader)).length, 30);
    assert.equal(toy.reads, 0);
    for (let height = 1; height <= 3; height++) toy.final(1, 10_000_000);
    assert.equal((await drain(toy, reader)).length, 3);
    assert.equal(toy.reads, 2, "of large blocks one is kept");
  });

  it("reads from a slow store a quarter of the time at most, however many readers there are", async () => {
    const toy = new ToyChain({}, new Array(30).fill(1));
    toy.readMs = 10;
    const before = toy.clock.passedMs;
    const readers = Array.from({ length: 4 }, () => open(toy, { to: "transactions", after: from(1) }));
    const all = await toy.settled(Promise.all(readers.map((reader) => reader.read(31))));
    for (const batch of all) assert.equal(batch.kind === "events" && batch.events.length, 31);
    assert.equal(toy.reads, 120);
    assert.ok(toy.clock.passedMs - before > 119 * 40, `${toy.clock.passedMs - before} ms`);
  });

  it("ends at once when it is closed, and when the node stops", async () => {
    const toy = new ToyChain({}, new Array(5).fill(1));
    const closed = open(toy, { to: "transactions", after: from(1) });
    const reading = closed.read(10);
    closed.close();
    assert.deepEqual(await toy.settled(reading), { kind: "events", events: [] });
    const other = open(toy, { to: "blocks", after: from(1) });
    toy.events.stop();
    assert.deepEqual(await toy.settled(other.read(10)), { kind: "events", events: [] });
    assert.equal(toy.events.kept.readers, 0);
  });
});
