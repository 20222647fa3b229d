// Tokens for the RPC, as files hold them: one line, guarded by the file's mode.
import { stat } from "node:fs/promises";
import { badInput } from "../exit.ts";
import { fileFailure, readText } from "../files.ts";

/** Fewer could be guessed: 32 characters of hex are 128 bits. */
const TOKEN_SHAPE = /^[!-~]{32,512}$/;

/** Tokens by role, as far as there are any; all different. */
export interface HomeTokens {
  readonly read?: string;
  readonly submit?: string;
  readonly operate?: string;
}

/** Reads the tokens of files by role; an empty name: none. */
export async function readTokens(files: Readonly<Record<keyof HomeTokens, string>>): Promise<HomeTokens> {
  const tokens = new Map<string, string>();
  for (const [role, file] of Object.entries(files)) {
    if (file === "") continue;
    const token = await readToken(file);
    const same = [...tokens].find(([, other]) => other === token)?.[0];
    if (same !== undefined)
      throw badInput("token", `${file} holds the token of ${same} too; give each role a token of its own`);
    tokens.set(role, token);
  }
  return Object.fromEntries(tokens);
}

/** Reads a token, one line of a file. @throws {CommandFailure} `token` if others may read the file, or it holds none */
export async function readToken(path: string): Promise<string> {
  if ((await modeOf(path)) & 0o077)
    throw badInput("token", `others can reach the token in ${path}: run chmod 600 ${path}`);
  const token = (await readText(path)).trim();
  if (TOKEN_SHAPE.test(token)) return token;
  throw badInput(
    "token",
    `${path} holds no token: found ${token.length} characters, expected 32 to 512 without spaces, such as \`openssl rand -hex 32\` gives`,
  );
}

async function modeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).mode;
  } catch (error) {
    throw fileFailure("reading", path, error);
  }
}
