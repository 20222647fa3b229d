// An acceptor whose data were lost, or put back from an older copy, while its guard is there: where promises have MACs no
// signature reminds of what it said, and the guard's notes do. It says nothing that it may have forgotten, tells so, and
// takes part again behind that.
import assert from "node:assert/strict";
import type { Cluster } from "../cluster.ts";
import type { DataCopy } from "../power-disk.ts";
import { Purse } from "../purse.ts";
import { VIEW_MS } from "../seat.ts";
import { fastPaxos } from "./fast-paxos.ts";

interface Scene {
  readonly cluster: Cluster;
  readonly purse: Purse;
  /** The data of everybody at height 1, and at height 3 before anybody voted for the fourth block. */
  readonly copies: readonly [ReadonlyMap<string, DataCopy>, ReadonlyMap<string, DataCopy>];
}

function copiesOf(cluster: Cluster): ReadonlyMap<string, DataCopy> {
  return new Map(cluster.seats.map(({ name, disk }) => [name, disk.copy()]));
}

/**
 * Three blocks; `c` is gone, nobody hears `b`, and `d` has voted for the fourth, which is decided by nobody. Then all but
 * `c` stop.
 */
async function begin(): Promise<Scene> {
  const cluster = await fastPaxos();
  const purse = new Purse(cluster);
  await cluster.pay("a", purse.pay());
  await cluster.agreed(1);
  const first = copiesOf(cluster);
  for (const name of ["b", "c"]) await cluster.pay(name, purse.pay());
  await cluster.agreed(3);
  await cluster.world.pass(50);
  const second = copiesOf(cluster);
  cluster.seat("c").crash();
  cluster.seat("b").taps.send = (_to, channel, bytes) => (channel === "consensus" ? undefined : bytes);
  const before = cluster.world.votes.count("d");
  cluster.submit("a", purse.pay()).catch(() => {});
  await cluster.world.until("d has voted at height 4", () => cluster.world.votes.count("d") > before);
  for (const seat of cluster.running) seat.crash();
  Object.assign(cluster.seat("b").taps, { send: undefined });
  return { cluster, purse, copies: [first, second] };
}

async function isSilent(cluster: Cluster, name: string, until: number): Promise<boolean> {
  const { reasons } = await cluster.seat(name).call("node_health", {});
  const found = reasons.find(({ reason }) => reason === "votes-forgotten");
  if (found !== undefined) assert.match(found.message, new RegExp(`up to height ${until},`));
  return found !== undefined;
}

describe("an acceptor with its guard, and", () => {
  const losses = [
    ["without its data", () => undefined],
    ["with data of an older copy", ({ copies }: Scene) => copies[0].get("d")],
    ["with a copy from just before its last vote", ({ copies }: Scene) => copies[1].get("d")],
  ] as const;
  for (const [what, copy] of losses)
    it(`${what}, is silent up to the last height that it voted at, and takes part behind it`, async () => {
      const scene = await begin();
      const { cluster, purse } = scene;
      const loser = cluster.seat("d");
      loser.losesData = true;
      const votes = cluster.world.votes.count("d");
      await loser.disk.putBack(copy(scene));
      for (const name of ["p", "q", "o", "a", "b", "d"]) await cluster.seat(name).start();
      await cluster.world.until("it has fetched the blocks", () => loser.height === 3);
      assert.equal(loser.silences, 1);
      // With it there would be a quorum for height 4.
      const fate = cluster.submit("a", purse.pay());
      await cluster.world.pass(10 * VIEW_MS);
      assert.deepEqual(
        cluster.running.map(({ height }) => height),
        [3, 3, 3, 3, 3, 3],
      );
      assert.equal(await isSilent(cluster, "d", 4), true);
      assert.equal((await loser.call("consensus_status", {})).me, null);
      assert.equal(cluster.world.votes.count("d"), votes, "it has said something");
      await cluster.seat("c").start();
      assert.equal((await fate).status, "final");
      await cluster.agreed(4);
      assert.equal(await isSilent(cluster, "d", 4), false);
      // It is needed, and there.
      cluster.seat("c").crash();
      await cluster.pay("q", purse.pay());
      assert.equal((await loser.call("consensus_status", {})).me, "d");
      // From here on it remembers.
      loser.crash();
      await loser.start();
      await cluster.pay("b", purse.pay());
      assert.equal(loser.silences, 1);
      await cluster.startAll();
      await cluster.finish();
    });

  it("without its data after it has promised a round, votes in none below", async () => {
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    await cluster.pay("p", purse.pay());
    cluster.seat("p").crash();
    await cluster.pay("q", purse.pay());
    await cluster.agreed(2);
    const loser = cluster.seat("d");
    assert.ok(loser.node.readings().view > 0);
    const round = loser.node.readings().view;
    loser.crash();
    loser.losesData = true;
    await loser.disk.putBack();
    await cluster.pay("q", purse.pay());
    await loser.start();
    await cluster.agreed(3);
    // It speaks again, and has never gone back.
    await cluster.pay("q", purse.pay());
    cluster.seat("c").crash();
    await cluster.pay("q", purse.pay());
    assert.ok(loser.node.readings().view >= round);
    await cluster.startAll();
    await cluster.finish();
  });

  it("without its data after it has promised a round and voted for nothing, is silent too", async () => {
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    for (const name of ["p", "q"]) cluster.seat(name).crash();
    cluster.submit("a", purse.pay()).catch(() => {});
    const loser = cluster.seat("d");
    await cluster.world.until("it has promised", () => loser.node.readings().view > 0);
    await cluster.world.pass(50);
    loser.crash();
    loser.losesData = true;
    await loser.disk.putBack();
    await loser.start();
    assert.equal(loser.silences, 1);
    assert.equal(await isSilent(cluster, "d", 1), true);
    for (const name of ["p", "q"]) await cluster.seat(name).start();
    await cluster.agreed(1);
    assert.equal(await isSilent(cluster, "d", 1), false);
    await cluster.finish();
  });

  it("like all others with older data, decides nothing that may be decided already; with the data of enough it goes on", async () => {
    const { cluster, purse, copies } = await begin();
    for (const seat of cluster.seats) seat.losesData = true;
    const latest = copiesOf(cluster);
    for (const { name, disk } of cluster.seats) await disk.putBack(copies[0].get(name));
    await cluster.startAll();
    await cluster.connected();
    const fate = cluster.submit("a", purse.pay());
    fate.catch(() => {});
    await cluster.world.pass(20 * VIEW_MS);
    for (const name of ["a", "b", "c", "d"]) {
      assert.equal(cluster.seat(name).height, 1);
      assert.equal(await isSilent(cluster, name, name === "c" ? 3 : 4), true, name);
    }
    for (const name of ["a", "b"]) {
      cluster.seat(name).crash();
      await cluster.seat(name).disk.putBack(latest.get(name));
      await cluster.seat(name).start();
    }
    await cluster.agreed(3);
    await cluster.pay("a", purse.pay());
    await cluster.finish();
  });
});
