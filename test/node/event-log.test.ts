// What a node writes down of events: bounded, only for those who listen, and for a while after they have left; and what a
// reader is told where something of it is forgotten.
import assert from "node:assert/strict";
import { formatAddress } from "@witan/crypto";
import { bytesToHex, type ChainId, type Height, type PeerId } from "@witan/primitives";
import fc from "fast-check";
import { formatCursor, parseCursor, runName } from "../../packages/node/src/events/cursor.ts";
import { EventLog, type LogEntry } from "../../packages/node/src/events/event-log.ts";
import type { Events } from "../../packages/node/src/events/events.ts";
import { Interest, LINGER_MS } from "../../packages/node/src/events/interest.ts";
import { keyOfName } from "../ledger/build.ts";
import { Cluster } from "./cluster.ts";
import { Follower, finalsOf } from "./follower.ts";
import { ManualClock } from "./manual-clock.ts";
import { Purse } from "./purse.ts";

const CHAIN = "5e".repeat(32) as ChainId;

function block(height: number, transactions = 0): LogEntry {
  const hash = "ab".repeat(32) as Extract<LogEntry, { kind: "block" }>["block"]["hash"];
  return {
    kind: "block",
    block: { height, hash, timestamp: height, proposer: "a", transactions },
    tookMs: null,
  };
}

function admitted(count: number): LogEntry {
  const transaction = "cd".repeat(32) as never;
  const one = { event: { type: "admitted", transaction }, transaction, addresses: undefined } as const;
  return { kind: "transactions", entries: new Array(count).fill(one) };
}

describe("cursors", () => {
  it("come back as they were written, and are short", () => {
    const number = fc.maxSafeNat();
    fc.assert(
      fc.property(number, number, fc.nat(70_000), (event, height, index) => {
        const cursor = { run: runName("peer" as PeerId, event, height), event, next: { height, index } };
        const text = formatCursor(CHAIN, cursor);
        assert.ok(text.length < 60, text);
        assert.deepEqual(parseCursor(CHAIN, text), { ok: true, value: cursor });
      }),
    );
  });

  it("that are something else are told from those of another chain", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const parsed = parseCursor(CHAIN, text);
        assert.ok(!parsed.ok && parsed.code === "no-cursor");
      }),
    );
    const run = runName("peer" as PeerId, 1, 2);
    const other = formatCursor("5f".repeat(32) as ChainId, { run, event: 1, next: { height: 1, index: 0 } });
    const parsed = parseCursor(CHAIN, other);
    assert.equal(parsed.ok ? "" : parsed.code, "other-chain");
    const huge = `${CHAIN.slice(0, 8)}.${run}.zzzzzzzzzzz.1.0`;
    assert.equal(parseCursor(CHAIN, huge).ok, false);
  });

  it("name each run differently: by node, by either clock", () => {
    const names = [
      runName("a" as PeerId, 1, 1),
      runName("b" as PeerId, 1, 1),
      runName("a" as PeerId, 2, 1),
      runName("a" as PeerId, 1, 2),
    ];
    assert.equal(new Set(names).size, names.length);
  });
});

describe("log of events", () => {
  it("finds the record that an event is in, and the height before it", () => {
    const log = new EventLog(7 as Height);
    assert.deepEqual([log.last, log.forgotten, log.heightBefore(0), log.after(0)], [0, 0, 7, undefined]);
    log.add(admitted(3));
    log.add(block(8, 5));
    log.add(admitted(2));
    assert.equal(log.last, 6);
    const kinds = Array.from({ length: 7 }, (_, event) => log.after(event)?.entry.kind);
    assert.deepEqual(kinds, [
      ...new Array(3).fill("transactions"),
      "block",
      ...new Array(2).fill("transactions"),
      undefined,
    ]);
    const heights = Array.from({ length: 7 }, (_, event) => log.heightBefore(event));
    assert.deepEqual(heights, [7, 7, 7, 7, 8, 8, 8]);
    assert.throws(() => log.add(block(10)), /block 10 after 8/);
  });

  it("agrees with a list of all events, whatever is added and forgotten", () => {
    const entry = fc.oneof(
      fc.constant("block" as const),
      fc.integer({ min: 1, max: 9 }),
      fc.constant("forget" as const),
    );
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 60 }), (entries) => {
        const limits = { records: 8, events: 20 };
        const log = new EventLog(0 as Height, limits);
        const all: { readonly kind: string; readonly before: number }[] = [];
        let height = 0;
        for (const one of entries) {
          if (one === "forget") {
            log.forget("transactions");
            all.forEach((event, at) => {
              if (event.kind === "transactions") all[at] = { ...event, kind: "forgotten" };
            });
          } else if (one === "block") {
            all.push({ kind: "block", before: height });
            log.add(block(++height));
          } else {
            for (let at = 0; at < one; at++) all.push({ kind: "transactions", before: height });
            log.add(admitted(one));
          }
          assert.ok(log.kept.records <= limits.records && log.kept.events <= limits.events);
          assert.equal(log.last, all.length);
          for (let event = 0; event < all.length; event++) {
            const isKept = event >= log.forgotten;
            assert.equal(log.after(event)?.entry.kind, isKept ? all[event]?.kind : undefined);
            assert.equal(log.heightBefore(event), isKept ? all[event]?.before : undefined);
          }
        }
      }),
    );
  });

  it("wakes each that waits once", () => {
    const log = new EventLog(0 as Height);
    let woken = 0;
    const wake = (): void => {
      woken++;
    };
    log.onMore(wake);
    log.add(block(1));
    log.add(block(2));
    assert.equal(woken, 1);
    log.onMore(wake);
    log.offMore(wake);
    log.add(block(3));
    assert.equal(woken, 1);
  });
});

