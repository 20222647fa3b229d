// Reading the bytes of a transaction that a node tells: who shows one to people computes its id, and believes no node.
import { type Chain, decodeTransaction, type SealedTransaction } from "@witan/ledger";
import { hexToBytes, isHex, type Result, refuse } from "@witan/primitives";

/**
 * A transaction from its bytes in hex, as `chain_transaction` tells them. Says nothing about validity. Codes: `hex`,
 * `encoding` and `transaction-too-large` (the bytes are none), `transaction-other` (they are of another id than was meant).
 */
export function readTransaction(
  chain: Chain,
  bytes: string,
  transaction?: string,
): Result<SealedTransaction, "hex" | "encoding" | "transaction-too-large" | "transaction-other"> {
  if (!isHex(bytes)) return refuse("hex", "not lower-case hex with two digits for each byte");
  const decoded = decodeTransaction(chain.transactions, hexToBytes(bytes));
  if (decoded.ok && transaction !== undefined && decoded.value.id !== transaction)
    return refuse("transaction-other", `the bytes are those of ${decoded.value.id}, expected ${transaction}`);
  return decoded;
}
