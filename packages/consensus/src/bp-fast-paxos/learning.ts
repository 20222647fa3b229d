// Learning what was decided (Algorithm 2, lines 18 to 24): by LEARNs of a quorum at an acceptor, elsewhere by the votes of
// one as acceptors tell them, or by one acceptor's word; who lied, as LEARNs show it; and the certificate, which comes
// afterwards. Votes for nothing.
import { assert, type BpFastPaxosCertificate, type MemberIndex } from "@witan/primitives";
import type { Authentic } from "../engine.ts";
import { ask, keepForLater } from "./asking.ts";
import type { Decision } from "./instance.ts";
import type { DecidedMessage, Learn } from "./messages.ts";
import type { BpfpState } from "./state.ts";
import { accuse, changeTrust } from "./trust.ts";
import type { BpfpInput } from "./types.ts";

/** Counts a LEARN for the height in progress. */
export function takeLearn(state: BpfpState, learn: Authentic<Learn>): void {
  const { learns } = state.instance;
  const { round } = learn.message;
  const before = learns.add(learn);
  if (before) {
    const { sender: acceptor, message: second } = learn;
    accuse(state, { kind: "twoLearns", acceptor, first: before.message, second });
    return;
  }
  learns.leaveBehind(state.round);
  if (state.config.detectByzantineAcceptors) compareWithProof(state);
  const { height } = state;
  const hash = state.corrections.decision(learns, round, state.quorum);
  const holders = hash === undefined ? [] : learns.holders(hash).filter((one) => one !== state.me);
  if (hash !== undefined) decide(state, { height, hash, certificate: undefined }, holders);
  takeConflict(state, learn);
}

/** Two values in one round: its proposer proposed twice, or an acceptor lies; in either case it is trusted no more. */
function takeConflict(state: BpfpState, second: Authentic<Learn>): void {
  const { round } = second.message;
  const first = state.instance.learns.against(second);
  const proposer = state.proposerIn(round);
  if (first === undefined || proposer === undefined) return;
  if (state.config.detectByzantineAcceptors) {
    const name = `${second.sender} conflict`;
    if (!state.reported.has(name)) state.emit({ kind: "checkLearns", first, second });
    state.reported.add(name);
  } else accuse(state, { kind: "twoBlocks", proposer, first: first.message, second: second.message });
  if (round >= state.round) changeTrust(state);
}

/**
 * Section VI: an acceptor that told of a vote must say so in what it promises for a later round, whichever of the two is
 * heard first.
 */
export function compareWithProof(state: BpfpState): void {
  for (const promise of state.proof) {
    const { acceptor, decidedHeight, round, vote: voted } = promise;
    if (decidedHeight !== state.decided.height) continue;
    const learn = state.instance.learns.latest(acceptor, round)?.message;
    if (learn === undefined) continue;
    const [said] = voted;
    const isSame = said?.round === learn.round && said.blockHash === learn.blockHash;
    if (!isSame && (said === undefined || said.round <= learn.round))
      accuse(state, { kind: "falsePromise", acceptor, learn, promise });
  }
}

/** The host has looked whether the proposer signed both blocks (section VI). */
export function learnsChecked(
  state: BpfpState,
  { first, second, signed }: Extract<BpfpInput, { readonly kind: "learnsChecked" }>,
): void {
  const proposer = state.proposerIn(first.message.round);
  if (first.message.membership !== state.membership.from || proposer === undefined) return;
  if (signed[0] && signed[1])
    accuse(state, { kind: "twoBlocks", proposer, first: first.message, second: second.message });
  for (const [at, { sender, message }] of [first, second].entries())
    if (!signed[at]) accuse(state, { kind: "falseLearn", acceptor: sender, learn: message });
}

/** A height is decided. */
export function decide(state: BpfpState, decision: Decision, holders: readonly MemberIndex[]): void {
  if (state.instance.deciding || decision.height !== state.height) return;
  state.instance.deciding = decision;
  state.emit({ kind: "finalize", ...decision, holders });
}

/** An acceptor has decided, and signs it. */
export function takeDecided(state: BpfpState, decided: Authentic<DecidedMessage>): void {
  const { message, sender } = decided;
  if (message.height <= state.decided.height) {
    const outcome = state.decisions.add(decided);
    if (outcome.kind === "certified") state.emit({ kind: "certify", certificate: outcome.certificate });
    if (outcome.kind === "contradicts") accuse(state, { kind: "otherDecision", acceptor: sender, message });
    return;
  }
  // Its signature counts when the block is here.
  keepForLater(state, decided);
  if (message.membership === state.membership.from) takeWord(state, sender, message);
}

/** A proposer hears no LEARNs: it counts the votes that acceptors tell with where they stand. */
export function countVotes(state: BpfpState): void {
  const { height, quorum } = state;
  const chosen = state.votes.chosen(height, quorum);
  if (chosen !== undefined)
    decide(state, { height, hash: chosen.hash, certificate: undefined }, chosen.voters);
}

/** Acceptors only crash: one's word is enough for who hears no LEARNs. An acceptor counts LEARNs, or is sent the block. */
export function takeWord(
  state: BpfpState,
  sender: MemberIndex,
  { height, blockHash }: Pick<DecidedMessage, "height" | "blockHash">,
): void {
  if (height === state.height && !state.isAcceptor)
    decide(state, { height, hash: blockHash, certificate: undefined }, [sender]);
  else if (height > state.height) ask(state, height, [sender]);
}

/** A certificate came with a block, or was asked for. */
export function takeCertificate(state: BpfpState, certificate: BpFastPaxosCertificate): void {
  if (state.decisions.settle(certificate)) state.emit({ kind: "certify", certificate });
}

/** The block that was decided is durable: acceptors sign that. To be called while its membership is still at hand. */
export function sayDecided(state: BpfpState): void {
  const { deciding } = state.instance;
  assert(deciding !== undefined, "nothing was decided");
  const { height, hash, certificate } = deciding;
  // What came with its certificate was signed by enough.
  if (certificate !== undefined) return;
  state.decisions.begin({ membership: state.membership, height, hash });
  if (!state.isAcceptor) return;
  const statement = { membership: state.membership.from, height, blockHash: hash };
  state.emit({ kind: "sayDecided", statement });
}
