// The cache of outputs against a dumb model of it: a map, and the map as it was at the last flush.
import assert from "node:assert/strict";
import { type Height, sameBytes, toHeight } from "@witan/primitives";
import {
  type CheckedStore,
  cachedBytes,
  keyOf,
  OutputCache,
  openMemoryStore,
  openStoreOn,
  outpointOf,
  rangeOf,
  readMeta,
  verifyStore,
} from "@witan/storage";
import fc from "fast-check";
import { FaultyBackend, systemError } from "./faults.ts";
import { block, bytes, hashOf, isFailure, put, text } from "./records.ts";

function nameOf(number: number): string {
  return `${hashOf(number)}${(number % 3).toString(16).padStart(4, "0")}`;
}

async function onDisk(store: CheckedStore): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { key, value } of store.range(rangeOf("output")))
    found.set(outpointOf(key), text(value) ?? "");
  return found;
}

function cacheOn(store: CheckedStore, limits = {}): OutputCache {
  return new OutputCache({ store, flushed: readMeta(store, "flushed"), limits });
}

/** Values differ in length, so that memory is counted. */
function outputOf(number: number): string {
  return `${number}`.padEnd(20 + (number % 40), "v");
}

class Model {
  readonly faulty = new FaultyBackend();
  store!: CheckedStore;
  cache!: OutputCache;
  now = new Map<string, string>();
  disk = new Map<string, string>();
  height = 0;
  flushedHeight = 0;
  #next = 0;
  #release: (() => void) | undefined;
  #flush: Promise<void> | undefined;
  #fetches: Promise<void>[] = [];
  #land: (() => void) | undefined;
  #writing: { outputs: Map<string, string>; height: number } | undefined;
  spent: [string, string][] = [];

  async open(): Promise<void> {
    this.store = await openStoreOn(this.faulty.backend);
    this.cache = cacheOn(this.store, { cleanBytes: 2_000 });
    await this.cache.flush(toHeight(0), []);
  }

