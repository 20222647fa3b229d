// What an acceptor does with a proposal (Algorithm 2, lines 10 to 15): looks at it, votes once per round and height, and
// tells. A vote is durable before it is told. Goes to another round by a proof, or away from a proposer that misbehaves.
import { assert, type BlockHash, type MemberIndex } from "@witan/primitives";
import type { Authentic } from "../engine.ts";
import { ask, askProof, keepForLater, ownStatus } from "./asking.ts";
import { compareWithProof } from "./learning.ts";
import { type Accept, ballotOf, type Learn } from "./messages.ts";
import { roundStart, supports } from "./round-start.ts";
import type { BpfpState } from "./state.ts";
import { accuse, changeTrust, maybeSuspect, takeBadAccept } from "./trust.ts";
import type { BpfpInput, KeptVote } from "./types.ts";

/** 10: an ACCEPT of the proposer of its round, whose proof holds if it has one. Stale ones are dropped. */
export function takeAccept(state: BpfpState, accept: Authentic<Accept>): void {
  const { message, sender } = accept;
  const { round, height } = message;
  if (!state.isAcceptor || round < state.round || sender !== state.proposerIn(round)) return;
  if (message.proof.length > 0) adoptProof(state, message);
  // Of a round ahead an ACCEPT counts only by its proof (correction 2).
  if (round > state.round || state.start === undefined) askProof(state, sender);
  else if (height > state.height || (height === state.height && state.instance.deciding))
    keepForLater(state, accept);
  else consider(state, message, sender);
}

/** The promises of a quorum show that the round was asked for, and where it begins; durable before any vote in it. */
function adoptProof(state: BpfpState, { round, proof }: Accept): void {
  if (round === state.round && state.start !== undefined) return;
  const isAhead = round > state.round;
  if (isAhead) {
    state.timer.failed(round - state.round);
    state.enterRound(round, "followed");
  }
  state.proof = proof;
  state.start = roundStart(proof, state.cast.acceptors.length);
  state.persistProof();
  if (isAhead) state.persistProgress();
  if (state.config.detectByzantineAcceptors) compareWithProof(state);
  const { base } = state.start;
  const ahead = proof.filter(({ decidedHeight }) => decidedHeight === base);
  ask(
    state,
    base,
    ahead.map(({ acceptor }) => acceptor),
  );
}

/** 11 and 12: looks at the first proposal of the round for the height in progress. */
function consider(state: BpfpState, accept: Accept, proposer: MemberIndex): void {
  const { instance, start } = state;
  if (accept.height !== state.height || !state.mayVote || start === undefined) return;
  const ballot = ballotOf(accept);
  const first = instance.proposal ?? (instance.vote?.round === accept.round ? instance.vote : undefined);
  if (first !== undefined) {
    if (first.blockHash === accept.blockHash) return;
    const known = { ...ballot, blockHash: first.blockHash, signature: first.signature };
    const second = { ...ballot, signature: accept.signature };
    accuse(state, { kind: "twoBlocks", proposer, first: known, second });
    changeTrust(state);
    return;
  }
  if (!supports(start, accept.height, accept.blockHash)) {
    takeBadAccept(state, { sender: proposer, ballot, fault: "accept-support" });
    return;
  }
  instance.proposal = { ...ballot, signature: accept.signature, state: "judging" };
  const { height, round, blockHash: hash } = accept;
  const forced = state.forced.length > 0;
  const holders = holdersOf(state, hash, proposer);
  state.emit({ kind: "judgeProposal", height, round, hash, forced, holders });
}

/**
 * The host has looked at the block. An invalid one of the trusted proposer changes trust (correction 8). One that is wrong
 * by this acceptor's clock alone is no evidence, or one bad clock would turn the wheel for ever: the acceptor suspects.
 */
export function proposalJudged(
  state: BpfpState,
  { height, round, hash, judgement }: Extract<BpfpInput, { readonly kind: "proposalJudged" }>,
): void {
  const { proposal } = state.instance;
  if (proposal?.state !== "judging" || !state.mayVote) return;
  if (proposal.height !== height || proposal.round !== round || proposal.blockHash !== hash) return;
  switch (judgement) {
    case "valid":
      vote(state);
      return;
    case "untimely":
      state.instance.proposal = { ...proposal, state: "untimely" };
      maybeSuspect(state);
      return;
    case "invalid": {
      const proposer = state.proposerIn(round);
      assert(proposer !== undefined, "a proposal of nobody");
      accuse(state, { kind: "invalidBlock", proposer, ballot: ballotOf(proposal) });
      changeTrust(state);
    }
  }
}

/** 12 and 13: vote and body become durable, then acceptors are told, and proposers. */
function vote(state: BpfpState): void {
  const { proposal } = state.instance;
  assert(proposal !== undefined, "nothing to vote for");
  const { height, round, blockHash, signature } = proposal;
  const kept = { height, round, blockHash, signature };
  state.instance.proposal = { ...proposal, state: "accepted" };
  state.instance.vote = kept;
  state.persistProgress();
  state.emit({ kind: "broadcast", to: "proposers", message: ownStatus(state) });
  sayLearn(state, kept);
}

/** Tells the acceptors of a vote, which is durable. */
export function sayLearn(state: BpfpState, { height, round, blockHash, signature }: KeptVote): void {
  const membership = state.membership.from;
  const message: Learn = { kind: "learn", membership, round, height, blockHash, signature };
  state.emit({ kind: "broadcast", to: "acceptors", message });
}

/** Who may have a body: the proposer, and all who are known to have voted for it. */
function holdersOf(state: BpfpState, hash: BlockHash, proposer: MemberIndex): readonly MemberIndex[] {
  const found = new Set([proposer, ...state.instance.learns.holders(hash)]);
  for (const { acceptor, vote: voted } of state.proof) if (voted[0]?.blockHash === hash) found.add(acceptor);
  return [...found].filter((member) => member !== state.me).sort((a, b) => a - b);
}
