// Undoing blocks and applying others: whatever branches a chain has stood on, the database is as if it had never stood on
// any but the last; and a crash at any write leaves the one chain or the other, whole.
import assert from "node:assert/strict";
import type { Block } from "@witan/ledger";
import type { Height, PolicyHash } from "@witan/primitives";
import { keyOf, verifyStore } from "@witan/storage";
import type { ChainKeeper } from "../../../packages/node/src/chain/chain-keeper.ts";
import { systemError } from "../../storage/faults.ts";
import { POLICIES } from "../chain/growing-chain.ts";
import { MemoryDisk, openOn, turn } from "../chain/opening.ts";
import { extend, ForkTree, reorganise, transfersOf } from "./fork-tree.ts";

const SEEDS = process.env["WITAN_SEED"] ? [Number(process.env["WITAN_SEED"])] : [1, 2, 3, 4];

type Store = Awaited<ReturnType<MemoryDisk["open"]>>;

/** Everything that is stored of the chain: bodies of other blocks aside. */
async function stored(store: Store): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const { key, value } of store.range({})) {
    const name = Buffer.from(key).toString("hex");
    if (!name.startsWith("70")) found.set(name, Buffer.from(value).toString("hex"));
  }
  return found;
}

async function straight(tree: ForkTree, blocks: readonly Block[]): Promise<ReadonlyMap<string, string>> {
  const store = await new MemoryDisk().open();
  const keeper = await openOn(tree.ledgerOf([]).chain, store);
  await extend(keeper, blocks);
  await keeper.close();
  return stored(store);
}

/** Opens a chain again, as after a crash, and closes it: all of it is on the disk then. */
async function settled(tree: ForkTree, store: Store): Promise<ReadonlyMap<string, string>> {
  const keeper = await openOn(tree.ledgerOf([]).chain, store);
  await keeper.close();
  assert.deepEqual((await verifyStore(store)).damages, []);
  return stored(store);
}

/** Whether the disk has the last of some blocks on its chain. */
function hasBlock({ faulty }: MemoryDisk, blocks: readonly Block[]): boolean {
  const { hash } = blocks.at(-1) as Block;
  return faulty.inner.get(keyOf("heightOfBlock", hash)) !== undefined;
}