describe("interest in events", () => {
  it("lasts for a while after the last has left, and is whole if one comes back meanwhile", () => {
    const clock = new ManualClock(0);
    let last = 5;
    let ends = 0;
    const interest = new Interest({ clock: clock.port(() => true), last: () => last, onEnd: () => ends++ });
    assert.deepEqual([interest.isOn, interest.covers(9)], [false, false]);
    interest.enter();
    assert.deepEqual([interest.isOn, interest.covers(4), interest.covers(5)], [true, false, true]);
    interest.enter();
    interest.leave();
    clock.advance(2 * LINGER_MS);
    interest.leave();
    last = 9;
    clock.advance(LINGER_MS - 1);
    interest.enter();
    clock.advance(2 * LINGER_MS);
    assert.ok(interest.covers(5));
    interest.leave();
    clock.advance(LINGER_MS);
    assert.deepEqual([interest.isOn, ends], [false, 1]);
    interest.enter();
    assert.deepEqual([interest.covers(8), interest.covers(9)], [false, true]);
    interest.leave();
    interest.stop();
    clock.advance(LINGER_MS);
    assert.equal(ends, 1);
  });
});

describe("what a node writes down of events", () => {
  let cluster: Cluster;
  let purse: Purse;

  beforeEach(async () => {
    cluster = await Cluster.start();
    purse = new Purse(cluster);
  });
  afterEach(() => cluster.finish());

  const eventsOf = (name: string) => cluster.seat(name).node.events as Events;

  it("is blocks only while nobody listens, and everything while somebody does", async () => {
    await cluster.pay("a", purse.pay());
    assert.deepEqual(eventsOf("a").kept, { records: 1, events: 0, readers: 0 });
    const all = new Follower(cluster.world, { to: "transactions" }).open(cluster.seat("a"));
    await cluster.pay("a", purse.pay());
    assert.deepEqual(eventsOf("a").kept, { records: 3, events: 1, readers: 1 });
    await all.drain();
    all.close();
    assert.equal(eventsOf("a").kept.readers, 0);
    await cluster.pay("a", purse.pay());
    assert.equal(eventsOf("a").kept.events, 2, "who comes back soon misses nothing");
    const late = new Follower(cluster.world, { to: "transactions" });
    late.cursor = all.cursor;
    await cluster.world.pass(LINGER_MS + 1_000);
    assert.equal(eventsOf("a").kept.events, 0);
    await cluster.pay("a", purse.pay());
    assert.equal(eventsOf("a").kept.events, 0);
    await late.open(cluster.seat("a")).drain();
    assert.deepEqual(late.types, ["gap", "final", "final", "final", "final"]);
  }).timeout(60_000);

  it("is told event by event of what came in one go, and from each on", async () => {
    const all = new Follower(cluster.world, { to: "transactions" }).open(cluster.seat("a"));
    const payments = Array.from({ length: 6 }, () => purse.pay());
    await cluster.world.settled(
      "all are pending",
      Promise.all(
        payments.map(({ bytes }) =>
          cluster.seat("a").call("transaction_submit", { transaction: bytesToHex(bytes) }),
        ),
      ),
    );
    await cluster.agreed(1);
    await all.drain(4);
    assert.deepEqual(
      all.of("admitted").map(({ transaction }) => transaction),
      payments.map(({ id }) => id),
    );
    for (const [at, { cursor }] of all.told.entries()) {
      const again = new Follower(cluster.world, { to: "transactions" });
      again.cursor = cursor;
      await again.open(cluster.seat("a")).drain(3);
      assert.deepEqual(again.told, all.told.slice(at + 1), `behind event ${at}`);
    }
  });

  it("is told to who goes on after a restart, from then on", async () => {
    const all = new Follower(cluster.world, { to: "transactions" }).open(cluster.seat("a"));
    for (let count = 0; count < 5; count++) await cluster.pay("a", purse.pay());
    await all.drain();
    await cluster.seat("a").stop();
    await cluster.seat("a").start();
    await cluster.connected();
    await all.open(cluster.seat("a")).drain();
    const before = all.of("admitted").length;
    await cluster.pay("a", purse.pay());
    await all.drain();
    assert.equal(all.of("admitted").length, before + 1);
    assert.equal(all.of("gap").length, 1);
    assert.deepEqual(all.of("final"), await finalsOf(cluster.seat("a")));
  });

  it("needs addresses from the time on when somebody asks by address: who asked by id before has a gap", async () => {
    const all = new Follower(cluster.world, { to: "transactions" }).open(cluster.seat("a"));
    await cluster.pay("a", purse.pay());
    await all.drain();
    const { addressPrefix } = cluster.chain.genesis;
    const addresses = [formatAddress(addressPrefix, keyOfName("bob").policyHash)];
    const ofBob = new Follower(cluster.world, { to: "transactions", addresses });
    ofBob.cursor = all.told[0]?.cursor;
    await ofBob.open(cluster.seat("a")).drain();
    assert.deepEqual(ofBob.types, ["gap", "final"]);
    all.close();
  });
});
