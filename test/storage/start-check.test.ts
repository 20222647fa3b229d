// What a node is told of its database before it starts on it, and what a walk through all of it finds.
import assert from "node:assert/strict";
import type { StoreChange } from "@witan/primitives";
import {
  type CheckedStore,
  checkStart,
  type Damage,
  keyOf,
  metaKey,
  openStoreOn,
  putMeta,
  type StartReport,
  type VerifyProgress,
  verifyStore,
} from "@witan/storage";
import { FaultyBackend } from "./faults.ts";
import { block, hashOf, put, remove } from "./records.ts";

const CHAIN = hashOf(77) as never;
const OUTPUTS = 25;

function height(number: number): never {
  return number as never;
}

/** A sound database: pruned to 3, flushed at 5, the tip at 9. */
const SOUND: readonly StoreChange[] = [
  putMeta("chainId", CHAIN),
  putMeta("tip", { height: height(9), hash: hashOf(9) as never }),
  putMeta("flushed", { height: height(5), outputs: OUTPUTS }),
  putMeta("prunedTo", height(3)),
  ...[3, 4, 5, 6, 7, 8, 9].flatMap((number) => [
    put(block(number), `block ${number}`),
    put(keyOf("certificate", number), "certificate"),
    put(keyOf("heightOfBlock", hashOf(number)), "height"),
  ]),
  ...Array.from({ length: OUTPUTS }, (_, at) => put(keyOf("output", hashOf(at), 0), "output")),
  put(keyOf("engine", "votes", 0), "votes"),
];

