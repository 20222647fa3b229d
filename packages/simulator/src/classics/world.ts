// A world of a classic: time, network, faults and liars, from one plan. The same plan gives the same world, to the last
// event. What runs in it, and what is checked, is the design's.
import { FaultDriver } from "../engines/fault-driver.ts";
import type { WorldResult } from "../engines/world.ts";
import { Random } from "../random.ts";
import { EventQueue } from "../world/event-queue.ts";
import { Network } from "../world/network.ts";
import type { Mark, Recorder } from "../world/recorder.ts";
import { Tally } from "../world/tally.ts";
import { asViolation, Violation } from "../world/violation.ts";
import type { ClassicCheck, ClassicDesign, EffectOf, InputOf, Kinds } from "./design.ts";
import { ClassicProcess } from "./process.ts";

/** How a world is run. */
export interface ClassicWorldOptions {
  readonly recorder?: Recorder | undefined;
  /** Names of the letters that arrive while the world is not kind; undefined: all. */
  readonly arriving?: ReadonlySet<string> | undefined;
}

/** Every message is said to have so many. */
const BYTES = 100;

/** One world. */
export class ClassicWorld<K extends Kinds> {
  readonly plan: K["plan"];
  readonly design: ClassicDesign<K>;
  readonly options: ClassicWorldOptions;
  readonly queue = new EventQueue();
  readonly network: Network;
  readonly diskChance: Random;
  readonly processes: readonly ClassicProcess<K>[];
  /** No lines are kept that could break. */
  readonly connections = { makeAll: () => {}, make: () => {} };
  readonly #checks: readonly ClassicCheck<K>[];
  readonly #driver: FaultDriver<ClassicProcess<K>>;
  readonly #tally = new Tally();
  #inputs = 0;
  #decisions = 0;

  constructor(design: ClassicDesign<K>, plan: K["plan"], options: ClassicWorldOptions = {}) {
    this.design = design;
    this.plan = plan;
    this.options = options;
    this.network = new Network({
      ...{ seed: plan.seed, plan: plan.network, queue: this.queue, recorder: options.recorder },
      isUp: (place) => this.processes[place]?.up === true,
      count: (fault) => this.count(fault),
      ...{ arriving: options.arriving, kindAtUs: plan.kindAtUs },
    });
    this.diskChance = Random.of(plan.seed, "disks");
    this.processes = Array.from({ length: plan.processes }, (_, place) => new ClassicProcess(this, place));
    this.#driver = new FaultDriver<ClassicProcess<K>>(this);
    this.#checks = Object.values(design.checks).map((check) => check.make(this));
  }

  /** Those that keep the rules, gone ones among them. */
  get correct(): readonly ClassicProcess<K>[] {
    return this.processes.filter(({ isLiar }) => !isLiar);
  }

  /** Inputs that engines took in, beside ticks. */
  get inputs(): number {
    return this.#inputs;
  }

  /** Lets the world run to its end, or to the first violation. */
  run(): WorldResult {
    let violation: Violation | undefined;
    try {
      this.#begin();
      this.#live();
      for (const check of this.#checks) check.ended?.();
    } catch (error) {
      // What an engine throws is a violation too: it is total.
      violation = asViolation(error, "engine");
    }
    const { faults, also } = this.#tally;
    return {
      ...{ violation, virtualUs: this.queue.nowUs, events: this.#inputs, decisions: this.#decisions },
      ...{ faults, also, letters: this.network.letters },
    };
  }

  #begin(): void {
    const { plan, queue, design } = this;
    if (plan.kindAtUs > 0) this.#driver.begin();
    else this.network.turnKind();
    if (plan.ticks === "together") this.#roundAt(plan.tickUs);
    else for (const process of this.processes) this.#tickFirst(process);
    for (const { place, atUs, request } of design.requestsOf(plan))
      queue.at(atUs, () => this.processes[place]?.ask(request));
    for (const { place, atUs } of plan.gone)
      queue.at(atUs, () => {
        const process = this.processes[place] as ClassicProcess<K>;
        process.isGone = true;
        this.count("gone");
        process.crash();
      });
  }

  #live(): void {
    const { kindAtUs, boundUs } = this.plan;
    while (this.queue.step(kindAtUs));
    while (this.design.owed(this) !== undefined && this.queue.step(kindAtUs + boundUs));
    const owed = this.design.owed(this);
    if (owed === undefined) return;
    const since = kindAtUs > 0 ? "after the world turned kind" : "after it began";
    const { check, says } = typeof owed === "string" ? { check: "liveness", says: owed } : owed;
    throw new Violation(check, `${says}, ${boundUs / 1_000_000} s ${since}`);
  }

