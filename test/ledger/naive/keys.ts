// Keys and signatures, section 3 of docs/formats.md.
import { verify } from "@noble/secp256k1";
import { bigEndian, unhex } from "./bytes.ts";

const FIELD_PRIME = 2n ** 256n - 2n ** 32n - 977n;
const GROUP_ORDER = 0xffffffff_ffffffff_ffffffff_fffffffe_baaedce6_af48a03b_bfd25e8c_d0364141n;

/** Whether a public key has its shape. */
export function publicKeyHasShape(key: string): boolean {
  return (key.startsWith("02") || key.startsWith("03")) && bigEndian(key.slice(2)) < FIELD_PRIME;
}

/** Whether a signature has its shape. */
export function signatureHasShape(signature: string): boolean {
  const r = bigEndian(signature.slice(0, 64));
  const s = bigEndian(signature.slice(64));
  return r >= 1n && r < GROUP_ORDER && s >= 1n && s <= (GROUP_ORDER - 1n) / 2n;
}

/** Whether a peer id has its shape. */
export function peerIdHasShape(peerId: string): boolean {
  return peerId.startsWith("002408011220");
}

/** Whether a signature holds for a digest. */
export function signatureHolds(publicKey: string, signature: string, digest: string): boolean {
  if (!publicKeyHasShape(publicKey) || !signatureHasShape(signature)) return false;
  try {
    return verify(unhex(signature), unhex(digest), unhex(publicKey), { prehash: false, lowS: true });
  } catch {
    return false;
  }
}
