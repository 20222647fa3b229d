// How many unconfirmed transactions may rest on one, and that what a block touches is bounded by it.
import assert from "node:assert/strict";
import { MEMPOOL_DEFAULTS } from "@witan/mempool";
import { Entry } from "../../packages/mempool/src/entry.ts";
import { keyPolicy } from "./build.ts";
import { type Paid, Scene, type ScenePlan } from "./scene.ts";

const bob = keyPolicy("bob");
const toBob = (count: number) => ({ to: Array.from({ length: count }, () => bob) });
const outputAt = ({ outputs }: Paid, at: number) => [outputs[at] ?? assert.fail()];

/** Spends each output of a transaction. @returns the answers */
function spendAll(scene: Scene, paid: Paid, payment = {}): string[] {
  return paid.outputs.map((one) => scene.submit(scene.pay([one], payment)));
}

/** Counts how often a fee and a weight of a package are set anew meanwhile. */
function countRanked(run: () => void): number {
  const { setPackage } = Entry.prototype;
  let count = 0;
  Entry.prototype.setPackage = function (fee, weight) {
    count++;
    setPackage.call(this, fee, weight);
  };
  try {
    run();
  } finally {
    Entry.prototype.setPackage = setPackage;
  }
  return count;
}

describe("the limit of descendants", () => {
  const small: ScenePlan = { limits: { descendants: 3 } };

  it("descendants-too-many: 25 are allowed, 26 are not", () => {
    const scene = new Scene();
    const root = scene.admit([scene.coin(0)], toBob(26));
    const answers = spendAll(scene, root);
    assert.deepEqual(new Set(answers.slice(0, 25)), new Set(["admitted"]));
    assert.equal(answers[25], "refused descendants-too-many");
    assert.equal(scene.pool.descendantCount(root.transaction.id), 25);
    assert.equal(scene.pool.descendantCount(scene.coin(0).transaction), undefined);
  });

  it("counts those of those, each once, for every ancestor", () => {
    const scene = new Scene(small);
    const root = scene.admit([scene.coin(0)], toBob(3));
    const [left, right] = [scene.admit(outputAt(root, 0), toBob(2)), scene.admit(outputAt(root, 1))];
    const join = scene.admit([...outputAt(left, 0), ...right.outputs]);
    const counts = [root, left, right, join].map((one) => scene.pool.descendantCount(one.transaction.id));
    assert.deepEqual(counts, [3, 1, 1, 0]);
    for (const outputs of [outputAt(root, 2), outputAt(left, 1), join.outputs])
      assert.equal(scene.submit(scene.pay(outputs)), "refused descendants-too-many");
  });

  it("holds for each of several that one would rest on", () => {
    const scene = new Scene(small);
    const [first, second] = [0, 1].map((at) => scene.admit([scene.coin(at)], toBob(4)));
    assert.ok(first && second);
    for (let at = 0; at < 3; at++) scene.admit(outputAt(second, at));
    const both = scene.pay([...outputAt(first, 0), ...outputAt(second, 3)]);
    assert.equal(scene.submit(both), "refused descendants-too-many");
    assert.equal(scene.rejection(both)?.refusal.detail, `3 rest on ${second.transaction.id}`);
  });

  it("holds for what waited", () => {
    const scene = new Scene(small);
    const root = scene.pay([scene.coin(0)], toBob(4));
    assert.deepEqual(new Set(spendAll(scene, root)), new Set(["waiting"]));
    assert.equal(scene.submit(root), "admitted");
    assert.deepEqual(
      scene.told().map(([, , code]) => code),
      ["waiting", "waiting", "waiting", "descendants-too-many"],
    );
  });

  it("leaves room again when one is final, or goes", () => {
    const scene = new Scene(small);
    const root = scene.admit([scene.coin(0)], toBob(5));
    spendAll(scene, root);
    const [first] = scene.pending().slice(1);
    scene.mine([root.transaction, first ?? assert.fail()]);
    const last = scene.pay(outputAt(root, 4));
    assert.equal(scene.submit(last), "admitted");
    assert.equal(scene.pool.ancestorCount(last.transaction.id), 0);
  });

  it("one may have none at all", () => {
    const scene = new Scene({ limits: { descendants: 0 } });
    const root = scene.admit([scene.coin(0)]);
    assert.equal(scene.submit(scene.pay(root.outputs)), "refused descendants-too-many");
  });
});

