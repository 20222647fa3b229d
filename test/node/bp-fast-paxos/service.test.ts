// What the RPC says of a chain of BP Fast Paxos: status, words and advice, evidence, events, health, and lines of the log.
import assert from "node:assert/strict";
import { bpfpMessageCodec } from "@witan/consensus";
import { sha256Hex } from "@witan/primitives";
import type { ResultOf } from "@witan/rpc";
import type { Cluster } from "../cluster.ts";
import { Follower } from "../follower.ts";
import { Purse } from "../purse.ts";
import { certified, evidenceAt, fastPaxos } from "./fast-paxos.ts";

type Status = Extract<ResultOf<"consensus_status">, { mode: "bp-fast-paxos" }>;

async function statusAt(cluster: Cluster, name: string): Promise<Status> {
  const status = await cluster.seat(name).call("consensus_status", {});
  assert.ok(status.mode === "bp-fast-paxos");
  return status;
}

async function explainedAt(cluster: Cluster, name: string) {
  const said: ResultOf<"consensus_explain"> = await cluster.seat(name).call("consensus_explain", {});
  assert.ok(said.mode === "bp-fast-paxos");
  return said;
}

describe("the service of a node of BP Fast Paxos", () => {
  it("says who is what, and who must agree", async () => {
    const cluster = await fastPaxos();
    await cluster.pay("p", new Purse(cluster).pay());
    await cluster.agreed(1);
    await certified(cluster);
    const parts = [
      ["p", "proposer"],
      ["q", "proposer"],
      ["a", "acceptor"],
      ["o", null],
    ] as const;
    for (const [name, part] of parts) {
      const { me, quorum, proposer, round, height, ...rest } = await statusAt(cluster, name);
      assert.deepEqual([me, rest.part, quorum], [name === "o" ? null : name, part, 3], name);
      assert.deepEqual([proposer, round, height, rest.uncertified], ["p", 0, 2, 0], name);
      const { role, member, mode } = await cluster.seat(name).call("node_status", {});
      const who = part === null ? ["observer", null] : [part, name];
      assert.deepEqual([role, member, mode], [...who, "bp-fast-paxos"]);
      const { quorum: needed, members } = await cluster.seat(name).call("consensus_membership", {});
      assert.deepEqual([needed, members.length], [3, 6]);
      assert.deepEqual(await cluster.seat(name).call("node_health", {}), { fit: true, reasons: [] });
    }
    await cluster.finish();
  });

  it("explains that nothing is amiss, and what acceptors wait for when the proposer is gone", async () => {
    const cluster = await fastPaxos();
    const idle = await explainedAt(cluster, "a");
    assert.equal(idle.waitingFor, "transactions");
    assert.match(
      idle.sentences[0] ?? "",
      /decided by 4 acceptors, of whom 3 must agree, in round 0 with p as proposer; this node is a\.$/,
    );
    assert.match(idle.sentences.join("\n"), /Nothing is amiss/);
    assert.deepEqual(idle.advice, []);
    for (const name of ["p", "q"]) cluster.seat(name).crash();
    cluster.submit("a", new Purse(cluster).pay()).catch(() => {});
    await cluster.world.until("a round is asked for", () => cluster.seat("a").node.readings().view > 0);
    const stuck = await explainedAt(cluster, "a");
    assert.deepEqual([stuck.waitingFor, stuck.proposalSeen], ["new-round", false]);
    assert.match(stuck.sentences.join("\n"), /q, the proposer of round 1, is to begin it, and has not/);
    assert.match(
      stuck.sentences.join("\n"),
      /does not begin within .*, this node asks for round \d+ with p as proposer/,
    );
    assert.match(stuck.advice.join("\n"), /on the machine of q whether its node runs/);
    const { reasons } = await cluster.seat("a").call("node_health", {});
    assert.deepEqual(
      reasons.map(({ reason }) => reason),
      ["changing-trust"],
    );
    const given = cluster
      .seat("a")
      .logged.filter(({ message }) => message.startsWith("a round was given up"));
    assert.deepEqual(
      { ...given[0]?.fields, asked: [] },
      { height: 1, from: 0, to: 1, proposer: "p", next: "q", asked: [] },
    );
    await cluster.startAll();
    await cluster.agreed(1);
    await cluster.finish();
  });

  it("explains that acceptors are missing", async () => {
    const cluster = await fastPaxos();
    for (const name of ["c", "d"]) cluster.seat(name).crash();
    await cluster.world.until("it is seen", () => cluster.seat("p").node.readings().peers === 4);
    const { waitingFor, sentences } = await explainedAt(cluster, "p");
    assert.equal(waitingFor, "peers");
    assert.match(
      sentences.join("\n"),
      /Only 2 of 4 acceptors can be reached; with fewer than 3 nothing becomes final/,
    );
    const { reasons } = await cluster.seat("a").call("node_health", {});
    assert.match(reasons[0]?.message ?? "", /^1 other acceptor is connected; with fewer than 3 acceptors/);
    await cluster.startAll();
    await cluster.finish();
  });

  it("tells events of rounds and of who has voted", async () => {
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    const follower = new Follower(cluster.world, { to: "consensus" }).open(cluster.seat("a"));
    await cluster.pay("p", purse.pay());
    cluster.seat("p").crash();
    await cluster.pay("q", purse.pay());
    await cluster.agreed(2);
    await follower.drain();
    const rounds = follower
      .of("round")
      .map(({ height, round, proposer }) => `${height} ${round} ${proposer}`);
    assert.ok(rounds.includes("1 0 p") && rounds.includes("2 1 q"), rounds.join());
    const phases = follower.of("round-phase");
    assert.ok(phases.some(({ phase, learns }) => phase === "voted" && learns.includes("a")));
    assert.ok(phases.some(({ suspicions }) => suspicions.length > 0));
    assert.deepEqual(follower.of("phase").length + follower.of("view").length, 0);
    assert.equal(follower.of("final-block").length, 2);
    await cluster.startAll();
    await cluster.finish();
  });

  it("says who misbehaved, in words and with the messages, and names it among the members", async () => {
    const cluster = await fastPaxos();
    const liar = cluster.seat("d");
    liar.honest = false;
    // Without its vote there is no quorum.
    cluster.seat("c").crash();
    // It tells `a` that it voted for another block than the others hear of.
    const hash = sha256Hex(new Uint8Array(4));
    liar.taps.send = (to, channel, bytes) => {
      const decoded = channel === "consensus" ? bpfpMessageCodec.decode(bytes) : undefined;
      if (!decoded?.ok || decoded.value.kind !== "learn" || to !== cluster.seat("a").peerId) return bytes;
      return bpfpMessageCodec.encode({ ...decoded.value, blockHash: hash as typeof decoded.value.blockHash });
    };
    cluster.submit("p", new Purse(cluster).pay()).catch(() => {});
    const found = await evidenceAt(cluster, "a");
    // Without signatures of proposers nobody can tell who lies: the proposer is who is suspected.
    assert.deepEqual(found, ["p: two-blocks"]);
    const { evidence } = await cluster.seat("a").call("consensus_evidence", {});
    const [first] = evidence;
    assert.ok(first && "kind" in first);
    assert.match(first.says, /^p proposed two blocks in round 0 at height 1$/);
    assert.equal(first.messages.length, 2);
    const { members, sentences } = await explainedAt(cluster, "a");
    assert.equal(members.find(({ name }) => name === "p")?.state, "equivocating");
    assert.match(sentences.join("\n"), /p .* has misbehaved lately, as consensus_evidence says/);
    Object.assign(liar.taps, { send: undefined });
    await cluster.startAll();
    await cluster.agreed(1);
    await cluster.finish();
  });

  it("names the acceptor that lies where proposers sign what they propose", async () => {
    const consensus = {
      kind: "bp-fast-paxos",
      promiseAuthentication: "mac",
      detectByzantineAcceptors: true,
    } as const;
    const cluster = await fastPaxos({ genesis: { consensus } });
    const liar = cluster.seat("d");
    liar.honest = false;
    // Without its vote there is no quorum.
    cluster.seat("c").crash();
    const hash = sha256Hex(new Uint8Array(4));
    liar.taps.send = (_to, channel, bytes) => {
      const decoded = channel === "consensus" ? bpfpMessageCodec.decode(bytes) : undefined;
      if (!decoded?.ok || decoded.value.kind !== "learn") return bytes;
      return bpfpMessageCodec.encode({ ...decoded.value, blockHash: hash as typeof decoded.value.blockHash });
    };
    cluster.submit("p", new Purse(cluster).pay()).catch(() => {});
    const found = await evidenceAt(cluster, "a");
    assert.deepEqual(found, ["d: false-learn"]);
    assert.ok(cluster.seat("p").counts.signed > 0);
    Object.assign(liar.taps, { send: undefined });
    await cluster.startAll();
    await cluster.agreed(1);
    await cluster.finish();
  });
});
