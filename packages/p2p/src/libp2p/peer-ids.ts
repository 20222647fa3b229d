// Peer ids as libp2p has them, and as we have them: the same 38 bytes. Ed25519 only.
import { publicKeyFromRaw } from "@libp2p/crypto/keys";
import type { PeerId as Libp2pPeerId } from "@libp2p/interface";
import { peerIdFromPublicKey } from "@libp2p/peer-id";
import { bytesToHex, hexToBytes, type PeerId } from "@witan/primitives";

/** Of the multihash before the 32 bytes of the key, in hex digits. */
const HEADER_DIGITS = 12;

/** Ours of libp2p's. Of another kind of key: something that is on nobody's list. */
export function fromLibp2p(id: Libp2pPeerId): PeerId {
  return bytesToHex(id.toMultihash().bytes) as PeerId;
}

/** Libp2p's of ours. */
export function toLibp2p(id: PeerId): Libp2pPeerId {
  return peerIdFromPublicKey(publicKeyFromRaw(hexToBytes(id.slice(HEADER_DIGITS))));
}
