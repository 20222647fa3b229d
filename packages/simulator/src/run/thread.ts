// A thread that runs worlds, seen from outside, and from inside. Here alone, and in its worker, the simulator touches Node.
import { Worker } from "node:worker_threads";
import type { WorldOutcome } from "./outcome.ts";
import type { WorldKind } from "./run-seed.ts";

/** What a thread answers. */
export interface ThreadReply {
  readonly outcome: WorldOutcome;
  /** What the world took of a core's time, in milliseconds. */
  readonly busyMs: number;
}

/** What a thread says first: what it runs was loaded. */
export const READY = "ready";

/** Something that runs worlds, one at a time. */
export interface Lane {
  /** Kept once it can run worlds. @throws it never will: that is no world's fault */
  readonly ready: Promise<void>;
  /** @throws whatever killed it: then it runs nothing more */
  run(seed: number): Promise<ThreadReply>;
  /** Ends it, in the middle of a world too. */
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (reply: ThreadReply) => void;
  readonly reject: (fault: unknown) => void;
}

/** Starts a thread: from source where this file is source, else from what was compiled. */
export function openThread({ protocol, level, wishes }: WorldKind): Lane {
  const source = import.meta.url.endsWith(".ts");
  const file = new URL(source ? "./thread-worker.ts" : "./thread-worker.js", import.meta.url);
  const execArgv = ["--conditions=@witan/source", "--disable-warning=ExperimentalWarning"];
  const workerData: WorldKind = { protocol, level, wishes };
  const worker = new Worker(file, { name: "worlds", workerData, ...(source && { execArgv }) });
  let waiting: Waiting | undefined;
  let fault: unknown = new RangeError("it ended by itself");
  const ready = new Promise<void>((resolve, reject) => {
    worker.once("message", () => resolve());
    worker.once("exit", () => reject(fault));
  });
  worker.on("message", (reply: ThreadReply | typeof READY) => {
    if (reply === READY) return;
    waiting?.resolve(reply);
    waiting = undefined;
  });
  // An exit follows.
  worker.on("error", (error) => {
    fault = error;
  });
  worker.on("exit", () => waiting?.reject(fault));
  return {
    ready,
    run(seed) {
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        worker.postMessage(seed);
      });
    },
    async close() {
      waiting = undefined;
      await worker.terminate();
    },
  };
}
