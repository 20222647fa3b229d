// A world of proof of work at the level of engines: time, network, faults, miners and payments, from one plan. The same plan
// gives the same world, to the last event. Nothing is ever final in it: what is checked is what holds without that.
import type { PowConfig, PowEffect, PowInput, PowParameters, PowStart, ProofOfWork } from "@witan/consensus";
import { type BlockHash, blockWork, compactOfTarget } from "@witan/primitives";
import { FaultDriver } from "../engines/fault-driver.ts";
import type { EngineWorldResult } from "../engines/world.ts";
import { Random } from "../random.ts";
import { EventQueue } from "../world/event-queue.ts";
import type { Meter } from "../world/meter.ts";
import { Network } from "../world/network.ts";
import type { Mark, Recorder } from "../world/recorder.ts";
import { Tally } from "../world/tally.ts";
import { asViolation, Violation } from "../world/violation.ts";
import { PowBlocks } from "./blocks.ts";
import type { PowCheck, PowCheckMaker, SwitchTip } from "./check.ts";
import type { PowConductMaker } from "./conduct.ts";
import { PowConnections } from "./connections.ts";
import { bytesOf, namedOf, type PowLetter, wordsOf } from "./letters.ts";
import { LiarProcess } from "./liar-process.ts";
import type { PowPlan } from "./plan.ts";
import { PowProcess } from "./process.ts";

/** How a world is run. */
export interface PowWorldOptions {
  /** Makes an engine: the real one, or one that lacks a rule. */
  readonly begin: (config: PowConfig, start: PowStart) => ProofOfWork;
  readonly checks: Readonly<Record<string, PowCheckMaker>>;
  readonly conducts: Readonly<Record<string, PowConductMaker>>;
  readonly recorder?: Recorder | undefined;
  /** Names of the letters that arrive while the world is not kind; undefined: all. */
  readonly arriving?: ReadonlySet<string> | undefined;
  /** Undefined: nobody measures. */
  readonly meter?: Meter | undefined;
}

const SAMPLE_US = 1_000_000;
/** Of the first blocks. */
export const INITIAL_TARGET = compactOfTarget(1n << 240n);
/** Blocks may come to be sixteen times as easy as at first. */
const TARGET_LIMIT = compactOfTarget(1n << 244n);

/** One world. */
export class PowWorld {
  readonly plan: PowPlan;
  readonly options: PowWorldOptions;
  readonly parameters: PowParameters;
  readonly queue = new EventQueue();
  readonly network: Network;
  readonly blocks: PowBlocks;
  readonly connections: PowConnections;
  readonly processes: readonly PowProcess[];
  /** Those that keep the rules. */
  readonly correct: readonly PowProcess[];
  readonly diskChance: Random;
  readonly hostChance: Random;
  /** How long one try takes, in microseconds, if all hash power tries one after another. */
  readonly triesUs: number;
  isClosing = false;
  readonly #checks: readonly PowCheck[];
  readonly #driver: FaultDriver<PowProcess>;
  readonly #tally = new Tally();
  #events = 0;
  #inputs = 0;
  #top = 0;

  constructor(plan: PowPlan, options: PowWorldOptions) {
    const { seed, blockIntervalMs, retargetInterval, maxFutureDriftMs } = plan;
    this.plan = plan;
    this.options = options;
    this.parameters = {
      ...{ initialTarget: INITIAL_TARGET, targetLimit: TARGET_LIMIT },
      ...{ blockIntervalMs, retargetInterval, maxFutureDriftMs },
    };
    this.triesUs = (blockIntervalMs * 1_000) / Number(blockWork(INITIAL_TARGET));
    this.network = new Network({
      ...{ seed, plan: plan.network, queue: this.queue, recorder: options.recorder },
      isUp: (process) => this.processes[process]?.up === true,
      count: (fault) => this.count(fault),
      ...{ arriving: options.arriving, kindAtUs: plan.kindAtUs },
    });
    this.blocks = new PowBlocks(seed, this.parameters, (payment) => plan.payments[payment]?.coin ?? payment);
    this.diskChance = Random.of(seed, "disks");
    this.hostChance = Random.of(seed, "hosts");
    this.connections = new PowConnections(this);
    this.processes = plan.power.map((_, place) => this.#process(place));
    this.correct = this.processes.filter(({ isLiar }) => !isLiar);
    this.#driver = new FaultDriver<PowProcess>(this);
    this.#checks = Object.entries(options.checks).map(([name, { make }]) => ({ name, ...make(this) }));
  }

  /** Lets the world run to its end, or to the first violation. */
  run(): EngineWorldResult {
    let violation: Violation | undefined;
    try {
      this.#begin();
      this.#live();
      for (const check of this.#checks) check.ended?.();
    } catch (error) {
      // What an engine throws is a violation too: it is total.
      violation = asViolation(error, "engine");
    }
    return {
      ...{ violation, events: this.#events, inputs: this.#inputs, decisions: this.#top },
      ...{
        faults: this.#tally.faults,
        also: this.#tally.also,
        virtualUs: this.queue.nowUs,
        letters: this.network.letters,
      },
    };
  }

  /** Of a thousand parts of all hash power. */
  powerOf(place: number): number {
    if (this.isClosing) return place === this.#closer ? 1_000 : 0;
    return this.plan.power[place] ?? 0;
  }

  #process(place: number): PowProcess {
    const liar = this.plan.liars.find(({ node }) => node === place);
    if (liar === undefined) return new PowProcess(this, place);
    const { conducts } = this.options;
    const own = liar.conducts
      .filter((name) => name in conducts)
      .map((name) => [name, conducts[name]] as const);
    return new LiarProcess(this, place, Object.fromEntries(own) as Record<string, PowConductMaker>);
  }

  /** Who alone finds blocks in the end: the strongest that keeps the rules. */
  get #closer(): number {
    const power = ({ place }: PowProcess) => this.plan.power[place] ?? 0;
    return this.correct.reduce((best, one) => (power(one) > power(best) ? one : best)).place;
  }

  #begin(): void {
    const { plan, queue, processes } = this;
    for (const process of processes) {
      const { driftPpm } = plan.clocks[process.place] ?? { driftPpm: 0 };
      const everyUs = Math.max(1, Math.floor((plan.tickUs * 1_000_000) / (1_000_000 + driftPpm)));
      this.#tickAt(process, Math.floor((everyUs * (process.place + 1)) / (processes.length + 1)), everyUs);
    }
    for (const [payment, { atUs, to }] of plan.payments.entries())
      queue.at(atUs, () => {
        for (const place of to) processes[place]?.heard.add(payment);
      });
    this.#driver.begin();
    this.#connectAll();
    // What was cut is connected again, whoever it was.
    queue.at(plan.kindAtUs, () => this.#connectAll());
    queue.at(plan.closesAtUs, () => this.#close());
    this.#sampleAt(SAMPLE_US);
  }

  #connectAll(): void {
    for (const { place } of this.processes)
      for (let other = 0; other < place; other++) this.connections.make(other, place);
  }

  #close(): void {
    this.isClosing = true;
    this.weather("from here on one miner alone finds blocks");
    for (const process of this.processes) {
      for (const payment of this.plan.payments.keys()) process.heard.add(payment);
      process.mining.again();
    }
    const { mining, tip } = this.processes[this.#closer] as PowProcess;
    mining.mine(mining.jobOn(tip.header.hash));
  }

  #tickAt(process: PowProcess, atUs: number, everyUs: number): void {
    this.queue.at(atUs, () => {
      if (process.up) process.tick();
      this.#tickAt(process, atUs + everyUs, everyUs);
    });
  }

