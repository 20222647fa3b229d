// Encoded transactions as people give them to commands: in hex, on the command line or in a file.
import { hexToBytes, isHex } from "@witan/primitives";
import type { Command } from "commander";
import { badInput } from "./exit.ts";
import { readText } from "./files.ts";

/** What the options say of a transaction. */
export interface TransactionInput {
  readonly file?: string;
}

/** Adds the argument and the option by which a transaction is given. */
export function withTransaction(command: Command): Command {
  return command
    .argument("[hex]", "an encoded transaction in hex")
    .option("--file <file>", "read the hex from a file; - is standard input");
}

/** The bytes of the transaction that was given. @throws {CommandFailure} `arguments` or `hex` */
export async function transactionBytesOf(
  hex: string | undefined,
  { file }: TransactionInput,
): Promise<Uint8Array> {
  if (hex !== undefined && file !== undefined) throw neither();
  const text = hex ?? (file === undefined ? undefined : (await readText(file)).trim());
  if (text === undefined) throw neither();
  if (!isHex(text) || text === "")
    throw badInput("hex", "the transaction is not lower-case hex with two digits for each byte");
  return hexToBytes(text);
}

function neither() {
  return badInput("arguments", "give the transaction either as hex or by --file FILE");
}
