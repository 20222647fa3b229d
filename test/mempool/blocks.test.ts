// What blocks do to the pool: those that come, those that are undone, and those that change governance.
import assert from "node:assert/strict";
import type { Change } from "@witan/ledger";
import type { Timestamp } from "@witan/primitives";
import {
  afterPolicy,
  GENESIS_TIME,
  governance,
  keyOfName,
  keyPolicy,
  REWARDED,
  spendables,
} from "./build.ts";
import { Scene } from "./scene.ts";

const bob = keyPolicy("bob");

describe("a block that comes", () => {
  it("takes out what it includes, and leaves what rests on it", () => {
    const scene = new Scene();
    const parent = scene.admit([scene.coin(0)], { fee: 1n });
    const child = scene.admit(parent.outputs, { fee: 2n });
    scene.mine([parent.transaction]);
    assert.deepEqual(scene.told(), []);
    assert.deepEqual(scene.pending(), [child.transaction]);
    assert.equal(scene.pool.ancestorCount(child.transaction.id), 0);
    scene.mine([child.transaction]);
    assert.equal(scene.pool.status().bytes, 0);
    assert.equal(scene.pool.clientCount(keyOfName("alice")), 0);
  });

  it("conflict: drops what it contradicts, naming the final one, and ancestor-dropped what rests on that", () => {
    const scene = new Scene();
    const loser = scene.admit([scene.coin(0)]);
    const child = scene.admit(loser.outputs);
    const grandchild = scene.admit(child.outputs);
    const winner = scene.pay([scene.coin(0)], { to: [bob] });
    scene.mine([winner.transaction]);
    assert.deepEqual(scene.told(), [
      ["dropped", loser.transaction, "conflict"],
      ["dropped", child.transaction, "ancestor-dropped"],
      ["dropped", grandchild.transaction, "ancestor-dropped"],
    ]);
    const [first, , last] = scene.notices;
    assert.ok(first?.kind === "dropped" && first.refusal.code === "conflict");
    assert.equal(first.refusal.with, winner.transaction.id);
    assert.ok(last?.kind === "dropped" && last.refusal.code === "ancestor-dropped");
    assert.deepEqual([last.refusal.ancestor, last.refusal.cause], [loser.transaction.id, "conflict"]);
  });

  it("expired: drops what no later block can hold", () => {
    const scene = new Scene();
    const [early, late] = [10, 11].map((after, at) =>
      scene.admit([scene.coin(at)], { validUntil: GENESIS_TIME + after }),
    );
    assert.ok(early && late);
    const child = scene.admit(early.outputs);
    scene.mine([], GENESIS_TIME + 10);
    assert.deepEqual(scene.told(), [
      ["dropped", early.transaction, "expired"],
      ["dropped", child.transaction, "ancestor-dropped"],
    ]);
    assert.deepEqual(scene.select(), [late.transaction]);
  });

  it("must be the next one", () => {
    const scene = new Scene();
    const valid = scene.world.judge([], GENESIS_TIME + 1);
    scene.world.apply(valid);
    scene.pool.blockApplied(valid, scene.world.laterThan, scene.now);
    assert.throws(
      () => scene.pool.blockApplied(valid, scene.world.laterThan, scene.now),
      /block 1 instead of 2/,
    );
  });
});

