// The bench's side of the load process: starts it, asks it, and ends it.
import { type ChildProcess, fork } from "node:child_process";
import { LabFailure } from "../lab-failure.ts";
import { exitText } from "../node-run.ts";
import type { FromLoad, ToLoad } from "./load-messages.ts";

/** What the load process answers, by the kind of the answer. */
type AnswerOf<K extends FromLoad["kind"]> = Extract<FromLoad, { readonly kind: K }>;

/** A load process that runs. */
export class LoadRun {
  readonly #child: ChildProcess;
  readonly #onProgress: (progress: AnswerOf<"progress">) => void;
  #waiting:
    | { readonly kind: string; resolve(answer: FromLoad): void; reject(failure: LabFailure): void }
    | undefined;
  /** Why it can't answer any more. */
  #failure: LabFailure | undefined;

  private constructor(child: ChildProcess, onProgress: (progress: AnswerOf<"progress">) => void) {
    this.#child = child;
    this.#onProgress = onProgress;
    child.on("message", (message) => this.#hear(message as FromLoad));
    child.on("error", (error) => this.#fail(`it could not be started: ${error.message}`));
    child.on("exit", (code, signal) => this.#fail(exitText({ code, signal })));
  }

  /** Starts it: from source where this file is source, else from what was compiled. Its own session: see `startNode`. */
  static start(onProgress: (progress: AnswerOf<"progress">) => void): LoadRun {
    const source = import.meta.url.endsWith(".ts");
    const file = new URL(source ? "./load-process.ts" : "./load-process.js", import.meta.url);
    const execArgv = source ? ["--conditions=@witan/source", "--disable-warning=ExperimentalWarning"] : [];
    const child = fork(file, { execArgv, serialization: "advanced", detached: true, stdio: "inherit" });
    return new LoadRun(child, onProgress);
  }

  /**
   * Tells it something, and waits for its answer.
   * @throws {LabFailure} `load-failed` if it fails or ends
   */
  ask<K extends FromLoad["kind"]>(message: ToLoad, kind: K): Promise<AnswerOf<K>> {
    return new Promise<FromLoad>((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      this.#waiting = { kind, resolve, reject };
      this.#child.send(message);
    }) as Promise<AnswerOf<K>>;
  }

  /** Has a load at a steady pace end early: its answer comes as if it had been no longer. */
  stopLoad(): void {
    if (this.#failure === undefined) this.#child.send({ kind: "stop" } satisfies ToLoad);
  }

  /** Ends it. Resolves when it is gone. */
  async stop(): Promise<void> {
    const { exitCode, signalCode, pid } = this.#child;
    if (exitCode !== null || signalCode !== null || pid === undefined) return;
    const gone = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await gone;
  }

  #hear(message: FromLoad): void {
    if (message.kind === "progress") this.#onProgress(message);
    else if (message.kind === "failed") this.#fail(message.message);
    else if (this.#waiting?.kind === message.kind) {
      const { resolve } = this.#waiting;
      this.#waiting = undefined;
      resolve(message);
    }
  }

  #fail(why: string): void {
    this.#failure ??= new LabFailure("load-failed", `the process that makes the load failed: ${why}`);
    this.#waiting?.reject(this.#failure);
    this.#waiting = undefined;
  }
}
