// Asking by address against the model: from memory, from the disk, from both while a flush is under way; and the index
// of a database that was made without it.
import assert from "node:assert/strict";
import { type CheckedStore, openMemoryStore, readMeta, tableOf, verifyStore } from "@witan/storage";
import { openLevelStore } from "@witan/storage/level";
import {
  buildAddressIndex,
  dropAddressIndex,
} from "../../../packages/node/src/indexes/build-address-index.ts";
import { IndexChanges } from "../../../packages/node/src/indexes/index-changes.ts";
import { systemError } from "../../storage/faults.ts";
import { temporaryPaths } from "../../storage/temporary-directory.ts";
import { GrowingChain, POLICIES } from "./growing-chain.ts";
import { assertAddresses, MemoryDisk, NO_FLUSHES, openOn, turn } from "./opening.ts";

const SEEDS = process.env["WITAN_SEED"] ? [Number(process.env["WITAN_SEED"])] : [31, 32];
const [ALICE] = POLICIES as [(typeof POLICIES)[number]];

describe("address index", () => {
  const path = temporaryPaths();
  const kinds: readonly (readonly [string, () => Promise<CheckedStore>])[] = [
    ["LevelDB", () => openLevelStore(path("database"))],
    ["memory", () => openMemoryStore()],
  ];

  for (const [name, openStore] of kinds)
    for (const seed of SEEDS)
      it(`is as the model after each block, on ${name} (WITAN_SEED=${seed})`, async () => {
        const model = new GrowingChain(seed);
        model.grow(20);
        const store = await openStore();
        const keeper = await openOn(model.ledger.chain, store);
        await assertAddresses(keeper, model);
        for (let height = 1; height <= model.height; height++) {
          await model.feed(keeper, height);
          await assertAddresses(keeper, model);
        }
        await keeper.close();
        await assertAddresses(keeper, model);
        await store.close();
      });

  for (const when of ["hold", "holdEnd"] as const)
    it(`is as the model while a flush is under way, its batch ${when === "hold" ? "not written" : "written, and nobody told"}`, async () => {
      const model = new GrowingChain(33);
      model.grow(12);
      const disk = new MemoryDisk();
      const limits = { ...NO_FLUSHES, blocks: 4 };
      const keeper = await openOn(model.ledger.chain, await disk.open(), { limits });
      for (let height = 1; height < 4; height++) await model.feed(keeper, height);
      const applied = keeper.apply(await model.judged(keeper, 4), model.at(4).certificate);
      if (when === "holdEnd") await applied;
      let release = () => {};
      disk.faulty[when] = new Promise((resolve) => {
        release = resolve;
      });
      await applied;
      await turn();
      assert.equal(keeper.cacheStatus().isFlushing, true);
      await assertAddresses(keeper, model);
      const next = model.feed(keeper, 5);
      await turn();
      await assertAddresses(keeper, model);
      release();
      await next;
      const asked = POLICIES.map((policy) => keeper.balance(policy));
      for (let height = 6; height <= 12; height++) await model.feed(keeper, height);
      for (const answer of await Promise.all(asked)) {
        assert.ok(answer.ok);
        assert.equal(answer.value.height, 5);
      }
      await assertAddresses(keeper, model);
      await keeper.close();
    });

  it("keeps to one block in one answer, whatever is applied meanwhile", async () => {
    const model = new GrowingChain(34);
    model.grow(10);
    const store = await openLevelStore(path("database"));
    const keeper = await openOn(model.ledger.chain, store);
    for (let height = 1; height <= model.height; height++) {
      const asked = keeper.outputs(ALICE, { limit: 100 });
      await model.feed(keeper, height);
      const answer = await asked;
      assert.ok(answer.ok);
      const { coins } = model.at(height - 1);
      const own = [...coins].filter(([, coin]) => coin.policyHash === ALICE).map(([outpoint]) => outpoint);
      assert.deepEqual(
        answer.value.outputs.map(({ outpoint }) => outpoint),
        own.sort(),
      );
    }
    await keeper.close();
    await store.close();
  });

  it("is refused where it is not kept", async () => {
    const model = new GrowingChain(35);
    const keeper = await openOn(model.ledger.chain, await openMemoryStore(), { addressIndex: false });
    for (const answer of [
      await keeper.outputs(ALICE, { limit: 1 }),
      await keeper.balance(ALICE),
      await keeper.history(ALICE, { order: "descending", limit: 1 }),
    ])
      assert.equal(answer.ok ? "" : answer.code, "no-address-index");
    await keeper.close();
  });
});

