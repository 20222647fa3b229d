// The parts of answers on which several nodes need not agree, and which show by themselves whether they hold: a proof, and
// the bytes of a transaction. Held against the chain; believes no node.
import type { Chain } from "@witan/ledger";
import type { MethodName, ResultOf } from "@witan/rpc";
import { readTransaction } from "./read-transaction.ts";
import { verifyProof } from "./verify-proof.ts";

/** Whether an answer has a part that is held against the chain. */
export function hasOwnProof(method: MethodName, value: object): boolean {
  return method === "chain_proof" || (method === "chain_transaction" && "bytes" in value);
}

/** Whether that part is what the rest of the answer says. */
export async function holds(chain: Chain, method: MethodName, value: object): Promise<boolean> {
  if (method === "chain_proof") {
    const { proof, transaction, height } = value as ResultOf<"chain_proof">;
    const verified = await verifyProof({ genesis: chain, proof, transaction });
    return verified.verified && verified.height === height;
  }
  const { bytes, transaction } = value as { readonly bytes: string; readonly transaction: string };
  return readTransaction(chain, bytes, transaction).ok;
}
