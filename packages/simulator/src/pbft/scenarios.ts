// Scenarios: accidents of other implementations, each as worlds of ours, by name. Ordinary plans, run by every check.
import { CHANGES } from "./scenarios/changes.ts";
import { OUTAGES } from "./scenarios/outages.ts";
import { RACES } from "./scenarios/races.ts";
import type { Scenario } from "./scenarios/scenario.ts";

export type { Scenario } from "./scenarios/scenario.ts";

/** Every scenario, by its name. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = { ...OUTAGES, ...RACES, ...CHANGES };
