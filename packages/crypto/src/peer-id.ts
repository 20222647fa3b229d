// Peer ids as libp2p writes them: the identity multihash (0x00, length 0x24) of a protobuf (0x08 0x01: Ed25519,
// 0x12 0x20: 32 bytes) around an Ed25519 public key. In our types the 38 bytes in hex; as text base58btc, which
// always starts with 12D3KooW. Other kinds of key are refused: a member's network key is Ed25519.
import { base58 } from "@scure/base";
import {
  assert,
  bytesToHex,
  type Hex,
  hexToBytes,
  isHex,
  ok,
  type PeerId,
  type Result,
  refuse,
} from "@witan/primitives";

const HEADER = "002408011220";
/** 38 bytes that start with 0x00 0x24 always take 52 digits; longer text is refused before it costs anything. */
const TEXT_LENGTH = 52;
const BASE58 = /^[1-9A-HJ-NP-Za-km-z]*$/;

/** Whether a text has the shape of a peer id: 38 bytes in lower-case hex, the multihash of an Ed25519 key. Total. */
export function peerIdShape(hex: string): boolean {
  return isHex(hex, 38) && hex.startsWith(HEADER);
}

/**
 * The peer id of an Ed25519 public key.
 * @param publicKey 32 bytes in lower-case hex
 * @throws {AssertionError} if it is not that
 */
export function peerIdOfEd25519(publicKey: Hex): PeerId {
  assert(isHex(publicKey, 32), `not an Ed25519 public key: ${publicKey}`);
  return (HEADER + publicKey) as PeerId;
}

/**
 * A peer id as people and libp2p write it, "12D3KooW…".
 * @throws {AssertionError} if it has not the shape of one
 */
export function formatPeerId(peerId: PeerId): string {
  assert(peerIdShape(peerId), `not a peer id: ${peerId}`);
  return base58.encode(hexToBytes(peerId));
}

/**
 * Reads a peer id as people write it.
 * Codes: `length` (not 52 characters), `encoding` (not base58btc), `kind` (not of an Ed25519 key).
 */
export function parsePeerId(text: string): Result<PeerId, "length" | "encoding" | "kind"> {
  if (text.length !== TEXT_LENGTH) {
    return refuse(
      "length",
      `found ${text.length} characters, expected ${TEXT_LENGTH} starting with 12D3KooW`,
    );
  }
  if (!BASE58.test(text)) return refuse("encoding", `not base58: ${text}`);
  const hex = bytesToHex(base58.decode(text));
  if (!peerIdShape(hex)) return refuse("kind", `not the id of an Ed25519 key: ${text}`);
  return ok(hex as PeerId);
}