  #roundAt(atUs: number): void {
    this.queue.at(atUs, () => {
      for (const process of this.processes) process.feed({ kind: "tick" });
      this.#roundAt(atUs + this.plan.tickUs);
    });
  }

  #tickFirst(process: ClassicProcess<K>): void {
    const { clocks, tickUs } = this.plan;
    const { driftPpm } = clocks[process.place] ?? { driftPpm: 0 };
    const everyUs = Math.max(1, Math.floor((tickUs * 1_000_000) / (1_000_000 + driftPpm)));
    this.#tickAt(process, Math.floor((everyUs * (process.place + 1)) / (this.processes.length + 1)), everyUs);
  }

  #tickAt(process: ClassicProcess<K>, atUs: number, everyUs: number): void {
    this.queue.at(atUs, () => {
      process.feed({ kind: "tick" });
      this.#tickAt(process, atUs + everyUs, everyUs);
    });
  }

  // What processes ask of the world, and tell it.

  post(at: ClassicProcess<K>, to: number, message: K["message"]): void {
    const { design } = this;
    const from = at.place;
    const sealed = design.seals?.(this, from, message) ?? message;
    for (const check of this.#checks) check.sent?.(at, to, sealed);
    this.network.send({
      ...{ from, to, bytes: BYTES, what: () => design.wordsOf(sealed) },
      deliver: () => this.#arrives(from, to, sealed),
    });
  }

  #arrives(from: number, to: number, message: K["message"]): void {
    const process = this.processes[to] as ClassicProcess<K>;
    const fault = this.design.faultOf?.(this, message, from, to);
    if (fault === undefined) {
      process.feed({ kind: "message", from, message });
      return;
    }
    this.#tally.happened("faulty-messages");
    this.note(process, "other", () => `drops it: ${fault}`);
  }

  stopsHere(process: ClassicProcess<K>): boolean {
    return this.#driver.stopsHere(process);
  }

  stepped(at: ClassicProcess<K>, input: InputOf<K>, effects: readonly EffectOf<K>[]): void {
    if (input.kind !== "tick") this.#inputs++;
    this.queue.count();
    for (const check of this.#checks) check.stepped?.(at, input, effects);
  }

  wrote(at: ClassicProcess<K>, kept: K["kept"]): void {
    const { keptWords } = this.design;
    if (keptWords) this.note(at, "write", () => keptWords(kept));
    for (const check of this.#checks) check.kept?.(at, kept);
  }

  told(at: ClassicProcess<K>, outcome: K["outcome"]): void {
    if (!at.isLiar) this.#decisions++;
    if (this.options.recorder) {
      const { mark, what } = this.design.outcomeWords(outcome);
      this.note(at, mark, () => what);
    }
    for (const check of this.#checks) check.told?.(at, outcome);
  }

  tellRequest(at: ClassicProcess<K>, request: K["request"]): void {
    if (this.options.recorder === undefined) return;
    const words = this.design.requestWords(request);
    if (words) this.note(at, words.mark, () => words.what);
  }

  count(fault: string): void {
    this.#tally.inflicted(fault);
  }

  weather(what: string): void {
    this.options.recorder?.happened(this.queue.nowUs, { kind: "weather", what });
  }

  tell({ place }: { readonly place: number }, mark: Mark, what: string): void {
    this.options.recorder?.happened(this.queue.nowUs, { kind: "suffer", process: place, mark, what });
  }

  note({ place }: { readonly place: number }, mark: Mark, what: () => string): void {
    this.options.recorder?.happened(this.queue.nowUs, { kind: "do", process: place, mark, what: what() });
  }
}
