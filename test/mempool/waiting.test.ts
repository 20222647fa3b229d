// Waiting for inputs: tried when they come, bounded in number, memory and time, and for each client.
import assert from "node:assert/strict";
import { memoryOf } from "@witan/mempool";
import { type Timestamp, toTimestamp } from "@witan/primitives";
import { GENESIS_TIME, keyPolicy } from "./build.ts";
import { Scene } from "./scene.ts";

const bob = keyPolicy("bob");

describe("waiting for inputs", () => {
  it("is taken when the transaction it spends from is admitted", () => {
    const scene = new Scene();
    const parent = scene.pay([scene.coin(0)]);
    const child = scene.pay([...parent.outputs, scene.coin(1)]);
    assert.equal(scene.submit(child), "waiting");
    assert.equal(scene.submit(child), "waiting", "asking again changes nothing");
    assert.ok(scene.pool.isWaiting(child.transaction.id) && scene.pool.verified(child.transaction));
    assert.equal(scene.submit(parent), "admitted");
    assert.deepEqual(scene.told(), [["admitted", child.transaction, "waiting"]]);
    assert.deepEqual(scene.pending(), [parent.transaction, child.transaction]);
    assert.equal(scene.pool.status().waiting, 0);
  });

  it("is taken when a block makes the output", () => {
    const scene = new Scene();
    const parent = scene.pay([scene.coin(0)]);
    const child = scene.pay(parent.outputs);
    scene.submit(child);
    scene.mine([parent.transaction]);
    assert.deepEqual(scene.told(), [["admitted", child.transaction, "waiting"]]);
    assert.equal(scene.pool.ancestorCount(child.transaction.id), 0);
  });

  it("a whole chain that came the wrong way round comes in, and the limit of ancestors holds", () => {
    const scene = new Scene({ limits: { ancestors: 3 } });
    const chain = [scene.pay([scene.coin(0)])];
    for (let count = 1; count <= 4; count++) chain.push(scene.pay(chain.at(-1)?.outputs ?? []));
    for (const one of chain.slice(1).reverse()) assert.equal(scene.submit(one), "waiting");
    const [root, ...rest] = chain;
    assert.ok(root);
    assert.equal(scene.submit(root), "admitted");
    const codes = ["waiting", "waiting", "waiting", "ancestors-too-many"];
    const told = rest.map(({ transaction }, at) => [at < 3 ? "admitted" : "refused", transaction, codes[at]]);
    assert.deepEqual(scene.told(), told);
  });

  it("stays until the last of its inputs is there", () => {
    const scene = new Scene();
    const parents = [scene.pay([scene.coin(0)]), scene.pay([scene.coin(1)])];
    const child = scene.pay(parents.flatMap((one) => one.outputs));
    assert.equal(scene.submit(child), "waiting");
    for (const [at, parent] of parents.entries()) {
      scene.submit(parent);
      assert.equal(scene.notices.length, at);
    }
    assert.ok(scene.pool.get(child.transaction.id));
  });

  it("input-missing: after its time", () => {
    const scene = new Scene({ limits: { orphanMs: 1_000 } });
    const child = scene.pay(scene.pay([scene.coin(0)]).outputs);
    scene.submit(child);
    const start = scene.now;
    assert.deepEqual(scene.pool.expireWaiting(toTimestamp(start + 999)), []);
    scene.notices = scene.pool.expireWaiting(toTimestamp(start + 1_000));
    assert.deepEqual(scene.told(), [["refused", child.transaction, "input-missing"]]);
    assert.equal(scene.rejection(child)?.refusal.code, "input-missing");
    assert.equal(scene.submit(child), "waiting", "it may be tried again");
  });

  it("conflict: a block spent one of its inputs", () => {
    const scene = new Scene();
    const child = scene.pay([scene.coin(1), ...scene.pay([scene.coin(0)]).outputs]);
    scene.submit(child);
    const rival = scene.pay([scene.coin(1)], { to: [bob] });
    scene.mine([rival.transaction]);
    assert.deepEqual(scene.told(), [["refused", child.transaction, "conflict"]]);
    const refusal = scene.rejection(child)?.refusal;
    assert.equal(refusal?.code === "conflict" && refusal.with, rival.transaction.id);
  });

  it("expired: no later block can hold it", () => {
    const scene = new Scene();
    const child = scene.pay(scene.pay([scene.coin(0)]).outputs, { validUntil: GENESIS_TIME + 10 });
    scene.submit(child);
    scene.mine([], GENESIS_TIME + 10);
    assert.deepEqual(scene.told(), [["refused", child.transaction, "expired"]]);
  });

  it("waiting-full: the oldest leaves when there are too many, or too much", () => {
    for (const limits of [{ orphans: 2 }, { orphanBytes: 2 * 2_814 }]) {
      const scene = new Scene({ limits });
      const waiting = [0, 1, 2].map((at) =>
        scene.pay(scene.pay([scene.coin(at)], { to: [bob, bob] }).outputs.slice(1), { to: [bob, bob] }),
      );
      for (const [at, one] of waiting.entries())
        assert.equal(scene.submit(one, { from: `peer ${at}` }), "waiting");
      assert.deepEqual(scene.told(), [["refused", waiting[0]?.transaction, "waiting-full"]]);
      assert.equal(scene.pool.status().waiting, 2);
      const bytes = waiting.slice(1).reduce((sum, { transaction }) => sum + memoryOf(transaction), 0);
      assert.equal(scene.pool.status().waitingBytes, bytes);
    }
  });

  it("waiting-full: the newcomer itself, if there is no room at all", () => {
    const scene = new Scene({ limits: { orphans: 0 } });
    const child = scene.pay(scene.pay([scene.coin(0)]).outputs);
    assert.equal(scene.submit(child), "refused waiting-full");
  });

  it("waiting-full: one source, or one key, pushes out its own only", () => {
    const names = ["a", "b", "c", "d"];
    const scene = new Scene({
      limits: { orphansPerClient: 2 },
      owners: names.map((name) => keyPolicy(name)),
    });
    const of = (name: string, at: number) =>
      scene.pay(scene.pay([scene.coin(at)], { to: [keyPolicy(name)] }).outputs);
    const foreign = of("a", 0);
    const own = [of("b", 1), of("c", 2), of("d", 3)];
    scene.submit(foreign, { from: "other" });
    for (const one of own) scene.submit(one, { from: "greedy" });
    assert.deepEqual(scene.told(), [["refused", own[0]?.transaction, "waiting-full"]]);
    const again = [of("a", 1), of("a", 2)];
    for (const [at, one] of again.entries()) scene.submit(one, { from: `elsewhere ${at}` });
    assert.deepEqual(scene.told(), [["refused", foreign.transaction, "waiting-full"]]);
  });

  it("goes by a clock that never goes back", () => {
    const scene = new Scene({ limits: { orphanMs: 1_000 } });
    const parents = [0, 1].map((at) => scene.pay([scene.coin(at)]));
    const [first, second] = parents.map((one) => scene.pay(one.outputs));
    assert.ok(first && second && parents[0]);
    const start = scene.now;
    scene.submit(first);
    scene.now = (start - 900) as Timestamp;
    scene.submit(second);
    scene.submit(parents[0]);
    assert.equal(scene.pool.expireWaiting(toTimestamp(start + 999)).length, 0);
    assert.equal(scene.pool.expireWaiting(toTimestamp(start + 1_000)).length, 1);
  });
});
