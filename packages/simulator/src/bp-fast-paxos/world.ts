// A world of engines of BP Fast Paxos: proposers at the edge, any of which may lie, acceptors, of which t_a may be gone, and
// observers. The same plan gives the same world, to the last event.
import {
  type BpfpEffect,
  type BpfpEvidence,
  type BpfpInput,
  type BpfpKept,
  type BpfpMessage,
  type BpfpRecord,
  type BpfpStart,
  type BpfpStatus,
  bpfpMessageCodec,
  type Corrections,
  type Engine,
} from "@witan/consensus";
import {
  asciiBytes,
  type BlockHash,
  type BpFastPaxosCertificate,
  type Hash,
  type Height,
  type Membership,
  sha256Hex,
} from "@witan/primitives";
import { Blocks, type ModelBlock } from "../engines/blocks.ts";
import { MESSAGE_BYTES } from "../engines/plan.ts";
import { EngineWorld, type EngineWorldOptions } from "../engines/world.ts";
import { Random } from "../random.ts";
import { Violation } from "../world/violation.ts";
import { Cast } from "./cast.ts";
import { Changes } from "./changes.ts";
import type { Check, CheckMaker } from "./check.ts";
import type { ConductMaker, Outgoing } from "./conduct.ts";
import { Conspiracy } from "./conspiracy.ts";
import { Lies } from "./lies.ts";
import { allProposersLie, anAcceptorLies, type BpfpPlan, type NodeRole } from "./plan.ts";
import { Process } from "./process.ts";
import { StepNotes } from "./step-notes.ts";
import { wordsOf } from "./words.ts";

/** What a process of a world runs. */
export type WorldEngine = Engine<BpfpInput, BpfpEffect, BpfpStatus> & {
  /** How much it keeps in memory. */
  kept(): BpfpKept;
};

/** Makes the engine of a process, on what its disk holds. */
export type Begin = (world: BpfpWorld, process: Process, start: BpfpStart) => WorldEngine;

/** What a world is made of, beside its plan. */
export interface BpfpWorldOptions extends EngineWorldOptions {
  readonly begin: Begin;
  readonly checks: readonly CheckMaker[];
  /** Ways to misbehave, by the names that plans use. */
  readonly conducts: Readonly<Record<string, ConductMaker>>;
  /** The rules as a specimen has them; undefined: as nodes run them. */
  readonly corrections?: Corrections | undefined;
}

/** What is wrong with a message; undefined: nothing. */
export interface Verdict {
  readonly fault: string | undefined;
  /** How many are to be checked in it. */
  readonly signatures: number;
}

/** One world. */
export class BpfpWorld extends EngineWorld<Process> {
  override readonly plan: BpfpPlan;
  override readonly options: BpfpWorldOptions;
  readonly cast: Cast;
  readonly blocks: Blocks;
  readonly conspiracy: Conspiracy;
  readonly firstMembership: Membership;
  readonly processes: readonly Process[];
  protected readonly checks: readonly Check[];
  /** What is known of messages, by what who heard them is. */
  readonly verdicts: Readonly<Record<NodeRole, WeakMap<BpfpMessage, Verdict>>> = {
    ...{ proposer: new WeakMap(), acceptor: new WeakMap(), observer: new WeakMap() },
  };
  readonly #notes: StepNotes | undefined;
  readonly #sizes = new WeakMap<BpfpMessage, number>();

  constructor(plan: BpfpPlan, options: BpfpWorldOptions) {
    super(plan, options, plan.nodes.length);
    this.plan = plan;
    this.options = options;
    this.cast = new Cast(plan.nodes);
    const changes = new Changes(this.cast, plan);
    this.blocks = new Blocks(
      (hash, membership) => changes.after(hash, membership),
      () => Math.floor(this.queue.nowUs / 1_000),
    );
    this.conspiracy = new Conspiracy(this.blocks);
    const first = plan.nodes.flatMap(({ role, isSpare }, place) =>
      isSpare || role === "observer" ? [] : [this.cast.member(place, 0)],
    );
    this.firstMembership = { mode: "bp-fast-paxos", from: 1 as Height, members: first };
    this.processes = plan.nodes.map(({ role }, place) => new Process(this, place, role));
    this.checks = options.checks.map((make) => make(this));
    this.#makeLiars();
    this.#notes = options.recorder && new StepNotes(options.recorder, this);
    for (const { node, atUs } of plan.gone)
      this.queue.at(atUs, () => {
        this.count("gone");
        this.processes[node]?.leave();
      });
  }

