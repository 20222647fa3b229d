// Ids of transactions as people give them.
import { isHex, type TransactionId } from "@witan/primitives";
import { badInput } from "./exit.ts";

/** The id that a text is. @throws {CommandFailure} `transaction` */
export function transactionIdOf(text: string): TransactionId {
  if (isHex(text, 32)) return text as string as TransactionId;
  throw badInput(
    "transaction",
    `${text}: expected a transaction's id as witan send prints it, 32 bytes in lower-case hex`,
  );
}
