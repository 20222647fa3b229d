// A node that comes late: it gets headers, and blocks from several peers; and blocks that come out of order wait.
import assert from "node:assert/strict";
import { requestCodec } from "../../../packages/node/src/wire.ts";
import { Miners } from "./miners.ts";

describe("proof of work: catching up", () => {
  it("fetches a long chain from several peers, and mines on it", async function () {
    this.timeout(60_000);
    const miners = await Miners.start(["m1", "m2"]);
    await miners.mine("m1", 300);
    await miners.agreed();
    miners.add("m3");
    for (const name of ["m1", "m2"]) miners.seat(name).node.listPeers(miners.cluster.peers());
    const asked = new Map<string, number>();
    miners.seat("m3").taps.asked = (to, bytes) => {
      const request = requestCodec.decode(bytes);
      if (!request.ok || request.value.kind !== "bodies") return;
      asked.set(to, (asked.get(to) ?? 0) + request.value.of.length);
    };
    await miners.seat("m3").start();
    await miners.agreed();
    assert.equal(miners.seat("m3").height, 300);
    const [first = 0, second = 0] = asked.values();
    assert.ok(first + second >= 300 && Math.min(first, second) > 50, `${first} and ${second} blocks`);
    assert.deepEqual(miners.cluster.world.faults, []);
    await miners.mine("m3", 2);
    await miners.finish();
  });

  it("goes on where it stopped", async () => {
    const miners = await Miners.start();
    await miners.mine("m1", 5);
    await miners.agreed();
    await miners.seat("m2").stop();
    miners.seat("m3").crash();
    await miners.mine("m1", 7);
    await miners.seat("m2").start();
    await miners.seat("m3").start();
    await miners.agreed();
    assert.equal(miners.seat("m3").height, 12);
    await miners.mine("m2");
    await miners.finish();
  });

  it("remembers branches beside its chain over a restart", async () => {
    const miners = await Miners.start(["m1", "m2"]);
    miners.split("m1");
    await miners.mine("m1", 2);
    await miners.mine("m2", 3);
    const alone = miners.seat("m1").node.tip.hash;
    miners.split("m1", "heal");
    await miners.agreed();
    await miners.seat("m1").stop();
    await miners.seat("m1").start();
    await miners.cluster.world.pass(500);
    const status = await miners.seat("m1").call("consensus_status", {});
    assert.ok(status.mode === "pow" && status.branches === 1);
    assert.notEqual(miners.seat("m1").node.tip.hash, alone);
    await miners.finish();
  });
});
