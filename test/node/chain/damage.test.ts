// Databases that are of another chain, or not whole: each refused with what was found, what was expected, what to do.
import assert from "node:assert/strict";
import { keyOf as nameOf } from "@witan/ledger";
import type { StoreChange } from "@witan/primitives";
import { type CheckedStore, keyOf, metaKey, outputKey, putMeta } from "@witan/storage";
import { ChainError } from "../../../packages/node/src/chain/chain-error.ts";
import { testChain, testGenesis } from "../../ledger/build.ts";
import { GrowingChain } from "./growing-chain.ts";
import { assertAsModel, MemoryDisk, NO_FLUSHES, openOn } from "./opening.ts";

/** A disk with a chain of 12 blocks, flushed at 6. */
async function diskOf(model: GrowingChain): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  const { chain } = model.ledger;
  const first = await openOn(chain, await disk.open(), { limits: NO_FLUSHES });
  for (let height = 1; height <= 6; height++) await model.feed(first, height);
  await first.close();
  const second = await openOn(chain, await disk.open(), { limits: NO_FLUSHES });
  for (let height = 7; height <= 12; height++) await model.feed(second, height);
  return disk;
}

function isChainError(code: ChainError["code"], message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ChainError, `${error}`);
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    assert.ok(code !== "damaged" || error.damages.length > 0);
    return true;
  };
}

/** Puts a value at a key as if it was there: sealed, whole, and wrong. */
function put(key: Uint8Array, value: Uint8Array): readonly StoreChange[] {
  return [{ kind: "put", key, value }];
}

function gone(key: Uint8Array): readonly StoreChange[] {
  return [{ kind: "delete", key }];
}

