// The commands that pages of the documentation show, for tests that run them, and what makes `npx witan` be this checkout.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { WITAN } from "../network/witan-process.ts";

/** The blocks of a page with these words behind the three ticks. */
export async function blocksOf(page: URL, kind: string): Promise<readonly string[]> {
  const text = await readFile(page, "utf8");
  return [...text.matchAll(/```(.*)\n([\s\S]*?)```/g)]
    .filter(([, words]) => words === kind)
    .map(([, , block = ""]) => block);
}

/** Runs a script as a person would type it who has this checkout, and gives its exit code and all that it printed. */
export async function runScript(
  script: string,
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<{ readonly code: number | null; readonly out: string }> {
  const npx = `npx() { shift; '${WITAN.program}' '${WITAN.arguments.join("' '")}' "$@"; }`;
  const child = spawn("bash", ["-c", `set -euo pipefail\n${npx}\n${script}`], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
  });
  let out = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (part) => {
      out += part;
    });
  await once(child, "close");
  return { code: child.exitCode, out };
}
