// BP Fast Paxos, how processes meet that stand at different heights, in different rounds, or among other members
// (protocols/bp-fast-paxos.md, "Many instances"), rule by rule, on the engine of one process.
import assert from "node:assert/strict";
import { bpfpKeptMax } from "@witan/consensus";
import type { BlockHash, Height, MemberIndex, Membership } from "@witan/primitives";
import {
  AA,
  accept,
  BB,
  CC,
  DD,
  decided,
  learn,
  members,
  membership,
  NOBODY,
  only,
  P,
  Probe,
  promise,
  proof,
  Q,
  said,
  status,
  trustChange,
  X,
  Y,
} from "./probe.ts";

describe("BP Fast Paxos, many instances: who is behind, and other members", () => {
  it("acceptors send the next block to who is behind; proposers and observers help nobody", () => {
    const probe = new Probe(AA, { height: 3 });
    const { to, height: next } = only(probe.hear(BB, status(0, 1)), "sendDecided");
    assert.deepEqual([to, next], [BB, 2]);
    assert.deepEqual(said(probe.hear(Q, status(0, 1))), ["sendDecided"]);
    assert.deepEqual(said(new Probe(P, { height: 3 }).hear(BB, status(0, 1))), []);
  });

  it("who says again and again that it is behind is helped four times until own messages are sent again", () => {
    const probe = new Probe(AA, { height: 9, resendTicks: 5 });
    for (let at = 1; at <= 4; at++) assert.deepEqual(said(probe.hear(BB, status(0, at))), ["sendDecided"]);
    assert.deepEqual(said(probe.hear(BB, status(0, 5))), []);
    assert.deepEqual(said(probe.hear(CC, status(0, 5))), ["sendDecided"]);
    probe.ticks(5);
    assert.deepEqual(said(probe.hear(BB, status(0, 5))), ["sendDecided"]);
  });

  it("who is behind asks acceptors, each one question at a time, and proposers nothing", () => {
    const probe = new Probe(AA, { resendTicks: 5 });
    assert.deepEqual(said(probe.hear(BB, status(0, 3))), ["requestSync"]);
    assert.deepEqual(said(probe.hear(BB, decided(4))), []);
    assert.deepEqual(said(probe.hear(CC, decided(4, X, CC))), ["requestSync"]);
    assert.deepEqual(said(probe.hear(P, status(0, 9))), []);
    assert.deepEqual(said(probe.hear(P, accept(X, 0, 9))), []);
    probe.ticks(5);
    assert.deepEqual(said(probe.hear(BB, status(0, 3))), ["requestSync"]);
    assert.deepEqual(said(probe.hear(DD, learn(X, 0, 2))), [], "one height further is how processes are");
    assert.deepEqual(said(probe.hear(DD, learn(X, 0, 3))), ["requestSync"]);
  });

  it("where nothing is under way it is said once in a round's time where one stands, and else on the timer", () => {
    for (const me of [P, AA]) {
      const probe = new Probe(me, { roundTicks: 20, resendTicks: 5 });
      const onTimer = (): readonly string[] => said(probe.ticks(5));
      const aRoundsTime = () => [onTimer(), onTimer(), onTimer(), onTimer()];
      assert.deepEqual(aRoundsTime(), [[], [], [], ["status to everyone"]]);
      assert.deepEqual(onTimer(), []);
      // What was asked for has not come.
      assert.deepEqual(said(probe.hear(BB, status(0, 3))), ["requestSync"]);
      assert.deepEqual(onTimer(), ["status to everyone"]);
      assert.deepEqual(aRoundsTime(), [[], [], [], ["status to everyone"]]);
    }
  });

  it("who was connected is told where this one stands", () => {
    const probe = new Probe(AA);
    assert.deepEqual(said(probe.feed({ kind: "connected", member: P as MemberIndex })), ["status to 0"]);
    assert.deepEqual(said(probe.hear(BB, status(0, 3))), ["requestSync"]);
    assert.deepEqual(said(probe.hear(BB, status(0, 3))), []);
    probe.feed({ kind: "connected", member: BB as MemberIndex });
    assert.deepEqual(
      said(probe.hear(BB, status(0, 3))),
      ["requestSync"],
      "what was asked before came to nothing",
    );
    assert.deepEqual(said(new Probe(NOBODY).feed({ kind: "connected", member: P as MemberIndex })), []);
  });

  const others: Membership = { ...membership, from: 2 as Height, members: [...members].reverse() };

  it("a block that changes the members ends the round: the next height begins in round 0, free", () => {
    const probe = new Probe(AA);
    probe.hear(Q, accept(X, 1, 1, proof(1)));
    probe.follow(X, others);
    const { membership: from, round, part, proposer } = probe.engine.status();
    assert.deepEqual([from, round, part, proposer], [2, 0, "acceptor", 4]);
    const first = { ...accept(Y, 0, 2), membership: 2 as Height };
    assert.deepEqual(said(probe.hear(4, first)), ["judgeProposal"]);
  });

  it("proposers begin anew, too: no proof, and no promise of before", () => {
    const same = { ...membership, from: 2 as Height };
    const probe = new Probe(Q);
    probe.work(true);
    for (const from of [AA, BB]) probe.hear(from, promise(from, 1));
    probe.follow(X, same);
    const fresh = (from: number) => ({ ...promise(from, 1, undefined, 1), membership: 2 as Height });
    for (const from of [CC, DD]) assert.deepEqual(said(probe.hear(from, fresh(from))), []);
    assert.deepEqual(said(probe.hear(AA, fresh(AA))), ["persist proof", "buildProposal"]);
    const first = new Probe(P);
    for (const from of [AA, BB, CC]) first.hear(from, promise(from, 2));
    first.work(true);
    first.follow(X, same);
    assert.deepEqual(only(first.built(Y), "sendAccept").message.proof, []);
  });

  it("what a proposer proposed at a decided height does not bind it", () => {
    const probe = new Probe(P);
    probe.work(true);
    probe.built();
    assert.deepEqual(said(probe.restarted(1).work(true)), ["buildProposal"]);
  });

  it("messages of old members mean nothing, but that who is behind is helped", () => {
    const probe = new Probe(AA);
    probe.follow(X, others);
    assert.deepEqual(said(probe.hear(P, accept(Y, 0, 2))), []);
    assert.deepEqual(said(probe.hear(BB, learn(Y, 0, 2))), []);
    assert.deepEqual(said(probe.hear(BB, trustChange(7, "evidence"))), []);
    const { membership: named, to } = only(probe.hear(BB, status(0, 0)), "sendDecided");
    assert.deepEqual([named, to], [1, BB]);
  });

  it("messages of new members are kept until they are reached, bounded for each sender", () => {
    const probe = new Probe(AA);
    for (let round = 0; round < 20; round++)
      assert.deepEqual(said(probe.hear(2, { ...learn(Y, round, 2), membership: 2 as Height })), []);
    assert.equal(probe.engine.kept().later, 4);
    assert.ok(said(probe.follow(X, others)).length > 1);
    assert.equal(probe.round, 19);
  });

  it("memory is bounded, whatever is said", () => {
    const probe = new Probe(AA);
    const hash = (at: number) => at.toString(16).padStart(64, "0") as BlockHash;
    for (let at = 0; at < 300; at++)
      for (const from of [AA, BB, CC, DD]) {
        probe.hear(from, learn(hash(10 * at + from), at % 150));
        probe.hear(from, learn(hash(10 * at + from), Math.max(at - 20, 0)));
        probe.hear(from, learn(X, at, 2 + at));
        probe.hear(from, trustChange(at + 2));
        probe.hear(from, decided(at, X, from));
        probe.hear(from, status(at, at));
        probe.hear(P, accept(hash(at), at, at));
      }
    for (let at = 0; at < 290; at++) probe.hear(BB, learn(hash(at), at));
    const most = bpfpKeptMax(members.length, 4);
    for (const [what, count] of Object.entries(probe.engine.kept()))
      assert.ok(count <= most[what as keyof typeof most], `${what}: ${count}`);
  });
});
