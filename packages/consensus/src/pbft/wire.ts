// What travels between nodes: a message, who says to have signed it, and the signature. Decoding checks form alone; what
// must hold of it is in verify.ts.
import {
  type Codec,
  container,
  type Height,
  hexVector,
  type MemberIndex,
  type Result,
  refuse,
  type Signature,
  uint16,
} from "@witan/primitives";
import { type PbftMessage, pbftMessageCodec } from "./messages.ts";

/** A message with its signature. `sender` is a position in the members of the message's membership. */
export interface SignedMessage {
  readonly sender: MemberIndex;
  readonly signature: Signature;
  readonly message: PbftMessage;
}

/** What the first bytes of a signed message say. */
export interface SignedMessageHead {
  readonly sender: MemberIndex;
  readonly kind: PbftMessage["kind"];
  /** The height from which the members count that it names. */
  readonly membership: Height;
}

/** SSZ of a signed message. */
export const signedMessageCodec: Codec<SignedMessage> = container<SignedMessage>({
  sender: uint16(),
  signature: hexVector(64),
  message: pbftMessageCodec,
});

/** In the order of the union in messages.ts: its selector is the position. */
const KINDS = ["prePrepare", "prepare", "commit", "viewChange", "newView", "checkpoint", "status"] as const;

// 2 sender | 64 signature | 4 offset of the message | 1 kind | 8 membership, little-endian; then what the kind has.
const KIND_AT = 70;
const HEAD_BYTES = 79;

/**
 * Who sends what, from the first bytes: for queues, which must choose what to drop before anything is decoded. What it
 * says of a message that decodes is true; of others it may be anything.
 */
export function peekSignedMessage(bytes: Uint8Array): Result<SignedMessageHead, "encoding"> {
  if (bytes.length < HEAD_BYTES)
    return refuse("encoding", `${bytes.length} bytes, expected ${HEAD_BYTES} or more`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = KINDS[view.getUint8(KIND_AT)];
  if (kind === undefined) return refuse("encoding", `no message has selector ${view.getUint8(KIND_AT)}`);
  const membership = view.getBigUint64(KIND_AT + 1, true);
  if (membership > BigInt(Number.MAX_SAFE_INTEGER))
    return refuse("encoding", `membership ${membership} out of range`);
  const sender = view.getUint16(0, true) as MemberIndex;
  return { ok: true, value: { sender, kind, membership: Number(membership) as Height } };
}
