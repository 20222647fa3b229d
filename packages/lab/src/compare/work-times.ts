// How a chain of proof of work went on while it was measured: how far apart its blocks came, and how deep transfers lay
// after how long. Pure.
import type { BlockLog } from "../load/block-log.ts";
import type { SubmittedTransaction } from "../load/load-messages.ts";

/** A transfer that stands in the chain. */
export interface SentAlone extends SubmittedTransaction {
  readonly height: number;
}

/** What was seen of a chain. */
export interface WorkTimes {
  /** Between blocks, in the mean, from the first that was reported to the last. */
  readonly intervalMs: number;
  readonly blocks: number;
  /** Blocks that nodes took back, of all nodes together. */
  readonly undone: number;
  /** Of each transfer: from sending it until its node had so many blocks with and on it, from 1 on, as far as the run went. */
  readonly confirmedMs: readonly (readonly number[])[];
}

/** What the log of a network says of its chain and of these transfers. */
export function workTimes(log: BlockLog, sent: readonly SentAlone[], nodes: number): WorkTimes {
  const first = [...log.blocks(0)].sort(([a], [b]) => a - b);
  const [from, to] = [first[0], first.at(-1)];
  const blocks = from === undefined || to === undefined ? 0 : to[0] - from[0];
  const intervalMs = blocks === 0 ? Number.NaN : ((to?.[1].at ?? 0) - (from?.[1].at ?? 0)) / blocks;
  const undone = Array.from({ length: nodes }, (_, node) => log.undone(node).length);
  return {
    ...{ intervalMs, blocks },
    undone: undone.reduce((sum, one) => sum + one, 0),
    confirmedMs: sent.map(({ node, height, at }) => {
      const reported = log.blocks(node);
      const times: number[] = [];
      for (let block = reported.get(height); block !== undefined; block = reported.get(height + times.length))
        times.push(block.at - at);
      return times;
    }),
  };
}

/** How long each transfer took to so many confirmations, of those that the run saw come to it. */
export function timesTo({ confirmedMs }: WorkTimes, confirmations: number): readonly number[] {
  return confirmedMs.flatMap((times) => times[confirmations - 1] ?? []);
}
