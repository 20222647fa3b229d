// The parts of answers on which several nodes need not agree, and which show by themselves whether they hold: a proof, and
// the bytes of a transaction. Held against the chain; believes no node.
import type { Chain } from "@witan/ledger";
import type { MethodName, ResultOf } from "@witan/rpc";
import { readTransaction } from "./read-transaction.ts";
import { verifyBlock, verifyProof } from "./verify-proof.ts";

/** Whether an answer has a part that is held against the chain. */
export function hasOwnProof(method: MethodName, value: object): boolean {
  return method === "chain_proof" || (method === "chain_transaction" && "bytes" in value);
}

/** Whether that part is what the rest of the answer says. */
export async function holds(chain: Chain, method: MethodName, value: object): Promise<boolean> {
  if (method === "chain_proof") {
    const answer = value as ResultOf<"chain_proof">;
    const { proof, height } = answer;
    const verified = await ("transaction" in answer
      ? verifyProof({ genesis: chain, proof, transaction: answer.transaction })
      : verifyBlock({ genesis: chain, proof }));
    const isThat = verified.verified && verified.height === height;
    return isThat && ("transaction" in answer || answer.hash === verified.blockHash);
  }
  const { bytes, transaction } = value as { readonly bytes: string; readonly transaction: string };
  return readTransaction(chain, bytes, transaction).ok;
}
