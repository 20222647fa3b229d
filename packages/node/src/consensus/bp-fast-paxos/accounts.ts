// Holds the engine's records against what the guard has noted. An acceptor's record is durable before the guard notes what
// rests on it, so records that do not account for the guard's last slots are older than it: data was lost, or restored
// from a copy, and promises and votes are forgotten that no signature reminds of. A proposer's record may come behind the
// note: nothing rests on what it proposed but that it proposes nothing else in that round. Pure.
import type { BpfpRecord } from "@witan/consensus";
import type { Height, View } from "@witan/primitives";
import type { LastVotes } from "../../ports.ts";
import { BPFP_STEPS } from "./slots.ts";

/** The height that is to be decided, and the height from which its members count. */
export interface NextHeight {
  readonly height: Height;
  readonly membership: Height;
  /** Whether the key is a proposer's there. */
  readonly isProposer: boolean;
}

type RecordOf<Kind extends BpfpRecord["kind"]> = Extract<BpfpRecord, { readonly kind: Kind }>;

/** The record of a kind among these members. */
export function recordAmong<Kind extends BpfpRecord["kind"]>(
  records: readonly BpfpRecord[],
  kind: Kind,
  membership: Height,
): RecordOf<Kind> | undefined {
  return records.find(
    (record): record is RecordOf<Kind> => record.kind === kind && record.membership === membership,
  );
}

/**
 * What a key has said that the records know nothing of; undefined: they account for all. Only what is for the height to be
 * decided, or above it, matters: below, nothing says anything any more, but for its round (`guarded-engine.ts` keeps to
 * that).
 */
export function unaccounted(
  { height, slots }: LastVotes,
  records: readonly BpfpRecord[],
  next: NextHeight,
): string | undefined {
  if (height < next.height) return undefined;
  if (height > next.height)
    return `it has spoken for height ${height}, and the chain ends at ${next.height - 1}`;
  if (next.isProposer) return undefined;
  const progress = recordAmong(records, "progress", next.membership);
  const proof = recordAmong(records, "proof", next.membership);
  const round = Math.max(progress?.round ?? 0, proof?.round ?? 0);
  const newest = slots.at(-1)?.view ?? 0;
  if (newest > round) return `it has spoken in round ${newest}, and the records end in round ${round}`;
  for (const { view, step } of slots) {
    if (step !== BPFP_STEPS.vote) continue;
    // A vote of a later round takes the place of one of an earlier.
    const kept = progress?.vote;
    if (kept?.height !== height || kept.round < view)
      return `it has voted for a block in round ${view}, and the records do not hold it`;
  }
  return undefined;
}

/** The last round at the height to be decided in which a proposer has proposed what its records do not tell of. */
export function forgottenRound(
  { height, slots }: LastVotes,
  records: readonly BpfpRecord[],
  next: NextHeight,
): View | undefined {
  const last = slots.findLast(({ step }) => step === BPFP_STEPS.vote)?.view;
  if (!next.isProposer || height !== next.height || last === undefined) return undefined;
  const proposed = recordAmong(records, "proposed", next.membership);
  return proposed?.height === height && proposed.round >= last ? undefined : last;
}
