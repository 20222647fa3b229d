// What Paxos, Fast Paxos and Trust Change Paxos have in common here: they decide one value, once. Everybody has a place:
// proposers first, then acceptors, who are the learners too. Data only; nothing here acts.

import type { ClassicEffect, ClassicEngine, ClassicInput } from "../classic.ts";

/** What is decided: one of the values that were proposed. */
export type DecreeValue = string;

/** A value and the round in which an acceptor voted for it (`vval` and `vrnd` of the paper). */
export interface DecreeVote {
  readonly round: number;
  readonly value: DecreeValue;
}

/** An acceptor's promise to take no part in lower rounds any more, and its last vote. */
export interface DecreePromise {
  readonly kind: "promise";
  /** The place of the acceptor. */
  readonly acceptor: number;
  readonly round: number;
  readonly vote: DecreeVote | undefined;
}

/** What is said. Each protocol knows some of them, and drops the others. */
export type DecreeMessage =
  /** A proposer asks for promises. */
  | { readonly kind: "prepare"; readonly round: number }
  | DecreePromise
  /** A proposer asks for votes. `proof`: the promises that support it, where they are shown. */
  | {
      readonly kind: "accept";
      readonly round: number;
      readonly value: DecreeValue;
      readonly proof: readonly DecreePromise[];
    }
  /** The leader of a fast round lets acceptors vote for what they hear from any proposer. */
  | { readonly kind: "acceptAny"; readonly round: number }
  /** A proposer's value, past the leader. */
  | { readonly kind: "propose"; readonly value: DecreeValue }
  /** An acceptor has voted. */
  | { readonly kind: "learn"; readonly round: number; readonly value: DecreeValue }
  /** An acceptor is in a higher round. Not in the paper: without it a proposer would guess round after round. */
  | { readonly kind: "refuse"; readonly round: number }
  /** An acceptor asks the others to trust the proposer of this round. */
  | { readonly kind: "trustChange"; readonly round: number }
  /** Who has learnt nothing for a while asks, and says its last vote again. */
  | { readonly kind: "ask"; readonly vote: DecreeVote | undefined }
  /** Acceptors only crash: the word of one who has learnt is enough. */
  | { readonly kind: "decided"; readonly value: DecreeValue };

/** What a process must find again after a crash: all of it, in place of the record before. */
export type DecreeRecord =
  | {
      readonly kind: "proposer";
      /** Its highest round; -1: none. */
      readonly round: number;
      /** What its client asked for; undefined: nothing yet. */
      readonly own: DecreeValue | undefined;
      /** What it proposed in that round; undefined: nothing yet. */
      readonly proposed: DecreeValue | undefined;
      readonly proof: readonly DecreePromise[];
    }
  | {
      readonly kind: "acceptor";
      readonly round: number;
      readonly vote: DecreeVote | undefined;
      /** Whether its round is open for any proposer's value. */
      readonly isOpen: boolean;
      readonly decided: DecreeValue | undefined;
    };

/** What a process is asked: a client wants this value; acceptors hear that there is something to decide. */
export interface DecreeRequest {
  readonly value: DecreeValue;
}

/** What comes out, once in a life: the value that is learnt. */
export interface DecreeOutcome {
  readonly value: DecreeValue;
}

/** What a process takes in. */
export type DecreeInput = ClassicInput<DecreeMessage, DecreeRequest>;
/** What it wants done. */
export type DecreeEffect = ClassicEffect<DecreeMessage, DecreeRecord, DecreeOutcome>;
/** A process of any of these protocols. */
export type DecreeEngine = ClassicEngine<
  DecreeMessage,
  DecreeRequest,
  DecreeRecord,
  DecreeOutcome,
  DecreeStatus
>;

/** For traces and checks; never an input. */
export interface DecreeStatus {
  readonly round: number;
  readonly decided: DecreeValue | undefined;
}

/** The rules that a step of the derivation changes; a specimen is a protocol with one of them changed. */
export interface DecreeRules {
  /** How many of so many acceptors may crash: t_a. All others are a quorum. */
  tolerated(acceptors: number): number;
  /** What a proposer must propose, by the votes in a quorum of promises; undefined: it is free. */
  pick(votes: readonly DecreeVote[], acceptors: number): DecreeValue | undefined;
  /** Whether an acceptor that promised a round may vote in another. */
  mayVote(round: number, promised: number): boolean;
  /** How many ticks whoever may begin rounds waits for one to come to something before it begins the next. */
  patience(own: DecreePatience): number;
  /** Whether a record is made durable. */
  keeps(record: DecreeRecord): boolean;
}

/** What is known when a wait begins. */
export interface DecreePatience {
  /** Its place among those who begin rounds. */
  readonly index: number;
  /** How many rounds came to nothing. */
  readonly attempts: number;
  readonly roundTicks: number;
  readonly roundTicksMax: number;
}

/** One process. */
export interface DecreeConfig {
  /** Its place. */
  readonly me: number;
  /** Places 0 and up. */
  readonly proposers: number;
  /** The places behind. */
  readonly acceptors: number;
  /** So long a round may take, in ticks; each further one twice as long, up to the most. */
  readonly roundTicks: number;
  readonly roundTicksMax: number;
  /** What nobody answered is said again after so many ticks. */
  readonly resendTicks: number;
}

/** The places of all acceptors. */
export function acceptorPlaces({ proposers, acceptors }: DecreeConfig): readonly number[] {
  return Array.from({ length: acceptors }, (_, at) => proposers + at);
}

/** How many acceptors are a quorum. */
export function decreeQuorum({ acceptors }: DecreeConfig, rules: DecreeRules): number {
  return acceptors - rules.tolerated(acceptors);
}
