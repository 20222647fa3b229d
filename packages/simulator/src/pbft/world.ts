// A world of PBFT engines: the processes, what is between them and what befalls them, from one plan. The same plan gives
// the same world, to the last event.
import type {
  Engine,
  Equivocation,
  PbftEffect,
  PbftInput,
  PbftKept,
  PbftMessage,
  PbftStart,
  PbftStatus,
  SignedMessage,
} from "@witan/consensus";
import {
  asciiBytes,
  type BlockHash,
  type Hash,
  type Height,
  type Membership,
  type PbftCertificate,
  sha256Hex,
} from "@witan/primitives";
import { Random } from "../random.ts";
import { EventQueue } from "../world/event-queue.ts";
import { Network } from "../world/network.ts";
import type { Mark, Recorder } from "../world/recorder.ts";
import { type Also, Tally } from "../world/tally.ts";
import { asViolation, Violation } from "../world/violation.ts";
import { Blocks, type ModelBlock } from "./blocks.ts";
import { Cast } from "./cast.ts";
import type { Check, CheckMaker } from "./check.ts";
import type { ConductMaker, Outgoing } from "./conduct.ts";
import { Connections } from "./connections.ts";
import { Conspiracy } from "./conspiracy.ts";
import { FaultDriver } from "./fault-driver.ts";
import { Lies } from "./lies.ts";
import { hasManyLiars, MESSAGE_BYTES, type PbftPlan } from "./plan.ts";
import { Pools } from "./pools.ts";
import { Process } from "./process.ts";
import { StepNotes } from "./step-notes.ts";
import { wordsOf } from "./words.ts";

/** What a process of a world runs. */
export type WorldEngine = Engine<PbftInput, PbftEffect, PbftStatus> & {
  /** How much it keeps in memory, if it tells. */
  kept?(): PbftKept;
};

/** Makes the engine of a process, on what its disk holds. */
export type Begin = (world: PbftWorld, process: Process, start: PbftStart) => WorldEngine;

/** What a world is made of, beside its plan. */
export interface PbftWorldOptions {
  readonly begin: Begin;
  readonly checks: readonly CheckMaker[];
  /** Ways to misbehave, by the names that plans use. */
  readonly conducts: Readonly<Record<string, ConductMaker>>;
  readonly recorder?: Recorder | undefined;
  /** Names of the letters that arrive while the world is not kind; undefined: all. */
  readonly arriving?: ReadonlySet<string> | undefined;
  /** Messages in words, where a protocol has other names for them. */
  readonly words?: (signed: SignedMessage) => string;
  /** Which votes of a quorum are a certificate: COMMITs, unless a specimen has none. */
  readonly certifies?: "prepare";
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

const SAMPLE_US = 1_000_000;

/** One world. */
export class PbftWorld {
  readonly plan: PbftPlan;
  readonly options: PbftWorldOptions;
  readonly queue = new EventQueue();
  readonly cast: Cast;
  readonly blocks: Blocks;
  readonly conspiracy: Conspiracy;
  readonly network: Network;
  readonly pools: Pools;
  readonly connections: Connections;
  readonly firstMembership: Membership;
  readonly processes: readonly Process[];
  readonly diskChance: Random;
  readonly #checks: readonly Check[];
  readonly #driver: FaultDriver;
  readonly #tally = new Tally();
  readonly #notes: StepNotes | undefined;
  /** A message in words. */
  readonly words: (signed: SignedMessage) => string;
  #isOver = false;
  #events = 0;
  #top = 0;

