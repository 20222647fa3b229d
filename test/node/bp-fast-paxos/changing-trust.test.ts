// What a trust change looks like from outside: proposers that are not trusted are fit all the same once the round goes on,
// the log says once that it has begun, and why the one before was given up.
import assert from "node:assert/strict";
import type { Cluster } from "../cluster.ts";
import { Purse } from "../purse.ts";
import { ACCEPTORS, fastPaxos, PROPOSERS } from "./fast-paxos.ts";

function begun(cluster: Cluster, name: string): readonly unknown[] {
  const lines = cluster.seat(name).logged.filter(({ message }) => message === "a new round has begun");
  return lines.map(({ fields }) => (fields as { readonly round: number }).round);
}

function givenUp(cluster: Cluster, name: string): readonly string[] {
  const lines = cluster.seat(name).logged.map(({ message }) => message);
  return lines.filter((message) => message.startsWith("a round was given up"));
}

async function checkFit(cluster: Cluster): Promise<void> {
  for (const name of PROPOSERS) {
    const seat = cluster.seat(name);
    await cluster.world.until(`${name} hears of the round`, () => seat.node.readings().view === 1);
    assert.deepEqual(await seat.call("node_health", {}), { fit: true, reasons: [] }, name);
    const status = await seat.call("consensus_status", {});
    assert.deepEqual([status.mode === "bp-fast-paxos" && status.proposer, status.phase], ["q", "idle"]);
    assert.equal((await seat.call("consensus_explain", {})).waitingFor, "transactions");
  }
}

describe("a trust change", () => {
  const ways = {
    "slept and wakes": (cluster: Cluster) => {
      cluster.heal("p", ...ACCEPTORS, "q");
    },
    "was started again": async (cluster: Cluster) => {
      cluster.seat("p").crash();
      cluster.heal("p", ...ACCEPTORS, "q");
      await cluster.seat("p").start();
    },
  };
  for (const [what, comesBack] of Object.entries(ways))
    it(`leaves a proposer that ${what} fit, though another is trusted, and is told once`, async () => {
      const cluster = await fastPaxos();
      const purse = new Purse(cluster);
      await cluster.pay("p", purse.pay());
      cluster.cut("p", ...ACCEPTORS, "q");
      await cluster.pay("q", purse.pay());
      await comesBack(cluster);
      for (let time = 0; time < 4; time++) await cluster.pay("q", purse.pay());
      await cluster.agreed(6);
      await checkFit(cluster);
      for (const name of [...PROPOSERS, ...ACCEPTORS]) assert.deepEqual(begun(cluster, name), [1], name);
      await cluster.finish();
    });

  it("says in the log whether the proposer misbehaved or was only suspected", async () => {
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    cluster.cut("p", ...ACCEPTORS);
    await cluster.pay("q", purse.pay());
    const [why = "", ...more] = givenUp(cluster, "a");
    assert.deepEqual(more, []);
    assert.match(why, /its proposer is suspected, since nothing was decided in time/);
    assert.match(givenUp(cluster, "q")[0] ?? "", /acceptors went on to a later one$/);
    cluster.heal("p", ...ACCEPTORS);
    await cluster.finish();
  });
});
