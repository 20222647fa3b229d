// Locks that people ask for: multi-signature, escrow, hash-and-time swaps. Each is a policy of the four kinds of node, and
// nothing else: the chain knows none of these words.
import type { Policy } from "@witan/ledger";
import { type Hash, hexToBytes, isHex, type Result, refuse, sha256Hex } from "@witan/primitives";
import {
  afterPolicy,
  allOf,
  anyOf,
  hashPolicy,
  keyPolicy,
  type Lock,
  openLock,
  type PolicyFaultCode,
  thresholdPolicy,
} from "./lock.ts";

/** A lock, or why there is none. `lock-roles`: one key in two roles that must be different people's. */
export type LockResult = Result<Lock, PolicyFaultCode | "lock-roles">;

/** How many of whom must sign. */
export interface MultiSignatureTerms {
  readonly required: number;
  /** At most 16, each once: a key that stood twice would count twice. */
  readonly publicKeys: readonly string[];
}

/** A lock that opens when `required` of the keys sign. The same people in another order have another address. */
export function multiSignature({ required, publicKeys }: MultiSignatureTerms): LockResult {
  return distinct(publicKeys, thresholdPolicy(required, publicKeys.map(keyPolicy)));
}

/** Who holds money back for whom, who decides if they quarrel, and when it goes back. */
export interface EscrowTerms {
  readonly buyer: string;
  readonly seller: string;
  readonly arbiter: string;
  /** From this block time on, in milliseconds, the buyer gets the money back alone. */
  readonly timeout: number;
}

/** A lock that any two of buyer, seller and arbiter open, and after the timeout the buyer alone. */
export function escrow({ buyer, seller, arbiter, timeout }: EscrowTerms): LockResult {
  const parties = [buyer, seller, arbiter];
  const agreed = thresholdPolicy(2, parties.map(keyPolicy));
  return distinct(parties, anyOf(agreed, allOf(keyPolicy(buyer), afterPolicy(timeout))));
}

/** Who gets money for a secret, and who gets it back. */
export interface SwapTerms {
  /** SHA-256 of the secret: `swapDigest`. */
  readonly digest: string;
  /** Spends by showing the secret. */
  readonly recipient: string;
  /** Spends alone from the timeout on. */
  readonly refund: string;
  /** A block time in milliseconds. */
  readonly timeout: number;
}

/**
 * A lock of a hash-and-time swap. The recipient can still take the money after the timeout, as long as it has not gone
 * back: whoever waits is at risk. Of two chains in one swap, the side of who knows the secret must time out later.
 */
export function hashTimeLock({ digest, recipient, refund, timeout }: SwapTerms): LockResult {
  if (!isHex(digest, 32)) return refuse("policy-tree", "the digest is not 32 bytes in lower-case hex");
  const claim = allOf(keyPolicy(recipient), hashPolicy(digest));
  return distinct([recipient, refund], anyOf(claim, allOf(keyPolicy(refund), afterPolicy(timeout))));
}

/** The digest that a swap's secret opens: SHA-256 of its 32 bytes. Code `preimage-invalid`: not 32 bytes in hex. */
export function swapDigest(preimage: string): Result<Hash, "preimage-invalid"> {
  if (!isHex(preimage, 32)) return refuse("preimage-invalid", "expected 32 bytes in lower-case hex");
  return { ok: true, value: sha256Hex(hexToBytes(preimage)) as Hash };
}

function distinct(publicKeys: readonly string[], policy: Policy): LockResult {
  if (new Set(publicKeys).size < publicKeys.length)
    return refuse("lock-roles", "the same key stands for two: each must be another one's");
  return openLock(policy);
}
