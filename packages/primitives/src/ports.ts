// Ports, types only: what pure packages ask of the world, and what adapters give.
import type { Hash, PublicKey, Signature } from "./ids.ts";

/** One question to a signature scheme: did the owner of `publicKey` sign `digest`? */
export interface SignatureCheck {
  /** The 32 bytes that were signed; not hashed again. */
  readonly digest: Hash;
  readonly publicKey: PublicKey;
  readonly signature: Signature;
}

/** A signature scheme: who can tell whether signatures hold, at once. All real schemes accept the same set. */
export interface SignatureScheme {
  /** For status pages and logs: `native`, `wasm`, `noble` or `fake`. */
  readonly name: string;
  /** Whether the signature holds. Total: false for what is malformed, never an exception. */
  verify(check: SignatureCheck): boolean;
}

/** What tells that an answer is no longer wanted. AbortSignal is one. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** Checks signatures off the main thread, in batches. */
export interface SignatureVerifier {
  /** The name of the scheme behind it. */
  readonly name: string;
  /**
   * Answers each check in the order asked.
   * Refused with `busy` if more would wait than the bound allows, with `cancelled` if `signal` was aborted first.
   */
  verify(checks: readonly SignatureCheck[], signal?: CancelSignal): Promise<VerifierAnswer>;
  /** Ends the workers. What still waits is answered `cancelled`. */
  close(): Promise<void>;
}

/** The answers of a verifier, or why there are none. */
export type VerifierAnswer =
  | { readonly ok: true; readonly value: readonly boolean[] }
  | { readonly ok: false; readonly code: "busy" | "cancelled"; readonly detail?: string };
