// Commands of `witan` that run for a while, for tests: what they say line by line, signals, and how they end.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { WitanCommand } from "@witan/lab";

/** How tests start `witan`. */
export const WITAN: WitanCommand = {
  program: process.execPath,
  arguments: [fileURLToPath(new URL("../../packages/cli/bin/witan.js", import.meta.url))],
};

/** A line of JSON that a command printed. */
export type Line = Readonly<Record<string, unknown>>;

/** How long a test waits for a line or an end, in milliseconds: a busy machine starts nodes slowly. */
const DEADLINE_MS = 60_000;

/** A command that runs, started with `--json`. */
export class Running {
  readonly child: ChildProcess;
  readonly lines: Line[] = [];
  /** What it wrote to standard error. */
  err = "";
  #heard: () => void = () => {};
  #isOver = false;

  /** @param temporary where it puts temporary files */
  constructor(argv: readonly string[], temporary: string, { program, arguments: before }: WitanCommand) {
    // A session of its own, as a terminal would give it: `interrupt` reaches the whole of it.
    this.child = spawn(program, [...before, ...argv, "--json"], {
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
      env: { ...process.env, TMPDIR: temporary },
    });
    assert.ok(this.child.stdout && this.child.stderr);
    createInterface({ input: this.child.stdout }).on("line", (text) => {
      this.lines.push(JSON.parse(text) as Line);
      this.#heard();
    });
    this.child.stderr.on("data", (part) => {
      this.err += part;
    });
    this.child.once("close", () => {
      this.#isOver = true;
      this.#heard();
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Waits for a line that fits, from the start or as the next. */
  async line(what: string, fits: (line: Line) => boolean): Promise<Line> {
    const timer = setTimeout(() => this.#heard(), DEADLINE_MS);
    const until = performance.now() + DEADLINE_MS;
    try {
      for (;;) {
        const found = this.lines.find(fits);
        if (found !== undefined) return found;
        const said = `${JSON.stringify(this.lines)} ${this.err}`;
        assert.ok(!this.#isOver && performance.now() < until, `no line: ${what}; said: ${said}`);
        await new Promise<void>((resolve) => {
          this.#heard = resolve;
        });
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits for a line with this `event`. */
  event(name: string): Promise<Line> {
    return this.line(name, (line) => line["event"] === name);
  }

  /** What Ctrl-C at a terminal does: a signal to every process of the session. */
  interrupt(): void {
    process.kill(-this.pid, "SIGINT");
  }

  /** Waits until it is over; gives its exit code, or the signal that ended it. */
  async ended(): Promise<number | string> {
    if (!this.#isOver) await once(this.child, "close");
    return this.child.exitCode ?? this.child.signalCode ?? "";
  }

  /** Ends it, whatever it does. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended();
  }
}

/** The failure that a command ended with: `{}` if it told none. */
export function errorOf({ lines }: Running): Line {
  return (lines.at(-1)?.["error"] ?? {}) as Line;
}

/**
 * Runs work with commands that are ended afterwards, whatever comes of it, and an empty folder, for their temporary files
 * too.
 */
export async function withWitan<T>(
  work: (start: (...argv: readonly string[]) => Running, folder: string) => Promise<T>,
  command: WitanCommand = WITAN,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "witan-network-"));
  const started: Running[] = [];
  try {
    return await work((...argv) => {
      const running = new Running(argv, folder, command);
      started.push(running);
      return running;
    }, folder);
  } finally {
    await Promise.all(started.map((running) => running.kill()));
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}
