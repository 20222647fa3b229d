// A world of engines, whatever their protocol: time, network, faults and clients, from one plan. The same plan gives the
// same world, to the last event. Who is in it, and what is owed to its clients, is the protocol's.
import type { BlockHash } from "@witan/primitives";
import { Random } from "../random.ts";
import { EventQueue } from "../world/event-queue.ts";
import type { Meter } from "../world/meter.ts";
import { Network } from "../world/network.ts";
import type { Mark, Recorder } from "../world/recorder.ts";
import { type Also, Tally } from "../world/tally.ts";
import { asViolation, Violation } from "../world/violation.ts";
import type { Blocks, ModelBlock } from "./blocks.ts";
import { Connections } from "./connections.ts";
import { FaultDriver } from "./fault-driver.ts";
import type { EnginePlan } from "./plan.ts";
import { Pools } from "./pools.ts";
import type { EngineProcess } from "./process.ts";

/** How a world is run. */
export interface EngineWorldOptions {
  readonly recorder?: Recorder | undefined;
  /** Names of the letters that arrive while the world is not kind; undefined: all. */
  readonly arriving?: ReadonlySet<string> | undefined;
  /** Undefined: nobody measures. */
  readonly meter?: Meter | undefined;
}

/** What every check may be asked for. */
export interface EngineCheck {
  /** As violations name it. */
  readonly name: string;
  /** Every second of the world. */
  sampled?(): void;
  /** The world is over. */
  ended?(): void;
}

/** What a world came to. */
export interface WorldResult {
  /** Undefined: nothing is broken. */
  readonly violation: Violation | undefined;
  /** Microseconds of the world. */
  readonly virtualUs: number;
  /** Inputs that engines took in. */
  readonly events: number;
  /** Blocks decided. */
  readonly decisions: number;
  /** How often each kind of fault was inflicted, and each lie told. */
  readonly faults: ReadonlyMap<string, number>;
  /** What else was counted. */
  readonly also: ReadonlyMap<string, number>;
  readonly letters: number;
}

/** The same of a world of engines. */
export interface EngineWorldResult extends WorldResult {
  /** Of its events all but ticks: time passes in any case, and what somebody has to follow is the rest. */
  readonly inputs: number;
}

const SAMPLE_US = 1_000_000;

/** One world. */
export abstract class EngineWorld<P extends EngineProcess = EngineProcess> {
  readonly plan: EnginePlan;
  readonly options: EngineWorldOptions;
  readonly queue = new EventQueue();
  readonly network: Network;
  readonly pools: Pools;
  readonly connections: Connections;
  readonly diskChance: Random;
  abstract readonly processes: readonly P[];
  abstract readonly blocks: Blocks;
  protected abstract readonly checks: readonly EngineCheck[];
  readonly #driver: FaultDriver<EngineProcess>;
  readonly #tally = new Tally();
  #isOver = false;
  #events = 0;
  #inputs = 0;
  #top = 0;

  /** @param places how many processes there will be */
  constructor(plan: EnginePlan, options: EngineWorldOptions, places: number) {
    const { seed } = plan;
    this.plan = plan;
    this.options = options;
    this.diskChance = Random.of(seed, "disks");
    this.network = new Network({
      ...{ seed, plan: plan.network, queue: this.queue, recorder: options.recorder },
      isUp: (process) => this.processes[process]?.up === true,
      count: (fault) => this.count(fault),
      arriving: options.arriving,
      kindAtUs: plan.kindAtUs,
    });
    this.pools = new Pools(this, places);
    this.connections = new Connections(this);
    this.#driver = new FaultDriver<EngineProcess>(this);
  }

  // What a protocol says.

  /** The block that a process proposes. @param atMs by its clock, when it began to build */
  abstract build(by: EngineProcess, pending: readonly number[], atMs: number): BlockHash;
  /** Whether all that clients sent is final wherever it is owed. */
  abstract readonly isSettled: boolean;
  /** Whether anything is owed at all. */
  protected abstract readonly owesLiveness: boolean;
  /** Where those stand that something is owed to. */
  protected abstract standing(): string;