describe("storage: what is checked at the start", () => {
  let faulty: FaultyBackend;
  let store: CheckedStore;
  beforeEach(async () => {
    faulty = new FaultyBackend();
    store = await openStoreOn(faulty.backend);
  });

  async function check(
    changes: readonly StoreChange[] = [],
    spoilt: readonly Uint8Array[] = [],
  ): Promise<StartReport> {
    await store.write([...SOUND, ...changes], { sync: true });
    for (const key of spoilt) {
      const sealed = faulty.inner.get(key);
      assert.ok(sealed !== undefined);
      sealed[0] = (sealed[0] ?? 0) ^ 1;
      await faulty.inner.write([{ kind: "put", key, value: sealed }], false);
    }
    return checkStart(store, { chainId: CHAIN });
  }

  async function damages(
    changes: readonly StoreChange[],
    spoilt?: readonly Uint8Array[],
  ): Promise<readonly Damage[]> {
    const report = await check(changes, spoilt);
    assert.ok(report.kind === "damaged", report.kind);
    for (const { detail, advice } of report.damages) assert.ok(detail.length > 10 && advice.length > 10);
    return report.damages;
  }

  function brief(list: readonly Damage[]): readonly string[] {
    return list.map(({ kind, detail, repair }) => `${kind}: ${detail} → ${repair}`);
  }

  it("takes a new database for new", async () => {
    assert.deepEqual(await checkStart(store, { chainId: CHAIN }), { kind: "new" });
  });

  it("finds a sound one sound, and says from where to replay", async () => {
    let counted = -1;
    await store.write(SOUND, { sync: true });
    const report = await checkStart(store, {
      chainId: CHAIN,
      onProgress: (outputs) => {
        counted = outputs;
      },
    });
    assert.deepEqual(report, {
      kind: "sound",
      tip: { height: 9, hash: hashOf(9) },
      flushed: { height: 5, outputs: OUTPUTS },
      prunedTo: 3,
      replayFrom: 6,
    });
    assert.equal(counted, OUTPUTS);
    assert.deepEqual((await verifyStore(store)).damages, []);
  });

  it("says whose chain it is, if another's", async () => {
    const report = await check([putMeta("chainId", hashOf(1) as never)]);
    assert.ok(report.kind === "other-chain");
    assert.deepEqual([report.found, report.expected], [hashOf(1), CHAIN]);
  });

  it("names a block to replay that is missing or damaged, and that fetching it mends it", async () => {
    assert.deepEqual(brief(await damages([remove(block(7))], [block(8), keyOf("certificate", 6)])), [
      `damaged: certificate 6: record 63${"0".repeat(15)}6 of table certificate is damaged (its value does not fit its seal); check the disk, then let the node fetch the chain anew (docs/operations.md) → fetch-block`,
      "missing: block 7: no block, but the tip is at 9 → fetch-block",
      `damaged: block 8: record 62${"0".repeat(15)}8 of table block is damaged (its value does not fit its seal); check the disk, then let the node fetch the chain anew (docs/operations.md) → fetch-block`,
    ]);
  });

  it("names the tip's hash that leads nowhere", async () => {
    const found = await damages([remove(keyOf("heightOfBlock", hashOf(9)))]);
    assert.deepEqual(
      found.map(({ kind, table, repair }) => [kind, table, repair]),
      [["missing", "heightOfBlock", "rebuild-index"]],
    );
  });

  it("counts outputs: one too few, one too many, one damaged", async () => {
    assert.deepEqual(brief(await damages([remove(keyOf("output", hashOf(3), 0))])), [
      "contradiction: output: 24 sound outputs, expected 25 → rebuild-outputs",
    ]);
    assert.deepEqual(brief(await damages([put(keyOf("output", hashOf(3), 1), "one more")])), [
      "contradiction: output: 26 sound outputs, expected 25 → rebuild-outputs",
    ]);
    assert.deepEqual(
      brief(await damages([remove(keyOf("output", hashOf(3), 1))], [keyOf("output", hashOf(4), 0)])),
      [
        `damaged: output ${hashOf(4)} 0: the value does not fit its seal → rebuild-outputs`,
        "contradiction: output: 24 sound outputs, expected 25 → rebuild-outputs",
      ],
    );
  });

  it("names records of meta that are damaged, missing, or contradict each other", async () => {
    const kinds = (list: readonly Damage[]) => list.map(({ kind, table, key }) => [kind, table, key]);
    const hex = (name: "tip" | "flushed" | "prunedTo" | "chainId") =>
      Buffer.from(metaKey(name)).toString("hex");
    assert.deepEqual(kinds(await damages([], [metaKey("tip"), metaKey("flushed")])), [
      ["damaged", "meta", hex("tip")],
      ["damaged", "meta", hex("flushed")],
    ]);
    assert.deepEqual(kinds(await damages([remove(metaKey("flushed"))])), [
      ["missing", "meta", hex("flushed")],
    ]);
    assert.deepEqual(kinds(await damages([remove(metaKey("chainId"))])), [
      ["missing", "meta", hex("chainId")],
    ]);
    assert.deepEqual(kinds(await damages([putMeta("flushed", { height: height(10), outputs: OUTPUTS })])), [
      ["contradiction", "meta", hex("flushed")],
    ]);
    assert.deepEqual(kinds(await damages([putMeta("prunedTo", height(6))])), [
      ["contradiction", "meta", hex("prunedTo")],
    ]);
    assert.deepEqual(kinds(await damages([put(metaKey("tip"), "no tip")])), [
      ["damaged", "meta", hex("tip")],
    ]);
  });

  it("finds in a walk what the start does not look at", async () => {
    await check(
      [remove(block(4)), put(new Uint8Array([1, 2, 3]), "alien"), put(new Uint8Array([0x62, 1]), "short")],
      [keyOf("engine", "votes", 0)],
    );
    const seen: VerifyProgress[] = [];
    const report = await verifyStore(store, { onProgress: (progress) => seen.push(progress) });
    assert.deepEqual(report.damages.map(({ kind, table, detail }) => `${kind} ${table} ${detail}`).sort(), [
      "damaged engine engine votes 0: the value does not fit its seal",
      "missing block block 4: no block of this height",
      "unknown block 6201: no key of this layout",
      "unknown unknown 010203: no key of this layout",
    ]);
    assert.equal(report.damageCount, 4);
    assert.equal(report.isComplete, true);
    assert.equal(report.records.output, OUTPUTS);
    assert.equal(report.records.block, 6);
    assert.ok(seen.length > 10 && (seen.at(-1)?.records ?? 0) > OUTPUTS);
  });

  it("finds in a walk a tip without its block, a block behind the tip, and too few outputs", async () => {
    await check([
      remove(block(9)),
      remove(block(8)),
      put(block(12), "x"),
      remove(keyOf("output", hashOf(1), 0)),
    ]);
    assert.deepEqual(brief((await verifyStore(store)).damages), [
      "contradiction: block 12: a block outside of 3 to 9, where the chain is → fetch-block",
      "missing: block 8: no block of this height → fetch-block",
      "missing: block 9: no block of this height → fetch-block",
      "contradiction: output: 24 sound outputs, expected 25 → rebuild-outputs",
    ]);
  });

  it("stops a walk when told to", async () => {
    await check();
    const report = await verifyStore(store, { signal: { aborted: true } });
    assert.equal(report.isComplete, false);
    assert.deepEqual(report.damages, []);
  });
});
