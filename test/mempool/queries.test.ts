// What can be asked of a pool, and the memory of what was refused.
import assert from "node:assert/strict";
import { decodeTransaction } from "@witan/ledger";
import { MEMPOOL_DEFAULTS, Mempool } from "@witan/mempool";
import { MEMPOOL_LIMITS, type Timestamp } from "@witan/primitives";
import { GENESIS_TIME, governance, keyPolicy } from "./build.ts";
import { Scene } from "./scene.ts";

const bob = keyPolicy("bob");

describe("asking a pool", () => {
  it("has the limits of the house unless told otherwise", () => {
    const { limits } = new Scene().pool.status();
    assert.deepEqual(limits, MEMPOOL_DEFAULTS);
    assert.deepEqual({ ...limits, ...MEMPOOL_LIMITS }, limits);
  });

  it("pages in order of arrival, whatever comes and goes meanwhile", () => {
    const scene = new Scene();
    const paid = [0, 1, 2, 3, 4].map((at) => scene.admit([scene.coin(at)]).transaction);
    const first = scene.pool.page(2);
    assert.deepEqual(
      first.transactions.map((one) => one.transaction),
      paid.slice(0, 2),
    );
    const third = scene.pool.page(1, first.next).transactions[0]?.transaction;
    assert.equal(third, paid[2], "the cursor is behind the last of the page");
    scene.mine([paid[1] ?? assert.fail(), paid[2] ?? assert.fail()]);
    const second = scene.pool.page(2, first.next);
    assert.deepEqual(
      second.transactions.map((one) => one.transaction),
      paid.slice(3),
    );
    assert.equal(second.next, undefined);
    assert.deepEqual(scene.pool.page(2, 1_000), { transactions: [], next: undefined });
  });

  it("tells since when, who spends what, and how full it is", () => {
    const scene = new Scene();
    assert.equal(scene.pool.status().oldest, undefined);
    scene.now = (GENESIS_TIME + 7) as Timestamp;
    const paid = scene.admit([scene.coin(0)]);
    scene.now = (GENESIS_TIME + 9) as Timestamp;
    scene.admit(paid.outputs);
    assert.equal(scene.pool.status().oldest, GENESIS_TIME + 7);
    assert.equal(scene.pool.get(paid.transaction.id)?.since, GENESIS_TIME + 7);
    assert.equal(scene.pool.spenderOf(scene.coin(0)), paid.transaction.id);
    assert.equal(scene.pool.spenderOf(scene.coin(1)), undefined);
    assert.equal(scene.pool.ancestorCount(scene.coin(0).transaction), undefined);
  });

  it("exports so that a new pool takes everything, in the same order", () => {
    const scene = new Scene();
    const parent = scene.admit([scene.coin(0)], { to: [bob, bob] });
    scene.admit(parent.outputs.slice(0, 1), { fee: 90n });
    scene.mine([scene.pay([scene.coin(1)]).transaction]);
    const change = { kind: "changeParameter", parameter: "feeRateMin", value: 0 } as const;
    scene.submit({ transaction: governance(scene.chain, { sequence: 0, change: { ...change, value: 1 } }) });
    scene.admit(parent.outputs.slice(1));
    scene.mine(scene.pending().slice(0, 1));
    scene.undo();
    const next = new Mempool({ chain: scene.chain, tip: scene.world.tip });
    for (const bytes of scene.pool.export()) {
      const decoded = decodeTransaction(scene.chain.transactions, bytes);
      assert.ok(decoded.ok);
      const first = next.precheck(decoded.value, scene.now);
      assert.ok(first.status === "unverified");
      const input = {
        coins: scene.world.source,
        now: scene.now,
        from: "file",
        mayWait: () => false,
      } as const;
      assert.equal(
        next.admit(first.prechecked, { signaturesHold: true, ...input }).verdict.status,
        "admitted",
      );
    }
    assert.equal(next.status().transactions, 4);
    assert.deepEqual(next.export(), scene.pool.export());
    const timestamp = (scene.world.laterThan + 1) as Timestamp;
    assert.deepEqual(
      next.select({ timestamp }).map(({ id }) => id),
      scene.select().map(({ id }) => id),
    );
  });
});

describe("the memory of what was refused", () => {
  it("is bounded: the oldest is forgotten", () => {
    const scene = new Scene({ limits: { rejections: 2 }, parameters: { feeRateMin: 1_000 } });
    const paid = [0, 1, 2].map((at) => scene.pay([scene.coin(at)]));
    for (const one of paid) scene.submit(one);
    assert.deepEqual(
      paid.map((one) => scene.rejection(one)?.refusal.code),
      [undefined, "fee-too-low", "fee-too-low"],
    );
    assert.equal(scene.pool.status().rejections, 2);
  });

  it("tells what, when, and whether others may still hold it", () => {
    const scene = new Scene();
    scene.now = (GENESIS_TIME + 3) as Timestamp;
    const stolen = scene.pay([{ ...scene.coin(0), policy: bob }]);
    scene.submit(stolen);
    const { id, witnessHash } = stolen.transaction;
    const validUntil = GENESIS_TIME + 1_000_000;
    const [found] = scene.pool.rejections(id);
    assert.deepEqual(
      { ...found, refusal: found?.refusal.code },
      { id, witnessHash, refusal: "policy-missing", was: "new", at: scene.now, validUntil },
    );
  });

  it("forgets what is taken after all", () => {
    const scene = new Scene({ limits: { transactions: 1 } });
    const first = scene.admit([scene.coin(0)]);
    const second = scene.pay([scene.coin(1)]);
    assert.match(scene.submit(second), /mempool-full/);
    scene.mine([first.transaction]);
    assert.equal(scene.submit(second), "admitted");
    assert.deepEqual(scene.pool.rejections(second.transaction.id), []);
  });
});
