// The scheme `noble`: secp256k1 in JavaScript. The reference that the fast backends are held against, and what
// signs; far too slow to verify blocks with.
import { verify } from "@noble/secp256k1";
import { type BytesScheme, schemeOf } from "./scheme.ts";

const OPTIONS = Object.freeze({ prehash: false, lowS: true, format: "compact" });

/** The scheme `noble`. Available everywhere. */
export function createNobleScheme(): BytesScheme {
  return schemeOf("noble", (digest, publicKey, signature) => verify(signature, digest, publicKey, OPTIONS));
}
