// Runs the worlds of many seeds, on as many threads as asked for. Which thread runs which seed, and when it ends, makes no
// difference to what is reported.
import type { LevelName, WorldOutcome } from "./outcome.ts";
import { levelOf, PROTOCOLS } from "./protocols.ts";
import type { WorldKind } from "./run-seed.ts";
import { type Lane, openThread, type ThreadReply } from "./thread.ts";
import { timed } from "./timed.ts";
import { type FoundViolation, Sum, type Totals } from "./totals.ts";

/** What is to be run. */
export interface WorldsJob extends WorldKind {
  /** The first seed; others count up from it. */
  readonly from: number;
  /** Infinity: until stopped. */
  readonly count: number;
  /** 0: here, between other things that this thread does. */
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
  /** After each world. */
  readonly onWorld?: (soFar: Totals) => void;
  /** As soon as one is found; later ones may have smaller seeds. */
  readonly onViolation?: (found: FoundViolation) => void;
}

/** What came of it. */
export interface WorldsReport extends Totals {
  /** In the order of their seeds. */
  readonly violations: readonly FoundViolation[];
  /** What passed meanwhile by the clock on the wall. */
  readonly seconds: number;
  /** Each level for itself. */
  readonly levels: Readonly<Partial<Record<LevelName, Totals>>>;
  /** The seeds whose worlds were stopped in the middle. */
  readonly unfinished: readonly number[];
}

/**
 * Runs them, until all are through or the signal comes.
 * @param open makes a lane, one for each thread; tests have others
 * @throws what kept a thread from running any world
 */
export async function runWorlds(
  job: WorldsJob,
  open: (kind: WorldKind) => Lane = job.threads === 0 ? openHere : openThread,
): Promise<WorldsReport> {
  return await new Run(job, open).all();
}

class Run {
  readonly #job: WorldsJob;
  readonly #open: (kind: WorldKind) => Lane;
  readonly #startedAt = performance.now();
  readonly #sum = new Sum();
  readonly #levels = new Map<LevelName, Sum>();
  readonly #violations: FoundViolation[] = [];
  readonly #underWay = new Set<number>();
  readonly #stopped: Promise<"stopped">;
  readonly #lanes = new Set<Lane>();
  #next: number;

  constructor(job: WorldsJob, open: (kind: WorldKind) => Lane) {
    this.#job = job;
    this.#open = open;
    this.#next = job.from;
    const { signal } = job;
    this.#stopped = new Promise((resolve) => {
      if (signal?.aborted) resolve("stopped");
      signal?.addEventListener("abort", () => resolve("stopped"), { once: true });
    });
  }

  async all(): Promise<WorldsReport> {
    const { threads, count } = this.#job;
    const lanes = Math.max(1, Math.min(threads, count));
    try {
      await Promise.all(Array.from({ length: lanes }, () => this.#drive()));
    } finally {
      await Promise.all([...this.#lanes].map((lane) => lane.close()));
    }
    return {
      ...this.#sum.totals,
      violations: this.#violations.sort((a, b) => a.seed - b.seed),
      seconds: Math.round(performance.now() - this.#startedAt) / 1_000,
      levels: Object.fromEntries([...this.#levels].sort().map(([name, sum]) => [name, sum.totals])),
      unfinished: [...this.#underWay].sort((a, b) => a - b),
    };
  }

  /** Lets one lane run worlds as long as there are any. */
  async #drive(): Promise<void> {
    const { from, count, signal } = this.#job;
    let lane: Lane | undefined;
    while (!signal?.aborted && this.#next < from + count) {
      const seed = this.#next++;
      this.#underWay.add(seed);
      if (lane === undefined) {
        lane = this.#opened();
        if ((await Promise.race([this.#stopped, lane.ready])) === "stopped") return;
      }
      const reply = await Promise.race([this.#stopped, lane.run(seed).catch(asDeath)]);
      if (reply === "stopped") return;
      this.#underWay.delete(seed);
      if ("death" in reply) {
        this.#died(seed, reply.death);
        lane = undefined;
      } else {
        this.#take(reply);
      }
    }
  }

  #opened(): Lane {
    const lane = this.#open(this.#job);
    this.#lanes.add(lane);
    return lane;
  }

  #take({ outcome, busyMs }: ThreadReply): void {
    const { seed, level, broken } = outcome;
    this.#sum.add(outcome, busyMs);
    const ofLevel = this.#levels.get(level) ?? new Sum();
    this.#levels.set(level, ofLevel);
    ofLevel.add(outcome, busyMs);
    if (broken) this.#found({ seed, level, ...broken });
    this.#job.onWorld?.(this.#sum.totals);
  }

  /** A world that kills its thread, by its memory as it may be, is a finding too. */
  #died(seed: number, death: unknown): void {
    const protocol = PROTOCOLS[this.#job.protocol];
    const level = protocol ? levelOf(protocol, seed, this.#job.level) : "engines";
    this.#take({
      outcome: { ...NOTHING, seed, level, broken: { check: "thread", message: said(death) } },
      busyMs: 0,
    });
  }

  #found(violation: FoundViolation): void {
    this.#violations.push(violation);
    this.#job.onViolation?.(violation);
  }
}

const NOTHING: Omit<WorldOutcome, "seed" | "level" | "broken"> = {
  ...{ virtualUs: 0, events: 0, decisions: 0, faults: {}, also: {} },
};

function asDeath(death: unknown): { readonly death: unknown } {
  return { death };
}

function said(death: unknown): string {
  return `the thread that ran it ended: ${death instanceof Error ? death.message : String(death)}`;
}

/** Runs worlds in this thread, and lets others have their turn between them. */
function openHere(kind: WorldKind): Lane {
  return {
    ready: Promise.resolve(),
    async run(seed) {
      await new Promise((resolve) => setImmediate(resolve));
      return await timed(kind, seed);
    },
    async close() {},
  };
}
