// The sums of the address index against a naive one over its outputs on the disk: after flushes, crashes and rebuilds,
// and in databases of programs that knew no sums. And what an answer about an address of many outputs costs.
import assert from "node:assert/strict";
import type { BlockUndo, OutpointKey } from "@witan/ledger";
import {
  type Amount,
  type AssetId,
  type Height,
  type PolicyHash,
  present,
  type StoreChange,
  type TransactionId,
} from "@witan/primitives";
import {
  type CheckedStore,
  openMemoryStore,
  parseKey,
  putMeta,
  rangeOf,
  readMeta,
  StoreError,
  tableOf,
} from "@witan/storage";
import fc from "fast-check";
import { AddressIndex } from "../../../packages/node/src/indexes/address-index.ts";
import { addressOutputCodec } from "../../../packages/node/src/indexes/address-records.ts";
import {
  changedSum,
  type StoredSums,
  SumChanges,
  type SumName,
  storedSum,
  sumChange,
  sumOf,
} from "../../../packages/node/src/indexes/address-sums.ts";
import { outputChange, PendingIndexes } from "../../../packages/node/src/indexes/index-changes.ts";
import { systemError } from "../../storage/faults.ts";
import { GrowingChain, POLICIES } from "./growing-chain.ts";
import { assertAddresses, MemoryDisk, NO_FLUSHES, openOn, turn } from "./opening.ts";

const SEEDS = process.env["WITAN_SEED"] ? [Number(process.env["WITAN_SEED"])] : [51, 52];
const [ALICE, BOB] = POLICIES as [PolicyHash, PolicyHash];
const MANY = 6_000;

/** The sums on a disk are those of the outputs there, and of none else. */
async function assertSums(live: CheckedStore): Promise<number> {
  // Both tables as of one moment: a flush may be under way.
  const store = live.snapshot();
  const naive = new Map<string, { amount: bigint; outputs: number }>();
  for await (const { key, value } of store.range(rangeOf("addressOutput"))) {
    const decoded = addressOutputCodec.decode(value);
    assert.ok(decoded.ok);
    const name = `${parseKey(key)?.fields[0]} ${decoded.value.asset}`;
    const { amount, outputs } = naive.get(name) ?? { amount: 0n, outputs: 0 };
    naive.set(name, { amount: amount + decoded.value.amount, outputs: outputs + 1 });
  }
  const found = new Map<string, { amount: bigint; outputs: number }>();
  for await (const entry of store.range(rangeOf("addressSum"))) {
    const { asset, sum } = storedSum(entry);
    found.set(`${parseKey(entry.key)?.fields[0]} ${asset}`, { ...sum });
  }
  await store.close();
  assert.deepEqual(new Map([...found].sort()), new Map([...naive].sort()));
  return found.size;
}

