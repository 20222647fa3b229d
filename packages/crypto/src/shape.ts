// Shape rules of public keys and signatures: the part of "does it hold" that comes before every backend, so that all
// backends accept exactly the same set. Total: whatever is handed in, these functions answer and never throw.
// They compare lower-case hex as text, which sorts as the numbers do; no big integers on the hot path.
import { isHex } from "@witan/primitives";

/** The order p of secp256k1's field, 32 bytes in hex (SEC 2, section 2.4.1). */
export const FIELD_ORDER = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f";
/** The order n of secp256k1's group, 32 bytes in hex (SEC 2, section 2.4.1). */
export const GROUP_ORDER = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
/** (n - 1) / 2: the greatest low s, 32 bytes in hex. */
export const LOW_S_MAX = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0";

const ZERO = "0".repeat(64);

/** Whether 32 bytes in hex are a number from 1 to n - 1: a secret key, an r, an s. */
export function scalarShape(scalar: string): boolean {
  return isHex(scalar, 32) && scalar > ZERO && scalar < GROUP_ORDER;
}

/**
 * Whether a text has the shape of a public key: 33 bytes in lower-case hex, prefix 02 or 03, x below p.
 * Whether x is on the curve is no matter of shape: about half of all x are not, and the backend then answers false.
 */
export function publicKeyShape(key: string): boolean {
  if (!isHex(key, 33)) return false;
  if (!key.startsWith("02") && !key.startsWith("03")) return false;
  return key.slice(2) < FIELD_ORDER;
}

/**
 * Whether a text has the shape of a signature: 64 bytes in lower-case hex, r from 1 to n - 1, s from 1 to
 * (n - 1) / 2. The bound on s (BIP 146) leaves one of the two signatures (r, s) and (r, n - s) that hold alike:
 * otherwise anyone could turn a witness into another that holds too.
 */
export function signatureShape(signature: string): boolean {
  if (!isHex(signature, 64)) return false;
  const r = signature.slice(0, 64);
  const s = signature.slice(64);
  return r > ZERO && r < GROUP_ORDER && s > ZERO && s <= LOW_S_MAX;
}
