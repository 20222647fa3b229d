// Changing trust (Algorithm 2, lines 7 to 9 and 14 to 17; corrections 2, 9 and 10): whom an acceptor suspects, when it
// goes to another round, and what it promises there. Votes for no block.
import type { View } from "@witan/primitives";
import type { Authentic } from "../engine.ts";
import type { PromiseContent, RoundBallot, TrustChange } from "./messages.ts";
import type { BpfpState } from "./state.ts";
import type { BpfpEvidence, BpfpInput, RoundCause } from "./types.ts";

/** The proposer that is trusted now has misbehaved: this acceptor asks for the next round, and goes there. */
export function changeTrust(state: BpfpState, round = (state.round + 1) as View): void {
  if (!state.isAcceptor) return;
  const membership = state.membership.from;
  const message: TrustChange = { kind: "trustChange", membership, round, reason: "evidence" };
  state.emit({ kind: "broadcast", to: "acceptors", message });
  moveTo(state, round, "misbehaviour");
}

/** 7 to 9: promises to vote in no lower round, durably, and tells the round's proposer. */
export function moveTo(state: BpfpState, round: View, cause: RoundCause): void {
  if (!state.isAcceptor || round <= state.round) return;
  state.timer.failed(round - state.round);
  state.enterRound(round, cause);
  state.persistProgress();
  sayPromise(state);
}

/** Tells the proposer of the round what was decided and voted for here. */
export function sayPromise(state: BpfpState): void {
  const to = state.proposerIn(state.round);
  if (to !== undefined) state.emit({ kind: "sendPromise", to, content: ownPromise(state) });
}

function ownPromise({ membership, me, round, decided, instance }: BpfpState): PromiseContent {
  const { vote } = instance;
  return {
    membership: membership.from,
    acceptor: me as PromiseContent["acceptor"],
    round,
    decidedHeight: decided.height,
    decidedHash: decided.hash,
    vote: vote ? [{ round: vote.round, blockHash: vote.blockHash }] : [],
  };
}

/** An acceptor, or this one itself, asks for a round: on evidence it counts at once, on suspicion when t_a + 1 ask. */
export function takeTrustChange(state: BpfpState, { message, sender }: Authentic<TrustChange>): void {
  if (!state.isAcceptor || message.round <= state.round) return;
  if (message.reason === "evidence") {
    moveTo(state, message.round, "misbehaviour");
    return;
  }
  state.suspicions.add(sender, message.round, state.ticks);
  const round = state.suspicions.askedByMore(state.crashMax, state.ticks);
  if (round !== undefined) moveTo(state, round, "suspicion");
}

/** Time has passed, a block was judged or a measure came: perhaps the proposer is suspected now, or no more. */
export function maybeSuspect(state: BpfpState): void {
  const isLate = state.waiting && state.timer.left === 0;
  const isUntimely = state.instance.proposal?.state === "untimely" && !state.instance.deciding;
  const suspects = state.isAcceptor && (isLate || isUntimely || state.tooSlow);
  const isNew = suspects && !state.suspects;
  state.suspects = suspects;
  if (isNew) saySuspicion(state);
}

/** 16 and 17: asks for the next round. The present one goes on meanwhile. */
export function saySuspicion(state: BpfpState): void {
  const round = (state.round + 1) as View;
  const membership = state.membership.from;
  const message: TrustChange = { kind: "trustChange", membership, round, reason: "suspicion" };
  state.emit({ kind: "broadcast", to: "acceptors", message });
}

/** An ACCEPT that does not hold, from whoever sent it. */
export function takeBadAccept(
  state: BpfpState,
  { sender, ballot, fault }: Omit<Extract<BpfpInput, { readonly kind: "badAccept" }>, "kind">,
): void {
  if (!state.isAcceptor || ballot.membership !== state.membership.from) return;
  accuse(state, { kind: "badAccept", proposer: sender, ballot, fault });
  answerBadAccept(state, sender, ballot);
}

/** Correction 2: a round further for a bad ACCEPT of the proposer trusted now; others are dropped and recorded. */
function answerBadAccept(state: BpfpState, sender: number, { round: badRound }: RoundBallot): void {
  const { round } = state;
  const isTrusted = sender === state.proposerIn(round);
  const next = state.corrections.answerToBadAccept({ round, badRound, isTrusted });
  if (next !== undefined) changeTrust(state, next);
}

/** Tells of misbehaviour: each kind of each member once a height. */
export function accuse(state: BpfpState, evidence: BpfpEvidence): void {
  const who = "proposer" in evidence ? evidence.proposer : evidence.acceptor;
  const name = `${who} ${evidence.kind}`;
  if (state.reported.has(name)) return;
  state.reported.add(name);
  state.emit({ kind: "evidence", evidence });
}

/** How much the blocks of a round hold: a proposer that keeps others down is suspected like a mute one. */
export function throughputMeasured(state: BpfpState, round: View, sharePermille: number): void {
  if (round !== state.round) return;
  state.tooSlow = sharePermille < state.config.minimumSharePermille;
  maybeSuspect(state);
}
