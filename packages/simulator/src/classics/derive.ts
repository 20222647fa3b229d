// Runs the derivation: what each step costs, what it survives, and what breaks without the next. Everything is measured, in
// worlds; nothing is known beforehand but which engine runs.
import { Recording } from "../diagram/recording.ts";
import type { Found, Specimen } from "../specimens/specimen.ts";
import { SPECIMENS } from "../specimens/specimens.ts";
import { CIRCUMSTANCES, type Circumstances, calm, PROPOSERS } from "./derive-circumstances.ts";
import { FINE_TICKING, TICKING } from "./derive-classic.ts";
import { type Costs, costsOf } from "./derive-costs.ts";
import { DERIVATION, type DerivationStep } from "./derive-steps.ts";

/** What is to be derived. */
export interface DerivationJob {
  /** Worlds of each kind of circumstances; some kinds take a multiple of it. */
  readonly seeds: number;
  readonly from: number;
  /** Acceptors that may crash: t_a. */
  readonly tolerated: number;
  readonly onProgress?: (done: DerivationProgress) => void;
}

/** How far it is. */
export interface DerivationProgress {
  readonly step: string;
  readonly doing: string;
}

/** What a step survives of one kind of circumstances. */
export interface Survival {
  readonly circumstances: string;
  readonly worlds: number;
  readonly broken: number;
  /** The first world that broke something; undefined: none did. */
  readonly first: { readonly seed: number; readonly check: string; readonly message: string } | undefined;
  /** Of competing proposers: the longest chain of messages until all had learnt, in the middle one of the worlds, and at most. */
  readonly chain: { readonly median: number; readonly most: number } | undefined;
}

/** What breaks without the protection that the next step brings. */
export interface MissingProtection {
  readonly protocol: string;
  readonly specimen: string;
  readonly says: string;
  readonly fails: string;
  readonly next: string;
  /** Undefined: not found, in as many seeds as every specimen takes and more. */
  readonly found: Found | undefined;
}

/** A step, measured. */
export interface DerivedStep {
  readonly step: DerivationStep;
  /** The fewest of which so many may crash. */
  readonly acceptors: number;
  readonly calm: Costs;
  readonly firstProposerGone: Costs;
  readonly survivals: readonly Survival[];
}

/** The derivation, measured. */
export interface Derivation {
  readonly steps: readonly DerivedStep[];
  /** By name of the specimen: several steps may lack the same. */
  readonly missing: ReadonlyMap<string, MissingProtection>;
}

/** Found in far fewer, wherever they begin. */
const SPECIMEN_SEEDS = 500;

/** Runs it. */
export function derive(job: DerivationJob): Derivation {
  const steps = DERIVATION.map((step) => measured(step, job));
  const missing = new Map<string, MissingProtection>();
  for (const { lacks } of DERIVATION) {
    if (missing.has(lacks.specimen)) continue;
    job.onProgress?.({ step: lacks.specimen, doing: "looking for what breaks" });
    missing.set(lacks.specimen, missingOf(lacks));
  }
  return { steps, missing };
}

/** From the first seed on: a search elsewhere may take long, and finds the same. */
function missingOf({ protocol, specimen, next }: DerivationStep["lacks"]): MissingProtection {
  const design = SPECIMENS[protocol]?.[specimen] as Specimen;
  const found = design.find({ seeds: SPECIMEN_SEEDS, from: 1 });
  return { protocol, specimen, says: design.says, fails: design.fails, next, found };
}

function measured(step: DerivationStep, job: DerivationJob): DerivedStep {
  let acceptors = 1;
  while (step.tolerated(acceptors) < job.tolerated) acceptors++;
  const survivals = CIRCUMSTANCES.map((kind): Survival => {
    job.onProgress?.({ step: step.name, doing: kind.name });
    return survivalOf(step, acceptors, kind, job);
  });
  const costs = (isFirstGone: boolean): Costs => costsIn(step, acceptors, calm(isFirstGone));
  return { step, acceptors, calm: costs(false), firstProposerGone: costs(true), survivals };
}

function costsIn(step: DerivationStep, acceptors: number, circumstances: Circumstances): Costs {
  const recording = new Recording();
  const violation = step.run({
    acceptors,
    circumstances,
    ticking: FINE_TICKING,
    recorder: recording,
  });
  if (violation) throw violation;
  return costsOf({
    happenings: recording.all,
    learners: Array.from({ length: acceptors }, (_, at) => PROPOSERS + at),
    wantedAtUs: Math.min(...circumstances.wantsAtUs.flatMap((one) => one ?? [])),
    authentication: step.authentication,
  });
}

function survivalOf(
  step: DerivationStep,
  acceptors: number,
  kind: (typeof CIRCUMSTANCES)[number],
  { seeds, from, tolerated }: DerivationJob,
): Survival {
  let broken = 0;
  let first: Survival["first"];
  const chains: number[] = [];
  const worlds = seeds * kind.times;
  for (let seed = from; seed < from + worlds; seed++) {
    const circumstances = kind.draw(seed, { tolerated });
    const recording = kind.name === "competing" ? new Recording() : undefined;
    const violation = step.run({
      ...{ acceptors, circumstances, ticking: TICKING, recorder: recording },
    });
    if (violation === undefined) {
      if (recording) chains.push(chainIn(recording, step, acceptors));
      continue;
    }
    broken++;
    first ??= { seed, check: violation.check, message: violation.message };
  }
  chains.sort((a, b) => a - b);
  const [median, most] = [chains[Math.floor(chains.length / 2)], chains.at(-1)];
  return {
    ...{ circumstances: kind.name, worlds, broken, first },
    chain: median === undefined || most === undefined ? undefined : { median, most },
  };
}

function chainIn(recording: Recording, step: DerivationStep, acceptors: number): number {
  const { chain } = costsOf({
    happenings: recording.all,
    learners: Array.from({ length: acceptors }, (_, at) => PROPOSERS + at),
    wantedAtUs: 0,
    authentication: step.authentication,
  });
  return chain;
}
