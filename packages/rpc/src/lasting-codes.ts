// Which refusals of a transaction hold for ever: they follow from its bytes alone (and from the coins that it names, which
// never change), so every node says the same at any time. All others may be different at another node, or later: those are
// the end of a transaction only if nobody else can have it.
import type { RuleCode } from "@witan/ledger";

const LASTING: ReadonlySet<string> = new Set<RuleCode | "reward-not-admitted">([
  ...(["transaction-too-large", "encoding"] as const),
  ...(["inputs-empty", "inputs-repeated", "amount-zero", "unbalanced"] as const),
  ...(["issued-native", "issued-order", "destroyed-order"] as const),
  ...(["policy-threshold", "policy-tree", "policy-depth", "policy-root-hidden", "policy-shown"] as const),
  ...(["policy-key", "policies-order", "policy-missing", "policy-unused"] as const),
  ...(["transfer-signatures", "signatures-order", "signature-shape", "signature-missing"] as const),
  ...(["signature-unused", "signature-invalid"] as const),
  ...(["preimages-order", "preimage-missing", "preimage-unused"] as const),
  ...(["reward-not-admitted", "reward-witness", "governance-witness", "governance-unavailable"] as const),
  ...(["change-name", "change-key", "change-peer-id", "change-prefixes", "change-decimals"] as const),
]);

/**
 * Whether a refusal by this code holds for exactly these bytes at every node, whatever comes. A refusal by another code
 * (`conflict`, `mempool-full`, `fee-too-low`, …) may not: who has sent the transaction before, here or elsewhere, without
 * hearing of an end, has not heard of one by it either.
 */
export function isLastingCode(code: string): boolean {
  return LASTING.has(code);
}
