// Fuzzes on a thread of its own: what V8 counts there makes all code of the thread slower for good, also when it counts no more.
import { Worker } from "node:worker_threads";
import type { FuzzAnswer, FuzzTask } from "./worker.ts";

/** What came of each target. @throws what the thread ended with */
export function fuzzOnThread(task: FuzzTask): Promise<readonly FuzzAnswer[]> {
  return new Promise((resolve, reject) => {
    const answers: FuzzAnswer[] = [];
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: task });
    worker.on("message", (answer: FuzzAnswer) => answers.push(answer));
    worker.once("error", reject);
    worker.once("exit", () => resolve(answers));
  });
}
