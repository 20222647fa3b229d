// What is wrong with the policies and signatures of a partial transfer. Looked at where one is read, where two are put
// together, and where one is made whole: what stands in memory may be of someone else's making too.
import type { KeySignature, Policy } from "@witan/ledger";
import {
  type PolicyHash,
  present,
  type Refusal,
  refuse,
  type SignatureScheme,
  type TransactionId,
} from "@witan/primitives";
import { keysIn, openLock } from "./lock.ts";

/** The policies of a transfer, or what is wrong: there are none, one that nobody could satisfy, or they are out of order. */
export function policiesFault(policies: readonly Policy[]): Refusal<"policy-invalid"> | undefined {
  const hashes: PolicyHash[] = [];
  for (const policy of policies) {
    const lock = openLock(policy);
    if (!lock.ok) return refuse("policy-invalid", `${lock.code}: ${lock.detail ?? ""}`);
    hashes.push(lock.value.policyHash);
  }
  if (hashes.length === 0) return refuse("policy-invalid", "no policies: every coin pays to one");
  return isAscending(hashes) ? undefined : refuse("policy-invalid", "policies out of order, or one twice");
}

/** Who signed what. */
export interface SignedParts {
  readonly id: TransactionId;
  readonly policies: readonly Policy[];
  readonly signatures: readonly KeySignature[];
}

/** A signature that is of nobody whom the policies name, or does not hold for the transfer. */
export function signaturesFault(
  { id, policies, signatures }: SignedParts,
  scheme: SignatureScheme,
): Refusal<"signature-invalid"> | undefined {
  const named = new Set(policies.flatMap(keysIn));
  const stranger = signatures.find(({ publicKey }) => !named.has(publicKey));
  if (stranger) return refuse("signature-invalid", `no policy names the key ${stranger.publicKey}`);
  const bad = signatures.find(
    ({ publicKey, signature }) => !scheme.verify({ digest: id, publicKey, signature }),
  );
  return bad && refuse("signature-invalid", `the signature of ${bad.publicKey} is not for this transfer`);
}

/** Whether texts stand in order, each once. */
export function isAscending(texts: readonly string[]): boolean {
  return texts.every((text, at) => at === 0 || present(texts[at - 1], "the text before") < text);
}