  #makeLiars(): void {
    for (const { node, conducts } of this.plan.liars) {
      const process = this.processes[node];
      if (process === undefined) throw new RangeError(`there is no node ${node}`);
      const chanceOf = (name: string) => Random.of(this.plan.seed, `liar ${node} ${name}`);
      const made = conducts.map((name) => {
        const make = this.options.conducts[name];
        if (make === undefined) throw new RangeError(`there is no conduct ${name}`);
        return make(chanceOf(name));
      });
      process.lies = new Lies(this, process, made, chanceOf(""));
    }
  }

  // Who is who.

  /** Processes that keep the rules, crashed or not. */
  get correct(): readonly Process[] {
    return this.processes.filter(({ lies }) => lies === undefined);
  }

  /** Those that learn: members now, by the longest chain, and observers; but who is gone. */
  get learners(): readonly Process[] {
    const correct = this.correct;
    const { membership } = correct.reduce((a, b) => (b.height > a.height ? b : a)).ground;
    return correct.filter((one) => !one.isGone && (one.role === "observer" || one.indexIn(membership) >= 0));
  }

  /** The places of a member: one, but for keys that nobody here has. */
  placesOf({ members }: Membership, index: number): readonly number[] {
    const key = members[index]?.votingKey;
    return key === undefined ? [] : [this.cast.nodeOf(key)];
  }

  /** A member by its name and place. */
  nameOf(members: Membership, index: number): string {
    return members.members[index]?.name ?? `member ${index}`;
  }

  /** Whether all that clients sent is in the chain of every learner. */
  get isSettled(): boolean {
    const { sent } = this.pools;
    return this.learners.every(({ up, disk }) => up && disk.held.size >= sent);
  }

  /** Where every proposer lies, nothing need be decided; where an acceptor lies, nothing is promised. */
  protected get owesLiveness(): boolean {
    return !allProposersLie(this.plan) && !anAcceptorLies(this.plan);
  }

  protected standing(): string {
    const lines = this.learners.map((process) => {
      const { height, round, phase, proposer } = process.engine.status();
      const lacking = this.pools.sent - process.disk.held.size;
      const name = this.cast.names[process.place];
      return `${name} at height ${height}, round ${round}, ${phase}, proposer ${proposer}, lacks ${lacking}`;
    });
    return lines.join("; ");
  }

  // What processes ask of the world.

  /** Sends a message; the body travels beside an ACCEPT. */
  deliver(from: Process, { to, message, afterUs, bodiless }: Outgoing): void {
    const sent = from.lies ? this.#through(message) : message;
    const body =
      sent.kind === "accept" && !bodiless && this.blocks.find(sent.blockHash) !== undefined
        ? from.bodies.goesWith(sent.blockHash, to)
        : false;
    const bytes = MESSAGE_BYTES + (body ? this.plan.blockBytes : 0);
    const { meter } = this.options;
    meter?.sent(sent.kind, this.#sizeOf(sent));
    if (body) meter?.sent("body", this.plan.blockBytes);
    const send = () =>
      this.post(
        from.place,
        to,
        () => wordsOf(sent),
        bytes,
        (peer) => {
          if (body && sent.kind === "accept") peer.bodies.offer(sent.blockHash, from.place);
          peer.hear(sent, from.place);
        },
      );
    if (afterUs === 0) send();
    else this.queue.at(this.queue.nowUs + afterUs, send);
  }

  #sizeOf(message: BpfpMessage): number {
    const known = this.#sizes.get(message);
    if (known !== undefined) return known;
    const size = bpfpMessageCodec.encode(message).length;
    this.#sizes.set(message, size);
    return size;
  }

  /** The block that a process proposes. @param atMs by its clock, when it began to build */
  build(by: Process, pending: readonly number[], atMs: number): BlockHash {
    const block =
      by.lies?.builds(by.ground, pending) ?? this.blocks.build(by.ground, pending, undefined, atMs);
    return block.hash;
  }

  /** Takes a message through its bytes: all that travels does. */
  #through(message: BpfpMessage): BpfpMessage {
    const decoded = bpfpMessageCodec.decode(bpfpMessageCodec.encode(message));
    if (decoded.ok) return decoded.value;
    throw new Violation("encoding", `${message.kind} does not survive its bytes: ${decoded.detail}`);
  }

  // What processes tell.

  stepped(process: Process, input: BpfpInput, effects: readonly BpfpEffect[]): void {
    this.countStep(input);
    this.#notes?.stepped(process, input, effects);
    for (const check of this.checks) check.stepped?.(process, input, effects);
  }

  wrote(at: Process, record: BpfpRecord): void {
    for (const check of this.checks) check.wrote?.(at, record);
  }

  /** A message is complete, and leaves. */
  said(at: Process, plain: BpfpMessage): BpfpMessage {
    const message = this.#through(plain);
    this.note(at, "vote", () => `says ${wordsOf(message)}`);
    for (const check of this.checks) check.said?.(at, message);
    return message;
  }

  faulted(at: Process, message: BpfpMessage, from: number, fault: string): void {
    this.countAlso("faulty-messages");
    for (const check of this.checks) check.faulted?.(at, message, from, fault);
  }

  decided(at: Process, hash: BlockHash, certificate: BpFastPaxosCertificate | undefined): ModelBlock {
    const block = this.blocks.get(hash);
    this.note(at, "decide", () => `decides ${block.hash.slice(0, 8)} at ${block.height}`);
    for (const check of this.checks) check.decided?.(at, certificate, block);
    if (!at.lies) this.reached(block.height);
    return block;
  }

  applied(at: Process, block: ModelBlock): void {
    for (const check of this.checks) check.applied?.(at, block);
    if (block.height % this.plan.checkpointInterval !== 0) return;
    const digest = sha256Hex(asciiBytes(`state after ${at.head} ${at.disk.held.size}`)) as Hash;
    at.feed({ kind: "checkpointHashed", height: block.height as Height, digest });
  }

  certified(at: Process, certificate: BpFastPaxosCertificate): void {
    for (const check of this.checks) check.certified?.(at, certificate);
  }

  checkpointed(at: Process, height: Height, digest: Hash): void {
    for (const check of this.checks) check.checkpointed?.(at, height, digest);
  }

  accused(at: Process, evidence: BpfpEvidence, members: Membership): void {
    if (!at.lies) this.countAlso("evidence-told");
    for (const check of this.checks) check.accused?.(at, evidence, members);
  }
}
