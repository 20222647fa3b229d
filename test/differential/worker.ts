// A thread of the long run: judges its share of the cases and sends its counts, or how it failed.
import { parentPort, workerData } from "node:worker_threads";
import { type RunOptions, run } from "./run.ts";

/** What a thread sends when it is done. */
export type WorkerAnswer =
  | { readonly ok: true; readonly counts: ReadonlyMap<string, number> }
  | { readonly ok: false; readonly message: string };

function answer(): WorkerAnswer {
  try {
    return { ok: true, counts: run(workerData as RunOptions).counts };
  } catch (error) {
    return { ok: false, message: (error as Error).message };
  }
}

parentPort?.postMessage(answer());
