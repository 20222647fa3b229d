// The power goes at every write in turn, before or after it reached the disk: on the next start the tip is the last
// block that was written, and outputs, indexes and members are those after it.
import assert from "node:assert/strict";
import { verifyStore } from "@witan/storage";
import { systemError } from "../../storage/faults.ts";
import { GrowingChain } from "./growing-chain.ts";
import { assertAddresses, assertAsModel, MemoryDisk, openOn } from "./opening.ts";

const SEEDS = process.env["WITAN_SEED"] ? [Number(process.env["WITAN_SEED"])] : [21, 22];
const BLOCKS = 14;

/** Runs until the write of this number fails, or to the end. @returns how many writes there were, and blocks applied */
async function runUntil(disk: MemoryDisk, model: GrowingChain, failing: number, isMade: boolean) {
  const failures: unknown[] = [];
  const store = await disk.open();
  const writes = disk.faulty.seen.length;
  disk.faulty.failAt = { write: writes + failing, error: systemError("EIO"), isMade };
  let applied = 0;
  try {
    const onFailure = (error: unknown) => failures.push(error);
    const keeper = await openOn(model.ledger.chain, store, { onFailure });
    applied = keeper.tip.height;
    for (let height = applied + 1; height <= model.height; height++) {
      await model.feed(keeper, height);
      applied = height;
    }
    await keeper.close();
  } catch (error) {
    failures.push(error);
  }
  return { writes: disk.faulty.seen.length - writes, applied, failures };
}

describe("chain keeper: crashes", () => {
  for (const seed of SEEDS)
    it(`loses nothing that was durable, whatever write is the last (WITAN_SEED=${seed})`, async function () {
      this.timeout(60_000);
      const model = new GrowingChain(seed);
      model.grow(4);
      model.addMember("e");
      model.grow(3);
      model.removeMember("a");
      model.grow(BLOCKS - model.height);
      const { writes: all } = await runUntil(new MemoryDisk(), model, Number.POSITIVE_INFINITY, false);
      assert.ok(all > BLOCKS + 3, `${all} writes`);
      let flushesCut = 0;
      for (let failing = 1; failing <= all; failing++)
        for (const isMade of [false, true]) {
          const disk = new MemoryDisk();
          const { applied, failures } = await runUntil(disk, model, failing, isMade);
          assert.ok(failures.length > 0, `write ${failing} failed, and nobody heard`);

          const store = await disk.open();
          const keeper = await openOn(model.ledger.chain, store);
          const { height } = keeper.tip;
          assert.ok(height >= applied && height <= applied + 1, `${height} after ${applied}`);
          if ((keeper.cacheStatus().flushed?.height ?? 0) < height) flushesCut++;
          await assertAsModel(keeper, model);
          await assertAddresses(keeper, model);
          for (let next = height + 1; next <= model.height; next++) await model.feed(keeper, next);
          await keeper.close();
          await assertAddresses(keeper, model);
          assert.deepEqual((await verifyStore(store)).damages, []);
        }
      assert.ok(flushesCut > all / 2, "blocks were replayed");
    });

  it("survives a crash while it replays, again and again", async () => {
    const model = new GrowingChain(23);
    model.grow(BLOCKS);
    const disk = new MemoryDisk();
    for (let failing = 3; failing < 9; failing++) await runUntil(disk, model, failing, failing % 2 === 0);
    const keeper = await openOn(model.ledger.chain, await disk.open());
    assert.ok(keeper.tip.height > 5);
    await assertAsModel(keeper, model);
    await assertAddresses(keeper, model);
    await keeper.close();
  });

  it("tells once that a flush failed, and takes no further block", async () => {
    const model = new GrowingChain(24);
    model.grow(BLOCKS);
    const disk = new MemoryDisk();
    const failures: unknown[] = [];
    const keeper = await openOn(model.ledger.chain, await disk.open(), {
      onFailure: (error) => failures.push(error),
    });
    const feeding = (async () => {
      for (let height = 1; height <= model.height; height++) {
        if (keeper.cacheStatus().changedBytes > 1_000)
          disk.faulty.failure = { error: systemError("ENOSPC"), isMade: false };
        await model.feed(keeper, height);
      }
    })();
    await assert.rejects(feeding, /ENOSPC/);
    await keeper.close();
    assert.ok(failures.length <= 1);
  });
});