  constructor(plan: PbftPlan, options: PbftWorldOptions) {
    const { seed, members, spares, liars } = plan;
    this.plan = plan;
    this.options = options;
    this.words = options.words ?? wordsOf;
    const nodes = members + spares;
    this.cast = new Cast(
      nodes,
      liars.map(({ node }) => node),
      options.certifies,
    );
    this.blocks = new Blocks(this.cast, plan, () => Math.floor(this.queue.nowUs / 1_000));
    this.conspiracy = new Conspiracy(this.cast, this.blocks);
    this.diskChance = Random.of(seed, "disks");
    this.network = new Network({
      ...{ seed, plan: plan.network, queue: this.queue, recorder: options.recorder },
      isUp: (process) => this.processes[process]?.up === true,
      count: (fault) => this.count(fault),
      arriving: options.arriving,
      kindAtUs: plan.kindAtUs,
    });
    this.pools = new Pools(this);
    this.connections = new Connections(this);
    const first = this.cast.names.slice(0, members).map((name) => this.cast.member(name, 0));
    this.firstMembership = { mode: "pbft", from: 1 as Height, members: first };
    const places = [...Array(nodes).keys(), ...liars.filter(({ twin }) => twin).map(({ node }) => node)];
    const keysOf = (node: number) => this.cast.keysOf(`v${node}`);
    this.processes = places.map((node, place) => new Process(this, place, node, keysOf(node)));
    this.#checks = options.checks.map((make) => make(this));
    this.#makeLiars();
    this.#driver = new FaultDriver(this);
    this.#notes = options.recorder && new StepNotes(options.recorder, this.queue);
  }

  #makeLiars(): void {
    for (const { node, conducts } of this.plan.liars)
      for (const process of this.processes.filter((one) => one.node === node)) {
        const chanceOf = (name: string) => Random.of(this.plan.seed, `liar ${process.place} ${name}`);
        const made = conducts.map((name) => {
          const make = this.options.conducts[name];
          if (make === undefined) throw new RangeError(`there is no conduct ${name}`);
          return make(chanceOf(name));
        });
        if (process.place !== node) this.count("twin");
        process.lies = new Lies(this, process, made, chanceOf(""));
      }
  }

