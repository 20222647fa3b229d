// Observers that are connected to observers only: they follow the chain, and what is handed in there becomes final.
import assert from "node:assert/strict";
import { Cluster, membersOnly } from "./cluster.ts";
import { Purse } from "./purse.ts";

const MEMBERS = ["a", "b", "c", "d"];

/** A chain of observers: `e` is connected to the members, `f` to `e` only, `g` to `f` only. */
async function inARow() {
  const cluster = await Cluster.start({
    seats: [...membersOnly(), { name: "e" }, { name: "f" }, { name: "g" }],
  });
  const purse = new Purse(cluster);
  cluster.cut("f", ...MEMBERS);
  cluster.cut("g", ...MEMBERS, "e");
  const [near, far, farthest] = [cluster.seat("e"), cluster.seat("f"), cluster.seat("g")];
  await cluster.world.until(
    "they are connected in a row",
    () => far.node.readings().peers === 2 && farthest.node.readings().peers === 1,
    60_000,
  );
  return { cluster, purse, near, far, farthest };
}

describe("an observer that is connected to observers only", () => {
  it("hears of each block soon, by whom it is connected to", async function () {
    this.timeout(60_000);
    const { cluster, purse, near, far, farthest } = await inARow();
    for (let height = 1; height <= 5; height++) {
      await cluster.pay("b", purse.pay());
      const before = cluster.world.clock.passedMs;
      await cluster.world.until("all have it", () => farthest.height === height);
      assert.ok(cluster.world.clock.passedMs - before <= 300);
    }
    assert.deepEqual([near.height, far.height], [5, 5]);
    assert.deepEqual(cluster.world.faults, []);
    await cluster.finish();
  });

  it("catches up after it was away, while the chain goes on", async function () {
    this.timeout(60_000);
    const { cluster, purse, farthest } = await inARow();
    farthest.crash();
    const stream = cluster.stream("b", purse.chain());
    await cluster.world.until("blocks", () => stream.count >= 30);
    await farthest.start();
    const before = stream.count;
    await cluster.world.until("it has what it missed", () => farthest.height >= before);
    await cluster.world.until("it follows", () => farthest.height >= before + 10);
    await stream.stop();
    await cluster.finish();
  });

  it("gets transactions to the members, and tells when they are final", async function () {
    this.timeout(60_000);
    const { cluster, purse, farthest } = await inARow();
    const before = cluster.world.clock.passedMs;
    await cluster.pay("g", purse.pay());
    assert.ok(cluster.world.clock.passedMs - before <= 5_000, "passed on from one to the next");
    assert.equal(farthest.height, 1);
    await cluster.pay("f", purse.pay());
    await cluster.finish();
  });

  it("hears of it again when a notice was lost", async function () {
    this.timeout(60_000);
    const { cluster, purse, near, far } = await inARow();
    near.taps.send = (_to, channel, bytes) => (channel === "bulk" ? undefined : bytes);
    await cluster.pay("b", purse.pay());
    await cluster.world.pass(1_500);
    assert.equal(far.height, 0);
    Object.assign(near.taps, { send: undefined });
    await cluster.world.until("it has it", () => far.height === 1, 1_500);
    await cluster.finish();
  });
});
