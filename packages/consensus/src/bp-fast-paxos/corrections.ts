// What the printed algorithms need before they are safe and live as a program (protocols/bp-fast-paxos.md, "What the
// printed algorithms need"), one function for each: so that a simulator's specimen can be the engine with one of them as it
// was printed. No configuration reaches these: nodes run `CORRECTED`.
import type { BlockHash, MemberIndex, View } from "@witan/primitives";
import type { LearnCount } from "./learn-count.ts";
import { type PromiseContent, promiseStatement, type SealedPromise } from "./messages.ts";
import type { BpfpRecord } from "./types.ts";

/** A bad ACCEPT, and where the acceptor that got it stands. */
export interface BadAcceptCase {
  /** The round that the acceptor is in. */
  readonly round: View;
  /** The round that the ACCEPT names. */
  readonly badRound: View;
  /** Whether its sender is the proposer of the acceptor's round. */
  readonly isTrusted: boolean;
}

/** The corrections, by what they decide. */
export interface Corrections {
  /** 1: what the LEARNs of a round decide, if anything. */
  decision(learns: LearnCount, round: View, quorum: number): BlockHash | undefined;
  /** 2: the round that a bad ACCEPT makes an acceptor ask for; undefined: it is dropped and recorded. */
  answerToBadAccept(bad: BadAcceptCase): View | undefined;
  /** 3: whether the promises at hand begin a round for its proposer. */
  beginsRound(isBegun: boolean, promises: number, quorum: number): boolean;
  /** 5: which promises of a proof are checked by an acceptor. */
  promisesToCheck(proof: readonly SealedPromise[], me: MemberIndex | undefined): readonly SealedPromise[];
  /** 6: the bytes that a promise's seal is about. */
  promiseStatement(promise: PromiseContent): Uint8Array;
  /** 7: whether a record is made durable. */
  keeps(record: BpfpRecord): boolean;
}

/** The rules as nodes run them. */
export const CORRECTED: Corrections = Object.freeze({
  // A quorum of equal votes of one round is a decision, whatever else was heard of this round or another.
  decision: (learns: LearnCount, round: View, quorum: number) => learns.chosen(round, quorum),
  // One round further, and for the proposer trusted now only: by its own rounds ahead it could make rounds run away.
  answerToBadAccept: ({ round, badRound, isTrusted }: BadAcceptCase) =>
    isTrusted && badRound === round ? ((round + 1) as View) : undefined,
  // Once. With each further promise the choice may be another, and one round would have two values.
  beginsRound: (isBegun: boolean, promises: number, quorum: number) => !isBegun && promises >= quorum,
  // All: an acceptor that is not in the proof could check nothing, and the rest could be made up.
  promisesToCheck: (proof: readonly SealedPromise[]) => proof,
  // Round, height and chain among them (the chain by the digest): a promise serves once.
  promiseStatement,
  // Every one: who forgets a promise or a vote breaks it.
  keeps: () => true,
});
