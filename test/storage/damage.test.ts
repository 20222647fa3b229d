// Damaged files: bits flipped in LevelDB's table files and logs, files cut short and taken away. Whatever happens, no
// reader gets a wrong value, and whoever goes through the database is told.
import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sameBytes } from "@witan/primitives";
import { type CheckedStore, keyOf, putMeta, StoreError, verifyStore } from "@witan/storage";
import { openLevelStore } from "@witan/storage/level";
import fc from "fast-check";
import { all, block, hashOf, isFailure, put, text } from "./records.ts";
import { temporaryPaths } from "./temporary-directory.ts";

/** What the database of these tests holds, by key in hex. */
const TRUTH: ReadonlyMap<string, Uint8Array> = new Map(
  [
    ...Array.from({ length: 300 }, (_, at) =>
      put(keyOf("output", hashOf(at * 7), at % 3), hashOf(at).slice(11)),
    ),
    ...Array.from({ length: 20 }, (_, at) => put(block(at), `block ${at} `.repeat(40))),
    putMeta("tip", { height: 19 as never, hash: hashOf(19) as never }),
    putMeta("flushed", { height: 19 as never, outputs: 300 }),
  ].map((change) => {
    assert.ok(change.kind === "put");
    return [Buffer.from(change.key).toString("hex"), change.value];
  }),
);

function keyOfHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

async function fill(directory: string): Promise<void> {
  const store = await openLevelStore(directory);
  const changes = [...TRUTH].map(([key, value]) => put(keyOfHex(key), value));
  for (let at = 0; at < changes.length; at += 20)
    await store.write(changes.slice(at, at + 20), { sync: true });
  await store.close();
}

/** A database whose records are all in table files: opening one turns its log into a table. */
async function fillTables(directory: string): Promise<void> {
  await fill(directory);
  await (await openLevelStore(directory)).close();
}

function filesOf(directory: string, pattern: RegExp): readonly string[] {
  return readdirSync(directory)
    .filter((name) => pattern.test(name))
    .map((name) => join(directory, name));
}

function theFile(directory: string, pattern: RegExp): string {
  const [file] = filesOf(directory, pattern);
  assert.ok(file !== undefined, `a file like ${pattern}`);
  return file;
}

function flip(file: string, at: number, bit: number): void {
  const contents = readFileSync(file);
  contents[at] = (contents[at] ?? 0) ^ (1 << bit);
  writeFileSync(file, contents);
}

/** Reads everything by key. @returns the keys whose value was not given; a wrong one fails the test */
async function readAll(store: CheckedStore): Promise<readonly string[]> {
  const refused: string[] = [];
  for (const [hex, value] of TRUTH) {
    try {
      const found = store.get(keyOfHex(hex));
      if (found === undefined) refused.push(hex);
      else assert.ok(sameBytes(found, value), `a wrong value for ${hex}`);
    } catch (error) {
      assert.ok(error instanceof StoreError && error.code === "damaged", String(error));
      assert.equal(error.key, hex);
      assert.match(error.message, new RegExp(hex));
      refused.push(hex);
    }
  }
  return refused;
}

/** What one bit did: nothing that matters, or it was noticed. Anything else fails. */
async function effectOf(directory: string): Promise<"none" | "open" | "read"> {
  let store: CheckedStore;
  try {
    store = await openLevelStore(directory, { create: false });
  } catch (error) {
    assert.ok(error instanceof StoreError, String(error));
    assert.equal(error.code, "damaged", error.message);
    return "open";
  }
  try {
    const refused = await readAll(store);
    const report = await verifyStore(store);
    if (refused.length > 0)
      assert.ok(report.damageCount > 0, `${refused.length} not given, and not reported`);
    for (const entry of await walked(store))
      assert.equal(TRUTH.has(entry), true, `a record that never was: ${entry}`);
    if (report.damageCount === 0) {
      const records = Object.values(report.records).reduce((sum, count) => sum + count, 0);
      assert.equal(records, TRUTH.size + 1, "all records, and the version");
      return "none";
    }
    return "read";
  } finally {
    await store.close();
  }
}

/** Keys of a range read over everything, until it fails. */
async function walked(store: CheckedStore): Promise<readonly string[]> {
  const found: string[] = [];
  try {
    for await (const { key, value } of store.range({})) {
      const hex = Buffer.from(key).toString("hex");
      if (hex === Buffer.from(keyOf("meta", "layout-version")).toString("hex")) continue;
      assert.ok(sameBytes(value, TRUTH.get(hex) ?? new Uint8Array(0)), `a wrong value for ${hex}`);
      found.push(hex);
    }
  } catch (error) {
    assert.ok(error instanceof StoreError && error.code === "damaged", String(error));
  }
  return found;
}

