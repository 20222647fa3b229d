// What theory says of a calm world, to stand beside what was measured: how many messages agreeing on one block takes, and how
// long its votes are under way. Nothing here runs an engine.
import { byzantineQuorum, fastQuorum } from "@witan/primitives";
import { PROPOSERS } from "./bp-fast-paxos.ts";
import { type NetworkName, usualDelayUs } from "./networks.ts";
import { JUDGE_US } from "./pow.ts";
import type { MeasuredMode } from "./types.ts";
import { WRITE_US } from "./waves.ts";

/** A formula, as people write it, with its source. */
export interface MessageFormula {
  readonly says: string;
  /** Kinds of messages that it counts, each with how many a block takes among so many members. */
  readonly kinds: Readonly<Record<string, (members: number) => number>>;
}

/**
 * Messages that agreeing on a block takes, by mode: those that carry votes. Blocks themselves, transactions, certificates
 * that are gathered afterwards and what members say while idle come on top.
 */
export const MESSAGE_FORMULAS: Readonly<Record<MeasuredMode, MessageFormula>> = {
  pbft: {
    says:
      "PBFT (Castro and Liskov 1999, section 4.2): n - 1 PRE-PREPAREs, (n - 1)² PREPAREs, n(n - 1) COMMITs: 2n(n - 1) among n " +
      "validators",
    kinds: {
      prePrepare: (n) => n - 1,
      prepare: (n) => (n - 1) * (n - 1),
      commit: (n) => n * (n - 1),
    },
  },
  "bp-fast-paxos": {
    says:
      "BP Fast Paxos (its normal case): n ACCEPTs, and of each of n acceptors a LEARN to all others: n + n(n - 1) = n² among n " +
      "acceptors; proposers hear what was decided afterwards",
    kinds: { accept: (n) => n, learn: (n) => n * (n - 1) },
  },
  pow: {
    says:
      "proof of work (flooding): n - 1 blocks from who found it, and of each of the others the header to all that it is " +
      "connected to: n - 1 + (n - 1)² = n(n - 1) among n miners, each connected to each",
    kinds: { block: (n) => n - 1, headers: (n) => (n - 1) * (n - 1) },
  },
};

/** How many messages agreeing on one block takes. */
export function messagesByFormula(mode: MeasuredMode, members: number): number {
  return Object.values(MESSAGE_FORMULAS[mode].kinds).reduce((sum, of) => sum + of(members), 0);
}

/** When something is there, by place. */
type Times = readonly number[];

/** The time by which the first so many are there. */
function nth(times: Times, count: number): number {
  return [...times].sort((a, b) => a - b)[count - 1] as number;
}

/**
 * How long until a block is final where its client is, by the way of its messages alone: each takes the median delay of its
 * line, each vote and the block itself a write, computing nothing.
 * @param client the place of the process that the transactions came to
 * @returns microseconds; undefined: it is no matter of messages
 */
export function pathUs(
  mode: MeasuredMode,
  network: NetworkName,
  members: number,
  client: number,
): number | undefined {
  const after = (from: number, to: number) => usualDelayUs(network, from, to);
  if (mode === "pow") return undefined;
  // The first view, or round, is that of the process in the first place.
  const proposedUs = after(client, 0) + WRITE_US;
  if (mode === "bp-fast-paxos") {
    const acceptors = Array.from({ length: members }, (_, at) => at + PROPOSERS);
    const learns = acceptors.map((place) => proposedUs + after(0, place) + WRITE_US);
    const decided = acceptors.map((place) => {
      const heard = acceptors.map((from, at) => (learns[at] as number) + after(from, place));
      return nth(heard, fastQuorum(members)) + WRITE_US;
    });
    // A proposer believes the first acceptor that says so.
    if (client < PROPOSERS)
      return (
        Math.min(...acceptors.map((place, at) => (decided[at] as number) + after(place, client))) + WRITE_US
      );
    return decided[client - PROPOSERS];
  }
  const all = [...Array(members).keys()];
  const quorum = byzantineQuorum(members);
  // The PRE-PREPARE is the primary's vote, from when it is there.
  const votes = all.map((place) => proposedUs + after(0, place) + (place === 0 ? 0 : WRITE_US));
  const prepared = all.map((place) => {
    const heard = all.map((from) => (votes[from] as number) + after(from, place));
    return Math.max(nth(heard, quorum), proposedUs + after(0, place)) + WRITE_US;
  });
  const heard = all.map((from) => (prepared[from] as number) + after(from, client));
  return nth(heard, quorum) + WRITE_US;
}

/**
 * How long until a block of proof of work that one miner has is on the chains of all, by the median delays of lines: of all
 * miners that may have found it, the median.
 */
export function spreadUs(network: NetworkName, miners: number): number {
  const all = [...Array(miners).keys()];
  const each = all.map((from) => Math.max(...all.map((to) => usualDelayUs(network, from, to))));
  return nth(each, Math.ceil(miners / 2)) + JUDGE_US + WRITE_US;
}
