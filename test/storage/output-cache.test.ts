// The cache of outputs: what gets to the disk and when, what stays in memory, and what it refuses.
import assert from "node:assert/strict";
import { type Height, sameBytes, toHeight } from "@witan/primitives";
import {
  CACHED_OUTPUT_BYTES,
  CHANGED_OUTPUT_BYTES,
  keyOf,
  OUTPUT_VALUE_BYTES,
  openMemoryStore,
  openStoreOn,
  outputKey,
  readMeta,
} from "@witan/storage";
import { apply, cacheOn, nameOf, onDisk, outputOf, VALUE } from "./cached-outputs.ts";
import { FaultyBackend, systemError } from "./faults.ts";
import { block, bytes, isFailure, put, text } from "./records.ts";

describe("storage: the cache of outputs", () => {
  it("never writes an output that was made and spent between two flushes", async () => {
    const faulty = new FaultyBackend();
    const store = await openStoreOn(faulty.backend);
    const cache = cacheOn(store);
    apply(cache, [
      [nameOf(1), "one"],
      [nameOf(2), "two"],
    ]);
    apply(cache, [[nameOf(1), null]]);
    faulty.seen.length = 0;
    await cache.flush(toHeight(1), [put(keyOf("governance", 1), "state"), put(block(1), "block")]);
    assert.deepEqual(faulty.seen, [{ changes: 4, sync: true }], "one output, two others, the height");
    assert.deepEqual(readMeta(store, "flushed"), { height: 1, outputs: 1 });
    apply(cache, [[nameOf(2), null]]);
    await cache.flush(toHeight(2), []);
    assert.deepEqual(faulty.seen[1], { changes: 2, sync: true });
    assert.equal((await onDisk(store)).size, 0);
  });

  it("says when a flush is due: by bytes, or by blocks", async () => {
    const store = await openMemoryStore();
    const cache = cacheOn(store, { changedBytes: 10 * CHANGED_OUTPUT_BYTES, blocks: 100 });
    assert.equal(cache.isFlushDue(toHeight(99)), false);
    assert.equal(cache.isFlushDue(toHeight(100)), true);
    for (let number = 0; number < 10; number++) {
      assert.equal(cache.isFlushDue(toHeight(1)), false);
      apply(cache, [[nameOf(number), VALUE]]);
    }
    assert.equal(cache.isFlushDue(toHeight(1)), true);
    const flush = cache.flush(toHeight(7), []);
    assert.equal(cache.isFlushDue(toHeight(500)), false, "one at a time");
    assert.ok(cache.status().isFlushing);
    await assert.rejects(cache.flush(toHeight(8), []), /one flush at a time/);
    await flush;
    assert.equal(cache.isFlushDue(toHeight(106)), false);
    assert.equal(cache.isFlushDue(toHeight(107)), true);
    await assert.rejects(cache.flush(6 as Height, []), /behind the last/);
  });

  it("asserts that what is spent is there, and what is made is not", async () => {
    const store = await openMemoryStore();
    const cache = cacheOn(store);
    assert.throws(() => apply(cache, [[nameOf(1), null]]), /output .* is missing/);
    apply(cache, [[nameOf(2), "two"]]);
    assert.throws(() => apply(cache, [[nameOf(2), "again"]]), /is there already/);
    apply(cache, [[nameOf(2), null]]);
    assert.throws(() => apply(cache, [[nameOf(2), null]]), /is missing/);
  });

  it("keeps what is read often and lets go of the rest", async () => {
    const faulty = new FaultyBackend();
    const store = await openStoreOn(faulty.backend);
    const filled = cacheOn(store);
    apply(
      filled,
      Array.from({ length: 2_000 }, (_, at) => [nameOf(at), VALUE] as const),
    );
    await filled.flush(toHeight(1), []);
    const cleanBytes = 200 * CACHED_OUTPUT_BYTES;
    const cache = cacheOn(store, { cleanBytes });
    faulty.reads = 0;
    for (let at = 0; at < 2_000; at++) {
      cache.get(nameOf(at));
      cache.get(nameOf(7));
      assert.ok(cache.status().cleanBytes <= cleanBytes + 200);
    }
    assert.equal(faulty.reads, 2_000, "each once, the hot one never again");
    assert.ok(cache.status().cleanEntries >= 100);
    faulty.readFailure = systemError("EIO");
    assert.ok(cache.get(nameOf(7)), "the hot one is here");
    assert.ok(cache.get(nameOf(1_999)));
    assert.throws(() => cache.get(nameOf(100)), isFailure("read-failed"));
    await assert.rejects(cache.fetch([nameOf(100)]), isFailure("read-failed"));
    await cache.fetch([nameOf(7)]);
  });

  for (const [when, isFlushedFirst] of [
    ["before the flush that says so", false],
    ["after it", true],
  ] as const) {
    it(`does not bring back what was spent while it was fetched, if it arrives ${when}`, async () => {
      const faulty = new FaultyBackend();
      const store = await openStoreOn(faulty.backend);
      const filled = cacheOn(store);
      apply(filled, [[nameOf(1), "one"]]);
      await filled.flush(toHeight(1), []);
      const cache = cacheOn(store);
      let land = () => {};
      faulty.holdReads = new Promise((resolve) => {
        land = resolve;
      });
      const fetch = cache.fetch([nameOf(1)]);
      apply(cache, [[nameOf(1), null]]);
      if (isFlushedFirst) await cache.flush(toHeight(2), []);
      land();
      await fetch;
      if (!isFlushedFirst) await cache.flush(toHeight(2), []);
      assert.equal(cache.get(nameOf(1)), undefined);
      assert.throws(() => apply(cache, [[nameOf(1), null]]), /is missing/);
    });
  }

  it("does not bring back what was given back, then spent again while that was written", async () => {
    const faulty = new FaultyBackend();
    const store = await openStoreOn(faulty.backend);
    // Each flush makes more than the clean entries may hold, so that none of them is pushed out by it.
    const cache = cacheOn(store, { cleanBytes: 3 * CACHED_OUTPUT_BYTES });
    const others = (from: number) =>
      Array.from({ length: 9 }, (_, at) => [nameOf(from + at), VALUE] as const);
    apply(cache, [[nameOf(1), "one"], ...others(10)]);
    await cache.flush(toHeight(1), []);
    apply(cache, [[nameOf(1), null]]);
    apply(cache, [[nameOf(1), "one"], ...others(20)]);
    const flush = cache.flush(toHeight(2), []);
    apply(cache, [[nameOf(1), null], ...others(30)]);
    await flush;
    await cache.flush(toHeight(3), []);
    assert.equal(cache.get(nameOf(1)), undefined);
    assert.equal(cache.status().outputs, 27);
  });

  it("writes with the next flush what was given back, or spent, while the last one was written", async () => {
    const store = await openMemoryStore();
    const cache = cacheOn(store);
    apply(
      cache,
      [1, 2, 3].map((number) => [nameOf(number), "made"] as const),
    );
    await cache.flush(toHeight(1), []);
    assert.equal(cache.status().cleanEntries, 3);
    apply(cache, [[nameOf(1), null]]);
    apply(cache, [[nameOf(4), "made"]]);
    const flush = cache.flush(toHeight(2), []);
    apply(cache, [
      [nameOf(1), "back"],
      [nameOf(4), null],
    ]);
    assert.equal(cache.status().cleanEntries, 2);
    await flush;
    assert.deepEqual([...(await onDisk(store)).keys()], [nameOf(2), nameOf(3), nameOf(4)].sort());
    const { changedEntries, cleanEntries } = cache.status();
    assert.deepEqual({ changedEntries, cleanEntries }, { changedEntries: 2, cleanEntries: 2 });
    await cache.flush(toHeight(3), []);
    const expected = [
      [nameOf(1), outputOf("back")],
      [nameOf(2), outputOf("made")],
      [nameOf(3), outputOf("made")],
    ];
    assert.deepEqual([...(await onDisk(store))].sort(), expected.sort());
    assert.equal(cache.status().cleanEntries, 3);
  });

  it("changes what was flushed, here and on the disk at one step", async () => {
    const store = await openMemoryStore();
    const cache = cacheOn(store);
    apply(
      cache,
      [1, 2, 3].map((number) => [nameOf(number), "made"] as const),
    );
    await cache.flush(toHeight(5), []);
    const changes = new Map([
      [nameOf(1), null],
      [nameOf(2), bytes(outputOf("other"))],
      [nameOf(4), bytes(outputOf("new"))],
      [nameOf(5), null],
    ]);
    const written = cache.rewrite(toHeight(4), changes, [put(block(4), "block")]);
    const read = (number: number): string | undefined => text(cache.get(nameOf(number)));
    const all = (): readonly (string | undefined)[] => [1, 2, 3, 4, 5].map(read);
    assert.deepEqual(all(), [outputOf("made"), outputOf("made"), outputOf("made"), undefined, undefined]);
    await written;
    const after = [undefined, outputOf("other"), outputOf("made"), outputOf("new"), undefined];
    assert.deepEqual(all(), after);
    const disk = await onDisk(store);
    assert.deepEqual(
      [1, 2, 3, 4, 5].map((number) => disk.get(nameOf(number))),
      after,
    );
    assert.deepEqual(readMeta(store, "flushed"), { height: 4, outputs: 3 });
    const { outputs, changedEntries, cleanEntries, isFlushing } = cache.status();
    assert.deepEqual(
      { outputs, changedEntries, cleanEntries },
      { outputs: 3, changedEntries: 0, cleanEntries: 3 },
    );
    assert.equal(isFlushing, false);
    apply(cache, [[nameOf(2), null]]);
    await assert.rejects(cache.rewrite(toHeight(4), new Map(), []), { name: "AssertionError" });
  });

  it("forgets what was spent as soon as that is written", async () => {
    const faulty = new FaultyBackend();
    const cache = cacheOn(await openStoreOn(faulty.backend));
    apply(cache, [[nameOf(1), "one"]]);
    await cache.flush(toHeight(1), []);
    apply(cache, [[nameOf(1), null]]);
    const flush = cache.flush(toHeight(2), []);
    faulty.reads = 0;
    assert.equal(cache.get(nameOf(1)), undefined);
    assert.equal(faulty.reads, 0, "it is known while it is written");
    await flush;
    assert.equal(cache.get(nameOf(1)), undefined);
    assert.equal(faulty.reads, 1);
  });

  it("takes outputs of one size only, and does not keep others", async () => {
    const faulty = new FaultyBackend();
    const store = await openStoreOn(faulty.backend);
    const cache = cacheOn(store);
    for (const size of [0, OUTPUT_VALUE_BYTES - 1, OUTPUT_VALUE_BYTES + 1])
      assert.throws(() => cache.put(nameOf(1), new Uint8Array(size)), /an output of \d+ bytes/);
    await store.write([put(outputKey(nameOf(2)), "short")], { sync: true });
    await cache.fetch([nameOf(2)]);
    assert.equal(text(cache.get(nameOf(2))), "short", "whoever asked tells that it is no coin");
    assert.equal(cache.status().cleanEntries, 0);
  });

  it("keeps what was flushed as long as there is room, over many flushes", async () => {
    const faulty = new FaultyBackend();
    const cache = cacheOn(await openStoreOn(faulty.backend));
    for (let number = 0; number < 10; number++) {
      apply(cache, [[nameOf(number), outputOf(number)]]);
      await cache.flush(toHeight(number), []);
    }
    const { reads } = faulty;
    for (let number = 0; number < 10; number++)
      assert.equal(text(cache.get(nameOf(number))), outputOf(number));
    assert.equal(faulty.reads, reads);
  });

  it("fetches beforehand what is then read without the disk", async () => {
    const faulty = new FaultyBackend();
    const store = await openStoreOn(faulty.backend);
    const filled = cacheOn(store);
    apply(filled, [[nameOf(1), "one"]]);
    await filled.flush(toHeight(1), []);
    const cache = cacheOn(store);
    await cache.fetch([nameOf(1), nameOf(2)]);
    faulty.readFailure = systemError("EIO");
    assert.ok(sameBytes(cache.get(nameOf(1)) as Uint8Array, bytes(outputOf("one"))));
  });
});
