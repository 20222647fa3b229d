// What a client keeps on disk between its writes to one register, and within one: so that a write that was prepared is found
// again after a crash, and finished first. A client that forgets it may find no room for its next entry.
import { byteList, type Codec, container, LIMITS, list } from "@witan/primitives";
import { prepareProofCodec, registerVersionCodec, writeProofCodec } from "./messages.ts";
import type { PrepareProof, RegisterVersion, WriteProof } from "./types.ts";

/** A write that is not known to be done. Fields that hold none or one are lists. */
export interface PendingWrite {
  readonly data: Uint8Array;
  /** What it was or will be prepared as; none before that is known. */
  readonly version: readonly RegisterVersion[];
  /** For the version before. */
  readonly previous: readonly PrepareProof[];
  /** What the PREPARE carries. */
  readonly written: readonly WriteProof[];
  /** Once it is prepared. */
  readonly proof: readonly PrepareProof[];
}

/** What a client keeps for one register. */
export interface RegisterJournal {
  /** Of its last write, or of what it found written later. */
  readonly written: readonly WriteProof[];
  readonly pending: readonly PendingWrite[];
}

/** The journal of a client that never wrote. */
export const EMPTY_JOURNAL: RegisterJournal = Object.freeze({ written: [], pending: [] });

/** SSZ of a journal. */
export const registerJournalCodec: Codec<RegisterJournal> = container<RegisterJournal>({
  written: list(writeProofCodec, 1),
  pending: list(
    container<PendingWrite>({
      data: byteList(LIMITS.registerValueBytes),
      version: list(registerVersionCodec, 1),
      previous: list(prepareProofCodec, 1),
      written: list(writeProofCodec, 1),
      proof: list(prepareProofCodec, 1),
    }),
    1,
  ),
});