  /** A block: makes some outputs, spends some by their places. */
  block(made: number, places: readonly number[]): void {
    this.height++;
    const changes: [string, Uint8Array | null][] = [];
    for (let count = 0; count < made; count++) {
      const name = nameOf(this.#next);
      this.now.set(name, outputOf(this.#next++));
      changes.push([name, bytes(this.now.get(name) as string)]);
    }
    for (const place of places) {
      const name = [...this.now.keys()][place % Math.max(1, this.now.size)];
      if (name === undefined) continue;
      changes.push([name, null]);
      this.spent.push([name, this.now.get(name) as string]);
      this.now.delete(name);
    }
    this.cache.apply(changes);
  }

  /** Gives back what was spent last, as undoing a block does; the value may be another's height by then. */
  restore(isOther: boolean): void {
    const [name, value] = this.spent.pop() ?? [];
    if (name === undefined || value === undefined) return;
    const restored = isOther ? `${value}*` : value;
    this.now.set(name, restored);
    this.cache.apply([[name, bytes(restored)]]);
  }

  read(place: number): void {
    const name = nameOf(place % (this.#next + 2));
    assert.equal(text(this.cache.get(name)), this.now.get(name), name);
  }

  fetch(places: readonly number[]): void {
    this.faulty.holdReads ??= new Promise((resolve) => {
      this.#land = resolve;
    });
    this.#fetches.push(this.cache.fetch(places.map((place) => nameOf(place % (this.#next + 2)))));
  }

  beginFlush(): void {
    if (this.#flush !== undefined) return;
    this.faulty.hold = new Promise((resolve) => {
      this.#release = resolve;
    });
    this.#writing = { outputs: new Map(this.now), height: this.height };
    this.#flush = this.cache.flush(toHeight(this.height), [put(block(this.height), "with it")]);
  }

  /** What was fetched arrives: as the disk was when it was asked for. */
  async land(): Promise<void> {
    this.#land?.();
    this.faulty.holdReads = undefined;
    await Promise.all(this.#fetches);
    this.#fetches = [];
  }

  async endFlush(): Promise<void> {
    if (this.#flush === undefined || this.#writing === undefined) return;
    this.#release?.();
    await this.#flush;
    this.disk = this.#writing.outputs;
    this.flushedHeight = this.#writing.height;
    this.#flush = undefined;
    this.faulty.hold = undefined;
    assert.deepEqual(await onDisk(this.store), this.disk);
    if (this.flushedHeight > 0) assert.equal(text(this.store.get(block(this.flushedHeight))), "with it");
  }

  /** The process ends without a word; what is on the disk stays. */
  async crash(): Promise<void> {
    if (this.#flush !== undefined) {
      this.faulty.failure = { error: systemError("EIO"), isMade: false };
      this.#release?.();
      await assert.rejects(this.#flush, isFailure("write-failed"));
      this.faulty.failure = undefined;
      this.#flush = undefined;
      this.faulty.hold = undefined;
    }
    await this.land().catch(isFailure("poisoned"));
    this.#fetches = [];
    this.store = await openStoreOn(this.faulty.backend);
    this.cache = cacheOn(this.store, { cleanBytes: 2_000 });
    this.now = new Map(this.disk);
    this.height = this.flushedHeight;
    this.spent = [];
    assert.deepEqual(await onDisk(this.store), this.disk);
    assert.equal(this.cache.status().flushed?.height, this.flushedHeight);
  }

  check(): void {
    const status = this.cache.status();
    assert.equal(status.outputs, this.now.size);
    assert.ok(status.cleanBytes <= 2_000 + 200, `${status.cleanBytes} bytes of clean entries`);
  }
}

describe("storage: the cache of outputs", () => {
  it("is as a map, and after a crash as that map was at the last flush", async () => {
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.tuple(fc.constant("block"), fc.nat(9), fc.array(fc.nat(50), { maxLength: 4 })),
      },
      { weight: 2, arbitrary: fc.tuple(fc.constant("restore"), fc.boolean()) },
      { weight: 4, arbitrary: fc.tuple(fc.constant("read"), fc.nat(80)) },
      { weight: 3, arbitrary: fc.tuple(fc.constant("fetch"), fc.array(fc.nat(80), { maxLength: 6 })) },
      { weight: 2, arbitrary: fc.tuple(fc.constant("begin flush")) },
      { weight: 2, arbitrary: fc.tuple(fc.constant("end flush")) },
      { weight: 2, arbitrary: fc.tuple(fc.constant("land")) },
      { weight: 1, arbitrary: fc.tuple(fc.constant("crash")) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
        const model = new Model();
        await model.open();
        for (const [kind, first, second] of steps) {
          if (kind === "block") model.block(first as number, second as number[]);
          else if (kind === "restore") model.restore(first as boolean);
          else if (kind === "read") model.read(first as number);
          else if (kind === "fetch") model.fetch(first as number[]);
          else if (kind === "begin flush") model.beginFlush();
          else if (kind === "end flush") await model.endFlush();
          else if (kind === "land") await model.land();
          else await model.crash();
          model.check();
        }
        for (let place = 0; place < 80; place++) model.read(place);
        model.beginFlush();
        await model.endFlush();
        model.beginFlush();
        await model.endFlush();
        assert.deepEqual(model.disk, model.now);
        await model.land();
        for (let place = 0; place < 80; place++) model.read(place);
        const report = await verifyStore(model.store);
        assert.deepEqual(report.damages, []);
      }),
      { numRuns: 300 },
    );
  });

  it("never writes an output that was made and spent between two flushes", async () => {
    const faulty = new FaultyBackend();
    const store = await openStoreOn(faulty.backend);
    const cache = cacheOn(store);
    cache.apply([
      [nameOf(1), bytes("one")],
      [nameOf(2), bytes("two")],
    ]);
    cache.apply([[nameOf(1), null]]);
    faulty.seen.length = 0;
    await cache.flush(toHeight(1), [put(keyOf("governance", 1), "state"), put(block(1), "block")]);
    assert.deepEqual(faulty.seen, [{ changes: 4, sync: true }], "one output, two others, the height");
    assert.deepEqual(readMeta(store, "flushed"), { height: 1, outputs: 1 });
    cache.apply([[nameOf(2), null]]);
    await cache.flush(toHeight(2), []);
    assert.deepEqual(faulty.seen[1], { changes: 2, sync: true });
    assert.equal((await onDisk(store)).size, 0);
  });

  it("says when a flush is due: by bytes, or by blocks", async () => {
    const store = await openMemoryStore();
    const each = cachedBytes("v".repeat(53));
    const cache = cacheOn(store, { changedBytes: 10 * each, blocks: 100 });
    assert.equal(cache.isFlushDue(toHeight(99)), false);
    assert.equal(cache.isFlushDue(toHeight(100)), true);
    for (let number = 0; number < 10; number++) {
      assert.equal(cache.isFlushDue(toHeight(1)), false);
      cache.apply([[nameOf(number), new Uint8Array(53)]]);
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
    assert.throws(() => cache.apply([[nameOf(1), null]]), /output .* is missing/);
    cache.apply([[nameOf(2), bytes("two")]]);
    assert.throws(() => cache.apply([[nameOf(2), bytes("again")]]), /is there already/);
    cache.apply([[nameOf(2), null]]);
    assert.throws(() => cache.apply([[nameOf(2), null]]), /is missing/);
  });

  it("keeps what is read often and lets go of the rest", async () => {
    const faulty = new FaultyBackend();
    const store = await openStoreOn(faulty.backend);
    const filled = cacheOn(store);
    filled.apply(Array.from({ length: 2_000 }, (_, at) => [nameOf(at), new Uint8Array(53)] as const));
    await filled.flush(toHeight(1), []);
    const cleanBytes = 200 * cachedBytes("v".repeat(53));
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
      filled.apply([[nameOf(1), bytes("one")]]);
      await filled.flush(toHeight(1), []);
      const cache = cacheOn(store);
      let land = () => {};
      faulty.holdReads = new Promise((resolve) => {
        land = resolve;
      });
      const fetch = cache.fetch([nameOf(1)]);
      cache.apply([[nameOf(1), null]]);
      if (isFlushedFirst) await cache.flush(toHeight(2), []);
      land();
      await fetch;
      if (!isFlushedFirst) await cache.flush(toHeight(2), []);
      assert.equal(cache.get(nameOf(1)), undefined);
      assert.throws(() => cache.apply([[nameOf(1), null]]), /is missing/);
    });
  }

  it("does not bring back what was given back, then spent again while that was written", async () => {
    const faulty = new FaultyBackend();
    const store = await openStoreOn(faulty.backend);
    // Each flush makes more than the clean entries may hold, so that none of them is pushed out by it.
    const cache = cacheOn(store, { cleanBytes: 3 * cachedBytes("v".repeat(53)) });
    const others = (from: number) =>
      Array.from({ length: 9 }, (_, at) => [nameOf(from + at), new Uint8Array(53)] as const);
    cache.apply([[nameOf(1), bytes("one")], ...others(10)]);
    await cache.flush(toHeight(1), []);
    cache.apply([[nameOf(1), null]]);
    cache.apply([[nameOf(1), bytes("one")], ...others(20)]);
    const flush = cache.flush(toHeight(2), []);
    cache.apply([[nameOf(1), null], ...others(30)]);
    await flush;
    await cache.flush(toHeight(3), []);
    assert.equal(cache.get(nameOf(1)), undefined);
    assert.equal(cache.status().outputs, 27);
  });

  it("keeps what was flushed as long as there is room, over many flushes", async () => {
    const faulty = new FaultyBackend();
    const cache = cacheOn(await openStoreOn(faulty.backend));
    for (let number = 0; number < 10; number++) {
      cache.apply([[nameOf(number), bytes(outputOf(number))]]);
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
    filled.apply([[nameOf(1), bytes("one")]]);
    await filled.flush(toHeight(1), []);
    const cache = cacheOn(store);
    await cache.fetch([nameOf(1), nameOf(2)]);
    faulty.readFailure = systemError("EIO");
    assert.ok(sameBytes(cache.get(nameOf(1)) as Uint8Array, bytes("one")));
  });
});
