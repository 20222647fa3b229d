// Bounded systematic search, after Twins (Bano et al. 2020): four validators, one of them with a twin that has the same
// key, one height and two views. Every scenario up to a stated size is run, none is drawn: who is twinned, and for each
// round who hears whom. No other fault: delays are all the same, and at the end everybody hears everybody.

import type { WorldResult } from "../engines/world.ts";
import type { CheckMaker } from "./check.ts";
import { checksOf } from "./checks/checks.ts";
import type { Outgoing } from "./conduct.ts";
import type { PbftPlan } from "./plan.ts";
import type { Process } from "./process.ts";
import { realEngine } from "./real-engine.ts";
import { type Begin, PbftWorld } from "./world.ts";

const MEMBERS = 4;
/** The four, and the twin at the last place. */
const PROCESSES = 5;
/** The primary of the first view, that of the second, and one of the two others: they are alike. */
const TWINNED = [0, 1, 2] as const;

/**
 * The rounds: in each another division may hold. COMMITs are said again on a timer, so that one may get here what it
 * missed at first: by divisions that cut both ways alone, one could never decide before the others.
 */
export const TWINS_ROUNDS = ["PRE-PREPARE", "PREPARE", "COMMIT", "COMMIT again", "all that follows"] as const;
const LAST = TWINS_ROUNDS.length - 1;

/** By place, the number of the set that it is in: who are in one set hear each other. */
export type Division = readonly number[];

/** One scenario. */
export interface TwinsScenario {
  readonly twinned: number;
  /** One for each round. */
  readonly divisions: readonly Division[];
}

/** How far the enumeration goes. */
export interface TwinsSize {
  /** Into how many sets the five may be divided, at most: 1 to 5. */
  readonly sets: number;
  /** How often the division changes between rounds, at most: 0 to 4. */
  readonly changes: number;
}

/** What is run when nothing else is asked for: 16 divisions. */
export const TWINS_SIZE: TwinsSize = Object.freeze({ sets: 2, changes: 2 });

/** Every scenario of a size, once: those that differ only in who of two alike has which name are one. */
export function* twinsScenarios({ sets, changes }: TwinsSize): Generator<TwinsScenario> {
  const divisions = divisionsInto(sets);
  for (const twinned of TWINNED) {
    const renamings = renamingsOf(twinned);
    for (const chosen of sequences(divisions, changes)) {
      const name = nameOf(chosen);
      if (renamings.every((renaming) => name <= nameOf(chosen.map((one) => renamed(one, renaming)))))
        yield { twinned, divisions: chosen };
    }
  }
}

/** All divisions of the five: sets are numbered in the order of their first member. */
function divisionsInto(sets: number): readonly Division[] {
  let all: readonly Division[] = [[0]];
  while ((all[0]?.length ?? 0) < PROCESSES)
    all = all.flatMap((division) => {
      const next = Math.min(Math.max(...division) + 1, sets - 1);
      return Array.from({ length: next + 1 }, (_, set) => [...division, set]);
    });
  return all;
}

/** A division for each round, with so many changes at most. */
function* sequences(
  divisions: readonly Division[],
  changes: number,
  begun: readonly Division[] = [],
): Generator<readonly Division[]> {
  if (begun.length === TWINS_ROUNDS.length) {
    yield begun;
    return;
  }
  const last = begun.at(-1);
  for (const division of divisions)
    if (last === undefined || division === last) yield* sequences(divisions, changes, [...begun, division]);
    else if (changes > 0) yield* sequences(divisions, changes - 1, [...begun, division]);
}

/** Who may take whose place: the twins each other's, and validators that are primary of neither view. */
function renamingsOf(twinned: number): readonly (readonly number[])[] {
  const twins = [0, 1, 2, 3, 4].map((place) => (place === twinned ? 4 : place === 4 ? twinned : place));
  if (twinned === 2) return [twins];
  const backups = [0, 1, 3, 2, 4];
  return [twins, backups, backups.map((place) => twins[place] as number)];
}

function renamed(division: Division, renaming: readonly number[]): Division {
  const numbers = new Map<number, number>();
  return renaming.map((place) => {
    const set = division[place] as number;
    if (!numbers.has(set)) numbers.set(set, numbers.size);
    return numbers.get(set) as number;
  });
}

function nameOf(divisions: readonly Division[]): string {
  return divisions.map((division) => division.join("")).join(" ");
}

/** A scenario in words: the sets of each round, the twin as `v0'`. */
export function textOfTwins({ twinned, divisions }: TwinsScenario): string {
  const rounds = divisions.map((division, round) => {
    const sets = [...new Set(division)].map((set) =>
      division.flatMap((one, place) => (one === set ? [place < MEMBERS ? `v${place}` : `v${twinned}'`] : [])),
    );
    return `${TWINS_ROUNDS[round]}: ${sets.map((names) => names.join(" ")).join(" | ")}`;
  });
  return rounds.join("; ");
}

