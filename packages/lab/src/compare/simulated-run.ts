// Simulates for a comparison on a thread of its own: beside it processes can be measured, and a Ctrl-C is heard.
import { Worker } from "node:worker_threads";
import { LabFailure } from "../lab-failure.ts";
import type { Context, Found } from "./context.ts";
import type { FromSimulated, SimulatedName, SimulatedStart } from "./simulated-messages.ts";

/**
 * Runs the simulated parts of experiments.
 * @returns what each found, by the name of its experiment
 * @throws what the signal was aborted with; {LabFailure} `node-failed` if the thread ends before it is through
 */
export function simulate(
  names: readonly SimulatedName[],
  { shapes, seed, quick, machine, signal, onStep }: Context,
): Promise<ReadonlyMap<string, Found>> {
  const source = import.meta.url.endsWith(".ts");
  const file = new URL(source ? "./simulated-worker.ts" : "./simulated-worker.js", import.meta.url);
  const execArgv = ["--conditions=@witan/source", "--disable-warning=ExperimentalWarning"];
  const workerData: SimulatedStart = { names, shapes, seed, quick, machine };
  return new Promise((resolve, reject) => {
    const found = new Map<string, Found>();
    const worker = new Worker(file, { name: "simulator", workerData, ...(source && { execArgv }) });
    let fault: unknown = "it ended by itself";
    const stop = (): void => void worker.terminate();
    signal.addEventListener("abort", stop, { once: true });
    worker.on("message", (message: FromSimulated) => {
      if (message.kind === "step") onStep(message.step);
      else found.set(message.name, message.found);
    });
    // An exit follows.
    worker.on("error", (error) => {
      fault = error;
    });
    worker.on("exit", () => {
      signal.removeEventListener("abort", stop);
      if (signal.aborted) reject(signal.reason);
      else if (found.size === names.length) resolve(found);
      else
        reject(
          new LabFailure("node-failed", `the thread that simulates ended in the middle: ${String(fault)}`),
        );
    });
    if (signal.aborted) stop();
  });
}