  /** Lets the world run to its end, or to the first violation. */
  run(): EngineWorldResult {
    let violation: Violation | undefined;
    try {
      this.#begin();
      this.#live();
      if (!this.#isOver) for (const check of this.checks) check.ended?.();
    } catch (error) {
      // What an engine throws is a violation too: it is total.
      if (!this.#isOver) violation = asViolation(error, "engine");
    }
    return {
      ...{ violation, events: this.#events, inputs: this.#inputs, decisions: this.#top },
      ...{ faults: this.#tally.faults, also: this.#tally.also },
      virtualUs: this.queue.nowUs,
      letters: this.network.letters,
    };
  }

  #begin(): void {
    for (const [place, process] of this.processes.entries()) {
      const { driftPpm } = this.plan.clocks[place] ?? { driftPpm: 0 };
      const everyUs = Math.max(1, Math.floor((this.plan.tickUs * 1_000_000) / (1_000_000 + driftPpm)));
      // Not all at the same moment.
      this.#tickAt(process, Math.floor((everyUs * (place + 1)) / (this.processes.length + 1)), everyUs);
    }
    this.pools.begin();
    this.#driver.begin();
    this.#sampleAt(SAMPLE_US);
  }

  #tickAt(process: P, atUs: number, everyUs: number): void {
    this.queue.at(atUs, () => {
      if (process.up) {
        this.pools.look(process);
        process.tick();
      }
      this.#tickAt(process, atUs + everyUs, everyUs);
    });
  }

  #sampleAt(atUs: number): void {
    this.queue.at(atUs, () => {
      for (const check of this.checks) check.sampled?.();
      this.#sampleAt(atUs + SAMPLE_US);
    });
  }

  /** Until the world has been kind, and everything that was sent is final everywhere; or for as long as that may take. */
  #live(): void {
    const { kindAtUs, boundUs } = this.plan;
    const last = this.plan.transactions.at(-1)?.atUs ?? 0;
    const fromUs = Math.max(kindAtUs, last);
    while (!this.#isOver && this.queue.step(fromUs));
    const endUs = fromUs + boundUs;
    while (!this.#isOver && !this.isSettled && this.queue.step(endUs));
    if (!this.#isOver && this.owesLiveness && !this.isSettled)
      throw new Violation(
        "liveness",
        `not everything is final ${boundUs / 1_000_000} s after the world turned kind: ${this.standing()}`,
      );
  }

  /** Ends the world, well: what follows says nothing any more. */
  end(): void {
    this.#isOver = true;
  }

  // What processes ask of the world.

  post(
    from: number,
    to: number,
    what: string | (() => string),
    bytes: number,
    deliver: (peer: P) => void,
  ): void {
    const words = typeof what === "string" ? () => what : what;
    const peer = this.processes[to] as P;
    this.network.send({ from, to, bytes, what: words, deliver: () => deliver(peer) });
  }

  /** Whether a block is valid there. */
  judges({ disk, height, head }: EngineProcess, hash: BlockHash): boolean {
    const isNew = this.blocks.get(hash).holds.every((id) => !disk.held.has(id));
    return isNew && this.blocks.isValid(hash, { height, head });
  }

  stopsHere(process: EngineProcess): boolean {
    return this.#driver.stopsHere(process);
  }

  /** A process came back after a crash. */
  came(process: EngineProcess): void {
    this.pools.came(process);
    this.connections.makeAll(process);
  }

  // What processes tell.

  count(fault: string): void {
    this.#tally.inflicted(fault);
  }

  countAlso(name: Also): void {
    this.#tally.happened(name);
  }

  /** What befalls the network, or all. */
  weather(what: string): void {
    this.options.recorder?.happened(this.queue.nowUs, { kind: "weather", what });
  }

  tell({ place }: { readonly place: number }, mark: Mark, what: string): void {
    this.options.recorder?.happened(this.queue.nowUs, { kind: "suffer", process: place, mark, what });
  }

  /** A block's transactions wait no more: before the engine hears of it, and asks for the next. */
  included(at: EngineProcess, block: ModelBlock): void {
    this.pools.included(at, block.holds);
  }

  /** An engine has taken in an input. */
  protected countStep({ kind }: { readonly kind: string }): void {
    this.#events++;
    if (kind !== "tick") this.#inputs++;
    this.queue.count();
  }

  /** A process that keeps the rules has decided a height. */
  protected reached(height: number): void {
    this.#top = Math.max(this.#top, height);
  }

  protected note({ place }: { readonly place: number }, mark: Mark, what: () => string): void {
    this.options.recorder?.happened(this.queue.nowUs, { kind: "do", process: place, mark, what: what() });
  }
}
