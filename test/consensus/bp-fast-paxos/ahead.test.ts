// A proposer that has decided, by the word of an acceptor that is gone, what no acceptor that is left has decided: it
// proposes that again in each round of its own, or the chain stands still with a quorum alive (seed 3147 of whole nodes).
import assert from "node:assert/strict";
import type { BpfpEffect } from "@witan/consensus";
import type { Height, Membership, View } from "@witan/primitives";
import { AA, BB, CC, membership, Probe, promise, Q, said, status, X, Y, Z } from "./probe.ts";

const RESEND = 5;

/** The proposer of round 1, which has decided X at height 1, and what it does as promises begin that round. */
function ahead(votes: typeof X = X, probe = new Probe(Q, { resendTicks: RESEND })) {
  if (probe.engine.status().height === 1) probe.follow();
  const effects = [AA, BB, CC].flatMap((one) => probe.hear(one, promise(one, 1, [0, votes])));
  return { probe, effects };
}

/** What is proposed, in short. */
function proposed(effects: readonly BpfpEffect[]): readonly string[] {
  return effects.flatMap((effect) => {
    if (effect.kind !== "sendAccept") return [];
    const { round, height, blockHash, proof } = effect.message;
    return [`${height} in ${round}: ${blockHash.slice(0, 2)}, proof of ${proof.length}, to ${effect.to}`];
  });
}

const AGAIN = "1 in 1: aa, proof of 3, to acceptors";

describe("a proposer that has decided more than the acceptors that are left", () => {
  it("proposes it again as its round begins, with the proof, which is durable before", () => {
    const { probe, effects } = ahead();
    assert.deepEqual(proposed(effects), [AGAIN]);
    const all = said(effects);
    assert.ok(all.indexOf("persist proof") < all.indexOf("accept to acceptors"), all.join());
    probe.work(true);
    assert.deepEqual(proposed(probe.built(Y)), ["2 in 1: bb, proof of 3, to acceptors"]);
  });

  it("says it again until an acceptor has decided as much", () => {
    const { probe } = ahead();
    assert.deepEqual(proposed(probe.ticks(2 * RESEND)), [AGAIN, AGAIN]);
    probe.hear(AA, status(1, 0));
    assert.deepEqual(proposed(probe.ticks(RESEND)), [AGAIN]);
    probe.hear(AA, status(1, 1));
    assert.deepEqual(proposed(probe.ticks(RESEND)), []);
    // Whoever said so may be gone as well.
    assert.deepEqual(proposed(probe.ticks(RESEND)), [AGAIN]);
  });

  it("does not once it has decided still more, nor what it proposed itself in this round", () => {
    const { probe } = ahead();
    probe.follow(Y);
    assert.deepEqual(proposed(probe.ticks(RESEND)), []);
    const level = new Probe(Q, { resendTicks: RESEND });
    const forced = [AA, BB, CC].flatMap((one) => level.hear(one, promise(one, 1, [0, X])));
    assert.deepEqual(proposed(forced), [AGAIN]);
    level.follow();
    assert.deepEqual(proposed(level.ticks(RESEND)), []);
  });

  it("does not where the promises force another block: then the word was a lie, and it would seem to lie too", () => {
    assert.deepEqual(proposed(ahead(Z).effects), []);
  });

  it("does not in a round of another's", () => {
    const { probe } = ahead();
    probe.hear(AA, status(2, 0));
    assert.equal(probe.round, 2 as View);
    assert.deepEqual(proposed(probe.ticks(RESEND)), []);
  });
});

describe("a proposer that has decided a block which changed the members", () => {
  const next: Membership = { ...membership, from: 2 as Height, members: membership.members.slice(1) };
  /** The proposer of round 1 of the members before, among others now. */
  const among = (): Probe => {
    const probe = new Probe(Q, { resendTicks: RESEND });
    probe.follow(X, next);
    return probe;
  };
  const hearAll = (probe: Probe, round = 1, vote = X): readonly BpfpEffect[] =>
    [AA, BB, CC].flatMap((one) => probe.hear(one, promise(one, round, [0, vote])));

  it("proposes it again to those before, who ask there for a round: with their promises, and as often as they ask", () => {
    const probe = among();
    const effects = hearAll(probe);
    assert.deepEqual(proposed(effects), [AGAIN]);
    for (const effect of effects)
      if (effect.kind === "sendAccept") assert.equal(effect.message.membership, 1);
    assert.deepEqual(proposed(probe.hear(AA, promise(AA, 1, [0, X]))), [AGAIN]);
    const { membership: own, round } = probe.engine.status();
    assert.deepEqual([own, round], [2, 0], "it stays where it is");
  });

  it("does so after a restart, as long as that block has no certificate", () => {
    const uncertified = [{ membership, height: 1 as Height, hash: X }];
    // It is the first of the members now.
    const restarted = { height: 1, membership: next };
    assert.deepEqual(proposed(hearAll(new Probe(0, { ...restarted, uncertified }))), [AGAIN]);
    assert.deepEqual(proposed(hearAll(new Probe(0, restarted))), []);
  });

  it("does not in rounds of others, where promises force another block, or for too few of them", () => {
    assert.deepEqual(proposed(hearAll(among(), 2)), []);
    assert.deepEqual(proposed(hearAll(among(), 1, Z)), []);
    const few = among();
    for (const [one, round] of [
      [AA, 1],
      [BB, 1],
      [CC, 3],
    ] as const)
      assert.deepEqual(proposed(few.hear(one, promise(one, round, [0, X]))), []);
  });

  it("does not once the next block is decided: who is behind is helped by those who decided it", () => {
    const probe = among();
    probe.feed({ kind: "synced", height: 2 as Height, hash: Y, certificate: undefined });
    probe.applied(Y, next);
    assert.deepEqual(proposed(hearAll(probe)), []);
  });
});
