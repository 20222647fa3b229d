// Acceptors and proposers that come and go by governance transactions, while transfers go on.
import assert from "node:assert/strict";
import type { Change } from "@witan/ledger";
import { keyOfName, memberOf } from "../../ledger/build.ts";
import type { Cluster, Stream } from "../cluster.ts";
import { Purse } from "../purse.ts";
import { peerIdOfName, type SeatOptions } from "../seat.ts";
import { certified, fastPaxos, MEMBERS, OBSERVER } from "./fast-paxos.ts";

interface Busy {
  readonly cluster: Cluster;
  readonly purse: Purse;
  readonly stream: Stream;
}

async function busy(...more: readonly SeatOptions[]): Promise<Busy> {
  const cluster = await fastPaxos({ seats: [...MEMBERS.map((name) => ({ name })), OBSERVER, ...more] });
  const purse = new Purse(cluster);
  const stream = cluster.stream("q", purse.chain());
  await cluster.world.until("blocks", () => stream.count >= 3);
  return { cluster, purse, stream };
}

async function change({ cluster, purse, stream }: Busy, what: Change, sequence: number): Promise<void> {
  await cluster.pay("o", purse.ledger.governance(what, ["a", "b", "c", "d"], sequence));
  const before = stream.count;
  await cluster.world.until("blocks after the change", () => stream.count >= before + 5);
}

async function settled({ cluster, stream }: Busy): Promise<void> {
  await stream.stop();
  await cluster.agreed();
  await certified(cluster);
}

describe("a governance transaction, with BP Fast Paxos,", () => {
  it("makes an observer that has the shared key a fifth acceptor, which then votes", async () => {
    const scene = await busy({ name: "e", sharedKey: "shared" });
    const { cluster, purse } = scene;
    const fifth = cluster.seat("e");
    assert.equal((await fifth.call("node_status", {})).role, "observer");
    await change(scene, { kind: "addMember", member: memberOf("e", "acceptor") }, 0);
    await settled(scene);
    const status = await fifth.call("consensus_status", {});
    assert.deepEqual([status.me, status.quorum], ["e", 4]);
    assert.equal((await fifth.call("node_status", {})).role, "acceptor");
    // Four of five are a quorum: without one of the old ones nothing goes on but with the new one's vote.
    cluster.seat("d").crash();
    await cluster.pay("q", purse.pay());
    await cluster.seat("d").start();
    await cluster.finish();
  });

  it("replaces an acceptor's peer key: until it has the new one it is silent, and says why", async () => {
    const scene = await busy();
    const { cluster, purse } = scene;
    const late = cluster.seat("d");
    const key = { kind: "peer", peerId: peerIdOfName("d later") } as const;
    await change(scene, { kind: "replaceKey", name: "d", key }, 0);
    await settled(scene);
    const sent = cluster.world.votes.count("d");
    await cluster.pay("q", purse.pay());
    await cluster.agreed();
    assert.equal(cluster.world.votes.count("d"), sent);
    const { reasons } = await late.call("node_health", {});
    assert.deepEqual(
      reasons.map(({ reason }) => reason),
      ["peer-key-replaced"],
    );
    assert.match(reasons[0]?.message ?? "", /by the peer key .*: set keys\.peer .*, and restart$/);
    const { sentences } = await late.call("consensus_explain", {});
    assert.doesNotMatch(sentences.join(" "), /Nothing is amiss/);
    assert.match(sentences.join(" "), /keeps silent as a member/);
    await cluster.finish();
  });

  it("makes an acceptor of one that has another key: the others name it, and it some of them", async () => {
    const scene = await busy({ name: "e", sharedKey: "another" });
    const { cluster } = scene;
    await change(scene, { kind: "addMember", member: memberOf("e", "acceptor") }, 0);
    await settled(scene);
    const strangers = (name: string) =>
      cluster
        .seat(name)
        .logged.filter(({ message }) => message.includes("another acceptors' key"))
        .map(({ fields }) => ("member" in fields ? fields.member : undefined));
    for (const name of ["a", "b", "c", "d"]) assert.deepEqual(strangers(name), ["e"], name);
    // Whoever has the block before it shows its key too early for it; it will hear when they are connected again.
    assert.ok(strangers("e").length > 0);
    await cluster.finish();
  });

  it("makes an acceptor of one that lacks the shared key: its node stops, and says what to do", async () => {
    const scene = await busy({ name: "e" });
    const { cluster } = scene;
    const fifth = cluster.seat("e");
    fifth.mayFail = true;
    await change(scene, { kind: "addMember", member: memberOf("e", "acceptor") }, 0);
    await cluster.world.until("it stops", () => fifth.failures.length > 0);
    assert.match(String(fifth.failures[0]), /e is an acceptor, and the key .* is not here: copy it/);
    fifth.crash();
    fifth.sharedKey = "shared";
    await fifth.start();
    await settled(scene);
    assert.equal((await fifth.call("consensus_status", {})).me, "e");
    await cluster.finish();
  });

  it("removes an acceptor, which goes on following as an observer", async () => {
    const scene = await busy({ name: "e", sharedKey: "shared" });
    const { cluster, purse } = scene;
    await change(scene, { kind: "addMember", member: memberOf("e", "acceptor") }, 0);
    await change(scene, { kind: "removeMember", name: "d" }, 1);
    await settled(scene);
    const removed = cluster.seat("d");
    assert.equal((await removed.call("consensus_status", {})).me, null);
    const sent = cluster.world.votes.count("d");
    await cluster.pay("d", purse.pay());
    await cluster.agreed();
    assert.equal(cluster.world.votes.count("d"), sent, "votes of one that is no member");
    await cluster.finish();
  });

  it("makes an observer a third proposer, and removes the first", async () => {
    const scene = await busy({ name: "r" });
    const { cluster, purse } = scene;
    const pay = keyOfName("a pay").policyHash;
    await change(scene, { kind: "addMember", member: memberOf("r", "proposer", pay) }, 0);
    await change(scene, { kind: "removeMember", name: "p" }, 1);
    await settled(scene);
    const status = await cluster.seat("r").call("consensus_status", {});
    assert.ok(status.mode === "bp-fast-paxos");
    assert.deepEqual([status.me, status.part, status.round], ["r", "proposer", 0]);
    // Rounds begin anew, with the first of those who are left; it takes its turn when that one is gone.
    cluster.seat(status.proposer).crash();
    await cluster.pay("o", purse.pay());
    await cluster.startAll();
    await cluster.finish();
  });

  it("comes while an acceptor is away, which has all of it when it is back", async () => {
    const scene = await busy({ name: "e", sharedKey: "shared" });
    const { cluster } = scene;
    cluster.seat("d").crash();
    await change(scene, { kind: "addMember", member: memberOf("e", "acceptor") }, 0);
    await change(scene, { kind: "changeParameter", parameter: "feeRateMin", value: 1 }, 1);
    await cluster.seat("d").start();
    await settled(scene);
    await cluster.finish();
  });
});
