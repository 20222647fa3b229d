// A full pool: what pays least goes, nothing goes for what pays no more, and nobody is left without its ancestors.
import assert from "node:assert/strict";
import { memoryOf } from "@witan/mempool";
import { governance, keyPolicy } from "./build.ts";
import { Scene } from "./scene.ts";

const bob = keyPolicy("bob");

/** The refusal of `mempool-full`, with what would be needed. */
function needed(text: string): bigint | undefined {
  assert.match(text, /^refused mempool-full /);
  const rate = text.split(" ")[2];
  return rate === "undefined" ? undefined : BigInt(rate ?? "");
}

describe("a full pool", () => {
  it("evicted: the lowest fee rate goes for a higher one", () => {
    const scene = new Scene({ limits: { transactions: 3 } });
    const [, low] = [30n, 10n, 20n].map((fee, at) => scene.admit([scene.coin(at)], { fee }));
    const better = scene.admit([scene.coin(3)], { fee: 11n });
    assert.ok(low);
    assert.deepEqual(scene.told(), [["dropped", low.transaction, "evicted"]]);
    assert.ok(scene.pool.get(better.transaction.id));
    assert.equal(scene.rejection(low)?.refusal.code, "evicted");
    assert.equal(scene.rejection(low)?.was, "pending");
    const { body } = low.transaction;
    assert.equal(scene.rejection(low)?.validUntil, body.kind === "transfer" && body.validUntil);
  });

  it("mempool-full: the same rate is not enough, and the rate needed is exact", () => {
    const scene = new Scene({ limits: { transactions: 2 } });
    const weight = scene.admit([scene.coin(0)], { fee: 10n }).transaction.weight;
    scene.admit([scene.coin(1)], { fee: 10n });
    const rate = needed(scene.submit(scene.pay([scene.coin(2)], { fee: 10n })));
    assert.equal(rate, 10_000n / BigInt(weight) + 1n);
    assert.deepEqual(scene.notices, []);
    const fee = ((rate ?? 0n) * BigInt(weight) + 999n) / 1_000n;
    assert.equal(scene.submit(scene.pay([scene.coin(2)], { fee })), "admitted");
  });

  it("mempool-full: where nobody pays, full means full", () => {
    const scene = new Scene({ limits: { transactions: 2 } });
    scene.admit([scene.coin(0)]);
    scene.admit([scene.coin(1)]);
    const late = scene.pay([scene.coin(2)]);
    assert.equal(needed(scene.submit(late)), 1n);
    assert.equal(scene.rejection(late)?.refusal.code, "mempool-full");
  });

  it("of equal rates the newest goes first", () => {
    const scene = new Scene({ limits: { transactions: 2 } });
    const old = scene.admit([scene.coin(0)], { fee: 1n });
    const young = scene.admit([scene.coin(1)], { fee: 1n });
    scene.admit([scene.coin(2)], { fee: 2n });
    assert.deepEqual(scene.told(), [["dropped", young.transaction, "evicted"]]);
    assert.ok(scene.pool.get(old.transaction.id));
  });

  it("by weight, not by fee alone", () => {
    const scene = new Scene({ limits: { transactions: 2 } });
    const heavy = scene.admit([scene.coin(0)], { fee: 20n, memo: "00".repeat(256) });
    const light = scene.admit([scene.coin(1)], { fee: 19n });
    scene.admit([scene.coin(2)], { fee: 500n });
    assert.deepEqual(scene.told(), [["dropped", heavy.transaction, "evicted"]]);
    assert.ok(scene.pool.get(light.transaction.id));
  });

  it("a child goes before its parent", () => {
    const scene = new Scene({ limits: { transactions: 2 } });
    const parent = scene.admit([scene.coin(0)], { fee: 5n });
    const child = scene.admit(parent.outputs, { fee: 6n });
    scene.admit([scene.coin(1)], { fee: 50n });
    assert.deepEqual(scene.told(), [["dropped", child.transaction, "evicted"]]);
    scene.admit([scene.coin(2)], { fee: 50n });
    assert.deepEqual(scene.told(), [["dropped", parent.transaction, "evicted"]]);
  });

  it("a child that pays keeps its parent", () => {
    const scene = new Scene({ limits: { transactions: 3 } });
    const parent = scene.admit([scene.coin(0)], { fee: 0n });
    const child = scene.admit(parent.outputs, { fee: 100n });
    const other = scene.admit([scene.coin(1)], { fee: 40n });
    assert.equal(scene.submit(scene.pay([scene.coin(2)], { fee: 45n })), "admitted");
    assert.deepEqual(scene.told(), [["dropped", other.transaction, "evicted"]]);
    assert.ok(scene.pool.get(parent.transaction.id) && scene.pool.get(child.transaction.id));
  });

  it("never evicts what the newcomer rests on", () => {
    const scene = new Scene({ limits: { transactions: 2 } });
    const parent = scene.admit([scene.coin(0)], { fee: 1n });
    const other = scene.admit([scene.coin(1)], { fee: 30n });
    assert.equal(scene.submit(scene.pay(parent.outputs, { fee: 900n })), "admitted");
    assert.deepEqual(scene.told(), [["dropped", other.transaction, "evicted"]]);
  });

  it("a newcomer counts with its ancestors", () => {
    const scene = new Scene({ limits: { transactions: 2 } });
    const parent = scene.admit([scene.coin(0)], { fee: 0n });
    scene.admit([scene.coin(1)], { fee: 30n });
    needed(scene.submit(scene.pay(parent.outputs, { fee: 59n })));
  });

  it("what would not make room in the end evicts nothing", () => {
    const scene = new Scene({ limits: { bytes: 2 * 2_700 } });
    const low = scene.admit([scene.coin(0)], { fee: 10n });
    const high = scene.admit([scene.coin(1)], { fee: 800n });
    const large = scene.pay([scene.coin(2)], { fee: 500n, memo: "00".repeat(256) });
    const rate = needed(scene.submit(large));
    assert.ok(rate !== undefined && rate > 1_000n);
    assert.deepEqual(scene.pending(), [low.transaction, high.transaction]);
    assert.equal(scene.pool.status().bytes, memoryOf(low.transaction) + memoryOf(high.transaction));
    assert.deepEqual(scene.select(), [high.transaction, low.transaction]);
  });

  it("mempool-full: no fee helps what is larger than the pool", () => {
    const scene = new Scene({ limits: { bytes: 2_000 } });
    assert.equal(needed(scene.submit(scene.pay([scene.coin(0)], { fee: 900n }))), undefined);
  });

  it("a governance transaction has room of its own", () => {
    const scene = new Scene({ limits: { transactions: 1 } });
    scene.admit([scene.coin(0)], { to: [bob] });
    const change = { kind: "changeParameter", parameter: "feeRateMin", value: 1 } as const;
    const transaction = governance(scene.chain, { sequence: 0, change });
    assert.equal(scene.submit({ transaction }), "admitted");
    assert.deepEqual([scene.pool.status().transactions, scene.pool.status().transfers], [2, 1]);
  });
});

