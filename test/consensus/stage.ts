// A world of the simulator that a test plays by hand, tick by tick: the test says who hears whom, who stops at which
// effect, and who has work. Engines, hosts, disks and checks are those of every world; only the network and the clock are
// the test's. A letter arrives a tick after it was sent, in the order of sending, and a write takes no time.
import { Pbft, type PbftConfig, type PbftEffect, type PbftInput } from "@witan/consensus";
import type { CheckMaker } from "../../packages/simulator/src/pbft/check.ts";
import { checksOf } from "../../packages/simulator/src/pbft/checks/checks.ts";
import type { Outgoing } from "../../packages/simulator/src/pbft/conduct.ts";
import type { PbftPlan } from "../../packages/simulator/src/pbft/plan.ts";
import type { Process } from "../../packages/simulator/src/pbft/process.ts";
import { type Begin, PbftWorld } from "../../packages/simulator/src/pbft/world.ts";
import { Random } from "../../packages/simulator/src/random.ts";
import { Violation } from "../../packages/simulator/src/world/violation.ts";

/** Which letters pass. Votes have a view, the rest are of view 0. */
export type Passes = (from: number, to: number, kind: string, view: number) => boolean;

/** The ticks of an engine. */
export type Timers = Pick<PbftPlan, "viewTicks" | "viewTicksMax" | "resendTicks">;

/** How a world begins. */
export interface StageOptions {
  readonly members?: number;
  readonly spares?: number;
  /** The number of a member that lies by its twin, which has the last place. */
  readonly twin?: number | undefined;
  readonly seed?: number;
  readonly timers?: Timers;
  /** Of a thousand blocks so many change the members. */
  readonly changesPermille?: number;
  /** The state is hashed every so many blocks; 0: never. */
  readonly checkpointInterval?: number;
  readonly begin?: Begin | undefined;
  /** Undefined: all that hold. */
  readonly checks?: readonly CheckMaker[] | undefined;
}

const TIMERS: Timers = { viewTicks: 60, viewTicksMax: 240, resendTicks: 15 };
const TICK_US = 25_000;
const NEVER = Number.MAX_SAFE_INTEGER;

/** The engine as it is. */
export const real: Begin = (world, process, start) => new Pbft(configOf(world.plan, process), start);

/** What the engine of a process is told of timers, bounds and keys. */
export function configOf(plan: PbftPlan, { keys }: Process): PbftConfig {
  const { viewTicks, viewTicksMax, resendTicks, bufferedMax } = plan;
  return { viewTicks, viewTicksMax, resendTicks, bufferedMax, votingKeys: keys };
}

function planOf(options: StageOptions): PbftPlan {
  const { members = 4, spares = 0, twin, seed = 1, timers = TIMERS, changesPermille = 0 } = options;
  const { checkpointInterval = 4 } = options;
  const places = Array.from({ length: members + spares + (twin === undefined ? 0 : 1) });
  return {
    ...{ seed, members, spares, ...timers, changesPermille },
    liars: twin === undefined ? [] : [{ node: twin, conducts: [], twin: true }],
    network: {
      ...{ profile: "even", regions: places.map(() => 0) },
      ...{ lossPermille: 0, duplicatePermille: 0, bytesPerMs: 0 },
    },
    clocks: places.map(() => ({ skewMs: 0, driftPpm: 0 })),
    ...{ writeUs: [0, 0], faults: [], kindAtUs: 0, tickUs: TICK_US, bufferedMax: 16 },
    ...{
      changes: "one",
      checkpointInterval: checkpointInterval || NEVER,
      blockBytes: 1_000,
      transactions: [],
      boundUs: 0,
    },
  };
}

/** The processes, and what the test does with them. */
export class Stage extends PbftWorld {
  /** For what a test leaves to chance. */
  readonly random: Random;
  /** The tick that is under way, or comes next. */
  now = 0;
  passes: Passes = () => true;
  /** By how many ticks a letter is late. */
  late: () => number = () => 0;
  /** Whether letters of one tick arrive in random order. */
  isShuffled = false;
  /** Asked before each effect: true stops the process there, which the asked one must do itself. */
  stops: (process: Process) => boolean = () => false;
  /** Told of each step. */
  saw: ((process: Process, input: PbftInput, effects: readonly PbftEffect[]) => void) | undefined;
  /** Who has been told of work, by place: told again after a restart. */
  readonly #work = new Map<number, boolean>();
  /** Letters on their way, by the tick of their arrival. */
  readonly #due = new Map<number, number>();
  /** Of what leaves now. */
  #message: { readonly kind: string; readonly view: number } | undefined;
  /** Counts how often all letters were lost: those of before arrive nowhere. */
  #letters = 0;