describe("address index: sums", () => {
  for (const seed of SEEDS)
    it(`are those of the outputs beside them, after each block and wherever it was cut short (WITAN_SEED=${seed})`, async function () {
      this.timeout(60_000);
      const model = new GrowingChain(seed);
      model.grow(40);
      const disk = new MemoryDisk();
      const limits = { ...NO_FLUSHES, blocks: 3 };
      let crashes = 0;
      for (let round = 0; ; round++) {
        const store = await disk.open();
        // Rebuilt now and then, with an index taken away and made again.
        const addressIndex = model.random(4) !== 0;
        const write = disk.faulty.seen.length + 2 + model.random(12);
        disk.faulty.failAt = { write, error: systemError("EIO"), isMade: model.random(2) === 0 };
        try {
          const keeper = await openOn(model.ledger.chain, store, {
            addressIndex,
            limits,
            onFailure: () => {},
          });
          for (let height = keeper.tip.height + 1; height <= model.height; height++) {
            await model.feed(keeper, height);
            if (readMeta(store, "addressIndex") === "whole") await assertSums(store);
          }
          await keeper.close();
          if (addressIndex && keeper.tip.height === model.height) break;
        } catch (error) {
          if (!(error instanceof StoreError)) throw error;
          crashes++;
        }
        assert.ok(round < 200, "it comes to an end");
      }
      assert.ok(crashes > 3, `it was cut short ${crashes} times`);
      const store = await disk.open();
      const keeper = await openOn(model.ledger.chain, store);
      await assertAddresses(keeper, model);
      await keeper.close();
      assert.ok((await assertSums(store)) > POLICIES.length);
    });

  it("are made for a database that has none, and made anew over some of another height", async () => {
    const model = new GrowingChain(53);
    model.grow(14);
    const { chain } = model.ledger;
    for (const stale of [false, true]) {
      const disk = new MemoryDisk();
      const store = await disk.open();
      const keeper = await openOn(chain, store);
      for (let height = 1; height <= 9; height++) await model.feed(keeper, height);
      await keeper.close();
      // As a program leaves it that knew no sums.
      const old: StoreChange[] = [putMeta("addressIndex", "without-sums")];
      for await (const { key } of store.range(rangeOf("addressSum"))) old.push({ kind: "delete", key });
      if (stale) old.push(sumChange({ policyHash: ALICE, asset: 7 as AssetId }, { amount: 5n, outputs: 2 }));
      await store.write(old, { sync: true });

      const again = await disk.open();
      // Cut short, in the middle of it.
      disk.faulty.failAt = { write: disk.faulty.seen.length + 2, error: systemError("EIO"), isMade: true };
      await assert.rejects(openOn(chain, again));
      const last = await disk.open();
      const opened = await openOn(chain, last);
      assert.equal(readMeta(last, "addressIndex"), "whole");
      await assertAddresses(opened, model);
      for (let height = 10; height <= 14; height++) await model.feed(opened, height);
      await assertAddresses(opened, model);
      await opened.close();
      await assertSums(last);
    }
  });

  it("may be more than an amount, and less than nothing never", () => {
    const amount = fc.bigInt({ min: 1n, max: 2n ** 117n - 1n });
    fc.assert(
      fc.property(amount, fc.integer({ min: 1, max: 2 ** 53 - 1 }), (sum, outputs) => {
        const change = sumChange({ policyHash: ALICE, asset: 3 as AssetId }, { amount: sum, outputs });
        assert.ok(change.kind === "put" && change.value.length === 24);
        assert.deepEqual(sumOf(change.value), { amount: sum, outputs });
      }),
    );
    assert.equal(
      sumChange({ policyHash: ALICE, asset: 3 as AssetId }, { amount: 0n, outputs: 0 }).kind,
      "delete",
    );
    const one = { amount: 5n, outputs: 1 };
    for (const wrong of [
      { amount: -6n, outputs: 0 },
      { amount: -4n, outputs: -1 },
      { amount: -5n, outputs: -2 },
    ])
      assert.throws(() => changedSum(one, wrong), /outputs of an address/);
    assert.throws(() => sumOf(new Uint8Array(23)), /a sum of an address/);
  });

  it("are read once for a flush, and not written where they came to nothing", () => {
    const { stored, reads } = storedTen();
    const changes = new SumChanges(stored);
    changes.add(ALICE, { transaction, received: [of(0, 3n), of(1, 4n)], spent: [of(0, 10n)] });
    assert.equal(changes.records, 2);
    changes.add(ALICE, { transaction, received: [], spent: [of(1, 4n)] });
    changes.add(BOB, { transaction, received: [of(2, 1n)], spent: [of(2, 1n)] });
    assert.equal(changes.records, 1);
    assert.deepEqual([...changes.made(ALICE)], [[0, { amount: 3n, outputs: 2 }]]);
    assert.equal([...changes.storeChanges()].length, 1);
    assert.equal([...changes.storeChanges()].length, 1);
    assert.deepEqual([...changes.made(BOB)], []);
    assert.deepEqual(reads, ["sum 0"]);
  });

  it("are fetched before the flush, but for those that another flush is writing, or that can't be read", async () => {
    const { stored, reads } = storedTen();
    for (const { fails, expected } of [
      { fails: false, expected: ["fetch 0,1", "sum 2"] },
      { fails: true, expected: ["sum 0", "sum 1", "sum 2"] },
    ]) {
      reads.length = 0;
      const failing = { ...stored, fetch: () => Promise.reject(systemError("EIO")) };
      const changes = new SumChanges(fails ? failing : stored);
      changes.add(ALICE, { transaction, received: [of(0, 1n), of(1, 1n), of(2, 1n)], spent: [] });
      await changes.fetch(({ asset }) => asset === 2);
      await changes.fetch(() => false);
      assert.deepEqual(
        [...changes.made(ALICE)],
        [
          [0, { amount: 11n, outputs: 3 }],
          [1, { amount: 1n, outputs: 1 }],
          [2, { amount: 1n, outputs: 1 }],
        ],
      );
      assert.deepEqual(reads, expected);
    }
  });

  it("are right where a flush writes what changed again meanwhile, whenever that is fetched", async () => {
    const disk = new MemoryDisk();
    const store = await disk.open();
    const pending = new PendingIndexes(true, store);
    const index = new AddressIndex({ store, pending, height: () => 1 as Height, yieldNow: turn });
    const model = new GrowingChain(54);
    model.grow(12);
    const flush = async (isHeld: boolean, during: () => void) => {
      const changes = [...pending.beginFlush()];
      if (!isHeld) await store.write(changes, { sync: true });
      during();
      await turn();
      if (isHeld) await store.write(changes, { sync: true });
      pending.endFlush();
    };
    for (let height = 0; height <= model.height; height += 2) {
      const add = (at: number) => {
        if (at > model.height) return;
        const none: BlockUndo = { spent: [] };
        pending.add(
          model.at(at).block,
          at === 0 ? none : present(model.ledger.blocks[at - 1], "a block").undo,
        );
      };
      add(height);
      await turn();
      await flush(height % 4 === 0, () => add(height + 1));
      const { coins } = model.at(Math.min(height + 1, model.height));
      for (const policy of POLICIES) {
        const naive = new Map<number, bigint>();
        for (const { policyHash, asset, amount } of coins.values())
          if (policyHash === policy) naive.set(asset, (naive.get(asset) ?? 0n) + amount);
        const { amounts } = await index.balance(policy);
        assert.deepEqual(new Map([...amounts].sort()), new Map([...naive].sort()));
      }
    }
  });
});

