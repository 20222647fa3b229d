// The cache of outputs against a dumb model of it: a map, and the map as it was at the last flush.
import assert from "node:assert/strict";
import { toHeight } from "@witan/primitives";
import { type CheckedStore, type OutputCache, openStoreOn, verifyStore } from "@witan/storage";
import fc from "fast-check";
import { apply, cacheOn, nameOf, onDisk, outputOf } from "./cached-outputs.ts";
import { FaultyBackend, systemError } from "./faults.ts";
import { block, bytes, isFailure, put, text } from "./records.ts";

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
    apply(this.cache, changes);
  }

  /** Gives back what was spent last, as undoing a block does; the value may be another's height by then. */
  restore(isOther: boolean): void {
    const [name, value] = this.spent.pop() ?? [];
    if (name === undefined || value === undefined) return;
    const restored = isOther ? `*${value.slice(1)}` : value;
    this.now.set(name, restored);
    apply(this.cache, [[name, bytes(restored)]]);
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

describe("storage: the cache of outputs, at random", () => {
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
});