describe("proof of work: the keeper of a chain whose blocks may be undone", () => {
  for (const seed of SEEDS)
    it(`keeps nothing of what was undone (WITAN_SEED=${seed})`, async function () {
      this.timeout(60_000);
      const tree = new ForkTree(seed);
      const { chain } = tree.ledgerOf([]);
      const store = await new MemoryDisk().open();
      let keeper: ChainKeeper = await openOn(chain, store, { limits: { blocks: 4 } });
      let blocks: readonly Block[] = [];
      for (let step = 0; step < 12; step++) {
        const more = tree.branch(blocks, 1 + tree.random(4));
        await extend(keeper, more);
        blocks = [...blocks, ...more];
        const undo = 1 + tree.random(Math.min(6, blocks.length));
        const below = blocks.slice(0, blocks.length - undo);
        const undone = blocks.slice(blocks.length - undo);
        // What was undone partly comes again, in other blocks.
        const others = tree.branch(
          below,
          Math.max(1, undo + 1 - tree.random(3)),
          transfersOf(tree.ledgerOf([]), undone),
        );
        await reorganise(keeper, undo, others);
        blocks = [...below, ...others];
        assert.equal(keeper.tip.hash, blocks.at(-1)?.hash);
        assert.deepEqual(
          keeper.headers?.all.slice(1).map(({ hash }) => hash),
          blocks.map(({ hash }) => hash),
        );
        for (const { hash } of undone) assert.equal(keeper.heightOf(hash), undefined);
        for (const { hash, bytes } of undone)
          assert.deepEqual(keeper.proposal(hash), bytes, "its body stays");
        if (step % 4 === 3) {
          // Not closed: what was not flushed is applied again.
          keeper = await openOn(chain, store, { limits: { blocks: 4 } });
          assert.equal(keeper.tip.hash, blocks.at(-1)?.hash);
        }
      }
      await keeper.close();
      const found = await stored(store);
      assert.deepEqual(found, await straight(tree, blocks));
      assert.deepEqual((await verifyStore(store)).damages, []);
    });

  it("tells of the chain as it was until it is the other, though the disk knows the other already", async () => {
    const tree = new ForkTree(11);
    const first = tree.branch([], 6);
    // One is longer: places in it lie beyond the tip. The other is shorter: the disk has no block at the tip any more.
    for (const length of [5, 2]) {
      const others = tree.branch(first.slice(0, 3), length, transfersOf(tree.ledgerOf([]), first.slice(3)));
      const disk = new MemoryDisk();
      const keeper = await openOn(tree.ledgerOf([]).chain, await disk.open(), { limits: { blocks: 1 } });
      await extend(keeper, first);
      while (keeper.cacheStatus().flushed?.height !== first.length) await turn();
      const all = [...first, ...others];
      const seen = () => ({
        hashes: first.map((_, at) => keeper.hashAt((at + 1) as Height)),
        headers: first.map((_, at) => keeper.header((at + 1) as Height)),
        named: first.map((_, at) => keeper.namedBlock((at + 1) as Height)?.header),
        blocks: first.map((_, at) => keeper.block((at + 1) as Height)?.hash),
        bytes: first.map((_, at) => keeper.blockBytes((at + 1) as Height)),
        heights: all.map(({ hash }) => keeper.heightOf(hash)),
        places: all.flatMap(({ transactions }) => transactions.map(({ id }) => keeper.place(id))),
      });
      const before = seen();
      let end = (): void => {};
      disk.faulty.holdEnd = new Promise((resolve) => {
        end = resolve;
      });
      const switched = reorganise(keeper, 3, others);
      while (!hasBlock(disk, others)) await turn();
      assert.deepEqual(seen(), before);
      const held = keeper.balance(POLICIES[0] as PolicyHash);
      end();
      await switched;
      assert.notDeepEqual(seen(), before);
      const balance = await held;
      assert.equal(balance.ok && balance.value.height, keeper.tip.height);
      await keeper.close();
    }
  });

  it("is on the one chain or the other, whatever write is the last", async function () {
    this.timeout(60_000);
    const tree = new ForkTree(9);
    const first = tree.branch([], 7);
    const others = tree.branch(first.slice(0, 3), 5, transfersOf(tree.ledgerOf([]), first.slice(3)));
    const [before, after] = [first, [...first.slice(0, 3), ...others]];
    const whole = { before: await straight(tree, before), after: await straight(tree, after) };
    const { chain } = tree.ledgerOf([]);
    const seen = { before: 0, after: 0 };
    const run = async (disk: MemoryDisk, failing: number, isMade: boolean): Promise<number> => {
      const store = await disk.open();
      const keeper = await openOn(chain, store, { limits: { blocks: 5 }, onFailure: () => {} });
      await extend(keeper, first);
      const writes = disk.faulty.seen.length;
      disk.faulty.failAt = { write: writes + failing, error: systemError("EIO"), isMade };
      await reorganise(keeper, 4, others).catch(() => {});
      return disk.faulty.seen.length - writes;
    };
    const all = await run(new MemoryDisk(), Number.POSITIVE_INFINITY, false);
    assert.equal(all, 2, "a flush, and the change of branch");
    for (let failing = 1; failing <= all; failing++)
      for (const isMade of [false, true]) {
        const disk = new MemoryDisk();
        await run(disk, failing, isMade);
        const store = await disk.open();
        const found = await settled(tree, store);
        const tip: "before" | "after" = failing === all && isMade ? "after" : "before";
        seen[tip]++;
        assert.deepEqual(found, whole[tip], `write ${failing}, ${isMade ? "made" : "not made"}`);
      }
    assert.deepEqual(seen, { before: 3, after: 1 });
  });
});
