// The bytes of the engine's record on disk. Never for bytes from a peer.
import { type BlockHash, container, hexVector, list } from "@witan/primitives";
import { type ByteCodec, mapped } from "../pbft/mapped.ts";
import type { PowRecord } from "./types.ts";

interface InvalidBlock {
  readonly hash: BlockHash;
}

interface RecordShape {
  readonly hashes: readonly InvalidBlock[];
}

/** More than any configuration keeps. */
const INVALID_MAX = 65_536;

const shapeCodec = container<RecordShape>({
  hashes: list(container<InvalidBlock>({ hash: hexVector(32) }), INVALID_MAX),
});

/** The bytes of a record, and back. */
export const powRecordCodec: ByteCodec<PowRecord> = mapped(
  shapeCodec,
  ({ hashes }) => ({ hashes: hashes.map((hash) => ({ hash })) }),
  ({ hashes }) => ({ kind: "invalid", hashes: hashes.map(({ hash }) => hash) }),
);
