// Rounds of Fast Paxos: they come in pairs of one leader. The even one is fast, the odd one is classic, or, where acceptors
// recover by themselves, the one in which they do.

/** Whether acceptors may vote in this round for what any proposer says. */
export function isFastRound(round: number): boolean {
  return round % 2 === 0;
}

/** The proposer that leads a round: the same one for a fast round and the one behind it, so that it may recover at once. */
export function leaderOf(round: number, proposers: number): number {
  return Math.floor(round / 2) % proposers;
}

/** The next round of a leader above those that it heard of. */
export function nextRound(
  leader: number,
  above: number,
  proposers: number,
  wanted: "fast" | "classic",
): number {
  let round = above + 1;
  while (leaderOf(round, proposers) !== leader || isFastRound(round) !== (wanted === "fast")) round++;
  return round;
}
