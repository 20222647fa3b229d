// What a new round must propose so that no other value is ever chosen: by the votes in a quorum of promises. Pure; which of
// the two rules counts is the protocol's.
import { forcingVotes } from "@witan/primitives";
import type { DecreeValue, DecreeVote } from "./types.ts";

/**
 * Paxos: the vote of the highest round. Property: a round has one value only, and a majority that chose it meets every other
 * majority.
 */
export function pickHighest(votes: readonly DecreeVote[]): DecreeValue | undefined {
  return lastVotes(votes)[0]?.value;
}

/**
 * Fast Paxos: of the votes of the highest round the value that has `n_a - 2 t_a` of them; else any, of which we take the
 * first by its letters, so that those who pick by the same votes pick alike. Property: where a quorum of `n_a - t_a` voted for
 * a value in that round, every other quorum holds so many of its votes, and no other value can have as many
 * (`n_a >= 3 t_a + 1`).
 */
export function pickForced(votes: readonly DecreeVote[], acceptors: number): DecreeValue | undefined {
  const last = lastVotes(votes);
  const values = [...new Set(last.map(({ value }) => value))].sort();
  const count = (value: DecreeValue) => last.filter((vote) => vote.value === value).length;
  return values.find((value) => count(value) >= forcingVotes(acceptors)) ?? values[0];
}

/** The votes of the highest round. */
export function lastVotes(votes: readonly DecreeVote[]): readonly DecreeVote[] {
  const highest = votes.reduce((most, { round }) => Math.max(most, round), -1);
  return votes.filter(({ round }) => round === highest);
}
