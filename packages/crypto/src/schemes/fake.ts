// The scheme `fake`: FOR SIMULATION ONLY, where a million signatures a second matter and nobody attacks. A "signature"
// is a hash that anyone can compute from digest and public key: it protects nothing. No node may ever be given it;
// `crypto/node` can't choose it. Its signatures and keys have the shape of real ones, and fail under real schemes.
import {
  asciiBytes,
  bytesToHex,
  type Hash,
  hexToBytes,
  type PublicKey,
  type Signature,
  sha256Hex,
} from "@witan/primitives";
import { type BytesScheme, schemeOf } from "./scheme.ts";

/** The fake scheme: it verifies, and can sign for every key. */
export interface FakeScheme extends BytesScheme {
  /** The only signature that this scheme accepts for a digest and key. Deterministic; needs no secret. */
  sign(digest: Hash, publicKey: PublicKey): Signature;
  /** A public key for a name, of the right shape; perhaps not on the curve. The same name gives the same key. */
  publicKeyOf(name: string): PublicKey;
}

const SIGNATURE_TAG = asciiBytes("witan/fake-signature/1:");

/** Makes the scheme `fake`. For simulation only: it protects nothing. */
export function createFakeScheme(): FakeScheme {
  const input = new Uint8Array(SIGNATURE_TAG.length + 32 + 33);
  input.set(SIGNATURE_TAG, 0);

  /** r and s are the same 32 bytes, the first digit 1: so both are above 0, and far below n and (n - 1) / 2. */
  function half(digest: Uint8Array, publicKey: Uint8Array): string {
    input.set(digest, SIGNATURE_TAG.length);
    input.set(publicKey, SIGNATURE_TAG.length + 32);
    return `1${sha256Hex(input).slice(1)}`;
  }
  const scheme = schemeOf("fake", (digest, publicKey, signature) => {
    const expected = half(digest, publicKey);
    return bytesToHex(signature) === expected + expected;
  });
  return Object.freeze({
    ...scheme,
    sign: (digest: Hash, publicKey: PublicKey) =>
      half(hexToBytes(digest), hexToBytes(publicKey)).repeat(2) as Signature,
    publicKeyOf: (name: string) =>
      `021${sha256Hex(asciiBytes(`witan/fake-key/1:${name}`)).slice(1)}` as PublicKey,
  });
}