const TICK_US = 50_000;
const VIEW_TICKS = 5;
const RESEND_TICKS = 2;
const DELAY_US = 1_000;
const WRITE_US = 100;
/** View 0 has ended by its timer, and view 1 has had its time. */
const HEALS_US = 3 * VIEW_TICKS * TICK_US;

function planOf({ twinned }: TwinsScenario): PbftPlan {
  const processes = Array.from({ length: PROCESSES });
  return {
    seed: 1,
    ...{ members: MEMBERS, spares: 0, liars: [{ node: twinned, conducts: [], twin: true }] },
    network: {
      ...{ profile: "lan", regions: processes.map(() => 0) },
      ...{ lossPermille: 0, duplicatePermille: 0, bytesPerMs: 0 },
    },
    clocks: processes.map(() => ({ skewMs: 0, driftPpm: 0 })),
    writeUs: [WRITE_US, WRITE_US],
    faults: [],
    kindAtUs: HEALS_US,
    ...{ tickUs: TICK_US, viewTicks: VIEW_TICKS, viewTicksMax: 2 * VIEW_TICKS, resendTicks: RESEND_TICKS },
    ...{ bufferedMax: 16, changesPermille: 0, changes: "one", checkpointInterval: 4, blockBytes: 1_000 },
    ...{ transactions: [{ atUs: 1, client: 1 }], told: "all" as const },
    // After it has healed: of the longest timers one that runs, one for a view of the twins, one to decide in.
    boundUs: 3 * 2 * VIEW_TICKS * TICK_US,
  };
}

/** What a scenario is run with. */
export interface TwinsParts {
  /** Undefined: the engine as it is. */
  readonly begin?: Begin;
  /** Undefined: every check. */
  readonly checks?: readonly CheckMaker[];
}

/** A world in which a message's kind and view say which division it meets. */
class TwinsWorld extends PbftWorld {
  readonly #divisions: readonly Division[];
  /** By sender and receiver: a COMMIT of the first view has left. */
  readonly #committed = new Set<number>();
  /** Of what leaves now. */
  #round = LAST;

  constructor(scenario: TwinsScenario, { begin = realEngine, checks }: TwinsParts) {
    const plan = planOf(scenario);
    super(plan, { begin, checks: checks ?? checksOf(plan), conducts: {} });
    this.#divisions = scenario.divisions;
  }

  override deliver(from: Process, outgoing: Outgoing): void {
    this.#round = this.#roundOf(from.place, outgoing);
    super.deliver(from, outgoing);
    this.#round = LAST;
  }

  override post(
    from: number,
    to: number,
    _what: string | (() => string),
    _bytes: number,
    deliver: (peer: Process) => void,
  ): void {
    const division = this.#divisions[this.#round] as Division;
    const isCut = this.queue.nowUs < HEALS_US && division[from] !== division[to];
    if (isCut) return;
    const peer = this.processes[to] as Process;
    this.queue.at(this.queue.nowUs + (from === to ? 0 : DELAY_US), () => deliver(peer));
  }

  #roundOf(from: number, { to, signed: { message } }: Outgoing): number {
    if (message.kind === "checkpoint" || message.kind === "status" || message.view > 0) return LAST;
    if (message.kind === "prePrepare") return 0;
    if (message.kind === "prepare") return 1;
    const link = from * PROCESSES + to;
    const isAgain = this.#committed.has(link);
    this.#committed.add(link);
    return isAgain ? 3 : 2;
  }
}

/** Runs one scenario; in the end all must have decided. */
export function runTwinsScenario(scenario: TwinsScenario, parts: TwinsParts = {}): WorldResult {
  return new TwinsWorld(scenario, parts).run();
}

/** What came of many scenarios. */
export interface TwinsReport {
  readonly scenarios: number;
  readonly events: number;
  /** Blocks decided, over all scenarios. */
  readonly decisions: number;
  readonly violations: readonly {
    readonly scenario: string;
    readonly check: string;
    readonly message: string;
  }[];
}

/** Runs scenarios one after another. @param after called after each: false ends the search */
export function runTwins(
  scenarios: Iterable<TwinsScenario>,
  after: (soFar: TwinsReport) => boolean = () => true,
): TwinsReport {
  const violations: TwinsReport["violations"][number][] = [];
  let report: TwinsReport = { scenarios: 0, events: 0, decisions: 0, violations };
  for (const scenario of scenarios) {
    const { violation, events, decisions } = runTwinsScenario(scenario);
    if (violation) {
      const { check, message } = violation;
      violations.push({ scenario: textOfTwins(scenario), check, message });
    }
    report = {
      scenarios: report.scenarios + 1,
      events: report.events + events,
      decisions: report.decisions + decisions,
      violations,
    };
    if (!after(report)) break;
  }
  return report;
}
