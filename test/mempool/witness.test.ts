// One id, several witnesses: whatever is remembered of one says nothing of another.
import assert from "node:assert/strict";
import { eitherPolicy, keyPolicy } from "./build.ts";
import { type Paid, Scene } from "./scene.ts";

const owners = [eitherPolicy("alice", "bob", "alice"), keyPolicy("alice")];

/** The same transfer, with a good witness, one whose signature does not hold, and another good one. */
function copies(scene: Scene): { readonly good: Paid; readonly broken: Paid; readonly other: Paid } {
  const coin = scene.coin(0);
  const good = scene.pay([coin]);
  const broken = scene.pay([coin], { broken: true });
  const other = scene.pay([{ ...coin, policy: eitherPolicy("alice", "bob", "bob") }]);
  assert.equal(new Set([good, broken, other].map((one) => one.transaction.id)).size, 1);
  assert.equal(new Set([good, broken, other].map((one) => one.transaction.witnessHash)).size, 3);
  return { good, broken, other };
}

describe("one id with several witnesses", () => {
  it("broken first: the good one is taken", () => {
    const scene = new Scene({ owners });
    const { good, broken } = copies(scene);
    assert.equal(scene.submit(broken), "refused signature-invalid");
    assert.equal(scene.submit(good), "admitted");
    assert.equal(scene.rejection(broken)?.refusal.code, "signature-invalid");
    assert.equal(scene.rejection(good), undefined);
    assert.ok(scene.pool.verified(good.transaction) && !scene.pool.verified(broken.transaction));
  });

  it("broken beside: both between the stages, each gets its own verdict", () => {
    for (const brokenFirst of [true, false]) {
      const scene = new Scene({ owners });
      const { good, broken } = copies(scene);
      const stages = (brokenFirst ? [broken, good] : [good, broken]).map((one) => {
        const first = scene.pool.precheck(one.transaction, scene.now);
        assert.ok(first.status === "unverified");
        return { one, first };
      });
      for (const { one, first } of stages) {
        const { verdict } = scene.pool.admit(first.prechecked, {
          signaturesHold: one === good,
          ...{ coins: scene.world.source, now: scene.now, from: "peer", mayWait: () => true },
        });
        assert.equal(verdict.status, one === good ? "admitted" : "refused");
      }
      assert.deepEqual(scene.pending(), [good.transaction]);
    }
  });

  it("broken after: known-otherwise, and the good one stays", () => {
    const scene = new Scene({ owners });
    const { good, broken } = copies(scene);
    assert.equal(scene.submit(good), "admitted");
    assert.equal(scene.submit(broken), `refused known-otherwise ${good.transaction.witnessHash}`);
    assert.equal(scene.rejection(broken), undefined, "that is no verdict on it");
    assert.deepEqual(scene.pending(), [good.transaction]);
  });

  it("known-otherwise: another good witness changes nothing either", () => {
    const scene = new Scene({ owners });
    const { good, other } = copies(scene);
    assert.equal(scene.submit(good), "admitted");
    assert.equal(scene.submit(other), `refused known-otherwise ${good.transaction.witnessHash}`);
    assert.ok(!scene.pool.has(other.transaction.id, other.transaction.witnessHash));
    assert.equal(scene.submit(good), "known");
  });

  it("signature-invalid is remembered for those bytes alone, and not asked again", () => {
    const scene = new Scene({ owners });
    const { good, broken, other } = copies(scene);
    scene.submit(broken);
    assert.equal(scene.pool.precheck(broken.transaction, scene.now).status, "refused");
    assert.equal(scene.pool.precheck(good.transaction, scene.now).status, "unverified");
    assert.equal(scene.pool.precheck(other.transaction, scene.now).status, "unverified");
  });

  it("a wrong policy waiting under the id does not shut the good one out", () => {
    const scene = new Scene({ owners });
    const parent = scene.pay([scene.coin(1)], { to: [keyPolicy("bob")] });
    const wrong = scene.pay(parent.outputs.map((one) => ({ ...one, policy: keyPolicy("mallory") })));
    const good = scene.pay(parent.outputs);
    assert.equal(wrong.transaction.id, good.transaction.id);
    assert.equal(scene.submit(wrong), "waiting");
    assert.equal(scene.submit(good), "waiting");
    assert.equal(scene.submit(parent), "admitted");
    assert.deepEqual(scene.told(), [
      ["refused", wrong.transaction, "policy-missing"],
      ["admitted", good.transaction, "waiting"],
    ]);
  });

  it("known-otherwise: the second good witness that waited", () => {
    const scene = new Scene();
    const parent = scene.pay([scene.coin(0)], { to: [eitherPolicy("alice", "bob", "alice")] });
    const first = scene.pay(parent.outputs);
    const policy = eitherPolicy("alice", "bob", "bob");
    const second = scene.pay(parent.outputs.map((one) => ({ ...one, policy })));
    assert.equal(scene.submit(first), "waiting");
    assert.equal(scene.submit(second), "waiting");
    scene.submit(parent);
    assert.deepEqual(scene.told(), [
      ["admitted", first.transaction, "waiting"],
      ["refused", second.transaction, "known-otherwise"],
    ]);
  });

  it("a block with another witness takes ours out", () => {
    const scene = new Scene({ owners });
    const { good, other } = copies(scene);
    scene.submit(good);
    scene.mine([other.transaction]);
    assert.deepEqual(scene.pending(), []);
    assert.deepEqual(scene.told(), []);
  });
});