describe("address index, turned on and off", () => {
  it("is built from what is there, and taken away whole", async () => {
    const model = new GrowingChain(41);
    model.grow(15);
    const { chain } = model.ledger;
    const disk = new MemoryDisk();
    const without = await openOn(chain, await disk.open(), { addressIndex: false });
    for (let height = 1; height <= 10; height++) await model.feed(without, height);
    // No close: some blocks are on the disk only as blocks.
    const store = await disk.open();
    const keeper = await openOn(chain, store, { addressIndex: true });
    await assertAddresses(keeper, model);
    for (let height = 11; height <= 15; height++) await model.feed(keeper, height);
    await assertAddresses(keeper, model);
    await keeper.close();
    assert.equal(readMeta(store, "addressIndex"), "whole");

    const off = await disk.open();
    const again = await openOn(chain, off, { addressIndex: false });
    await again.close();
    const { records, damages } = await verifyStore(off);
    const { addressOutput, addressHistory, addressSum } = records;
    assert.deepEqual([addressOutput, addressHistory, addressSum, damages], [0, 0, 0, []]);
    assert.equal(readMeta(off, "addressIndex"), undefined);
  });

  it("is right in the end wherever building and taking away are cut short", async () => {
    const model = new GrowingChain(42);
    model.grow(12);
    const { chain } = model.ledger;
    for (let failing = 1; failing < 14; failing++) {
      const isMade = failing % 2 === 0;
      const cutShort = async (disk: MemoryDisk, work: (store: CheckedStore) => Promise<void>) => {
        const store = await disk.open();
        disk.faulty.failAt = { write: disk.faulty.seen.length + failing, error: systemError("EIO"), isMade };
        await work(store).catch(() => {});
      };
      const build = (store: CheckedStore) => {
        const { height } = readMeta(store, "flushed") ?? { height: 0 };
        const range = { from: 0 as never, flushed: height as never };
        return buildAddressIndex({ chain, store, ...range, yieldNow: turn, recordsPerWrite: 7 });
      };
      const disk = new MemoryDisk();
      const feed = async (addressIndex: boolean, to: number) => {
        const keeper = await openOn(chain, await disk.open(), { addressIndex });
        for (let height = keeper.tip.height + 1; height <= to; height++) await model.feed(keeper, height);
        await keeper.close();
        return keeper;
      };
      await feed(false, 6);
      await cutShort(disk, build);
      if (failing % 3 === 0) await cutShort(disk, build);
      await cutShort(disk, (store) => dropAddressIndex(store, 7));
      await feed(false, 9);
      await cutShort(disk, build);
      await assertAddresses(await feed(true, 10), model);
      await cutShort(disk, (store) => dropAddressIndex(store, 7));
      await assertAddresses(await feed(true, 12), model);
    }
  });

  it("never writes an output that was made and spent between two flushes", () => {
    const model = new GrowingChain(43);
    model.grow(15);
    const changes = new IndexChanges(true);
    for (const { block, undo } of [{ block: model.at(0).block, undo: { spent: [] } }, ...model.ledger.blocks])
      changes.add(block, undo);
    const written = [...changes.storeChanges()];
    assert.equal(written.length, changes.records);
    assert.ok(written.every(({ kind }) => kind === "put"));
    const outputs = written.filter(({ key }) => tableOf(key) === "addressOutput");
    assert.equal(outputs.length, model.ledger.coins.size);
  });
});
