// How checks travel to a verifier worker and answers come back: flat bytes, transferred instead of copied. Beside each
// check 129 bytes: digest, public key, signature; for each answer one byte, and only 1 means true.
import { assert, type SignatureCheck, writeHex } from "@witan/primitives";
import type { BytesScheme } from "../schemes/scheme.ts";
import type { KnownKeys } from "./known-keys.ts";

const DIGEST_END = 32;
const PUBLIC_KEY_END = DIGEST_END + 33;
const CHECK_BYTES = PUBLIC_KEY_END + 64;

/** What a worker is told at its start. */
export interface WorkerStart {
  readonly backend: string;
}

/** What a worker is asked: `checks` are packed by `packChecks`. */
export interface WorkerRequest {
  readonly batch: number;
  readonly checks: Uint8Array;
}

/** What a worker says: once that it is ready or can't be, then an answer to each request, in order. */
export type WorkerReply =
  | { readonly kind: "ready" }
  | { readonly kind: "unable"; readonly detail: string }
  | { readonly kind: "answer"; readonly batch: number; readonly answers: Uint8Array };

/** Packs checks that passed `checkShape`. */
export function packChecks(checks: readonly SignatureCheck[]): Uint8Array<ArrayBuffer> {
  const packed = new Uint8Array(checks.length * CHECK_BYTES);
  let at = 0;
  for (const { digest, publicKey, signature } of checks) {
    const written =
      writeHex(digest, packed, at) &&
      writeHex(publicKey, packed, at + DIGEST_END) &&
      writeHex(signature, packed, at + PUBLIC_KEY_END);
    assert(written, "a check was packed without looking at its shape");
    at += CHECK_BYTES;
  }
  return packed;
}

/**
 * Answers packed checks: one byte each, 1 where the signature holds, else 0.
 * @param known keys that came before, of the same scheme
 */
export function answerPacked(
  scheme: BytesScheme,
  packed: Uint8Array,
  known?: KnownKeys,
): Uint8Array<ArrayBuffer> {
  assert(packed.length % CHECK_BYTES === 0, `packed checks of ${packed.length} bytes`);
  const answers = new Uint8Array(packed.length / CHECK_BYTES);
  for (let index = 0; index < answers.length; index++) {
    const check = packed.subarray(index * CHECK_BYTES, (index + 1) * CHECK_BYTES);
    const publicKey = check.subarray(DIGEST_END, PUBLIC_KEY_END);
    const holds = scheme.verifyBytes(
      check.subarray(0, DIGEST_END),
      known?.of(publicKey) ?? publicKey,
      check.subarray(PUBLIC_KEY_END),
    );
    answers[index] = holds ? 1 : 0;
  }
  return answers;
}
