// Keeping a chain: what is applied is there, what was durable is there after a crash, on LevelDB and in memory.
import assert from "node:assert/strict";
import { type CheckedStore, keyOf, openMemoryStore, verifyStore } from "@witan/storage";
import { openLevelStore } from "@witan/storage/level";
import type { OpenProgress } from "../../../packages/node/src/chain/types.ts";
import { temporaryPaths } from "../../storage/temporary-directory.ts";
import { GrowingChain } from "./growing-chain.ts";
import { assertAsModel, MemoryDisk, NO_FLUSHES, openOn, turn } from "./opening.ts";

const SEEDS = process.env["WITAN_SEED"] ? [Number(process.env["WITAN_SEED"])] : [1, 2, 3];

const KINDS: readonly (readonly [string, (path: string) => Promise<CheckedStore>])[] = [
  ["LevelDB", (path) => openLevelStore(path)],
  ["memory", () => openMemoryStore()],
];

for (const [name, openStore] of KINDS) {
  describe(`chain keeper on ${name}`, () => {
    const path = temporaryPaths();

    for (const seed of SEEDS)
      it(`is as the model after each block (WITAN_SEED=${seed})`, async () => {
        const model = new GrowingChain(seed);
        model.grow(25);
        const store = await openStore(path("database"));
        const keeper = await openOn(model.ledger.chain, store);
        await assertAsModel(keeper, model);
        for (let height = 1; height <= model.height; height++) {
          await model.feed(keeper, height);
          await assertAsModel(keeper, model);
        }
        await keeper.close();
        assert.equal(keeper.cacheStatus().flushed?.height, model.height);
        const { damages, records } = await verifyStore(store);
        assert.deepEqual(damages, []);
        assert.equal(records.output, model.at(model.height).coins.size);
        await store.close();
      });

    it("gives the bytes of blocks, and nothing for what is not there", async () => {
      const model = new GrowingChain(5);
      model.grow(3);
      const store = await openStore(path("database"));
      const keeper = await openOn(model.ledger.chain, store);
      await model.feed(keeper, 1);
      await model.feed(keeper, 2);
      const { block } = model.at(2);
      assert.deepEqual(keeper.blockBytes(2 as never), block.bytes);
      assert.deepEqual(keeper.block(2 as never)?.transactions, block.transactions);
      assert.deepEqual(keeper.header(1 as never), model.at(1).block.header);
      for (const nothing of [
        keeper.blockBytes(3 as never),
        keeper.block(3 as never),
        keeper.hashAt(3 as never),
        keeper.heightOf(model.at(3).block.hash),
        keeper.certificate(0 as never),
        keeper.place(model.at(3).block.hash as never),
      ])
        assert.equal(nothing, undefined);
      await keeper.close();
      await store.close();
    });
  });
}

describe("chain keeper on LevelDB, opened again", () => {
  const path = temporaryPaths();

  it("replays nothing after it was closed, and what was not flushed after it was not", async () => {
    const model = new GrowingChain(7);
    model.grow(12);
    const { chain } = model.ledger;
    const first = await openLevelStore(path("database"));
    const closed = await openOn(chain, first, { limits: NO_FLUSHES });
    for (let height = 1; height <= 5; height++) await model.feed(closed, height);
    await closed.close();
    await first.close();

    const progress: OpenProgress[] = [];
    const onProgress = (one: OpenProgress) => progress.push(one);
    const second = await openLevelStore(path("database"));
    const killed = await openOn(chain, second, { limits: NO_FLUSHES, onProgress });
    await assertAsModel(killed, model);
    assert.deepEqual(
      progress.map(({ phase }) => phase),
      ["checking"],
    );
    for (let height = 6; height <= 12; height++) await model.feed(killed, height);
    // Without closing the keeper: what it had not flushed is lost.
    await second.close();

    progress.length = 0;
    const third = await openLevelStore(path("database"));
    const again = await openOn(chain, third, { limits: NO_FLUSHES, onProgress });
    await assertAsModel(again, model);
    assert.deepEqual(progress.at(-1), { phase: "replaying", height: 12, target: 12 });
    assert.equal(again.cacheStatus().flushed?.height, 5);
    await again.close();
    await third.close();
  });
});

