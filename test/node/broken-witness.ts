// The same transaction by its id, with a witness that does not hold.
import assert from "node:assert/strict";
import { type SealedTransaction, sealTransaction } from "@witan/ledger";
import type { Signature } from "@witan/primitives";
import type { Cluster } from "./cluster.ts";

/** The same transaction, with signatures that do not hold. */
export function withBrokenWitness(
  { chain }: Pick<Cluster, "chain">,
  { body, witness }: SealedTransaction,
): SealedTransaction {
  const signatures = witness.signatures.map(({ publicKey, signature }) => {
    const last = signature.endsWith("00") ? "01" : "00";
    return { publicKey, signature: (signature.slice(0, -2) + last) as Signature };
  });
  const sealed = sealTransaction(chain.transactions, { body, witness: { ...witness, signatures } });
  assert.ok(sealed.ok);
  return sealed.value;
}
