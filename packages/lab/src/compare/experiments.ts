// The experiments of a comparison: what has to run for those that are asked for, in which order, and which sections of the
// report come from it. Experiments that need the same run share it.
import type { NetworkMode, NetworkShape } from "../network-shape.ts";
import type { Context, Found } from "./context.ts";
import { costFound } from "./experiments/cost.ts";
import { faultsFound } from "./experiments/faults.ts";
import { finalityFound } from "./experiments/finality.ts";
import { simulatedParts } from "./experiments/simulated-parts.ts";
import { throughputFound } from "./experiments/throughput.ts";
import { type FaultRun, type FaultRuns, faultPlan, hurtNetwork } from "./faults-run.ts";
import { climbLadder, type Ladder, type LadderRun, ladderPlan } from "./ladder.ts";
import { failureOf } from "./mode-failure.ts";
import type { ModeFailure } from "./results.ts";
import { simulate } from "./simulated-run.ts";
import type { TimedPart } from "./time-left.ts";

/** What can be compared, in the order of the report. */
export const EXPERIMENTS = ["finality", "throughput", "cost", "growth", "faults", "margins"] as const;
/** One of them. */
export type ExperimentName = (typeof EXPERIMENTS)[number];

/** Something that takes time: about so long on two cores. */
export interface Job extends TimedPart {
  readonly title: string;
  readonly run: (context: Context) => Promise<void>;
}

type Seconds = Readonly<Record<NetworkMode, readonly [number, number]>>;
/** About how long the ladder of a mode takes, quickly and as a whole, in seconds. */
const LADDER_SECONDS: Seconds = { pbft: [16, 260], "bp-fast-paxos": [17, 280], pow: [26, 1_000] };
/** The same of the network that is hurt. */
const FAULT_SECONDS: Seconds = { pbft: [15, 110], "bp-fast-paxos": [15, 110], pow: [20, 400] };

/** The experiments that need loads without faults. */
const ON_LADDER: readonly ExperimentName[] = ["finality", "throughput", "cost"];

/**
 * What runs for some experiments, and what comes of it. First the modes that use the processor, each alone; then the
 * simulator, on a thread beside proof of work, which mostly waits for blocks.
 */
export class Experiments {
  readonly #asked: readonly ExperimentName[];
  readonly #shapes: readonly NetworkShape[];
  readonly #quick: boolean;
  readonly #ladder: LadderRun[] = [];
  readonly #ladderFailures: ModeFailure[] = [];
  readonly #faults: FaultRun[] = [];
  readonly #faultFailures: ModeFailure[] = [];
  #simulated: Promise<ReadonlyMap<string, Found>> = Promise.resolve(new Map());
  #found: ReadonlyMap<string, Found> = new Map();

  constructor(asked: readonly ExperimentName[], shapes: readonly NetworkShape[], quick: boolean) {
    this.#asked = EXPERIMENTS.filter((name) => asked.includes(name));
    this.#shapes = shapes;
    this.#quick = quick;
  }

  /** What has to run, in this order. */
  jobs(): readonly Job[] {
    const isWork = ({ consensus }: NetworkShape): boolean => consensus === "pow";
    const work = this.#shapes.filter(isWork).flatMap((shape) => this.#onProcesses(shape));
    const alone = this.#shapes.filter((shape) => !isWork(shape)).flatMap((shape) => this.#onProcesses(shape));
    const names = this.#simulatedNames();
    if (names.length === 0) return [...alone, ...work];
    const parts = simulatedParts(
      this.#shapes.map(({ consensus }) => consensus),
      this.#quick,
    );
    const seconds = names.reduce((sum, name) => sum + parts[name]().seconds, 0);
    return [
      ...alone,
      { title: "starting the simulator", seconds: 0, run: async (context) => this.#startSimulator(context) },
      ...work,
      {
        ...{ title: "simulating", seconds, begunIn: alone.length },
        run: async () => {
          this.#found = await this.#simulated;
        },
      },
    ];
  }

  /** The sections of the report, in its order, once all jobs are through. */
  sections(context: Context): readonly Found[] {
    const ladder: Ladder = {
      ...{ plan: ladderPlan(this.#quick), runs: this.#ladder, failures: this.#ladderFailures },
    };
    const faults: FaultRuns = {
      ...{ plan: faultPlan(this.#quick), runs: this.#faults, failures: this.#faultFailures },
    };
    const onProcesses: Readonly<Partial<Record<ExperimentName, () => Found>>> = {
      finality: () => finalityFound(context, ladder),
      throughput: () => throughputFound(context, ladder),
      cost: () => costFound(context, ladder),
      faults: () => faultsFound(context, faults),
    };
    return this.#asked.flatMap((name) => {
      const own = onProcesses[name]?.();
      const simulated = this.#found.get(name);
      return [...(own === undefined ? [] : [own]), ...(simulated === undefined ? [] : [simulated])];
    });
  }

  #simulatedNames() {
    return (["finality", "cost", "growth", "faults", "margins"] as const).filter((name) =>
      this.#asked.includes(name),
    );
  }

  #startSimulator(context: Context): void {
    this.#simulated = simulate(this.#simulatedNames(), context);
    // Who waits for it hears of it.
    this.#simulated.catch(() => {});
  }

  #onProcesses(shape: NetworkShape): readonly Job[] {
    const mode = shape.consensus;
    const isPaced = mode === "pow";
    const at = this.#quick ? 0 : 1;
    const jobs: Job[] = [];
    if (ON_LADDER.some((name) => this.#asked.includes(name)))
      jobs.push({
        ...{ title: `${mode}: loads that rise`, seconds: LADDER_SECONDS[mode][at] ?? 0, isPaced },
        run: async (context) => {
          const ran = await failureOf(context, mode, () =>
            climbLadder(context, shape, ladderPlan(this.#quick)),
          );
          if ("message" in ran) this.#ladderFailures.push(ran);
          else this.#ladder.push(ran);
        },
      });
    if (this.#asked.includes("faults"))
      jobs.push({
        ...{ title: `${mode}: faults`, seconds: FAULT_SECONDS[mode][at] ?? 0, isPaced },
        run: async (context) => {
          const ran = await failureOf(context, mode, () =>
            hurtNetwork(context, shape, faultPlan(this.#quick)),
          );
          if ("message" in ran) this.#faultFailures.push(ran);
          else this.#faults.push(ran);
        },
      });
    return jobs;
  }
}
