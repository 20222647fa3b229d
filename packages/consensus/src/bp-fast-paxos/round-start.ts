// The computation that a proposer and every acceptor do alike: what the promises of a quorum force (Algorithm 1, lines 13
// to 18, and "Many instances"). Pure.
import { type BlockHash, forcingVotes, type Height } from "@witan/primitives";
import type { PromiseContent } from "./messages.ts";

/** Where a round begins. */
export interface RoundStart {
  /** D, the highest decided height among the promises: in the round, votes are for heights above it only. */
  readonly base: Height;
  /** What may be proposed at the height after `base`, most votes first; none: the proposer is free. */
  readonly allowed: readonly BlockHash[];
}

/** Round 0 of a membership begins with nothing decided that matters, and free. */
export function firstStart(membership: Height): RoundStart {
  return { base: (membership - 1) as Height, allowed: [] };
}

/**
 * What promises of `n_a - t_a` distinct acceptors for one round mean. Only votes for the height after D count: they are
 * of promises with D. Of their highest round, a value with `n_a - 2 t_a` votes may have been chosen, and is forced; if
 * there is none, nothing was chosen, and each of them is as good.
 * @param acceptors n_a
 */
export function roundStart(promises: readonly PromiseContent[], acceptors: number): RoundStart {
  const base = Math.max(...promises.map(({ decidedHeight }) => decidedHeight)) as Height;
  const votes = promises.flatMap(({ decidedHeight, vote }) => (decidedHeight === base ? vote : []));
  const highest = Math.max(...votes.map(({ round }) => round));
  const counts = new Map<BlockHash, number>();
  for (const { round, blockHash } of votes)
    if (round === highest) counts.set(blockHash, (counts.get(blockHash) ?? 0) + 1);
  const found = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const forced = found.filter(([, count]) => count >= forcingVotes(acceptors));
  return { base, allowed: (forced.length > 0 ? forced : found).map(([hash]) => hash) };
}

/** Whether a round that begins so lets its proposer propose a block at a height. */
export function supports({ base, allowed }: RoundStart, height: Height, hash: BlockHash): boolean {
  if (height <= base) return false;
  return height > base + 1 || allowed.length === 0 || allowed.includes(hash);
}
