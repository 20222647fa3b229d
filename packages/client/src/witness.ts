// Putting a witness together: shown policies, and the signatures and preimages that they ask for, each once and in the order
// that the ledger wants. Chooses nothing, and leaves out what serves no shown policy.
import type { KeySignature, Policy, Witness } from "@witan/ledger";
import { type Hash, ok, type PublicKey, type Result, refuse, type Signature } from "@witan/primitives";

/** Where signatures and preimages come from. */
export interface WitnessSources {
  readonly signatureOf: (publicKey: PublicKey) => Signature | undefined;
  readonly preimageOf: (digest: Hash) => string | undefined;
}

/**
 * Puts a witness together.
 * @param shown by their hashes, each once
 * @returns refused if a shown policy asks for something that no source has
 */
export function witnessOf(
  shown: readonly Policy[],
  { signatureOf, preimageOf }: WitnessSources,
): Result<Witness, "signature-missing" | "preimage-missing"> {
  const nodes = shown.flat();
  const signatures = new Map<PublicKey, KeySignature>();
  const preimages = new Set<string>();
  for (const node of nodes) {
    if (node.kind === "key") {
      const signature = signatureOf(node.publicKey);
      if (signature === undefined) return refuse("signature-missing", `the signature of ${node.publicKey}`);
      signatures.set(node.publicKey, { publicKey: node.publicKey, signature });
    } else if (node.kind === "hash") {
      const preimage = preimageOf(node.digest);
      if (preimage === undefined) return refuse("preimage-missing", `the preimage of ${node.digest}`);
      preimages.add(preimage);
    }
  }
  return ok({
    policies: shown,
    signatures: [...signatures.values()].sort(comparing(({ publicKey }) => publicKey)),
    preimages: [...preimages].sort(comparing((preimage) => preimage)),
  });
}

/** Compares by a text, as its bytes would: hex sorts as what it stands for. */
export function comparing<T>(textOf: (one: T) => string): (a: T, b: T) => number {
  return (a, b) => {
    const [left, right] = [textOf(a), textOf(b)];
    if (left === right) return 0;
    return left < right ? -1 : 1;
  };
}
