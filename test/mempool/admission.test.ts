// Admission: every reason of the pool's own, and the ledger's where they meet it.
import assert from "node:assert/strict";
import { EMPTY_WITNESS, RULES, sealTransaction, verdictsOf } from "@witan/ledger";
import { MEMPOOL_CODES, Mempool, memoryOf } from "@witan/mempool";
import type { Height, Timestamp } from "@witan/primitives";
import { afterPolicy, GENESIS_TIME, keyOfName, keyPolicy, output, scheme, transfer } from "./build.ts";
import { describeVerdict } from "./describe.ts";
import { Scene } from "./scene.ts";

const bob = keyPolicy("bob");

describe("admission", () => {
  it("takes a transfer that holds", () => {
    const scene = new Scene();
    const { transaction } = scene.admit([scene.coin(0)], { to: [bob, bob], fee: 3n });
    assert.equal(scene.pool.get(transaction.id)?.transaction, transaction);
    assert.ok(scene.pool.has(transaction.id, transaction.witnessHash));
    assert.deepEqual(scene.select(), [transaction]);
    assert.equal(scene.pool.status().bytes, memoryOf(transaction));
  });

  it("known: answers the same for the same bytes again", () => {
    const scene = new Scene();
    const paid = scene.admit([scene.coin(0)]);
    assert.equal(scene.submit(paid), "known");
    assert.equal(scene.pool.status().transactions, 1);
  });

  it("known: also if it came in between the stages", () => {
    const scene = new Scene();
    const paid = scene.pay([scene.coin(0)]);
    const first = scene.pool.precheck(paid.transaction, scene.now);
    assert.equal(scene.submit(paid), "admitted");
    assert.ok(first.status === "unverified");
    const input = { coins: scene.world.source, now: scene.now, from: "peer", mayWait: () => true } as const;
    assert.equal(
      scene.pool.admit(first.prechecked, { signaturesHold: true, ...input }).verdict.status,
      "known",
    );
  });

  it("asks for one check of each signature", () => {
    const scene = new Scene({ owners: [keyPolicy("alice"), bob] });
    const { transaction } = scene.pay(scene.coins);
    const first = scene.pool.precheck(transaction, scene.now);
    assert.ok(first.status === "unverified");
    assert.deepEqual(
      first.checks.map((check) => check.publicKey),
      [keyOfName("alice"), keyOfName("bob")].sort(),
    );
    assert.ok(first.checks.every((check) => scheme.verify(check)));
  });

  it("reward-not-admitted", () => {
    const scene = new Scene();
    const body = { kind: "reward", height: 1 as Height, outputs: [output(bob, 1n)] } as const;
    const sealed = sealTransaction(scene.chain.transactions, { body, witness: EMPTY_WITNESS });
    assert.ok(sealed.ok);
    assert.equal(scene.submit({ transaction: sealed.value }), "refused reward-not-admitted");
  });

  it("refuses what breaks a rule by itself", () => {
    const scene = new Scene();
    assert.equal(scene.submit(scene.pay([scene.coin(0), scene.coin(0)])), "refused inputs-repeated");
    assert.equal(scene.submit(scene.pay([])), "refused inputs-empty");
  });

  it("refuses what breaks a rule in the next block", () => {
    const scene = new Scene({ parameters: { feeRateMin: 100 } });
    assert.equal(scene.submit(scene.pay([scene.coin(0)])), "refused fee-too-low");
    assert.equal(
      scene.submit(scene.pay([scene.coin(0)], { fee: 100n, validUntil: GENESIS_TIME })),
      "refused expired",
    );
  });

  it("judges the next block at the later of the tip's time and the clock", () => {
    const scene = new Scene({ owners: [afterPolicy("alice", GENESIS_TIME + 500)] });
    const paid = scene.pay([scene.coin(0)]);
    assert.equal(scene.submit(paid), "refused premature");
    scene.now = (GENESIS_TIME + 500) as Timestamp;
    assert.equal(scene.submit(paid), "admitted");
    const late = new Scene();
    late.now = 5 as Timestamp;
    assert.equal(late.submit(late.pay([late.coin(0)], { validUntil: GENESIS_TIME })), "refused expired");
  });

  it("looks again at what may have changed between the stages", () => {
    const scene = new Scene();
    const { transaction } = scene.pay([scene.coin(0)], { validUntil: GENESIS_TIME + 5 });
    const first = scene.pool.precheck(transaction, scene.now);
    scene.mine([], GENESIS_TIME + 5);
    assert.ok(first.status === "unverified");
    const { verdict } = scene.pool.admit(first.prechecked, {
      signaturesHold: verdictsOf(scheme)(transaction),
      ...{ coins: scene.world.source, now: scene.now, from: "peer", mayWait: () => true },
    });
    assert.equal(describeVerdict(verdict), "refused expired");
  });

  it("refuses what breaks a rule for inputs", () => {
    const scene = new Scene();
    const policy = bob;
    const stolen = scene.pay([{ ...scene.coin(0), policy }]);
    assert.equal(scene.submit(stolen), "refused policy-missing");
    const outputs = [output(bob, 1_001n)];
    const minted = transfer({ chain: scene.chain, inputs: [scene.coin(0)], outputs });
    assert.equal(scene.submit({ transaction: minted }), "refused unbalanced");
  });

  it("input-missing: at once if it may not wait", () => {
    const scene = new Scene();
    const first = scene.pay([scene.coin(0)]);
    const second = scene.pay(first.outputs);
    assert.equal(scene.submit(second, { mayWait: () => false }), "refused input-missing");
    assert.equal(scene.pool.status().waiting, 0);
  });

  it("conflict: first seen stays, whatever the other pays", () => {
    const scene = new Scene();
    const first = scene.admit([scene.coin(0)]);
    const second = scene.pay([scene.coin(1), scene.coin(0)], { fee: 900n });
    assert.equal(scene.submit(second), `refused conflict ${first.transaction.id}`);
    assert.deepEqual(scene.pending(), [first.transaction]);
  });

  it("client-limit: for each signing key", () => {
    const scene = new Scene({ limits: { perClient: 2 }, owners: [bob, bob, bob, keyPolicy("carol")] });
    scene.admit([scene.coin(0)]);
    scene.admit([scene.coin(1)]);
    assert.equal(scene.submit(scene.pay([scene.coin(2), scene.coin(3)])), "refused client-limit");
    assert.equal(scene.pool.clientCount(keyOfName("bob")), 2);
    scene.admit([scene.coin(3)]);
  });

  it("ancestors-too-many: 25 are allowed, 26 are not", () => {
    const scene = new Scene();
    let last = scene.admit([scene.coin(0)]);
    for (let count = 1; count <= 25; count++) last = scene.admit(last.outputs);
    assert.equal(scene.pool.ancestorCount(last.transaction.id), 25);
    assert.equal(scene.submit(scene.pay(last.outputs)), "refused ancestors-too-many");
  });

  it("counts each ancestor once", () => {
    const scene = new Scene({ limits: { ancestors: 3 } });
    const root = scene.admit([scene.coin(0)], { to: [bob, bob] });
    const [left, right] = root.outputs;
    assert.ok(left && right);
    const both = [...scene.admit([left]).outputs, ...scene.admit([right]).outputs];
    const join = scene.admit(both);
    assert.equal(scene.pool.ancestorCount(join.transaction.id), 3);
  });

  it("refuses limits that are no numbers", () => {
    const { chain, world } = new Scene();
    assert.throws(() => new Mempool({ chain, tip: world.tip, limits: { bytes: -1 } }), /limit bytes of -1/);
    assert.throws(() => new Mempool({ chain, tip: world.tip, limits: { orphanMs: Number.NaN } }), /orphanMs/);
  });

  it("has a sentence for each code, and no code of the ledger's", () => {
    for (const [code, sentence] of Object.entries(MEMPOOL_CODES)) {
      assert.match(code, /^[a-z-]+$/);
      assert.ok(sentence.length > 20);
      assert.ok(!(code in RULES), code);
    }
  });
});