  /** Lets the world run to its end, or to the first violation. */
  run(): WorldResult {
    let violation: Violation | undefined;
    try {
      this.#begin();
      this.#live();
      if (!this.#isOver) for (const check of this.#checks) check.ended?.();
    } catch (error) {
      // What an engine throws is a violation too: it is total.
      if (!this.#isOver) violation = asViolation(error, "engine");
    }
    return {
      ...{ violation, events: this.#events, decisions: this.#top },
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

  #tickAt(process: Process, atUs: number, everyUs: number): void {
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
      for (const check of this.#checks) check.sampled?.();
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
    // More liars than f may stop everything.
    if (!this.#isOver && !hasManyLiars(this.plan) && !this.isSettled)
      throw new Violation("liveness", this.#standing(boundUs));
  }

  /** Ends the world, well: what follows says nothing any more. */
  end(): void {
    this.#isOver = true;
  }

  /** Whether all that clients sent is in the chain of every correct member. */
  get isSettled(): boolean {
    const sent = this.pools.sent;
    return this.correctMembers.every(({ up, disk }) => up && disk.held.size >= sent);
  }

  #standing(boundUs: number): string {
    const lines = this.correctMembers.map((process) => {
      const { height, view, phase, primary } = process.engine.status();
      const lacking = this.pools.sent - process.disk.held.size;
      return `p${process.place} at height ${height}, view ${view}, ${phase}, primary ${primary}, lacks ${lacking}`;
    });
    return `not everything is final ${boundUs / 1_000_000} s after the world turned kind: ${lines.join("; ")}`;
  }

  // Who is who.

  /** Processes of nodes that keep the rules. */
  get correct(): readonly Process[] {
    return this.processes.filter(({ node }) => !this.cast.isLiar(`v${node}`));
  }

  /** Those of them that are members now, by the longest chain. */
  get correctMembers(): readonly Process[] {
    const correct = this.correct;
    const first = correct.reduce((a, b) => (b.height > a.height ? b : a));
    const { members } = first.ground.membership;
    return correct.filter(({ keys }) => members.some(({ votingKey }) => keys.includes(votingKey)));
  }

  isLiar(process: Process): boolean {
    return process.lies !== undefined;
  }

  /** The places of a member: two, if it has a twin. */
  placesOf(members: Membership, index: number): readonly number[] {
    const key = members.members[index]?.votingKey;
    if (key === undefined) return [];
    return this.processes.filter(({ keys }) => keys.includes(key)).map(({ place }) => place);
  }

  // What processes ask of the world.

  post(
    from: number,
    to: number,
    what: string | (() => string),
    bytes: number,
    deliver: (peer: Process) => void,
  ): void {
    const words = typeof what === "string" ? () => what : what;
    const peer = this.processes[to] as Process;
    this.network.send({ from, to, bytes, what: words, deliver: () => deliver(peer) });
  }

  /** Sends what was signed; the body travels beside a PRE-PREPARE. */
  deliver(from: Process, { to, signed, afterUs, bodiless }: Outgoing): void {
    const { message } = signed;
    const body = message.kind === "prePrepare" && !bodiless && from.bodies.goesWith(message.blockHash, to);
    const bytes = MESSAGE_BYTES + (body ? this.plan.blockBytes : 0);
    const send = () =>
      this.post(
        from.place,
        to,
        () => this.words(signed),
        bytes,
        (peer) => {
          if (body) peer.bodies.offer(message.blockHash, from.place);
          peer.hear(signed, from.place);
        },
      );
    if (afterUs === 0) send();
    else this.queue.at(this.queue.nowUs + afterUs, send);
  }

  /** The block that a process proposes. @param atMs by its clock, when it began to build */
  build(by: Process, pending: readonly number[], atMs: number): BlockHash {
    const block =
      by.lies?.builds(by.ground, pending) ?? this.blocks.build(by.ground, pending, undefined, atMs);
    return block.hash;
  }

  /** Whether a block is valid there. */
  judges({ disk, height, head }: Process, hash: BlockHash): boolean {
    const isNew = this.blocks.get(hash).holds.every((id) => !disk.held.has(id));
    return isNew && this.blocks.isValid(hash, { height, head });
  }

  stopsHere(process: Process): boolean {
    return this.#driver.stopsHere(process);
  }

  /** A process came back after a crash. */
  came(process: Process): void {
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

  tell(process: Process, mark: Mark, what: string): void {
    const { place } = process;
    this.options.recorder?.happened(this.queue.nowUs, { kind: "suffer", process: place, mark, what });
  }

  stepped(process: Process, input: PbftInput, effects: readonly PbftEffect[]): void {
    this.#events++;
    this.queue.count();
    this.#notes?.stepped(process, input, effects);
    for (const check of this.#checks) check.stepped?.(process, input, effects);
  }

  signed(at: Process, signed: SignedMessage): SignedMessage {
    this.#note(at, "vote", () => `says ${this.words(signed)}`);
    for (const check of this.#checks) check.signed?.(at, signed);
    return signed;
  }

  refused(at: Process, message: PbftMessage, why: string): void {
    for (const check of this.#checks) check.refused?.(at, message, why);
  }

  faulted(at: Process, signed: SignedMessage, from: number): void {
    this.countAlso("faulty-messages");
    for (const check of this.#checks) check.faulted?.(at, signed, from);
  }

  decided(at: Process, certificate: PbftCertificate): ModelBlock {
    const block = this.blocks.get(certificate.blockHash);
    this.#note(at, "decide", () => `decides ${block.hash.slice(0, 8)} at ${block.height}`);
    for (const check of this.#checks) check.decided?.(at, certificate, block);
    if (!at.lies) this.#top = Math.max(this.#top, block.height);
    return block;
  }

  /** A block's transactions wait no more: before the engine hears of it, and asks for the next. */
  included(at: Process, block: ModelBlock): void {
    this.pools.included(at, block.holds);
  }

  applied(at: Process, block: ModelBlock): void {
    for (const check of this.#checks) check.applied?.(at, block);
    if (block.height % this.plan.checkpointInterval !== 0) return;
    const digest = sha256Hex(asciiBytes(`state after ${at.head} ${at.disk.held.size}`)) as Hash;
    at.feed({ kind: "checkpointHashed", height: block.height as Height, digest });
  }

  checkpointed(at: Process, height: Height, digest: Hash): void {
    for (const check of this.#checks) check.checkpointed?.(at, height, digest);
  }

  accused(at: Process, evidence: Equivocation, members: Membership): void {
    for (const check of this.#checks) check.accused?.(at, evidence, members);
  }

  #note({ place }: Process, mark: Mark, what: () => string): void {
    this.options.recorder?.happened(this.queue.nowUs, { kind: "do", process: place, mark, what: what() });
  }
}
