// What a proposer does (Algorithm 1): gathers the promises that begin its round, proposes once per round and height what
// they force or else what it builds, and shows the proof to those who lack it. Decides nothing.
import { type BlockHash, fastQuorum, type Height, type MemberIndex } from "@witan/primitives";
import { membersWith } from "../pbft/membership-keys.ts";
import { ask } from "./asking.ts";
import type { Accept, PromiseMessage, RoundStatus } from "./messages.ts";
import { proposerOf } from "./roles.ts";
import { type RoundStart, roundStart, supports } from "./round-start.ts";
import type { BpfpState, LastDecided } from "./state.ts";

/** 7 to 11: gathers promises for the highest round of its own; stale ones are dropped (correction 4). */
export function takePromise(state: BpfpState, message: PromiseMessage): void {
  const { kind: _, ...promise } = message;
  const { round, acceptor, decidedHeight } = promise;
  const isOwn = state.part === "proposer" && state.proposerIn(round) === state.me;
  if (!isOwn || round < state.round) return;
  state.promises.add(promise);
  if (round > state.round) state.enterRound(round, "followed");
  ask(state, decidedHeight, [acceptor]);
  maybeBeginRound(state);
}

/** 12 to 17: promises of a quorum begin the round. What is counted is settled then, and is the proof. */
function maybeBeginRound(state: BpfpState): void {
  const gathered = state.promises.for(state.round);
  if (!state.corrections.beginsRound(state.start !== undefined, gathered.length, state.quorum)) return;
  state.proof = gathered;
  state.start = roundStart(gathered, state.cast.acceptors.length);
  // Of a lower round; where correction 3 is left out, of this one, too.
  state.instance.proposed = undefined;
  state.persistProof();
  const { base } = state.start;
  const ahead = gathered.filter(({ decidedHeight }) => decidedHeight === base);
  ask(
    state,
    base,
    ahead.map(({ acceptor }) => acceptor),
  );
  state.isAhead = isAheadOf(state.start, state.decided);
  proposeDecided(state);
}

/**
 * Proposes in its round what it had decided before, where the promises show that no acceptor of a quorum has: the one whose
 * word it took may be gone for ever, and the others decide by votes of one round alone. What was decided is what the
 * promises force. It is at most one height ahead: whoever voted for a height has decided the one below.
 */
export function proposeDecided(state: BpfpState): void {
  if (state.isAhead) sayDecidedAgain(state, state);
}

/**
 * As `proposeDecided`, where that block changed the members: the acceptors that are left are among those before it, and ask
 * its proposers there for a round.
 */
export function takePromiseBefore(state: BpfpState, { kind: _, ...promise }: PromiseMessage): void {
  const { before, decided, config } = state;
  const { round } = promise;
  if (before === undefined || promise.membership !== before.membership.from) return;
  const { membership, cast, promises } = before;
  const proposer = proposerOf(round, cast);
  if (proposer === undefined || proposer !== membersWith(membership, config.votingKeys)[0]) return;
  promises.add(promise);
  const proof = promises.for(round);
  if (proof.length < fastQuorum(cast.acceptors.length)) return;
  const start = roundStart(proof, cast.acceptors.length);
  if (isAheadOf(start, decided)) sayDecidedAgain(state, { membership, round, proof });
}

/** Whether the last decided block is the one that a round is to decide first. */
function isAheadOf(start: RoundStart, { height, hash }: LastDecided): boolean {
  return height === start.base + 1 && supports(start, height, hash);
}

function sayDecidedAgain(
  state: BpfpState,
  { membership, round, proof }: Pick<BpfpState, "membership" | "round" | "proof">,
): void {
  const { decided, config } = state;
  const message: Accept = {
    ...{ kind: "accept", membership: membership.from, round, height: decided.height },
    ...{ blockHash: decided.hash, signature: [], proof },
  };
  state.emit({ kind: "sendAccept", to: "acceptors", message, sign: config.detectByzantineAcceptors });
}

/** 4 to 6, and 13 to 18: proposes, once per round and height; first it catches up to D. */
export function maybePropose(state: BpfpState): void {
  const { instance, start, round } = state;
  if (!state.isTrusted || instance.deciding || instance.proposed?.round === round) return;
  if (start === undefined || state.decided.height < start.base) return;
  if (instance.forgotten !== undefined && round <= instance.forgotten) return;
  const [forced] = state.forced;
  if (forced !== undefined) {
    propose(state, forced);
    return;
  }
  if (!state.work.pending || instance.building === round) return;
  instance.building = round;
  state.emit({ kind: "buildProposal", height: state.height, round });
}

/** The block of a proposer that is free was built: it is valid, since its host built it. */
export function proposalBuilt(state: BpfpState, height: Height, round: number, hash: BlockHash): void {
  const { instance } = state;
  const asked = instance.building === round && state.round === round && state.height === height;
  if (!asked || !state.isTrusted || instance.deciding || instance.proposed?.round === round) return;
  propose(state, hash);
}

function propose(state: BpfpState, blockHash: BlockHash): void {
  const { round, height, membership } = state;
  state.instance.proposed = { round, blockHash, withProof: !state.proofShown };
  state.proofShown = true;
  state.persist({ kind: "proposed", membership: membership.from, round, height, blockHash });
  sayProposed(state, "acceptors");
}

/** Sends its proposal; with the proof of the round as long as acceptors may lack it. */
export function sayProposed(state: BpfpState, to: "acceptors" | MemberIndex, withProof = false): void {
  const { proposed, deciding } = state.instance;
  if (!state.isTrusted || deciding || proposed?.round !== state.round) return;
  const message: Accept = {
    ...{ kind: "accept", membership: state.membership.from, round: state.round, height: state.height },
    ...{ blockHash: proposed.blockHash, signature: [] },
    proof: withProof || proposed.withProof ? state.proof : [],
  };
  state.emit({ kind: "sendAccept", to, message, sign: state.config.detectByzantineAcceptors });
}

/** An acceptor that lacks the proof of the round is shown it, with what is proposed now. */
export function showProof(state: BpfpState, acceptor: MemberIndex, { round, proven }: RoundStatus): void {
  if (state.round > 0 && (round < state.round || proven === "no")) sayProposed(state, acceptor, true);
}
