// The bytes of an engine's records on disk. What is read back is what was written: a record holds only what was verified
// before it was kept. Never for bytes from a peer.
import { container, type Height, hexVector, list, uint53, union, type View } from "@witan/primitives";
import { type ByteCodec, mapped } from "../pbft/mapped.ts";
import { proofCodec, type RoundBallot, type SealedPromise, signatureCodec } from "./messages.ts";
import type { BpfpRecord, KeptVote } from "./types.ts";

/** What may be absent is a list of none or one. */
type RecordShape =
  | {
      readonly kind: "progress";
      readonly membership: Height;
      readonly round: View;
      readonly vote: readonly KeptVote[];
    }
  | {
      readonly kind: "proof";
      readonly membership: Height;
      readonly round: View;
      readonly promises: readonly SealedPromise[];
    }
  | ({ readonly kind: "proposed" } & RoundBallot);

const voteCodec = container<KeptVote>({
  height: uint53(),
  round: uint53(),
  blockHash: hexVector(32),
  signature: signatureCodec,
});

const shapeCodec = union<RecordShape>({
  progress: container<Omit<Extract<RecordShape, { kind: "progress" }>, "kind">>({
    membership: uint53(),
    round: uint53(),
    vote: list(voteCodec, 1),
  }),
  proof: container<Omit<Extract<RecordShape, { kind: "proof" }>, "kind">>({
    membership: uint53(),
    round: uint53(),
    promises: proofCodec,
  }),
  proposed: container<RoundBallot>({
    membership: uint53(),
    round: uint53(),
    height: uint53(),
    blockHash: hexVector(32),
  }),
});

/** The bytes of a record, and back: SSZ, every list bounded by the greatest membership. */
export const bpfpRecordCodec: ByteCodec<BpfpRecord> = mapped(shapeCodec, toShape, ofShape);

function toShape(record: BpfpRecord): RecordShape {
  if (record.kind !== "progress") return record;
  return { ...record, vote: record.vote ? [record.vote] : [] };
}

function ofShape(shape: RecordShape): BpfpRecord {
  if (shape.kind !== "progress") return shape;
  return { ...shape, vote: shape.vote[0] };
}
