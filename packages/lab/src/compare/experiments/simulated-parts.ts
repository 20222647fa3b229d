// The simulated parts of a comparison, by the experiments that they belong to, ready for the list of all parts. Those that need
// the same worlds share them: they are measured once, by the first part that needs them.
import type { NetworkMode } from "../../network-shape.ts";
import type { Context, Part } from "../context.ts";
import { growthFound } from "./growth.ts";
import { runMargins } from "./margins.ts";
import { simulatedCostFound } from "./simulated-cost.ts";
import { runSimulatedFaults } from "./simulated-faults.ts";
import { simulatedFinalityFound } from "./simulated-finality.ts";
import { runSurvey, type Survey } from "./simulated-survey.ts";

/** About how long each takes on one core, quickly and as a whole, in seconds. */
const SURVEY_SECONDS: Readonly<Record<NetworkMode, readonly [number, number]>> = {
  pbft: [4, 70],
  "bp-fast-paxos": [4, 60],
  pow: [6, 80],
};
const MARGIN_SECONDS: Readonly<Record<NetworkMode, readonly [number, number]>> = {
  pbft: [4, 110],
  "bp-fast-paxos": [4, 130],
  pow: [1, 10],
};
const FAULT_SECONDS: Readonly<Record<NetworkMode, readonly [number, number]>> = {
  ...{ pbft: [2, 15], "bp-fast-paxos": [2, 10], pow: [1, 20] },
};

/** The parts of each experiment that are simulated. */
export type SimulatedParts = Readonly<
  Record<"finality" | "cost" | "growth" | "faults" | "margins", () => Part>
>;

/** The parts, each to be asked for once, in the order of the report: who asks first for the worlds waits for them. */
export function simulatedParts(modes: readonly NetworkMode[], quick: boolean): SimulatedParts {
  const sum = (table: Readonly<Record<NetworkMode, readonly [number, number]>>): number =>
    modes.reduce((all, mode) => all + (table[mode][quick ? 0 : 1] ?? 0), 0);
  let survey: Promise<Survey> | undefined;
  const surveyed = (context: Context): Promise<Survey> => {
    survey ??= runSurvey(context);
    return survey;
  };
  let isPaid = false;
  const surveySeconds = (): number => {
    if (isPaid) return 0;
    isPaid = true;
    return sum(SURVEY_SECONDS);
  };
  const of = (name: string, title: string) => ({ name, title, source: "simulator" }) as const;
  return {
    finality: () => ({
      ...of("simulated-finality", "Time to finality, by size and distance"),
      seconds: surveySeconds(),
      run: async (context) => simulatedFinalityFound(context, await surveyed(context)),
    }),
    cost: () => ({
      ...of("simulated-cost", "Cost of a final transfer, by size"),
      seconds: surveySeconds(),
      run: async (context) => simulatedCostFound(context, await surveyed(context)),
    }),
    growth: () => ({
      ...of("growth", "Growth with the number of members"),
      seconds: surveySeconds(),
      run: async (context) => growthFound(context, await surveyed(context)),
    }),
    faults: () => ({
      ...of("simulated-faults", "Liars and partitions under load"),
      ...{ seconds: sum(FAULT_SECONDS), run: runSimulatedFaults },
    }),
    margins: () => ({
      ...of("margins", "Safety margins"),
      ...{ seconds: sum(MARGIN_SECONDS), run: runMargins },
    }),
  };
}
