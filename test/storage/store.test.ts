// What every store must do: the same suite on LevelDB and in memory.
import assert from "node:assert/strict";
import type { StoreChange, StoreRange } from "@witan/primitives";
import { type CheckedStore, keyOf, openMemoryStore, rangeOf } from "@witan/storage";
import { openLevelStore } from "@witan/storage/level";
import fc from "fast-check";
import { all, block, bytes, hashOf, isFailure, put, remove, text } from "./records.ts";
import { temporaryPaths } from "./temporary-directory.ts";

const KINDS: readonly (readonly [string, (path: string) => Promise<CheckedStore>])[] = [
  ["LevelDB", (path) => openLevelStore(path)],
  ["memory", () => openMemoryStore()],
];

for (const [name, openStore] of KINDS) {
  describe(`storage: a store on ${name}`, () => {
    const path = temporaryPaths();
    let store: CheckedStore;
    beforeEach(async () => {
      store = await openStore(path("database"));
    });
    afterEach(() => store.close());

    it("gives what was put, and nothing for what was not", async () => {
      await store.write([put(block(1), "one"), put(block(2), "")], { sync: true });
      assert.equal(text(store.get(block(1))), "one");
      assert.equal(text(store.get(block(2))), "");
      assert.equal(store.get(block(3)), undefined);
      const wanted = [block(2), block(3), block(1), block(1)];
      assert.deepEqual(store.getMany(wanted).map(text), ["", undefined, "one", "one"]);
      assert.deepEqual((await store.fetchMany(wanted)).map(text), ["", undefined, "one", "one"]);
      assert.deepEqual(store.getMany([]), []);
      assert.deepEqual(await store.fetchMany([]), []);
    });

    it("gives plain bytes that are the reader's own", async () => {
      await store.write([put(block(1), "one")], { sync: false });
      const given = [store.get(block(1)), ...(await store.fetchMany([block(1)]))];
      for await (const entry of store.range(rangeOf("block"))) given.push(entry.value, entry.key);
      for (const value of given) {
        assert.equal(value?.constructor, Uint8Array);
        value?.fill(0);
      }
      assert.equal(text(store.get(block(1))), "one");
    });

    it("keeps values of any size", async () => {
      const large = new Uint8Array(5_000_000).map((_, at) => at % 251);
      await store.write([put(block(1), large)], { sync: true });
      assert.deepEqual(store.get(block(1)), large);
    });

    it("makes the changes of a batch in order, the later one wins", async () => {
      await store.write([put(block(1), "a"), remove(block(1)), put(block(1), "b"), put(block(2), "c")], {
        sync: false,
      });
      await store.write([put(block(3), "d"), remove(block(2)), remove(block(9))], { sync: false });
      assert.deepEqual(
        [1, 2, 3].map((height) => text(store.get(block(height)))),
        ["b", undefined, "d"],
      );
    });

    it("takes changes as they are made, once", async () => {
      let made = 0;
      function* changes(): Generator<StoreChange> {
        for (; made < 5_000; made++) yield put(block(made), String(made));
      }
      await store.write(changes(), { sync: true });
      assert.equal(made, 5_000);
      assert.equal((await all(store.range(rangeOf("block")))).length, 5_000);
    });

    it("does writes in the order of the calls, whoever waits for them", async () => {
      const done: number[] = [];
      const writes = Array.from({ length: 100 }, (_, at) =>
        store.write([put(block(1), String(at)), put(block(at), "x")], { sync: at % 3 === 0 }).then(() => {
          done.push(at);
        }),
      );
      await Promise.all(writes);
      assert.deepEqual(
        done,
        Array.from({ length: 100 }, (_, at) => at),
      );
      assert.equal(text(store.get(block(1))), "99");
    });

    it("lets other writes go on while one is prepared, whose place is where it is written", async () => {
      const done: string[] = [];
      const changes = Array.from({ length: 3_500 }, (_, at) => put(block(at), `prepared ${at}`));
      let given = 0;
      const counted = (function* () {
        for (const change of changes) {
          given++;
          yield change;
        }
      })();
      const preparing = store.prepare(counted);
      const early = store.write([put(block(1), "early")], { sync: true }).then(() => done.push("early"));
      const prepared = await preparing;
      assert.equal(given, changes.length);
      await early;
      assert.equal(text(store.get(block(1))), "early");
      assert.equal(store.get(block(2)), undefined, "nothing is written yet");
      const writes = [
        store.write([put(block(3), "before")], { sync: false }).then(() => done.push("before")),
        prepared.write({ sync: true }).then(() => done.push("prepared")),
        store.write([put(block(4), "after")], { sync: false }).then(() => done.push("after")),
      ];
      await Promise.all(writes);
      assert.deepEqual(done, ["early", "before", "prepared", "after"]);
      const found = await store.fetchMany([1, 3, 4, 3_499].map(block));
      assert.deepEqual(found.map(text), ["prepared 1", "prepared 3", "after", "prepared 3499"]);
    });

    it("refuses what was prepared when it is closed", async () => {
      const prepared = await store.prepare([put(block(1), "one")]);
      await store.close();
      await assert.rejects(prepared.write({ sync: true }), isFailure("closed"));
      await assert.rejects(store.prepare([]), isFailure("closed"));
    });

    it("reads ranges either way, in part, and between tables", async () => {
      const heights = [0, 1, 2, 255, 256, 65_536, Number.MAX_SAFE_INTEGER];
      await store.write(
        heights.map((height) => put(block(height), String(height))),
        { sync: false },
      );
      await store.write([put(keyOf("certificate", 7), "c"), put(keyOf("transaction", hashOf(7)), "t")], {
        sync: false,
      });
      const read = async (range: StoreRange) => (await all(store.range(range))).map(([, value]) => value);
      const values = heights.map(String);
      assert.deepEqual(await read(rangeOf("block")), values);
      assert.deepEqual(await read({ ...rangeOf("block"), reverse: true }), values.toReversed());
      assert.deepEqual(
        await read({ ...rangeOf("block"), reverse: true, limit: 2 }),
        values.slice(-2).reverse(),
      );
      assert.deepEqual(await read({ from: block(2), to: block(256) }), ["2", "255"]);
      assert.deepEqual(await read({ from: block(3), to: block(256), reverse: true }), ["255"]);
      assert.deepEqual(await read({ from: block(3), to: block(3) }), []);
      assert.deepEqual(await read({ from: block(65_537), limit: 2 }), [values.at(-1), "c"]);
      assert.deepEqual(await read({ limit: 0 }), []);
    });

    it("keeps a range as it was when it began", async () => {
      await store.write(
        Array.from({ length: 3_000 }, (_, at) => put(block(at), "old")),
        { sync: false },
      );
      const entries = store.range(rangeOf("block"))[Symbol.asyncIterator]();
      await entries.next();
      await store.write([put(block(2_999), "new"), remove(block(1)), put(block(5_000), "new")], {
        sync: false,
      });
      const rest = await all({ [Symbol.asyncIterator]: () => entries });
      assert.equal(rest.length, 2_999);
      assert.ok(rest.every(([, value]) => value === "old"));
    });

    it("keeps a snapshot whatever is written, until it is closed", async () => {
      await store.write([put(block(1), "old"), put(block(2), "old")], { sync: false });
      const snapshot = store.snapshot();
      await store.write([put(block(1), "new"), remove(block(2)), put(block(3), "new")], { sync: false });
      assert.deepEqual(
        [1, 2, 3].map((at) => text(snapshot.get(block(at)))),
        ["old", "old", undefined],
      );
      assert.deepEqual((await snapshot.fetchMany([block(2)])).map(text), ["old"]);
      assert.deepEqual(
        (await all(snapshot.range(rangeOf("block")))).map(([, value]) => value),
        ["old", "old"],
      );
      await snapshot.close();
      await snapshot.close();
      assert.throws(() => snapshot.get(block(1)), isFailure("closed"));
      assert.equal(text(store.get(block(1))), "new");
    });

    it("once closed refuses everything, and has done what was begun", async () => {
      let done = 0;
      const begun = Promise.all(
        [1, 2, 3].map((height) => store.write([put(block(height), "x")], { sync: true }).then(() => done++)),
      );
      const snapshot = store.snapshot();
      await Promise.all([store.close(), store.close()]);
      assert.equal(done, 3);
      await begun;
      assert.throws(() => store.get(block(1)), isFailure("closed"));
      assert.throws(() => store.getMany([block(1)]), isFailure("closed"));
      assert.throws(() => store.snapshot(), isFailure("closed"));
      assert.throws(() => snapshot.get(block(1)), isFailure("closed"));
      await snapshot.close();
      await assert.rejects(store.fetchMany([block(1)]), isFailure("closed"));
      await assert.rejects(all(store.range({})), isFailure("closed"));
      await assert.rejects(store.write([put(block(1), "two")], { sync: true }), isFailure("closed"));
    });

    it("ends a range that is under way when it is closed", async () => {
      await store.write(
        Array.from({ length: 3_000 }, (_, at) => put(block(at), "old")),
        { sync: false },
      );
      const entries = store.range(rangeOf("block"))[Symbol.asyncIterator]();
      await entries.next();
      await store.close();
      await assert.rejects(all({ [Symbol.asyncIterator]: () => entries }), isFailure("closed"));
    });

    it("is as a sorted map", async () => {
      const key = fc.nat({ max: 30 }).map((height) => block(height));
      const change = fc.oneof(
        {
          weight: 3,
          arbitrary: fc.tuple(key, fc.string({ maxLength: 3 })).map(([at, value]) => put(at, value)),
        },
        key.map(remove),
      );
      const range = fc.record({
        from: fc.option(key, { nil: undefined }),
        to: fc.option(key, { nil: undefined }),
        reverse: fc.boolean(),
        limit: fc.option(fc.nat({ max: 10 }), { nil: undefined }),
      });
      const naive = new Map<string, string>();
      await fc.assert(
        fc.asyncProperty(
          fc.array(change, { maxLength: 20 }),
          range,
          async (changes, { from, to, reverse, limit }) => {
            await store.write(changes, { sync: false });
            for (const one of changes) {
              const hex = Buffer.from(one.key).toString("hex");
              if (one.kind === "put") naive.set(hex, text(one.value) ?? "");
              else naive.delete(hex);
            }
            const low = Buffer.from(from ?? rangeOf("block").from).toString("hex");
            const high = Buffer.from(to ?? rangeOf("block").to).toString("hex");
            const expected = [...naive]
              .filter(([at]) => at >= low && at < high)
              .sort(([a], [b]) => (a < b ? -1 : 1));
            if (reverse) expected.reverse();
            const asked = {
              from: from ?? rangeOf("block").from,
              to: to ?? rangeOf("block").to,
              reverse,
              ...(limit === undefined ? {} : { limit }),
            };
            assert.deepEqual(await all(store.range(asked)), expected.slice(0, limit ?? expected.length));
            for (const [at, value] of naive) assert.equal(text(store.get(Buffer.from(at, "hex"))), value);
          },
        ),
        { numRuns: 200 },
      );
    });

    it("holds many records in order", async () => {
      const heights = Array.from({ length: 4_000 }, (_, at) => (at * 7_919) % 4_000);
      for (let at = 0; at < heights.length; at += 100)
        await store.write(
          heights.slice(at, at + 100).map((height) => put(block(height), bytes(String(height)))),
          { sync: false },
        );
      const found = (await all(store.range(rangeOf("block")))).map(([, value]) => Number(value));
      assert.deepEqual(
        found,
        Array.from({ length: 4_000 }, (_, at) => at),
      );
    });
  });
}