describe("a block that changes governance", () => {
  const changing = (scene: Scene, change: Change, sequence = 0) =>
    governance(scene.chain, { sequence, change });

  it("drops what the change forbids: client-revoked, fee-too-low", () => {
    const scene = new Scene({ owners: [keyPolicy("alice"), bob] });
    const cheap = scene.admit([scene.coin(0)], { fee: 1n });
    const revoked = scene.admit([scene.coin(1)], { fee: 900n });
    scene.mine([changing(scene, { kind: "revokeClient", publicKey: keyOfName("bob") })]);
    assert.deepEqual(scene.told(), [["dropped", revoked.transaction, "client-revoked"]]);
    scene.mine([changing(scene, { kind: "changeParameter", parameter: "feeRateMin", value: 10 }, 1)]);
    assert.deepEqual(scene.told(), [["dropped", cheap.transaction, "fee-too-low"]]);
  });

  it("keeps what is only too early under it", () => {
    const scene = new Scene({ parameters: { validUntilAheadMsMax: 2_000_000 } });
    const paid = scene.admit([scene.coin(0)]);
    scene.mine([
      changing(scene, { kind: "changeParameter", parameter: "validUntilAheadMsMax", value: 60_000 }),
    ]);
    assert.deepEqual(scene.told(), []);
    assert.deepEqual(scene.select(), []);
    assert.deepEqual(scene.select(GENESIS_TIME + 940_000), [paid.transaction]);
  });

  it("conflict: of two for one sequence the first seen stays, and a block decides", () => {
    const scene = new Scene();
    const [one, two] = [5, 6].map((value) =>
      changing(scene, { kind: "changeParameter", parameter: "feeRateMin", value }),
    );
    assert.ok(one && two);
    assert.equal(scene.submit({ transaction: one }), "admitted");
    assert.equal(scene.submit({ transaction: two }), `refused conflict ${one.id}`);
    scene.mine([two]);
    assert.deepEqual(scene.told(), [["dropped", one, "conflict"]]);
    assert.equal(scene.submit({ transaction: one }), "refused governance-sequence");
  });

  it("comes last in a selection", () => {
    const scene = new Scene();
    const transaction = changing(scene, { kind: "changeParameter", parameter: "feeRateMin", value: 1 });
    assert.equal(scene.submit({ transaction }), "admitted");
    const paid = scene.admit([scene.coin(0)]);
    assert.deepEqual(scene.select(), [paid.transaction, transaction]);
    scene.mine(scene.select());
    assert.deepEqual(scene.pending(), []);
  });
});

