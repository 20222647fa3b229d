// Runs a command of `witan` to its end, as an operator would, and gives what it answers with `--json`.
import { spawn } from "node:child_process";
import { LabFailure } from "./lab-failure.ts";
import type { WitanCommand } from "./node-run.ts";

/** What `--json` prints where a command fails. */
interface Failed {
  readonly error: { readonly code: number; readonly message: string };
}

/**
 * Runs `witan … --json` and gives the last line of what it prints. It has a session of its own: a Ctrl-C at the terminal
 * does not end it in the middle.
 * @throws {LabFailure} `command-failed` with the command's own words; `node-not-started` if there is no such program
 */
export async function runWitan(command: WitanCommand, argv: readonly string[]): Promise<unknown> {
  const child = spawn(command.program, [...command.arguments, ...argv, "--json"], {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (part) => {
    out += part;
  });
  child.stderr.on("data", (part) => {
    err += part;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", (error) => {
      const message = `witan could not be started by ${command.program}: ${error.message}`;
      reject(new LabFailure("node-not-started", message));
    });
    child.once("close", resolve);
  });
  const last = lastLine(out);
  if (code === 0 && last !== undefined) return last;
  const name = `witan ${argv.slice(0, 2).join(" ")}`;
  const { error } = (last ?? {}) as Partial<Failed>;
  const said =
    error?.message ?? `it ended with exit code ${code}: ${err.trim() || out.trim() || "without a word"}`;
  throw new LabFailure("command-failed", `${name} failed: ${said}`, {
    fault: code === 2 ? "input" : "unable",
  });
}

function lastLine(out: string): unknown {
  try {
    return JSON.parse(out.trimEnd().split("\n").at(-1) ?? "");
  } catch {
    return undefined;
  }
}
