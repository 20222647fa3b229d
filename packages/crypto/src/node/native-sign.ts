// Signing by libsecp256k1, ten times as fast as noble and with the same result: nonces are those of RFC 6979 in both, so
// a signature of either is the other's. Where the addon does not load, noble signs.
import { createRequire } from "node:module";
import { bytesToHex, type Hash, hexToBytes, type Signature } from "@witan/primitives";
import { type SecretKey, sign } from "../keys.ts";

/** Signs a digest, as `sign` of @witan/crypto. */
export type Sign = (digest: Hash, secretKey: SecretKey) => Signature;

type Bindings = typeof import("secp256k1");

/** A key and a digest that both sign before the addon is trusted: secret key 1, as in the self-test of `chooseScheme`. */
const KNOWN = {
  secretKey: `${"0".repeat(63)}1` as SecretKey,
  digest: "a0dc65ffca799873cbea0ac274015b9526505daaaed385155425f7337704883e" as Hash,
};

/** The fastest way to sign that works here. Its result does not depend on which it is. */
export function chooseSign(): Sign {
  let bindings: Bindings;
  try {
    bindings = createRequire(import.meta.url)("secp256k1/bindings.js");
  } catch {
    return sign;
  }
  const native: Sign = (digest, secretKey) =>
    bytesToHex(bindings.ecdsaSign(hexToBytes(digest), hexToBytes(secretKey)).signature) as Signature;
  try {
    return native(KNOWN.digest, KNOWN.secretKey) === sign(KNOWN.digest, KNOWN.secretKey) ? native : sign;
  } catch {
    return sign;
  }
}
