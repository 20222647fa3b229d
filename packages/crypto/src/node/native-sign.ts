// Signing, and the public keys of secret ones, by libsecp256k1: ten times as fast as noble and with the same result, for
// nonces are those of RFC 6979 in both. Where the addon does not load, noble does it. What answers a known question
// rightly is trusted: noble isn't asked for the answer, its tables take 50 ms to make, a tenth of a node's start.
import { createRequire } from "node:module";
import { bytesToHex, type Hash, hexToBytes, type PublicKey, type Signature } from "@witan/primitives";
import { publicKeyOf, type SecretKey, sign } from "../keys.ts";
import { KNOWN_CHECK, KNOWN_SECRET } from "./known-signature.ts";

/** Signs a digest, as `sign` of @witan/crypto. */
export type Sign = (digest: Hash, secretKey: SecretKey) => Signature;

/** Gives the public key of a secret key, as `publicKeyOf` of @witan/crypto. */
export type DerivePublicKey = (secretKey: SecretKey) => PublicKey;

/** The fastest way to sign that works here. Its result does not depend on which it is. */
export function chooseSign(): Sign {
  return choose<Sign>(
    ({ ecdsaSign }) =>
      (digest, secretKey) =>
        bytesToHex(ecdsaSign(hexToBytes(digest), hexToBytes(secretKey)).signature) as Signature,
    (native) => native(KNOWN_CHECK.digest, KNOWN_SECRET) === KNOWN_CHECK.signature,
    sign,
  );
}

/** The fastest way to public keys that works here. Its result does not depend on which it is. */
export function choosePublicKeyOf(): DerivePublicKey {
  return choose<DerivePublicKey>(
    ({ publicKeyCreate }) =>
      (secretKey) =>
        bytesToHex(publicKeyCreate(hexToBytes(secretKey), true)) as PublicKey,
    (native) => native(KNOWN_SECRET) === KNOWN_CHECK.publicKey,
    publicKeyOf,
  );
}

type Bindings = typeof import("secp256k1");

/** What `make` makes of the addon if it loads and answers rightly, else noble's. */
function choose<T>(make: (bindings: Bindings) => T, isRight: (native: T) => boolean, noble: T): T {
  try {
    const native = make(createRequire(import.meta.url)("secp256k1/bindings.js"));
    return isRight(native) ? native : noble;
  } catch {
    return noble;
  }
}