describe("chain keeper: one step", () => {
  for (const when of ["hold", "holdEnd"] as const)
    it(`shows nothing of a block before it is applied, then everything: ${when}`, async () => {
      const model = new GrowingChain(11);
      model.addMember("e");
      const disk = new MemoryDisk();
      const keeper = await openOn(model.ledger.chain, await disk.open());
      let release = () => {};
      disk.faulty[when] = new Promise((resolve) => {
        release = resolve;
      });
      const applying = model.feed(keeper, 1);
      for (let turns = 0; turns < 5; turns++) await turn();
      assert.equal(keeper.tip.height, 0);
      assert.equal(keeper.memberships(2 as never), undefined);
      assert.equal(keeper.blockBytes(1 as never), undefined);
      assert.equal(keeper.heightOf(model.at(1).block.hash), undefined);
      assert.equal(keeper.certificate(1 as never), undefined);
      assert.equal(keeper.hashAt(1 as never), undefined);
      release();
      await applying;
      await assertAsModel(keeper, model);
      assert.equal(keeper.memberships(2 as never)?.members.length, 5);
      assert.equal(keeper.memberships(1 as never)?.members.length, 4);
      await keeper.close();
    });

  it("takes one block at a time, on the tip, with its own certificate, and none once closed", async () => {
    const model = new GrowingChain(12);
    model.grow(2);
    const keeper = await openOn(model.ledger.chain, await openMemoryStore());
    const valid = await model.judged(keeper, 1);
    assert.throws(() => keeper.apply(valid, model.at(2).certificate), /the certificate of block/);
    const applying = keeper.apply(valid, model.at(1).certificate);
    assert.throws(() => keeper.apply(valid, model.at(1).certificate), /one block at a time/);
    await applying;
    assert.throws(() => keeper.apply(valid, model.at(1).certificate), /on the tip/);
    const next = await model.judged(keeper, 2);
    await keeper.close();
    await keeper.close();
    assert.throws(() => keeper.apply(next, model.at(2).certificate), /none once closed/);
  });

  it("writes a block, its certificate and what the host adds in one synced batch", async () => {
    const model = new GrowingChain(13);
    model.grow(1);
    const disk = new MemoryDisk();
    const store = await disk.open();
    const keeper = await openOn(model.ledger.chain, store, { limits: NO_FLUSHES });
    const before = disk.faulty.seen.length;
    const key = new Uint8Array([...new TextEncoder().encode("evotes"), ...new Uint8Array(19)]);
    await model.feed(keeper, 1, [{ kind: "put", key, value: new Uint8Array([7]) }]);
    assert.deepEqual(disk.faulty.seen.slice(before), [{ changes: 6, sync: true }]);
    assert.deepEqual(store.get(key), new Uint8Array([7]));
    await keeper.close();
  });
});

describe("chain keeper: bodies that were voted for", () => {
  it("keeps them until their height is applied, also over a restart", async () => {
    const model = new GrowingChain(14);
    model.grow(3);
    const { chain } = model.ledger;
    const disk = new MemoryDisk();
    const store = await disk.open();
    const keeper = await openOn(chain, store);
    const body = (height: number) => model.at(height).block;
    for (const height of [1, 2, 3]) {
      assert.equal(keeper.hasProposal(body(height).hash), false);
      const change = keeper.putProposal(body(height).hash, body(height).bytes);
      assert.equal(keeper.hasProposal(body(height).hash), true);
      await store.write([change], { sync: true });
      assert.deepEqual(keeper.proposal(body(height).hash), body(height).bytes);
    }
    await model.feed(keeper, 1);
    assert.equal(keeper.hasProposal(body(1).hash), false);
    assert.equal(store.get(keyOf("proposal", body(1).hash)), undefined);
    assert.equal(keeper.proposal(body(1).hash), undefined);
    await model.feed(keeper, 2, [keeper.putProposal(body(2).hash, body(2).bytes)]);

    const again = await openOn(chain, await disk.open());
    assert.deepEqual(
      [1, 2, 3].map((height) => again.hasProposal(body(height).hash)),
      [false, false, true],
    );
    assert.deepEqual(again.proposal(body(3).hash), body(3).bytes);
    await again.close();
    const left = await disk.open();
    assert.deepEqual(
      [1, 2, 3].map((height) => left.get(keyOf("proposal", body(height).hash)) !== undefined),
      [false, false, true],
    );
  });
});
