// Members that come, go and change their keys by governance transactions, while transfers go on: no pause is longer than a
// view, and whoever is no member any more follows as an observer.
import assert from "node:assert/strict";
import { formatPeerId } from "@witan/crypto";
import type { Change } from "@witan/ledger";
import { keyOfName, memberOf } from "../ledger/build.ts";
import { Cluster, membersOnly, type Stream } from "./cluster.ts";
import { Purse } from "./purse.ts";
import { peerIdOfName, VIEW_MS } from "./seat.ts";

interface Busy {
  readonly cluster: Cluster;
  readonly purse: Purse;
  readonly stream: Stream;
}

async function busy(seats = membersOnly()): Promise<Busy> {
  const cluster = await Cluster.start({ seats });
  const purse = new Purse(cluster);
  const stream = cluster.stream("b", purse.chain());
  await cluster.world.until("blocks", () => stream.count >= 3);
  return { cluster, purse, stream };
}

/** Makes a change, goes on for a while, and holds the pauses between blocks against a view's length. */
async function change({ cluster, purse, stream }: Busy, what: Change, sequence: number): Promise<void> {
  const transaction = purse.ledger.governance(what, ["a", "b", "c"], sequence);
  await cluster.pay("c", transaction);
  const before = stream.count;
  await cluster.world.until("blocks after the change", () => stream.count >= before + 5);
  const times = cluster.seat("b").blocks.map(({ timestamp }) => timestamp);
  for (const [index, time] of times.entries())
    if (index > 0)
      assert.ok(time - (times[index - 1] ?? 0) <= VIEW_MS, `a pause of ${time - (times[index - 1] ?? 0)} ms`);
}

