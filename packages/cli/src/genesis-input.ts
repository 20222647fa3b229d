// Genesis and member files as commands take them: read, checked, every mistake told.
import { type Chain, type FileResult, openChain, parseGenesisFile, parseMemberFile } from "@witan/ledger";
import type { Member } from "@witan/primitives";
import { badInput, type FieldProblem } from "./exit.ts";
import { readText } from "./files.ts";

/** The address prefix where no chain says another. */
export const DEFAULT_ADDRESS_PREFIX = "wit";

/** The failure of a file with mistakes, each with file, field, found, expected. */
export function invalidFile(path: string, what: string, problems: readonly FieldProblem[]): Error {
  const count = problems.length === 1 ? "a mistake" : `${problems.length} mistakes`;
  const listed = problems.map(({ field, found, expected }) => ({ file: path, field, found, expected }));
  return badInput(`${what}-invalid`, `${path} is no valid ${what} file: ${count}`, listed);
}

function contentOf<T>(path: string, what: string, result: FileResult<T>): T {
  if (!result.ok) throw invalidFile(path, what, result.problems);
  return result.value;
}

/** Reads a genesis file and opens its chain. */
export async function openGenesisFile(path: string): Promise<Chain> {
  const genesis = contentOf(path, "genesis", parseGenesisFile(await readText(path)));
  const opened = openChain(genesis);
  if (!opened.ok) throw invalidFile(path, "genesis", opened.problems);
  return opened.value;
}

/** Reads a member file. */
export async function readMemberFile(path: string): Promise<Member> {
  return contentOf(path, "member", parseMemberFile(await readText(path)));
}