describe("chain keeper: what it refuses to start on", () => {
  const model = new GrowingChain(71);
  model.grow(2);
  model.addMember("e");
  model.grow(6);
  model.removeMember("b");
  model.grow(4);
  const other = new GrowingChain(72);
  other.grow(12);
  const bytes = (height: number, of = model) => of.at(height).block.bytes;

  const cases: readonly (readonly [string, (store: CheckedStore) => readonly StoreChange[], RegExp])[] = [
    ["a block that is gone", () => gone(keyOf("block", 9)), /block 9: no block, but the tip is at 12/],
    ["the block of the flushed height gone", () => gone(keyOf("block", 6)), /block 6: the state is built on/],
    ["a block that is another's", () => put(keyOf("block", 9), bytes(8)), /block 9: judged .* header-height/],
    [
      "a block of another chain",
      () => put(keyOf("block", 9), bytes(9, other)),
      /block 9: judged .* header-parent/,
    ],
    ["a block that is none", () => put(keyOf("block", 9), new Uint8Array(70)), /block 9: it does not decode/],
    [
      "no governance state",
      () => [0, 1, 2, 3, 4, 5, 6].flatMap((height) => gone(keyOf("governance", height))),
      /governance .*no governance state up to/,
    ],
    [
      "an older governance state",
      (store) => put(keyOf("governance", 6), store.get(keyOf("governance", 0)) as Uint8Array),
      /governance 6: the state is not the one that the block names/,
    ],
    [
      "a governance state that is none",
      () => put(keyOf("governance", 6), new Uint8Array(9)),
      /governance 6: it does not decode/,
    ],
    [
      "an output too few",
      () => gone(outputKey([...model.at(6).coins.keys()][0] ?? "")),
      /output: \d+ sound outputs, expected \d+/,
    ],
    [
      "a tip that leads nowhere",
      () => gone(keyOf("heightOfBlock", model.at(12).block.hash)),
      /leads nowhere/,
    ],
    [
      "a tip of another hash",
      () => [putMeta("tip", { height: 12 as never, hash: model.at(11).block.hash })],
      /block 12: its hash is .*, the tip's is/,
    ],
    ["no tip", () => gone(metaKey("tip")), /meta tip: there is a chain id without it/],
    [
      "a body that is none",
      () => put(keyOf("proposal", "11".repeat(32)), new Uint8Array(5)),
      /proposal .*: it is no block/,
    ],
  ];

  for (const [name, changes, message] of cases)
    it(`${name}`, async () => {
      const disk = await diskOf(model);
      const store = await disk.open();
      await store.write(changes(store), { sync: true });
      const before = disk.faulty.seen.length;
      const opening = openOn(model.ledger.chain, await disk.open(), { limits: NO_FLUSHES });
      await assert.rejects(opening, isChainError("damaged", message));
      await assert.rejects(
        opening,
        isChainError(
          "damaged",
          /check the disk, move the data directory away.* keeps its voting key with the guard.* only where the guard is lost/,
        ),
      );
      assert.equal(disk.faulty.seen.length, before, "nothing was changed");
    });

  it("a block with a flipped bit", async () => {
    const disk = await diskOf(model);
    const key = keyOf("block", 9);
    const sealed = (await disk.faulty.inner.fetchMany([key]))[0] as Uint8Array;
    sealed[200] = (sealed[200] ?? 0) ^ 4;
    await disk.faulty.inner.write([{ kind: "put", key, value: sealed }], true);
    await assert.rejects(
      openOn(model.ledger.chain, await disk.open()),
      isChainError("damaged", /block 9: .*does not fit its seal/),
    );
  });

  it("an output that was changed, whole and sealed", async () => {
    const disk = await diskOf(model);
    const store = await disk.open();
    const inputs = [7, 8, 9, 10, 11, 12]
      .flatMap((height) => model.at(height).block.transactions)
      .flatMap(({ body }) => (body.kind === "transfer" ? body.inputs.map(nameOf) : []));
    const spent = inputs.find((outpoint) => model.at(6).coins.has(outpoint));
    assert.ok(spent !== undefined);
    await store.write(put(outputKey(spent), new Uint8Array(53)), { sync: true });
    await assert.rejects(
      openOn(model.ledger.chain, await disk.open()),
      isChainError("damaged", /block \d+: judged on the state that the database holds it breaks the rule/),
    );
  });

  it("another chain's database, and leaves it as it is", async () => {
    const disk = await diskOf(model);
    const elsewhere = testChain(testGenesis("pbft", { name: "elsewhere" }));
    const before = disk.faulty.seen.length;
    await assert.rejects(
      openOn(elsewhere, await disk.open()),
      isChainError(
        "other-chain",
        new RegExp(`holds the chain ${model.ledger.chain.chainId}.*${elsewhere.chainId}`),
      ),
    );
    assert.equal(disk.faulty.seen.length, before);
    const keeper = await openOn(model.ledger.chain, await disk.open());
    await assertAsModel(keeper, model);
    await keeper.close();
  });

  it("a chain whose rules it does not know", async () => {
    const late = new GrowingChain(73);
    late.grow(2);
    late.change({ kind: "changeRules", rulesVersion: 2 });
    const disk = new MemoryDisk();
    const keeper = await openOn(late.ledger.chain, await disk.open(), { limits: NO_FLUSHES });
    for (let height = 1; height <= 3; height++) await late.feed(keeper, height);
    const store = await disk.open();
    const { hash, bytes: last } = late.at(3).block;
    // As a program that knows those rules would have gone on.
    await store.write(
      [
        { kind: "put", key: keyOf("block", 4), value: last },
        { kind: "put", key: keyOf("heightOfBlock", hash), value: new Uint8Array([4, 0, 0, 0, 0, 0, 0, 0]) },
        putMeta("tip", { height: 4 as never, hash }),
      ],
      { sync: true },
    );
    await assert.rejects(
      openOn(late.ledger.chain, await disk.open()),
      isChainError(
        "rules-unknown",
        /block 4 and those behind it have rules 2, this program knows 1; install a newer/,
      ),
    );
  });
});
