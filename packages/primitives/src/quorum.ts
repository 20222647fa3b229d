// Quorum arithmetic, in integers, and nowhere else. Each function says which property it guarantees; the tests hold
// every n up to 100 against the property itself.
import { assert } from "./assert.ts";

function members(n: number): void {
  assert(Number.isInteger(n) && n >= 1, `a membership of ${n}`);
}

/**
 * PBFT: how many of `n` validators may be Byzantine, f = floor((n - 1) / 3).
 * Property: n >= 3f + 1, and n < 3(f + 1) + 1.
 */
export function byzantineMax(n: number): number {
  members(n);
  return Math.floor((n - 1) / 3);
}

/**
 * PBFT: the quorum of `n` validators, q = floor((n + f) / 2) + 1.
 * Properties: any two quorums share at least f + 1 validators, so at least one correct one (2q - n >= f + 1);
 * the correct ones are a quorum by themselves (q <= n - f); and no smaller number has the first property.
 */
export function byzantineQuorum(n: number): number {
  return Math.floor((n + byzantineMax(n)) / 2) + 1;
}

/**
 * Paxos: how many of `n` acceptors may crash, t = floor((n - 1) / 2); all others, a majority, are its quorum.
 * Properties: n >= 2t + 1, and n < 2(t + 1) + 1; any two quorums of n - t share an acceptor (2(n - t) - n >= 1).
 */
export function majorityCrashMax(n: number): number {
  members(n);
  return Math.floor((n - 1) / 2);
}

/**
 * BP Fast Paxos: how many of `n` acceptors may crash, t = floor((n - 1) / 3).
 * Property: n >= 3t + 1, and n < 3(t + 1) + 1.
 */
export function crashMax(n: number): number {
  return byzantineMax(n);
}

/**
 * BP Fast Paxos: the quorum of `n` acceptors, n - t.
 * Properties: those that have not crashed are a quorum; of a quorum's equal votes, any other quorum holds at least
 * n - 2t, more than half of it and more than any other value can have there (n - 2t > t).
 */
export function fastQuorum(n: number): number {
  return n - crashMax(n);
}

/**
 * BP Fast Paxos: how many equal votes, among a quorum's promises, force a value: n - 2t.
 * Property: a chosen value has at least as many in every quorum; no two values can both reach it where one is chosen.
 */
export function forcingVotes(n: number): number {
  return n - 2 * crashMax(n);
}
