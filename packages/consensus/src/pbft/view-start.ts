// The computation that a new primary and every backup do alike: what the VIEW-CHANGEs of a quorum force. Pure.
import type { BlockHash, Height, MemberIndex } from "@witan/primitives";
import type { ViewChangeContent } from "./messages.ts";

/** The primary of a view among n validators: v mod n. */
export function primaryOf(view: number, n: number): MemberIndex {
  return (view % n) as MemberIndex;
}

/** Where a new view begins. */
export interface ViewStart {
  /** The highest decided height among the VIEW-CHANGEs: in the view, votes are for heights above it only. */
  readonly base: Height;
  /** What must be proposed at the height after `base`; undefined: the primary is free. */
  readonly forced: BlockHash | undefined;
}

/**
 * What VIEW-CHANGEs of q distinct validators for one view mean (protocols/pbft.md, "View change", 4): with H the
 * highest decided height, the prepared certificate of the highest view for H + 1 forces its block.
 */
export function viewStart(viewChanges: readonly ViewChangeContent[]): ViewStart {
  const base = Math.max(...viewChanges.map((one) => one.decidedHeight)) as Height;
  let forced: BlockHash | undefined;
  let highest = -1;
  for (const { prepared } of viewChanges) {
    const [certificate] = prepared;
    if (certificate === undefined || certificate.height !== base + 1 || certificate.view <= highest) continue;
    highest = certificate.view;
    forced = certificate.blockHash;
  }
  return { base, forced };
}