describe("a governance transaction", () => {
  it("makes an observer that follows a fifth validator, which then votes", async () => {
    const scene = await busy([...membersOnly(), { name: "e" }]);
    const { cluster, stream } = scene;
    const fifth = cluster.seat("e");
    assert.equal((await fifth.call("node_status", {})).role, "observer");
    assert.equal((await fifth.call("consensus_status", {})).me, null);
    assert.ok(fifth.height > 0);
    const member = memberOf("e", "validator", keyOfName("a pay").policyHash);
    await change(scene, { kind: "addMember", member }, 0);
    await stream.stop();
    await cluster.agreed();
    const status = await fifth.call("consensus_status", {});
    assert.deepEqual([status.me, status.quorum], ["e", 4]);
    assert.equal((await fifth.call("node_status", {})).role, "validator");
    // Four of five are a quorum: without one of the old ones nothing goes on but with the new one's vote.
    cluster.seat("d").crash();
    await cluster.pay("e", scene.purse.pay());
    await cluster.seat("d").start();
    await cluster.finish();
  });

  it("can come later: a node that nobody knew follows once the others' configuration lists it", async () => {
    const { cluster, purse, stream } = await busy();
    const stranger = cluster.add({ name: "e" });
    await stranger.start();
    await cluster.world.pass(2_000);
    assert.equal(stranger.height, 0);
    for (const { node } of cluster.running) if (node !== stranger.node) node.listPeers(cluster.peers());
    await cluster.world.until("it follows", () => stranger.height > 3, 10_000);
    await stream.stop();
    await cluster.pay("e", purse.pay());
    await cluster.finish();
  });

  it("lets in a new member that nobody lists", async () => {
    const listed = ["a", "b", "c", "d"].map((name) => ({
      name,
      id: peerIdOfName(name),
      address: `${name}:1`,
    }));
    const { cluster, purse, stream } = await busy(membersOnly({ peers: listed }));
    const fifth = cluster.add({ name: "e" });
    await fifth.start();
    await cluster.world.pass(1_000);
    assert.equal(fifth.height, 0);
    const member = memberOf("e", "validator", keyOfName("a pay").policyHash);
    await cluster.pay("c", purse.ledger.governance({ kind: "addMember", member }, ["a", "b", "c"], 0));
    await stream.stop();
    await cluster.world.until("it is in", () => fifth.height === cluster.seat("a").height, 20_000);
    await cluster.finish();
  });

  it("makes a validator an observer, which goes on following", async () => {
    const scene = await busy();
    const { cluster, stream } = scene;
    await change(scene, { kind: "removeMember", name: "d" }, 0);
    await stream.stop();
    await cluster.agreed();
    const removed = cluster.seat("d");
    assert.equal((await removed.call("consensus_status", {})).me, null);
    assert.equal((await removed.call("node_status", {})).role, "observer");
    const sent = cluster.world.votes.count("d");
    await cluster.pay("d", scene.purse.pay());
    await cluster.agreed();
    assert.equal(cluster.world.votes.count("d"), sent, "votes of one that is no member");
    await cluster.finish();
  });

  it("replaces a voting key, at a node that holds both", async () => {
    const seats = membersOnly().map((seat) =>
      seat.name === "a" ? { ...seat, votingKeys: ["a voting", "a voting later"] } : seat,
    );
    const scene = await busy(seats);
    const { cluster, stream } = scene;
    const { publicKey: votingKey } = keyOfName("a voting later");
    await change(scene, { kind: "replaceKey", name: "a", key: { kind: "voting", votingKey } }, 0);
    await stream.stop();
    await cluster.agreed();
    const { members } = await cluster.seat("c").call("consensus_membership", {});
    assert.equal(members[0]?.votingKey, votingKey);
    const told = cluster
      .seat("c")
      .logged.filter(({ message }) => message.includes("voting key was replaced"));
    assert.deepEqual(
      told.map(({ fields }) => fields),
      [{ ...told[0]?.fields, member: "a", now: votingKey }],
    );
    assert.equal((await cluster.seat("a").call("consensus_status", {})).me, "a");
    // It is still one of those that are needed.
    cluster.seat("d").crash();
    await cluster.pay("b", scene.purse.pay());
    await cluster.seat("d").start();
    await cluster.finish();
  });

  it("replaces a peer key, and the node that runs with the old one says so itself", async () => {
    const scene = await busy();
    const { cluster, stream } = scene;
    const late = cluster.seat("d");
    const isTold = (message: string) => message.includes("by another peer key (named)");
    const key = { kind: "peer", peerId: peerIdOfName("d later") } as const;
    await change(scene, { kind: "replaceKey", name: "d", key }, 0);
    await stream.stop();
    await cluster.agreed();
    const ids = { named: formatPeerId(key.peerId), own: formatPeerId(late.peerId) };
    const { from } = await late.call("consensus_membership", {});
    const warned = late.logged.filter(({ message }) => isTold(message));
    assert.deepEqual(
      warned.map(({ fields }) => fields),
      [{ member: "d", from, ...ids }],
    );
    const replaced = cluster
      .seat("c")
      .logged.filter(({ message }) => message.includes("peer key was replaced"));
    assert.deepEqual(
      replaced.map(({ fields }) => fields),
      [{ member: "d", from, was: ids.own, now: ids.named }],
    );
    const { fit, reasons } = await late.call("node_health", {});
    assert.deepEqual([fit, reasons.map(({ reason }) => reason)], [false, ["peer-key-replaced"]]);
    const said = await late.call("consensus_explain", {});
    for (const text of [reasons[0]?.message ?? "", said.sentences.join(" ")])
      assert.ok(
        text.includes(
          `since height ${from} know d by the peer key ${ids.named}, and this node runs with ${ids.own}`,
        ),
        text,
      );
    assert.doesNotMatch(said.sentences.join(" "), /Nothing is amiss/);
    assert.match(said.advice[0] ?? "", new RegExp(`keys\\.peer .* the key ${ids.named} .* restart it`));
    for (const { name } of cluster.seats) {
      if (name === "d") continue;
      assert.deepEqual((await cluster.seat(name).call("node_health", {})).reasons, [], name);
      assert.ok(!cluster.seat(name).logged.some(({ message }) => isTold(message)), name);
    }
    await cluster.finish();
  });

  it("removes the primary, and the others go on with the next at once", async () => {
    const scene = await busy();
    const { cluster, stream } = scene;
    await change(scene, { kind: "removeMember", name: "a" }, 0);
    await stream.stop();
    await cluster.agreed();
    const { members, quorum } = await cluster.seat("c").call("consensus_membership", {});
    assert.deepEqual(
      members.map(({ name }) => name),
      ["b", "c", "d"],
    );
    assert.equal(quorum, 2);
    await cluster.finish();
  });

  it("is applied once: of two with one sequence one is final, the other is rejected", async () => {
    const cluster = await Cluster.start();
    const { ledger } = new Purse(cluster);
    const of = (value: number): Change => ({
      kind: "changeParameter",
      parameter: "checkpointInterval",
      value,
    });
    const rivals = [
      ledger.governance(of(100), ["a", "b", "c"], 0),
      ledger.governance(of(200), ["a", "b", "c"], 0),
    ];
    const outcomes = await Promise.all(
      rivals.map((one, index) => cluster.submit(index === 0 ? "b" : "d", one)),
    );
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ["final", "rejected"]);
    const late = await cluster.submit("c", ledger.governance(of(300), ["a", "b", "c"], 0));
    assert.equal(late.status, "rejected");
    assert.equal((await cluster.seat("a").call("governance_state", {})).sequence, 1);
    await cluster.finish();
  });
});