  #sampleAt(atUs: number): void {
    this.queue.at(atUs, () => {
      for (const process of this.processes) process.sometimes();
      for (const check of this.#checks) check.sampled?.();
      this.#sampleAt(atUs + SAMPLE_US);
    });
  }

  #live(): void {
    const { closesAtUs, boundUs } = this.plan;
    while (this.queue.step(closesAtUs));
    while (!this.#isSettled && this.queue.step(closesAtUs + boundUs));
    if (this.#isSettled) return;
    const standing = this.correct.map(({ place, tip }) => `p${place} at ${namedOf(tip.header)}`).join(", ");
    throw new Violation(
      "liveness",
      `not all stand on one chain with everything that was paid ${boundUs / 1_000_000} s after one miner was left: ${standing}`,
    );
  }

  /** All correct nodes stand on one block, and every coin that was to be spent is. */
  get #isSettled(): boolean {
    const [first] = this.correct;
    if (first === undefined || this.correct.some(({ up, tip }) => !up || tip !== first.tip)) return false;
    const spent = this.blocks.spent(first.tip.header.hash);
    return this.plan.payments.every(({ coin }) => spent.has(coin));
  }

  // What processes ask of the world, and tell it.

  post(from: number, to: number, letter: PowLetter): void {
    if (!this.connections.of(from).includes(to)) return;
    const bytes = bytesOf(letter, this.plan.blockBytes);
    this.options.meter?.sent(letter.kind, bytes);
    this.network.send({
      ...{ from, to, bytes, what: () => wordsOf(letter) },
      deliver: () => this.processes[to]?.hear(from, letter),
    });
  }

  stopsHere(process: PowProcess): boolean {
    return this.#driver.stopsHere(process);
  }

  came(process: PowProcess): void {
    this.connections.makeAll(process);
  }

  left(process: PowProcess): void {
    this.connections.left(process);
  }

  stepped(at: PowProcess, input: PowInput): void {
    this.#events++;
    if (input.kind !== "tick") this.#inputs++;
    this.queue.count();
    for (const check of this.#checks) check.stepped?.(at, input);
  }

  switching(at: PowProcess, effect: SwitchTip, isSecond: boolean): void {
    for (const check of this.#checks) check.switching?.(at, effect, isSecond);
  }

  /** A host has found out that a block breaks a rule. */
  judged(at: PowProcess, invalid: BlockHash): void {
    this.note(at, "other", () => `finds that ${namedOf(this.blocks.get(invalid).header)} breaks a rule`);
    for (const check of this.#checks) check.judged?.(at, invalid);
  }

  /** A chain stands somewhere else. */
  moved(at: PowProcess, undone: number): void {
    if (!at.isLiar) {
      this.#top = Math.max(this.#top, at.tip.header.height);
      for (let more = undone; more > 0; more--) this.#tally.happened("blocks-undone");
    }
    this.note(at, undone > 0 ? "view" : "decide", () => {
      const undid = undone > 0 ? `undoes ${undone} and ` : "";
      return `${undid}stands at ${namedOf(at.tip.header)}`;
    });
    for (const check of this.#checks) check.moved?.(at);
  }

  /** It is to mine. */
  told(at: PowProcess, work: Extract<PowEffect, { readonly kind: "mine" }>): void {
    for (const check of this.#checks) check.mines?.(at, work);
  }

  forgets(at: PowProcess, hashes: readonly BlockHash[]): void {
    for (const check of this.#checks) check.forgets?.(at, hashes);
  }

  blamed(at: PowProcess, peer: number, effect: Extract<PowEffect, { readonly kind: "reportPeer" }>): void {
    this.note(at, "other", () => `blames p${peer} for ${effect.code} of ${effect.hash.slice(0, 8)}`);
    for (const check of this.#checks) check.blamed?.(at, peer, effect);
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
