// Which slot of the signer guard a member of BP Fast Paxos speaks for (docs/decisions/017-amnesia-without-signatures.md):
// a vote, a proposal and a promise are noted or signed in one order, by height, then round, then step, which is the order
// in which a correct member speaks. What is signed after a decision has a lane of its own.
import type { DecisionStatement, PromiseContent, RoundBallot } from "@witan/consensus";
import type { Height, View } from "@witan/primitives";
import type { VoteSlot } from "../../ports.ts";

/** The order within a round: what was voted for below is promised first. A proposal is its proposer's vote. */
export const BPFP_STEPS = Object.freeze({ promise: 0, vote: 1 });

/** A promise is for the height after the decided one: what was voted for there, it tells. */
export function promiseSlot({ decidedHeight, round }: PromiseContent): VoteSlot {
  return { lane: "vote", height: (decidedHeight + 1) as Height, view: round, step: BPFP_STEPS.promise };
}

/** A vote, or a proposal. */
export function ballotSlot({ height, round }: RoundBallot): VoteSlot {
  return { lane: "vote", height, view: round, step: BPFP_STEPS.vote };
}

/**
 * A proposal of what its proposer has decided already: below its last votes, so it is noted where acceptors note what they
 * sign of a decision.
 */
export function decidedAgainSlot({ height, round }: RoundBallot): VoteSlot {
  return { lane: "certificate", height, view: round, step: 0 };
}

/** What is signed for a certificate. */
export function decisionSlot({ height }: DecisionStatement): VoteSlot {
  return { lane: "certificate", height, view: 0 as View, step: 0 };
}