const transaction = "00".repeat(32) as TransactionId;

function of(asset: number, amount: bigint): { readonly asset: AssetId; readonly amount: Amount } {
  return { asset: asset as AssetId, amount: amount as Amount };
}

/** A database with ten of asset 0 in two outputs, and what was read of it. */
function storedTen(): { readonly stored: StoredSums; readonly reads: string[] } {
  const reads: string[] = [];
  const find = ({ asset }: SumName) => (asset === 0 ? { amount: 10n, outputs: 2 } : undefined);
  const stored: StoredSums = {
    sum: (name) => {
      reads.push(`sum ${name.asset}`);
      return find(name);
    },
    fetch: async (names) => {
      reads.push(`fetch ${names.map(({ asset }) => asset)}`);
      return names.map(find);
    },
  };
  return { stored, reads };
}

describe("address index: an address of many outputs", () => {
  /** What Alice holds: 6,000 outputs of asset 0, then one of asset 1, then three of asset 0. */
  async function many() {
    const store = await openMemoryStore();
    const nameOf = (at: number) => `${at.toString(16).padStart(64, "0")}0000` as OutpointKey;
    const changes: StoreChange[] = [];
    for (let at = 0; at < MANY + 4; at++) {
      const asset = (at === MANY ? 1 : 0) as AssetId;
      const output = { asset, amount: 2n as Amount, height: 1 as Height, reward: false };
      changes.push(outputChange(ALICE, nameOf(at), output));
    }
    changes.push(
      sumChange(
        { policyHash: ALICE, asset: 0 as AssetId },
        { amount: 2n * BigInt(MANY + 3), outputs: MANY + 3 },
      ),
    );
    changes.push(sumChange({ policyHash: ALICE, asset: 1 as AssetId }, { amount: 2n, outputs: 1 }));
    await store.write(changes, { sync: true });
    const read = new Map<string, number>();
    const counted = {
      get: (key: Uint8Array) => store.get(key),
      async *range(range: Parameters<CheckedStore["range"]>[0]) {
        for await (const entry of store.range(range)) {
          read.set(tableOf(entry.key), (read.get(tableOf(entry.key)) ?? 0) + 1);
          yield entry;
        }
      },
    } as unknown as CheckedStore;
    const pending = new PendingIndexes(true, counted);
    const index = new AddressIndex({ store: counted, pending, height: () => 1 as Height, yieldNow: turn });
    return { index, read, nameOf };
  }

  it("has a balance that costs one record for each asset", async () => {
    const { index, read } = await many();
    const { amounts } = await index.balance(ALICE);
    assert.deepEqual(
      [...amounts],
      [
        [0, 2n * BigInt(MANY + 3)],
        [1, 2n],
      ],
    );
    assert.deepEqual([...read], [["addressSum", 2]]);
  });

  it("looks at 5,000 outputs for a page of one asset, and says where to go on", async () => {
    const { index, read, nameOf } = await many();
    const asset = 1 as AssetId;
    const first = await index.outputs(ALICE, { asset, limit: 10 });
    assert.deepEqual([first.outputs, first.next], [[], nameOf(4_999)]);
    const looked = read.get("addressOutput") ?? 0;
    assert.ok(looked > 5_000 && looked < 5_010, `${looked} were read`);
    const after = first.next as OutpointKey;
    const second = await index.outputs(ALICE, { asset, after, limit: 10 });
    assert.deepEqual(
      second.outputs.map(({ outpoint }) => outpoint),
      [nameOf(MANY)],
    );
    assert.equal(second.next, undefined);
    // A page that is full has another one behind it only where there is more of that asset.
    assert.equal((await index.outputs(ALICE, { asset, after, limit: 1 })).next, undefined);
    const full = await index.outputs(ALICE, { asset: 0 as AssetId, limit: 1 });
    assert.deepEqual([full.outputs.length, full.next], [1, nameOf(0)]);
  });
});
