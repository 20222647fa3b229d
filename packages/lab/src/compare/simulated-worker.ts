// The inside of the thread that simulates for a comparison: runs one part after another, and says what each found. Keeps no
// time: the same start gives the same numbers.
import { parentPort, workerData } from "node:worker_threads";
import type { Context, Found } from "./context.ts";
import { simulatedParts } from "./experiments/simulated-parts.ts";
import { failed, failureOf } from "./mode-failure.ts";
import type { FromSimulated, SimulatedStart } from "./simulated-messages.ts";

const { names, shapes, seed, quick, machine } = workerData as SimulatedStart;

function tell(message: FromSimulated): void {
  parentPort?.postMessage(message);
}

const context: Context = {
  ...{ shapes, seed, quick, machine },
  // It is ended from outside, in the middle of a world too.
  signal: new AbortController().signal,
  onStep: (step) => tell({ kind: "step", step }),
  // Nothing here starts processes.
  command: { program: "", arguments: [] },
};

const parts = simulatedParts(
  shapes.map(({ consensus }) => consensus),
  quick,
);
for (const name of names) {
  const part = parts[name]();
  const found = await failureOf<Found>(context, "all", () => part.run(context));
  tell({ kind: "found", name, found: "message" in found ? failed(part.name, found, part.title) : found });
}
