// A terminal for tests: runs `witan` under util-linux's `script`, and types an answer each time a question appears.
import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Whether there is a `script` that gives a process a terminal; Debian has it always. */
export const HAS_TERMINAL = (spawnSync("script", ["--version"]).stdout ?? "")
  .toString()
  .includes("util-linux");

/** What to type once a text stands on the screen. */
export type Answer = readonly [question: string, keys: string];

/** Runs a command line at a terminal. `screen` is all that was shown there. */
export function witanAtTerminal(
  argv: readonly string[],
  answers: readonly Answer[],
  cwd: string,
): Promise<{ readonly code: number; readonly screen: string }> {
  const witan = fileURLToPath(new URL("../../packages/cli/bin/witan.js", import.meta.url));
  const command = [process.execPath, witan, ...argv].map((part) => `'${part}'`).join(" ");
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", TERM: "xterm", SHELL: "/bin/sh" },
  });
  let screen = "";
  let seen = 0;
  const waiting = [...answers];
  child.stdout.on("data", (part) => {
    screen += part;
    const [question, keys] = waiting[0] ?? [];
    if (question === undefined || keys === undefined) return;
    const at = screen.indexOf(question, seen);
    if (at < 0) return;
    waiting.shift();
    seen = at + question.length;
    child.stdin.write(keys);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? -1, screen }));
  });
}
