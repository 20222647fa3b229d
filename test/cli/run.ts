// Runs `witan` for tests: in this process, or as people do.
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { main } from "../../packages/cli/src/main.ts";

/** What a command printed, and its exit code. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process. Relative paths are those of the test runner: use `inFolder`. */
export async function witan(...argv: readonly string[]): Promise<Ran> {
  let out = "";
  let err = "";
  const streams = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  };
  const code = await main(argv, streams);
  return { code, out, err };
}

/** The last line of standard output, as JSON. */
export function lastJson(ran: Ran): Record<string, unknown> {
  return JSON.parse(ran.out.trimEnd().split("\n").at(-1) ?? "") as Record<string, unknown>;
}

/** Runs the command as a process of its own, with something on standard input. */
export function witanProcess(
  argv: readonly string[],
  options: { readonly cwd?: string; readonly input?: string; readonly env?: Record<string, string> } = {},
): Promise<Ran> {
  const script = fileURLToPath(new URL("../../packages/cli/bin/witan.js", import.meta.url));
  const child = spawn(process.execPath, [script, ...argv], {
    cwd: options.cwd,
    env: { PATH: process.env["PATH"] ?? "", ...options.env },
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (part) => {
    out += part;
  });
  child.stderr.on("data", (part) => {
    err += part;
  });
  child.stdin.end(options.input ?? "");
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? -1, out, err }));
  });
}

/** Gives a test an empty folder, and takes it away afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "witan-cli-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A folder with a node's configuration in it. */
export function withToml<T>(toml: string, work: (home: string) => Promise<T>): Promise<T> {
  return inFolder(async (home) => {
    await writeFile(join(home, "config.toml"), toml);
    return work(home);
  });
}
