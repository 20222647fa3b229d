// What the pool keeps has bytes of its own: otherwise one small transaction would keep a whole block in memory.
import assert from "node:assert/strict";
import { decodeBlock, decodeTransaction, type SealedTransaction } from "@witan/ledger";
import { present } from "@witan/primitives";
import { describeNotice } from "./describe.ts";
import { type Paid, Scene } from "./scene.ts";

/** The same transaction as a small part of something large, as it comes from a batch. */
function asView(scene: Scene, { transaction }: Paid): SealedTransaction {
  const { bytes } = transaction;
  const batch = new Uint8Array(100_000);
  batch.set(bytes, 500);
  const decoded = decodeTransaction(scene.chain.transactions, batch.subarray(500, 500 + bytes.length));
  assert.ok(decoded.ok);
  assert.equal(decoded.value.bytes.buffer, batch.buffer);
  return decoded.value;
}

/** That the pool has the transaction, and holds on to nothing but its bytes. */
function assertOwned(scene: Scene, { transaction }: Paid): void {
  const kept = present(scene.pool.get(transaction.id), "a pending transaction").transaction;
  assert.deepEqual(kept, transaction);
  assert.equal(kept.bytes.buffer.byteLength, transaction.bytes.length);
}

describe("bytes of its own", () => {
  it("has what is admitted from a batch", () => {
    const scene = new Scene();
    const paid = scene.pay([scene.coin(0)]);
    assert.equal(scene.submit({ transaction: asView(scene, paid) }), "admitted");
    assertOwned(scene, paid);
    assert.equal(scene.submit({ transaction: asView(scene, paid) }), "known");
  });

  it("has what waits, and is taken later", () => {
    const scene = new Scene();
    const parent = scene.pay([scene.coin(0)]);
    const child = scene.pay(parent.outputs);
    assert.equal(scene.submit({ transaction: asView(scene, child) }), "waiting");
    scene.submit({ transaction: asView(scene, parent) });
    const [notice] = scene.notices;
    assert.equal(notice?.transaction.bytes.buffer.byteLength, child.transaction.bytes.length);
    for (const one of [parent, child]) assertOwned(scene, one);
  });

  it("has what comes back from a block", () => {
    const scene = new Scene();
    const [first, second] = [scene.pay([scene.coin(0)], { fee: 5n }), scene.pay([scene.coin(1)])];
    scene.mine([first.transaction, second.transaction]);
    const { block, undo } = scene.world.undo();
    const read = decodeBlock(scene.chain, block.bytes);
    assert.ok(read.ok);
    const transfers = read.value.transactions.filter(({ body }) => body.kind === "transfer");
    assert.ok(transfers.every(({ bytes }) => bytes.buffer === read.value.bytes.buffer));
    const notices = scene.pool.blockUndone(read.value, undo, scene.world.tip, scene.now);
    assert.deepEqual(
      notices.map((one) => describeNotice(one).split(" ")[0]),
      ["admitted", "admitted"],
    );
    for (const { transaction } of notices)
      assert.equal(transaction.bytes.buffer.byteLength, transaction.bytes.length);
    for (const one of [first, second]) assertOwned(scene, one);
  });

  it("is not copied if it is alone already", () => {
    const scene = new Scene();
    const { transaction } = scene.admit([scene.coin(0)]);
    assert.equal(scene.pool.get(transaction.id)?.transaction, transaction);
  });
});
