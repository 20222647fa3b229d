// Genesis and member files as commands take them: read, checked, every mistake told.
import {
  type Chain,
  type FileResult,
  type Genesis,
  genesisToJson,
  type Json,
  openGenesisFile,
  parseMemberFile,
} from "@witan/ledger";
import type { Member } from "@witan/primitives";
import { badInput } from "./exit.ts";
import { readText } from "./files.ts";

/** The address prefix where no chain says another. */
export const DEFAULT_ADDRESS_PREFIX = "wit";

/** What a file holds, or the failure of a file with mistakes, each with file, field, found, expected. */
function contentOf<T>(path: string, what: string, result: FileResult<T>): T {
  if (result.ok) return result.value;
  const { problems } = result;
  const count = problems.length === 1 ? "a mistake" : `${problems.length} mistakes`;
  const listed = problems.map(({ field, found, expected }) => ({ file: path, field, found, expected }));
  throw badInput(`${what}-invalid`, `${path} is no valid ${what} file: ${count}`, listed);
}

/** The chain of the text of a genesis file; `path` names it where there are mistakes. */
export function chainOfText(path: string, text: string): Chain {
  return contentOf(path, "genesis", openGenesisFile(text));
}

/** Reads a genesis file and opens its chain. */
export async function readGenesisFile(path: string): Promise<Chain> {
  return chainOfText(path, await readText(path));
}

/** Reads a member file. */
export async function readMemberFile(path: string): Promise<Member> {
  return contentOf(path, "member", parseMemberFile(await readText(path)));
}

/** The text of a genesis file, and its chain. A genesis with mistakes is refused with each of them. */
export function genesisFileOf(genesis: Genesis): { readonly text: string; readonly chain: Chain } {
  const timestamp = new Date(genesis.timestamp).toISOString();
  const file = { ...(genesisToJson(genesis) as Record<string, Json>), timestamp };
  const text = `${JSON.stringify(file, undefined, 2)}\n`;
  // Read as everyone will read it, before it is written.
  return { text, chain: chainOfText("what the options say", text) };
}