describe("the limit of descendants when a block is undone", () => {
  const codes = (scene: Scene) => scene.told().map(([kind, , code]) => `${kind} ${code}`);

  it("what comes back is taken, and the newest that rest on it go", () => {
    const scene = new Scene({ limits: { descendants: 3 } });
    const root = scene.pay([scene.coin(0)], toBob(5));
    scene.mine([root.transaction]);
    const [first, second] = [scene.admit(outputAt(root, 0)), scene.admit(outputAt(root, 1))];
    const child = scene.admit(first.outputs);
    const late = scene.admit(outputAt(root, 2));
    const latest = scene.admit(late.outputs);
    scene.undo();
    assert.deepEqual(scene.told(), [
      ["admitted", root.transaction, "block"],
      ["dropped", late.transaction, "descendants-too-many"],
      ["dropped", latest.transaction, "ancestor-dropped"],
    ]);
    assert.deepEqual(
      scene.pending(),
      [root, first, second, child].map((one) => one.transaction),
    );
    assert.equal(scene.rejection(late)?.refusal.code, "descendants-too-many");
  });

  it("of the block's own the first come back, and before all that were pending", () => {
    const scene = new Scene({ limits: { descendants: 3 } });
    const root = scene.pay([scene.coin(0)], toBob(6));
    const own = [0, 1, 2, 3].map((at) => scene.pay(outputAt(root, at)));
    scene.mine([root, ...own].map((one) => one.transaction));
    const onLost = scene.admit(own[3]?.outputs ?? []);
    const onRoot = scene.admit(outputAt(root, 5));
    scene.undo();
    assert.deepEqual(codes(scene), [
      ...["admitted block", "admitted block", "admitted block", "admitted block"],
      ...["refused descendants-too-many", "dropped input-missing", "dropped descendants-too-many"],
    ]);
    assert.deepEqual(
      scene.pending(),
      [root, ...own.slice(0, 3)].map((one) => one.transaction),
    );
    for (const one of [onLost, onRoot]) assert.equal(scene.rejection(one)?.was, "pending");
  });
});

describe("what a block touches", () => {
  const owners = Array.from({ length: 8 }, () => keyPolicy("alice"));
  const { descendants } = MEMPOOL_DEFAULTS;

  it("one transaction of many with 200 spent outputs: 25 are ranked anew", () => {
    const scene = new Scene({ owners });
    const roots = scene.coins.map((coin) => scene.admit([coin], toBob(200)));
    for (const root of roots) spendAll(scene, root, toBob(2));
    assert.equal(scene.pool.status().transfers, owners.length * (1 + descendants));
    const ranked = countRanked(() => scene.mine([roots[0]?.transaction ?? assert.fail()]));
    assert.equal(ranked, descendants);
  });

  it("level by level of a chain whose end is spent 200 times: never more than 25", () => {
    const scene = new Scene({ owners, amount: 1_000_000n });
    const chain = [scene.admit([scene.coin(0)])];
    for (let length = 2; length < 22; length++) chain.push(scene.admit(chain.at(-1)?.outputs ?? []));
    const wide = scene.admit(chain.at(-1)?.outputs ?? [], toBob(200));
    for (const { transaction } of [...chain, wide]) {
      for (const at of wide.outputs.keys()) {
        const child = scene.pay(outputAt(wide, at), toBob(9));
        if (scene.submit(child) === "admitted") spendAll(scene, child);
      }
      const ranked = countRanked(() => scene.mine([transaction]));
      assert.ok(ranked > 0 && ranked <= descendants, `${ranked} ranked anew`);
    }
  });
});