describe("a block that is undone", () => {
  it("gives its transactions back in front of all others", () => {
    const scene = new Scene();
    const [first, second] = [scene.admit([scene.coin(0)]), scene.admit([scene.coin(1)])];
    scene.mine([first.transaction]);
    scene.mine([second.transaction]);
    const third = scene.admit(second.outputs);
    scene.undo();
    assert.deepEqual(scene.told(), [["admitted", second.transaction, "block"]]);
    scene.undo();
    assert.deepEqual(scene.pending(), [first.transaction, second.transaction, third.transaction]);
    assert.equal(scene.pool.ancestorCount(third.transaction.id), 1);
    assert.deepEqual(scene.select(), scene.pending());
  });

  it("input-missing: what rests on its reward is dropped", () => {
    const scene = new Scene();
    scene.mine([scene.pay([scene.coin(0)], { fee: 40n }).transaction]);
    const reward = scene.world.blocks[1]?.transactions[0];
    assert.ok(reward?.body.kind === "reward");
    const spender = scene.admit(spendables(reward, [REWARDED]));
    const child = scene.admit(spender.outputs);
    scene.undo();
    assert.deepEqual(scene.told(), [
      ["dropped", spender.transaction, "input-missing"],
      ["dropped", child.transaction, "ancestor-dropped"],
      ["admitted", scene.pending()[0], "block"],
    ]);
  });

  it("a transfer that no longer holds is refused, and what rests on it dropped", () => {
    const scene = new Scene();
    const lowered = { kind: "changeParameter", parameter: "feeRateMin", value: 1_000 } as const;
    const raised = { ...lowered, value: 0 };
    scene.mine([governance(scene.chain, { sequence: 0, change: lowered })]);
    scene.mine([governance(scene.chain, { sequence: 1, change: raised })]);
    const free = scene.pay([scene.coin(0)]);
    scene.mine([free.transaction]);
    const child = scene.admit(free.outputs);
    scene.undo();
    assert.deepEqual(scene.told(), [["admitted", free.transaction, "block"]]);
    scene.undo();
    const codes = scene.told().map(([kind, , code]) => [kind, code]);
    assert.deepEqual(codes, [
      ["admitted", "block"],
      ["dropped", "fee-too-low"],
      ["dropped", "ancestor-dropped"],
    ]);
    assert.equal(scene.pool.get(child.transaction.id), undefined);
    assert.equal(scene.pending().length, 1, "the governance transaction is back");
  });

  it("ancestors-too-many: chains that become too long are cut", () => {
    const scene = new Scene({ limits: { ancestors: 2 } });
    const chain = [scene.admit([scene.coin(0)])];
    scene.mine([chain[0]?.transaction ?? assert.fail()]);
    for (let count = 0; count < 3; count++) chain.push(scene.admit(chain.at(-1)?.outputs ?? []));
    scene.undo();
    assert.deepEqual(scene.told(), [
      ["admitted", chain[0]?.transaction, "block"],
      ["dropped", chain[3]?.transaction, "ancestors-too-many"],
    ]);
  });

  it("client-limit and evicted: the newest and the cheapest make room", () => {
    const owners = ["alice", "alice", "bob", "carol"].map((name) => keyPolicy(name));
    const scene = new Scene({ limits: { perClient: 1, transactions: 2 }, owners });
    const final = [scene.pay([scene.coin(0)], { fee: 5n }), scene.pay([scene.coin(2)], { fee: 1n })];
    scene.mine(final.map((one) => one.transaction));
    const young = scene.admit([scene.coin(1)], { fee: 9n });
    scene.admit([scene.coin(3)], { fee: 7n });
    scene.undo();
    assert.deepEqual(scene.told().slice(2), [
      ["dropped", young.transaction, "client-limit"],
      ["dropped", final[1]?.transaction, "evicted"],
    ]);
  });

  it("a reorganisation: undo in reverse order, then apply", () => {
    const scene = new Scene();
    const [a, b] = [scene.admit([scene.coin(0)]), scene.admit([scene.coin(1)])];
    const c = scene.admit(a.outputs);
    scene.mine([a.transaction]);
    scene.mine([c.transaction]);
    scene.undo();
    scene.undo();
    const rival = scene.pay([scene.coin(0)], { to: [bob] });
    scene.mine([rival.transaction]);
    const codes = scene.told().map(([, transaction, code]) => [transaction, code]);
    assert.deepEqual(codes, [
      [a.transaction, "conflict"],
      [c.transaction, "ancestor-dropped"],
    ]);
    assert.deepEqual(scene.pending(), [b.transaction]);
  });

  it("proof of work: a reward that is immature again is passed over, not dropped", () => {
    const scene = new Scene({ mode: "pow" });
    for (let count = 0; count < 4; count++) scene.mine([]);
    const reward = scene.world.blocks[1]?.transactions[0];
    assert.ok(reward);
    const spender = scene.admit(spendables(reward, [REWARDED]));
    assert.deepEqual(scene.select(), [spender.transaction]);
    const young = scene.pay(spendables(scene.world.blocks[4]?.transactions[0] ?? assert.fail(), [REWARDED]));
    assert.equal(scene.submit(young), "refused input-immature");
    scene.undo();
    scene.undo();
    assert.deepEqual(scene.pending(), [spender.transaction]);
    assert.deepEqual(scene.select(), []);
    scene.mine([]);
    assert.deepEqual(scene.select(), [spender.transaction]);
  });

  it("premature: what comes back early is passed over, not refused", () => {
    const time = GENESIS_TIME + 50;
    const scene = new Scene({ owners: [afterPolicy("alice", time)] });
    scene.now = time as Timestamp;
    const paid = scene.admit([scene.coin(0)]);
    scene.mine([paid.transaction], time);
    scene.undo();
    assert.deepEqual(scene.select(time - 1), []);
    assert.deepEqual(scene.select(time), [paid.transaction]);
  });

  it("must be the one on top", () => {
    const scene = new Scene();
    scene.mine([]);
    const block = scene.world.blocks[1];
    const { tip } = scene.world;
    assert.ok(block);
    assert.throws(() => scene.pool.blockUndone(block, { spent: [] }, tip, scene.now), /not the one on top/);
  });
});