describe("a full pool before signatures are checked", () => {
  it("mempool-full: whatever the signatures, with the exact rate needed, and nothing is touched", () => {
    const scene = new Scene({ limits: { transactions: 2 } });
    const [low, high] = [10n, 20n].map((fee, at) => scene.admit([scene.coin(at)], { fee }));
    assert.ok(low && high);
    for (const fee of [9n, 10n]) {
      const late = scene.pay([scene.coin(2)], { fee, broken: true });
      const first = scene.pool.precheck(late.transaction, scene.now);
      assert.ok(first.status === "refused" && first.refusal.code === "mempool-full");
      assert.equal(first.refusal.feeRateNeeded, 10_000n / BigInt(low.transaction.weight) + 1n);
      assert.equal(scene.rejection(late)?.refusal.code, "mempool-full");
    }
    assert.deepEqual(scene.pending(), [low.transaction, high.transaction]);
    const better = scene.pay([scene.coin(2)], { fee: 11n });
    assert.equal(scene.pool.precheck(better.transaction, scene.now).status, "unverified");
  });

  it("mempool-full: the dearest of all that must go counts", () => {
    const scene = new Scene({ limits: { bytes: 4 * 2_814 } });
    for (const [at, fee] of [1n, 2n, 90n, 3n].entries())
      scene.admit([scene.coin(at)], { fee, to: [bob, bob] });
    const large = (fee: bigint) => scene.pay([scene.coin(5), scene.coin(6)], { fee, memo: "00".repeat(256) });
    const weight = BigInt(large(0n).transaction.weight);
    const small = BigInt(scene.pending()[0]?.weight ?? 0);
    const fee = (2n * weight) / small;
    assert.equal(scene.pool.precheck(large(fee).transaction, scene.now).status, "refused");
    assert.equal(scene.submit(large(fee + 1n)), "admitted");
    assert.equal(scene.told().length, 2);
  });

  it("a parent that pays carries a child that does not, and the other way round", () => {
    const scene = new Scene({ limits: { transactions: 3 } });
    const [dear, cheap] = [300n, 0n].map((fee, at) => scene.admit([scene.coin(at)], { fee }));
    assert.ok(dear && cheap);
    scene.admit([scene.coin(2)], { fee: 40n });
    const held = scene.pay(cheap.outputs, { fee: 70n });
    assert.equal(scene.pool.precheck(held.transaction, scene.now).status, "refused");
    assert.equal(scene.submit(scene.pay(dear.outputs)), "admitted");
    assert.deepEqual(scene.told(), [["dropped", cheap.transaction, "evicted"]]);
  });

  it("what nothing pending makes counts as confirmed: what pays too little comes again after its parents", () => {
    const scene = new Scene({ limits: { transactions: 1 } });
    const child = scene.pay(scene.pay([scene.coin(0)], { fee: 90n }).outputs);
    const first = scene.admit([scene.coin(1)], { fee: 10n });
    assert.match(scene.submit(child), /mempool-full/);
    scene.mine([first.transaction]);
    assert.equal(scene.submit(child), "waiting");
  });

  it("leaves to the second stage what rests on too many, and looks again there", () => {
    const scene = new Scene({ limits: { transactions: 2, descendants: 1 } });
    const root = scene.admit([scene.coin(0)], { fee: 10n, to: [bob, bob] });
    scene.admit(root.outputs.slice(0, 1), { fee: 10n });
    assert.equal(scene.submit(scene.pay(root.outputs.slice(1))), "refused descendants-too-many");
    const late = scene.pay([scene.coin(1)], { fee: 11n });
    const before = scene.pool.precheck(late.transaction, scene.now);
    scene.admit([scene.coin(2)], { fee: 500n });
    scene.admit([scene.coin(3)], { fee: 500n });
    assert.ok(before.status === "unverified");
    const { verdict } = scene.pool.admit(before.prechecked, {
      signaturesHold: true,
      ...{ coins: scene.world.source, now: scene.now, from: "peer", mayWait: () => true },
    });
    assert.ok(verdict.status === "refused" && verdict.refusal.code === "mempool-full");
  });
});
