// A validator whose data were lost, or put back from an older copy, while its guard is there: it votes for nothing that
// it may have forgotten, says so, and votes again behind that. (That nobody is ever silent otherwise is held against
// every cluster at its end: crash.test.ts crashes at each call of a port.)
import assert from "node:assert/strict";
import { Cluster } from "./cluster.ts";
import type { DataCopy } from "./power-disk.ts";
import { Purse } from "./purse.ts";
import { VIEW_MS } from "./seat.ts";

const AGAIN = "the silence is over: this validator votes from this height on";

interface Scene {
  readonly cluster: Cluster;
  readonly purse: Purse;
  /** The data of everybody at height 1. */
  readonly copies: ReadonlyMap<string, DataCopy>;
}

/**
 * Three blocks; `c` is gone, nobody hears `b`, and `d` has voted for the fourth, which is decided by nobody. Then all
 * but `c` stop.
 */
async function begin(): Promise<Scene> {
  const cluster = await Cluster.start();
  const purse = new Purse(cluster);
  await cluster.pay("a", purse.pay());
  await cluster.agreed(1);
  const copies = new Map(cluster.seats.map(({ name, disk }) => [name, disk.copy()]));
  for (const name of ["b", "c"]) await cluster.pay(name, purse.pay());
  await cluster.agreed(3);
  cluster.seat("c").crash();
  cluster.seat("b").taps.send = (_to, channel, bytes) => (channel === "consensus" ? undefined : bytes);
  const before = cluster.world.votes.count("d");
  cluster.submit("a", purse.pay()).catch(() => {});
  await cluster.world.until("d has voted at height 4", () => cluster.world.votes.count("d") > before);
  for (const seat of cluster.running) seat.crash();
  Object.assign(cluster.seat("b").taps, { send: undefined });
  return { cluster, purse, copies };
}

async function isSilent(cluster: Cluster, name: string, until: number): Promise<boolean> {
  const { reasons } = await cluster.seat(name).call("node_health", {});
  const found = reasons.find(({ reason }) => reason === "votes-forgotten");
  if (found !== undefined) assert.match(found.message, new RegExp(`up to height ${until},`));
  return found !== undefined;
}

function saysThatItVotesAgain(cluster: Cluster, name: string): number[] {
  const lines = cluster.seat(name).logged.filter(({ message }) => message === AGAIN);
  return lines.map(({ fields }) => (fields as { height: number }).height);
}

describe("a validator with its guard, and", () => {
  const losses = [
    ["without its data", () => undefined],
    ["with data of an older copy", ({ copies }: Scene) => copies.get("d")],
  ] as const;
  for (const [what, copy] of losses)
    it(`${what}, is silent up to the last height that it voted at, and votes behind it`, async () => {
      const scene = await begin();
      const { cluster, purse } = scene;
      const loser = cluster.seat("d");
      loser.losesData = true;
      const votes = cluster.world.votes.count("d");
      await loser.disk.putBack(copy(scene));
      for (const name of ["a", "b", "d"]) await cluster.seat(name).start();
      await cluster.world.until("it has fetched the blocks", () => loser.height === 3);
      assert.equal(loser.silences, 1);
      const [said] = loser.logged.filter(({ fields }) => "votesFrom" in fields);
      assert.match(JSON.stringify(said?.fields), /"until":4,"votesFrom":5/);
      // With it there would be a quorum for height 4.
      const fate = cluster.submit("a", purse.pay());
      await cluster.world.pass(10 * VIEW_MS);
      assert.deepEqual(
        cluster.running.map(({ height }) => height),
        [3, 3, 3],
      );
      assert.equal(await isSilent(cluster, "d", 4), true);
      assert.equal((await loser.call("consensus_status", {})).me, null);
      assert.equal(cluster.world.votes.count("d"), votes, "it has voted");
      await cluster.seat("c").start();
      assert.equal((await fate).status, "final");
      await cluster.agreed(4);
      assert.equal(await isSilent(cluster, "d", 4), false);
      assert.deepEqual(saysThatItVotesAgain(cluster, "d"), [5]);
      // It is needed, and there.
      cluster.seat("c").crash();
      await cluster.pay("b", purse.pay());
      assert.equal((await loser.call("consensus_status", {})).me, "d");
      // From here on it remembers what it votes for.
      loser.crash();
      await loser.start();
      await cluster.pay("b", purse.pay());
      assert.equal(loser.silences, 1);
      await cluster.startAll();
      await cluster.finish();
    });

  it("stopped before it has heard the block, is silent again, and votes behind it", async () => {
    const { cluster, purse } = await begin();
    const loser = cluster.seat("d");
    loser.losesData = true;
    await loser.disk.putBack();
    for (const name of ["a", "b", "d"]) await cluster.seat(name).start();
    await cluster.world.until("it has fetched the blocks", () => loser.height === 3);
    const fate = cluster.submit("a", purse.pay());
    await cluster.world.pass(3 * VIEW_MS);
    loser.crash();
    await loser.start();
    assert.equal(loser.silences, 2);
    await cluster.seat("c").start();
    assert.equal((await fate).status, "final");
    await cluster.agreed(4);
    cluster.seat("c").crash();
    await cluster.pay("b", purse.pay());
    await cluster.startAll();
    await cluster.finish();
  });

  it("like all others with older data, decides nothing that may be decided already; with the data of enough it goes on", async () => {
    const { cluster, purse, copies } = await begin();
    for (const seat of cluster.seats) seat.losesData = true;
    const latest = new Map(cluster.seats.map(({ name, disk }) => [name, disk.copy()]));
    for (const { name, disk } of cluster.seats) await disk.putBack(copies.get(name));
    await cluster.startAll();
    await cluster.connected();
    const fate = cluster.submit("a", purse.pay());
    await cluster.world.pass(20 * VIEW_MS);
    for (const { name, height, silences } of cluster.seats) {
      assert.deepEqual([name, height, silences], [name, 1, 1]);
      assert.equal(await isSilent(cluster, name, name === "c" ? 3 : 4), true);
    }
    fate.catch(() => {});
    for (const name of ["a", "b"]) {
      cluster.seat(name).crash();
      await cluster.seat(name).disk.putBack(latest.get(name));
      await cluster.seat(name).start();
    }
    // `a` and `b` remember what they voted for at height 4, and `c` has never voted there.
    await cluster.agreed(3);
    await cluster.pay("a", purse.pay());
    await cluster.agreed(4);
    assert.deepEqual(
      cluster.seats.map(({ silences }) => silences),
      [1, 1, 1, 1],
    );
    await cluster.finish();
  });
});
