// One run of a `witan node` process: started, heard out, ended. Signals only the process that it started itself. A run
// is over once; to start a node again makes another run.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { createInterface } from "node:readline";
import { LabFailure, type LabProblem } from "./lab-failure.ts";
import { logTail, openLog } from "./log-file.ts";
import { type ProcessUsage, processUsage } from "./process-usage.ts";

/** How `witan` is started: a program and what comes before the arguments of `witan` itself. */
export interface WitanCommand {
  readonly program: string;
  readonly arguments: readonly string[];
}

/** A node as it is started. */
export interface NodeSpec {
  /** How messages name it. */
  readonly name: string;
  /** Where its log goes; the folder must be there. */
  readonly logFile: string;
  /** What follows `witan node`, such as `--home DIR`. */
  readonly arguments: readonly string[];
}

/** What a node says once it serves. */
export interface NodeReady {
  /** The address of its RPC. */
  readonly rpc: string;
  /** The addresses that other nodes reach it by. */
  readonly p2p: readonly string[];
  readonly chainId: string;
  /** The height of its last block. */
  readonly height: number;
  readonly pid: number;
}

/** A block with transactions that a node made durable. */
export interface NodeBlock {
  readonly height: number;
  /** How many transactions it holds. */
  readonly transactions: number;
  /** How many of them are transfers. */
  readonly transfers: number;
  /** The block's own time, in milliseconds since 1970. */
  readonly timestamp: number;
}

/** How a process ended: by itself with a code, or by a signal. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** An exit in words. */
export function exitText({ code, signal }: ProcessExit): string {
  return signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
}

/** A line of JSON on a node's standard output. */
type NodeLine =
  | ({ readonly event: "ready" } & NodeReady)
  | ({ readonly event: "block" } & NodeBlock)
  | { readonly error: NodeError };

/** Why a node can't serve, as it says itself; the code is its exit code. */
interface NodeError {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly problems?: readonly LabProblem[];
}

/** Tells whoever started a node. */
export interface NodeListener {
  /** Called for each block, in order, at the moment its line arrived. */
  onBlock(block: NodeBlock): void;
}

/** One run of a node. Made by `startNode`. */
export interface NodeRun {
  readonly spec: NodeSpec;
  /** The number of the process; 0 if none could be started. */
  readonly pid: number;
  /** What the node said as it became ready. Rejects with a LabFailure if it ended before, or took too long. */
  readonly ready: Promise<NodeReady>;
  /** How it ended. Never rejects. */
  readonly ended: Promise<ProcessExit>;
  /** Sends a signal; false if the process is gone already. */
  signal(signal: NodeJS.Signals): boolean;
  /**
   * Asks it to stop, and kills it if it has not after `timeoutMs`. Resolves when it is gone.
   * @returns how it ended, and whether it had to be killed
   */
  stop(timeoutMs: number): Promise<{ readonly exit: ProcessExit; readonly killed: boolean }>;
  /** What it has used so far; undefined if it is gone, or the system does not tell. */
  usage(): ProcessUsage | undefined;
  /** The last lines of its log. */
  log(): readonly string[];
}

/**
 * Starts a node. Its standard input stays open for as long as this process lives: with `--exit-with-parent` it ends by
 * itself when we vanish, however that comes about. It has a session of its own, so that a Ctrl-C at the terminal reaches
 * it through us only, and once.
 */
export function startNode(
  command: WitanCommand,
  spec: NodeSpec,
  listener: NodeListener,
  readyTimeoutMs: number,
): NodeRun {
  const log = openLog(spec.logFile);
  const argv = [...command.arguments, "node", "--json", "--blocks", "--exit-with-parent", ...spec.arguments];
  let child: ChildProcess;
  try {
    child = spawn(command.program, argv, { stdio: ["pipe", "pipe", log], detached: true });
  } finally {
    closeSync(log);
  }
  // A node that is gone reads no more: that it ended is told by `ended`.
  child.stdin?.on("error", () => {});
  const ended = new Promise<ProcessExit>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.once("error", () => resolve({ code: null, signal: null }));
  });
  const ready = heardReady(child, spec, listener, readyTimeoutMs);
  // Who asks later still gets the failure; without this, nobody asking would end the process.
  ready.catch(() => {});
  return {
    spec,
    pid: child.pid ?? 0,
    ready,
    ended,
    signal: (signal) => child.kill(signal),
    stop: (timeoutMs) => stopChild(child, ended, timeoutMs),
    usage: () => (child.pid === undefined ? undefined : processUsage(child.pid)),
    log: () => logTail(spec.logFile),
  };
}

function heardReady(
  child: ChildProcess,
  spec: NodeSpec,
  listener: NodeListener,
  timeoutMs: number,
): Promise<NodeReady> {
  return new Promise((resolve, reject) => {
    let said: NodeError | undefined;
    const fail = (failure: LabFailure): void => {
      clearTimeout(timer);
      reject(failure);
    };
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      const message = `${spec.name} was not ready after ${timeoutMs / 1000} s, and was killed; its log: ${spec.logFile}`;
      fail(new LabFailure("node-not-ready", message, { log: logTail(spec.logFile) }));
    }, timeoutMs);
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    lines.on("line", (text) => {
      const line = parseLine(text);
      if (line === undefined) return;
      if ("error" in line) said = line.error;
      else if (line.event === "block") listener.onBlock(line);
      else {
        clearTimeout(timer);
        resolve(line);
      }
    });
    child.once("error", (error) => {
      const message = `${spec.name} could not be started by ${child.spawnfile}: ${error.message}`;
      fail(new LabFailure("node-not-started", message));
    });
    // Not at "exit": what it said last may still be on its way.
    child.once("close", (code, signal) => fail(endedEarly(spec, { code, signal }, said)));
  });
}

function endedEarly(spec: NodeSpec, exit: ProcessExit, said: NodeError | undefined): LabFailure {
  const log = logTail(spec.logFile);
  if (said === undefined) {
    const message = `${spec.name} ${exitText(exit)} before it was ready; its log: ${spec.logFile}`;
    return new LabFailure("node-failed", message, { log });
  }
  // It said itself what is wrong and what to do: that is what counts, the log would bury it.
  return new LabFailure("node-failed", `${spec.name} could not start: ${said.message}`, {
    fault: said.code === 2 ? "input" : "unable",
    // Beside the problems of other nodes it must be told whose file it is.
    problems: (said.problems ?? []).map((problem) => ({
      ...problem,
      source: problem.source === undefined ? spec.name : `${spec.name}, ${problem.source}`,
    })),
  });
}

/** A line of a node as far as we know it; undefined for all else, which is no business of ours. */
function parseLine(text: string): NodeLine | undefined {
  try {
    const line = JSON.parse(text) as Partial<Record<string, unknown>> | null;
    if (line === null || typeof line !== "object") return undefined;
    const known = line["event"] === "ready" || line["event"] === "block" || typeof line["error"] === "object";
    return known ? (line as NodeLine) : undefined;
  } catch {
    return undefined;
  }
}

async function stopChild(
  child: ChildProcess,
  ended: Promise<ProcessExit>,
  timeoutMs: number,
): Promise<{ readonly exit: ProcessExit; readonly killed: boolean }> {
  let killed = false;
  // One that was paused could not hear that it is to stop.
  child.kill("SIGCONT");
  child.kill("SIGTERM");
  const timer = setTimeout(() => {
    killed = child.kill("SIGKILL");
  }, timeoutMs);
  try {
    return { exit: await ended, killed };
  } finally {
    clearTimeout(timer);
  }
}
