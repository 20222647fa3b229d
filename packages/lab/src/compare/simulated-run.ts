// Simulates for a comparison on a thread of its own: beside it processes can be measured, and a Ctrl-C is heard.
import { Worker } from "node:worker_threads";
import { LabFailure } from "../lab-failure.ts";
import type { Context, Found } from "./context.ts";
import { simulatedParts } from "./experiments/simulated-parts.ts";
import { failed, told } from "./mode-failure.ts";
import type { FromSimulated, SimulatedName, SimulatedStart } from "./simulated-messages.ts";

const source = import.meta.url.endsWith(".ts");
const INSIDE = new URL(source ? "./simulated-worker.ts" : "./simulated-worker.js", import.meta.url);

/**
 * Runs the simulated parts of experiments. If the thread ends before it is through, what it had found counts.
 * @param file the inside of the thread; tests have others
 * @returns what each found, or that it failed, by the name of its experiment
 * @throws what the signal was aborted with
 */
export function simulate(
  names: readonly SimulatedName[],
  { shapes, seed, quick, machine, signal, onStep }: Context,
  file: URL = INSIDE,
): Promise<ReadonlyMap<string, Found>> {
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
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const parts = simulatedParts(
        shapes.map(({ consensus }) => consensus),
        quick,
      );
      const ended = `the thread that simulates ended in the middle: ${String(fault)}`;
      for (const name of names.filter((one) => !found.has(one))) {
        const part = parts[name]();
        found.set(name, failed(part.name, told("all", new LabFailure("node-failed", ended)), part.title));
      }
      resolve(found);
    });
    if (signal.aborted) stop();
  });
}
