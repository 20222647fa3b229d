// What all backends of the signature scheme share: the shape rules, then the backend, and false for any exception.
// A scheme is made here and nowhere else, so that no backend can forget the rules and split the chain.
import { hexToBytes, isHex, type SignatureCheck, type SignatureScheme } from "@witan/primitives";
import { publicKeyShape, signatureShape } from "../shape.ts";

/**
 * A backend's own check, over bytes whose shape was checked before: 32 of digest, 33 of public key (or 65, if its scheme
 * has `expandKey`), 64 of signature. May throw where the key is not on the curve.
 */
export type Backend = (digest: Uint8Array, publicKey: Uint8Array, signature: Uint8Array) => boolean;

/** A scheme that can also check bytes that were packed elsewhere (verifier workers). */
export interface BytesScheme extends SignatureScheme {
  /**
   * As `verify`, over bytes. Total.
   * Only for checks that passed `checkShape` before: it does not look at ranges again.
   */
  verifyBytes(digest: Uint8Array, publicKey: Uint8Array, signature: Uint8Array): boolean;
  /**
   * A public key of 33 bytes as the 65 that `verifyBytes` takes too, and reads faster. None: it would be no faster.
   * @throws if the key is not on the curve
   */
  readonly expandKey?: ((publicKey: Uint8Array) => Uint8Array) | undefined;
}

/** Whether a check has the shape that every scheme asks for. Total. */
export function checkShape(check: SignatureCheck): boolean {
  return isHex(check.digest, 32) && publicKeyShape(check.publicKey) && signatureShape(check.signature);
}

/** Makes a scheme of a backend. */
export function schemeOf(name: string, backend: Backend, expandKey?: BytesScheme["expandKey"]): BytesScheme {
  function verifyBytes(digest: Uint8Array, publicKey: Uint8Array, signature: Uint8Array): boolean {
    try {
      return backend(digest, publicKey, signature) === true;
    } catch {
      return false; // a key that is not on the curve: some backends throw, some answer false
    }
  }
  return Object.freeze({
    name,
    verifyBytes,
    expandKey,
    verify: (check: SignatureCheck) =>
      checkShape(check) &&
      verifyBytes(hexToBytes(check.digest), hexToBytes(check.publicKey), hexToBytes(check.signature)),
  });
}
