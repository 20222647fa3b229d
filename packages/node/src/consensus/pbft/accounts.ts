// Holds the engine's records against what the signer guard has signed. A vote's record is durable before the guard signs,
// so records that do not account for the guard's last slots are older than it: data was lost, or restored from a copy.
// The guard refuses a second vote for a slot and no more; what a lost record forgets (a prepared certificate that a
// VIEW-CHANGE must show, a view that was left) it can't remember. Pure.
import { type PbftRecord, VOTE_STEPS } from "@witan/consensus";
import type { Height, View } from "@witan/primitives";
import type { LastVotes } from "../../ports.ts";

/** The record of where a validator stands. */
export type Progress = Extract<PbftRecord, { kind: "progress" }>;

/** The height that is to be decided, and the height from which its members count. */
export interface NextHeight {
  readonly height: Height;
  readonly membership: Height;
}

/** The record of where a validator stands among these members; undefined: at their beginning. */
export function progressOf(records: readonly PbftRecord[], membership: Height): Progress | undefined {
  return records.find(
    (record): record is Progress => record.kind === "progress" && record.membership === membership,
  );
}

/**
 * What a key has signed that the records know nothing of; undefined: they account for all. Only votes for the height to
 * be decided, or above it, matter: no vote for a decided height says anything any more, but for its view
 * (`voting-engine.ts` keeps to that).
 */
export function unaccounted(
  { height, slots }: LastVotes,
  records: readonly PbftRecord[],
  next: NextHeight,
): string | undefined {
  if (height < next.height) return undefined;
  if (height > next.height)
    return `it has voted at height ${height}, and the chain ends at ${next.height - 1}`;
  const progress = progressOf(records, next.membership);
  const view = progress?.view ?? 0;
  const newest = slots.at(-1)?.view ?? 0;
  if (newest > view) return `it has voted in view ${newest}, and the records end in view ${view}`;
  for (const slot of slots) {
    const missing = missingFor(slot, view as View, progress, height);
    if (missing !== undefined) return `${missing} in view ${slot.view}, and the records do not hold it`;
  }
  return undefined;
}

/** What a vote rests on that a record lacks. */
function missingFor(
  slot: LastVotes["slots"][number],
  view: View,
  progress: Progress | undefined,
  height: Height,
): string | undefined {
  // Whoever has sent COMMIT shows its prepared certificate, or a later one, until the height is decided.
  if (slot.step === VOTE_STEPS.commit) {
    const prepared = progress?.prepared;
    const isKept = prepared?.height === height && prepared.view >= slot.view;
    return isKept ? undefined : "it was prepared";
  }
  // Views that were left are never voted in again: what was accepted and announced there is not needed.
  if (slot.view < view) return undefined;
  if (slot.step === VOTE_STEPS.prepare)
    return progress?.accepted?.message.height === height ? undefined : "it has accepted a block";
  if (slot.step === VOTE_STEPS.newView)
    return progress?.announced?.view === view ? undefined : "it has announced how the view begins";
  return undefined;
}
