// Selection: what a block gets, in which order, and within which limits.
import assert from "node:assert/strict";
import type { SealedTransaction } from "@witan/ledger";
import type { Timestamp } from "@witan/primitives";
import { afterPolicy, GENESIS_TIME, keyPolicy } from "./build.ts";
import { Scene } from "./scene.ts";

const bob = keyPolicy("bob");

/** Selects, and holds the block against the ledger. */
function block(scene: Scene, bytesMax?: number): readonly SealedTransaction[] {
  const timestamp = (scene.world.laterThan + 1) as Timestamp;
  const selected = scene.pool.select({ timestamp, ...(bytesMax === undefined ? {} : { bytesMax }) });
  scene.world.judge(selected, timestamp);
  return selected;
}

describe("selection", () => {
  it("takes higher fee rates first, equal ones in order of arrival", () => {
    const scene = new Scene();
    const paid = [1n, 7n, 1n, 9n, 0n].map((fee, at) => scene.admit([scene.coin(at)], { fee }).transaction);
    assert.deepEqual(
      block(scene),
      [3, 1, 0, 2, 4].map((at) => paid[at]),
    );
    assert.deepEqual(block(scene), block(scene), "always the same");
  });

  it("compares fee rates exactly, beyond what a floating point number tells apart", () => {
    const scene = new Scene({ amount: 2n ** 60n });
    const fees = [0n, 1n, 0n, 2n].map((more) => 2n ** 59n + more);
    const paid = fees.map((fee, at) => scene.admit([scene.coin(at)], { fee }).transaction);
    assert.equal(Number(fees[0]), Number(fees[3]));
    assert.deepEqual(
      block(scene),
      [3, 1, 0, 2].map((at) => paid[at]),
    );
  });

  it("takes parents before children, and a parent for its child's fee", () => {
    const scene = new Scene();
    const parent = scene.admit([scene.coin(0)]);
    const other = scene.admit([scene.coin(1)], { fee: 10n });
    const child = scene.admit(parent.outputs, { fee: 100n });
    assert.deepEqual(
      block(scene),
      [parent, child, other].map((one) => one.transaction),
    );
  });

  it("leaves room for the header, the offsets and the reward, to the byte", () => {
    const scene = new Scene();
    const paid = [0, 1].map((at) => scene.admit([scene.coin(at)], { fee: 1n }).transaction);
    const both = scene.world.judge(paid, scene.world.laterThan + 1).block;
    assert.equal(both.transactions.length, 3, "with the reward");
    assert.equal(block(scene, both.bytes.length).length, 2);
    assert.equal(block(scene, both.bytes.length - 1).length, 1);
    const timestamp = (scene.world.laterThan + 1) as Timestamp;
    const bytesMax = both.bytes.length - 81;
    assert.equal(scene.pool.select({ timestamp, bytesMax, rewardOutputs: 0 }).length, 2);
    assert.equal(scene.pool.select({ timestamp, bytesMax: bytesMax + 80 + 44, rewardOutputs: 2 }).length, 1);
  });

  it("counts transactions, the reward among them", () => {
    const owners = Array.from({ length: 20 }, () => bob);
    const scene = new Scene({ owners, parameters: { blockTransactionsMax: 16 } });
    for (const coin of scene.coins) scene.admit([coin], { fee: 1n });
    assert.equal(block(scene).length, 15);
  });

  it("counts signatures", () => {
    const names = Array.from({ length: 80 }, (_, at) => `owner ${at}`);
    const scene = new Scene({
      owners: names.map((name) => keyPolicy(name)),
      parameters: { blockSignaturesMax: 64 },
    });
    scene.admit(scene.coins.slice(0, 40), { fee: 1_000n });
    scene.admit(scene.coins.slice(40, 65), { fee: 1n });
    const small = scene.admit(scene.coins.slice(65, 80));
    assert.deepEqual(
      block(scene).map(({ witness }) => witness.signatures.length),
      [40, 15],
    );
    assert.equal(block(scene)[1], small.transaction);
  });

  it("passes over what is premature, with what rests on it, and keeps it", () => {
    const time = GENESIS_TIME + 100;
    const scene = new Scene({ owners: [afterPolicy("alice", time), bob] });
    scene.now = time as Timestamp;
    const locked = scene.admit([scene.coin(0)], { fee: 5n });
    const child = scene.admit(locked.outputs, { fee: 5n });
    const free = scene.admit([scene.coin(1)]);
    assert.deepEqual(block(scene), [free.transaction]);
    assert.deepEqual(
      scene.select(time),
      [locked, child, free].map((one) => one.transaction),
    );
  });

  it("passes over what would be expired in that block, and keeps it", () => {
    const scene = new Scene();
    const paid = scene.admit([scene.coin(0)], { validUntil: GENESIS_TIME + 10 });
    assert.deepEqual(scene.select(GENESIS_TIME + 11), []);
    assert.deepEqual(scene.select(GENESIS_TIME + 10), [paid.transaction]);
  });

  it("fills what is left with what fits", () => {
    const scene = new Scene();
    const large = scene.admit([scene.coin(0)], { fee: 900n, memo: "00".repeat(256) });
    const small = scene.admit([scene.coin(1)], { fee: 1n });
    assert.deepEqual(block(scene, large.transaction.bytes.length + 200), [small.transaction]);
  });

  it("stops looking after 1,000 in a row that do not fit", () => {
    const scene = new Scene({ limits: { perClient: 2_000 } });
    const policies = Array.from({ length: 250 }, () => bob);
    const splits = [0, 1, 2, 3].map((at) => scene.pay([scene.coin(at)], { to: policies }));
    scene.mine(splits.map((split) => split.transaction));
    for (const coin of splits.flatMap((split) => split.outputs))
      scene.admit([coin], { memo: "00".repeat(256) });
    const fitting = scene.pay([scene.coin(6)]);
    const bytesMax = fitting.transaction.bytes.length + 250;
    scene.submit(fitting);
    assert.deepEqual(block(scene, bytesMax), [], "1,000 stand before it");
  });

  it("refuses a time that no next block can have", () => {
    const scene = new Scene();
    assert.throws(() => scene.select(GENESIS_TIME), /the next is at least/);
  });
});