describe("storage: damaged files of LevelDB", () => {
  const path = temporaryPaths();

  it("notices every flipped bit of a table file when its record is read or verified", async () => {
    await fillTables(path("whole"));
    const table = theFile(path("whole"), /\.ldb$/);
    const size = readFileSync(table).length;
    assert.ok(size > 30_000, `${size} bytes`);
    const effects = { none: 0, open: 0, read: 0 };
    const spots = fc.record({
      // The last part holds filter, index and footer: tried more often than its size would have it.
      at: fc.oneof(fc.nat(size - 1), fc.integer({ min: size - 1_500, max: size - 1 })),
      bit: fc.nat(7),
    });
    await fc.assert(
      fc.asyncProperty(spots, async ({ at, bit }) => {
        rmSync(path("copy"), { recursive: true, force: true });
        cpSync(path("whole"), path("copy"), { recursive: true });
        flip(theFile(path("copy"), /\.ldb$/), at, bit);
        effects[await effectOf(path("copy"))]++;
      }),
      { numRuns: 60, endOnFailure: true },
    );
    assert.ok(effects.read > 12 && effects.open > 6, `noticed: ${JSON.stringify(effects)}`);
  });

  it("does not open with a flipped bit in what records are found by: filter, index, footer", async () => {
    await fillTables(path("whole"));
    const size = readFileSync(theFile(path("whole"), /\.ldb$/)).length;
    /** Behind the data: 322 keys at 10 bits, and an entry for each block of 4 KiB. The footer is padded in the middle. */
    const spots = Array.from({ length: 40 }, (_, at) => size - 49 - 17 * at).concat([
      size - 48,
      size - 1,
      size - 8,
    ]);
    for (const [round, at] of spots.entries()) {
      rmSync(path("copy"), { recursive: true, force: true });
      cpSync(path("whole"), path("copy"), { recursive: true });
      flip(theFile(path("copy"), /\.ldb$/), at, round % 8);
      await assert.rejects(
        openLevelStore(path("copy")),
        isFailure("damaged", /\.ldb is damaged/),
        `byte ${at} of ${size}`,
      );
    }
  });

  it("reports data that LevelDB itself could not read, without making it try", async () => {
    await fillTables(path("whole"));
    let unreadable = 0;
    for (let round = 0; round < 60; round++) {
      rmSync(path("copy"), { recursive: true, force: true });
      cpSync(path("whole"), path("copy"), { recursive: true });
      // Among the outputs: opening reads none of them.
      flip(theFile(path("copy"), /\.ldb$/), 16_000 + 197 * round, round % 8);
      const store = await openLevelStore(path("copy"), { checkedBytes: 0 });
      const { damages, isComplete } = await verifyStore(store);
      assert.equal(damages[0]?.kind, "file");
      assert.match(damages[0]?.detail ?? "", /data block at byte \d+ .*; records of table output up to /);
      if (!isComplete) unreadable++;
      await store.close();
    }
    assert.ok(unreadable > 0 && unreadable < 60, `${unreadable} of 60`);
  });

  it("names table and key of a record whose value has a flipped bit, and serves the others", async () => {
    await fillTables(path("database"));
    const table = theFile(path("database"), /\.ldb$/);
    const at = readFileSync(table).indexOf("block 7 block 7");
    assert.ok(at > 0);
    flip(table, at + 3, 0);
    const store = await openLevelStore(path("database"));
    const key = Buffer.from(block(7)).toString("hex");
    assert.throws(
      () => store.get(block(7)),
      (error) => {
        assert.ok(isFailure("damaged", /fetch the chain anew/)(error) && error instanceof StoreError);
        assert.deepEqual([error.table, error.key], ["block", key]);
        return true;
      },
    );
    await assert.rejects(store.fetchMany([block(6), block(7)]), isFailure("damaged", new RegExp(key)));
    await assert.rejects(all(store.range({})), isFailure("damaged", new RegExp(key)));
    const snapshot = store.snapshot();
    assert.throws(() => snapshot.get(block(7)), isFailure("damaged"));
    await snapshot.close();
    assert.deepEqual(await readAll(store), [key]);
    const report = await verifyStore(store);
    assert.deepEqual(
      report.damages.map((one) => [one.kind, one.table, one.repair]),
      [
        ["file", "block", "fetch-block"],
        ["damaged", "block", "fetch-block"],
      ],
    );
    assert.match(
      report.damages[0]?.detail ?? "",
      /\.ldb: the checksum of the data block .* records of table block up to /,
    );
    assert.equal(report.damages[1]?.key, key);
    assert.match(report.damages[1]?.detail ?? "", /^block 7: /);
    await store.write([put(block(7), "fetched again")], { sync: true });
    assert.equal(text(store.get(block(7))), "fetched again");
    assert.deepEqual(
      (await verifyStore(store)).damages.map(({ kind }) => kind),
      ["file"],
      "the old record stays in its file until that is compacted",
    );
    await store.close();
  });

  it("notices flipped bits of the log: what is behind a bad record proves it no torn end", async () => {
    await fill(path("whole"));
    const size = readFileSync(theFile(path("whole"), /\.log$/)).length;
    assert.ok(size > 20_000, `${size} bytes`);
    /** Bytes of the last batch: a flip there is what a torn write looks like, and loses that batch alone. */
    const last = 2_500;
    await fc.assert(
      fc.asyncProperty(fc.nat(size - last), fc.nat(7), async (at, bit) => {
        rmSync(path("copy"), { recursive: true, force: true });
        cpSync(path("whole"), path("copy"), { recursive: true });
        flip(theFile(path("copy"), /\.log$/), at, bit);
        await assert.rejects(
          openLevelStore(path("copy")),
          isFailure(
            "damaged",
            /\.log is damaged at byte \d+, .*move the directory away.* keeps its voting key with the guard/,
          ),
        );
      }),
      { numRuns: 60 },
    );
  });

  it("takes a log that ends anywhere: whole batches up to there", async () => {
    await fill(path("whole"));
    const size = readFileSync(theFile(path("whole"), /\.log$/)).length;
    const keys = [...TRUTH.keys()];
    await fc.assert(
      fc.asyncProperty(fc.nat(size), async (length) => {
        rmSync(path("copy"), { recursive: true, force: true });
        cpSync(path("whole"), path("copy"), { recursive: true });
        truncateSync(theFile(path("copy"), /\.log$/), length);
        const store = await openLevelStore(path("copy"));
        const missing = await readAll(store);
        const present = TRUTH.size - missing.length;
        assert.deepEqual(missing, keys.slice(present), "a first part is there");
        assert.ok(present % 20 === 0 || present === TRUTH.size, `${present} records: no whole batches`);
        await store.close();
      }),
      { numRuns: 20 },
    );
  });

  it("serves nothing wrong from a table file that was cut short, and names what it can't read", async () => {
    await fillTables(path("whole"));
    const size = readFileSync(theFile(path("whole"), /\.ldb$/)).length;
    for (const length of [0, 1, 47, 1_000, Math.floor(size / 2), size - 48, size - 1]) {
      rmSync(path("copy"), { recursive: true, force: true });
      cpSync(path("whole"), path("copy"), { recursive: true });
      truncateSync(theFile(path("copy"), /\.ldb$/), length);
      assert.notEqual(await effectOf(path("copy")), "none", `${length} of ${size} bytes`);
    }
  });

  for (const [pattern, says] of [
    [/^CURRENT$/, /lacks its CURRENT file/],
    [/^MANIFEST-/, /lacks its MANIFEST file/],
    [/\.log$/, /lacks its log file/],
    [/\.ldb$/, /missing files/],
  ] as const) {
    it(`does not open what has lost ${pattern}, and leaves the rest alone`, async () => {
      await fillTables(path("database"));
      for (const file of filesOf(path("database"), pattern)) rmSync(file);
      const left = readdirSync(path("database")).filter((name) => !/^LO(?:G|CK)/.test(name));
      await assert.rejects(openLevelStore(path("database")), isFailure("damaged", says));
      const now = readdirSync(path("database")).filter((name) => !/^LO(?:G|CK)/.test(name));
      assert.deepEqual(now, left);
    });
  }

  it("does not open with a MANIFEST or CURRENT that is damaged", async () => {
    await fillTables(path("whole"));
    for (const [pattern, length] of [
      [/^MANIFEST-/, 0],
      [/^MANIFEST-/, 20],
      [/^CURRENT$/, 0],
      [/^CURRENT$/, 8],
    ] as const) {
      rmSync(path("copy"), { recursive: true, force: true });
      cpSync(path("whole"), path("copy"), { recursive: true });
      truncateSync(theFile(path("copy"), pattern), length);
      await assert.rejects(openLevelStore(path("copy")), isFailure("damaged"), `${pattern} cut to ${length}`);
    }
    const manifest = readFileSync(theFile(path("whole"), /^MANIFEST-/)).length;
    for (let at = 0; at < manifest; at += 2) {
      rmSync(path("copy"), { recursive: true, force: true });
      cpSync(path("whole"), path("copy"), { recursive: true });
      flip(theFile(path("copy"), /^MANIFEST-/), at, at % 8);
      assert.notEqual(await effectOf(path("copy")), "none", `byte ${at} of MANIFEST`);
    }
  });
});
