// A thread that fuzzes: it takes the targets it is told, and sends what came of each.
import { parentPort, workerData } from "node:worker_threads";
import { type FuzzReport, fuzz } from "./fuzzer.ts";
import { TARGETS } from "./targets.ts";

/** What a thread is told. */
export interface FuzzTask {
  readonly names: readonly string[];
  readonly seed: number;
  readonly ms: number;
}

/** What a thread sends for each target. */
export type FuzzAnswer =
  | { readonly name: string; readonly ok: true; readonly report: FuzzReport }
  | { readonly name: string; readonly ok: false; readonly message: string };

function fuzzOne(name: string, { seed, ms }: FuzzTask): FuzzAnswer {
  const target = TARGETS.find((one) => one.name === name);
  if (!target) return { name, ok: false, message: "no such target" };
  try {
    return { name, ok: true, report: fuzz(target, seed, ms) };
  } catch (error) {
    return { name, ok: false, message: (error as Error).stack ?? String(error) };
  }
}

const task = workerData as FuzzTask;
for (const name of task.names) parentPort?.postMessage(fuzzOne(name, task));