  constructor(options: StageOptions = {}) {
    const plan = planOf(options);
    super(plan, { begin: options.begin ?? real, checks: options.checks ?? checksOf(plan), conducts: {} });
    this.random = Random.of(plan.seed, "stage");
  }

  /** The process at a place. */
  at(place: number): Process {
    const process = this.processes[place];
    if (process === undefined) throw new RangeError(`nobody is at place ${place}`);
    return process;
  }

  /** Lets ticks pass: what arrives, then the clocks. */
  play(ticks = 1): void {
    for (let end = this.now + ticks; this.now < end; this.now++) {
      const beginUs = this.now * TICK_US;
      this.#happen(beginUs + TICK_US / 2);
      this.#due.delete(this.now);
      for (const process of this.processes) {
        process.tick();
        this.#happen(this.queue.nowUs);
      }
      this.#happen(beginUs + TICK_US - 1);
    }
  }

  /** Lets ticks pass until something is so. @returns whether it is */
  playUntil(isSo: () => boolean, ticksMax: number): boolean {
    for (let tick = 0; tick < ticksMax && !isSo(); tick++) this.play();
    return isSo();
  }

  #happen(untilUs: number): void {
    while (this.queue.step(untilUs));
  }

  /** Says whether there is work: to one process, or to all. */
  work(pending: boolean, some: readonly Process[] = this.processes): void {
    for (const process of some) {
      this.#work.set(process.place, pending);
      process.feed({ kind: "workChanged", pending, overdue: false });
      this.#happen(this.queue.nowUs);
    }
  }

  /** What is on its way is lost. */
  loseLetters(): void {
    this.#letters++;
  }

  /** A process stops, and starts again at once. */
  restart(process: Process): void {
    process.crash();
    process.restart();
  }

  /** Nothing is in the way any more. */
  heal(): void {
    this.passes = () => true;
    this.stops = () => false;
    this.late = () => 0;
    for (const process of this.processes) process.restart();
  }

  /** The least and the greatest height of correct processes. */
  get heights(): readonly [number, number] {
    const all = this.correct.map(({ height }) => height);
    return [Math.min(...all), Math.max(...all)];
  }

  /** All correct processes come some blocks further, from now on without anything in the way. */
  mustDecide(blocks: number, ticksMax: number): void {
    this.heal();
    const aim = this.heights[1] + blocks;
    if (!this.playUntil(() => this.heights[0] >= aim, ticksMax))
      throw new Violation("liveness", `stuck at ${this.heights}\n${this.standing()}`);
  }

  /** Where everyone stands, for a test that failed. */
  override standing(): string {
    return this.processes.map(({ engine }) => JSON.stringify(engine.status())).join("\n");
  }

  // What the simulator asks of its world.

  override deliver(from: Process, outgoing: Outgoing): void {
    const { message } = outgoing.signed;
    this.#message = { kind: message.kind, view: "view" in message ? message.view : 0 };
    super.deliver(from, outgoing);
    this.#message = undefined;
  }

  override post(
    from: number,
    to: number,
    what: string | (() => string),
    _bytes: number,
    deliver: (peer: Process) => void,
  ): void {
    const { kind, view } = this.#message ?? { kind: String(what), view: 0 };
    const isOwn = from === to;
    if (!isOwn && !this.passes(from, to, kind, view)) return;
    const tick = this.now + 1 + (isOwn ? 0 : this.late());
    const before = this.#due.get(tick) ?? 0;
    this.#due.set(tick, before + 1);
    const letters = this.#letters;
    // Each at a time of its own, so that what one brings about has happened before the next arrives.
    const afterUs = this.isShuffled ? this.random.below(TICK_US / 2) : before;
    this.queue.at(tick * TICK_US + afterUs, () => {
      const peer = this.at(to);
      if (peer.up && letters === this.#letters) deliver(peer);
    });
  }

  override stopsHere(process: Process): boolean {
    return this.stops(process);
  }

  override came(process: Process): void {
    const pending = this.#work.get(process.place);
    if (pending !== undefined) process.feed({ kind: "workChanged", pending, overdue: false });
  }

  override stepped(process: Process, input: PbftInput, effects: readonly PbftEffect[]): void {
    this.saw?.(process, input, effects);
    super.stepped(process, input, effects);
  }
}
