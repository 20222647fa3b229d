// What the durable records of an engine mean after a restart.
import type { Height, Membership, View } from "@witan/primitives";
import type { Proposed } from "./instance.ts";
import type { SealedPromise } from "./messages.ts";
import { castOf, type Part } from "./roles.ts";
import { firstStart, type RoundStart, roundStart } from "./round-start.ts";
import type { BpfpRecord, KeptVote } from "./types.ts";

/** Where an engine was when it stopped. */
export interface Restored {
  readonly round: View;
  readonly start: RoundStart | undefined;
  readonly proof: readonly SealedPromise[];
  readonly vote: KeptVote | undefined;
  readonly proposed: Proposed | undefined;
}

type RecordOf<Kind extends BpfpRecord["kind"]> = Extract<BpfpRecord, { readonly kind: Kind }>;

function recordOf<Kind extends BpfpRecord["kind"]>(
  records: readonly BpfpRecord[],
  kind: Kind,
  membership: Height,
): RecordOf<Kind> | undefined {
  return records.find(
    (record): record is RecordOf<Kind> => record.kind === kind && record.membership === membership,
  );
}

/**
 * Reads the records.
 * @param membership of the height to be decided: records of others mean nothing
 * @param height to be decided: what is of others means nothing
 */
export function restored(
  records: readonly BpfpRecord[],
  membership: Membership,
  height: Height,
  part: Part | undefined,
): Restored {
  const own = membership.from;
  const progress = part === "acceptor" ? recordOf(records, "progress", own) : undefined;
  const proposed = part === "proposer" ? recordOf(records, "proposed", own) : undefined;
  const known = recordOf(records, "proof", own);
  // A proof is written before what rests on it: after a crash between the two it is the higher.
  const round = Math.max(progress?.round ?? 0, proposed?.round ?? 0, known?.round ?? 0) as View;
  const proof = known?.round === round ? known.promises : [];
  const { acceptors } = castOf(membership);
  const start = proof.length > 0 ? roundStart(proof, acceptors.length) : undefined;
  return {
    round,
    start: round === 0 ? firstStart(own) : start,
    proof,
    vote: progress?.vote?.height === height ? progress.vote : undefined,
    proposed:
      proposed?.height === height
        ? { round: proposed.round, blockHash: proposed.blockHash, withProof: proof.length > 0 }
        : undefined,
  };
}
