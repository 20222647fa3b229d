// A world of PBFT engines: the processes, what is between them and what befalls them, from one plan. The same plan gives
// the same world, to the last event.
import {
  type Engine,
  type Equivocation,
  type PbftEffect,
  type PbftInput,
  type PbftKept,
  type PbftMessage,
  type PbftStart,
  type PbftStatus,
  type SignedMessage,
  signedMessageCodec,
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
import { Blocks, type ModelBlock } from "../engines/blocks.ts";
import { EngineWorld, type EngineWorldOptions } from "../engines/world.ts";
import { Random } from "../random.ts";
import { Cast } from "./cast.ts";
import { Changes } from "./changes.ts";
import type { Check, CheckMaker } from "./check.ts";
import type { ConductMaker, Outgoing } from "./conduct.ts";
import { Conspiracy } from "./conspiracy.ts";
import { Lies } from "./lies.ts";
import { hasManyLiars, MESSAGE_BYTES, type PbftPlan } from "./plan.ts";
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
export interface PbftWorldOptions extends EngineWorldOptions {
  readonly begin: Begin;
  readonly checks: readonly CheckMaker[];
  /** Ways to misbehave, by the names that plans use. */
  readonly conducts: Readonly<Record<string, ConductMaker>>;
  /** Messages in words, where a protocol has other names for them. */
  readonly words?: (signed: SignedMessage) => string;
  /** Which votes of a quorum are a certificate: COMMITs, unless a specimen has none. */
  readonly certifies?: "prepare";
}

/** One world. */
export class PbftWorld extends EngineWorld<Process> {
  override readonly plan: PbftPlan;
  override readonly options: PbftWorldOptions;
  readonly cast: Cast;
  readonly blocks: Blocks;
  readonly conspiracy: Conspiracy;
  readonly firstMembership: Membership;
  readonly processes: readonly Process[];
  protected readonly checks: readonly Check[];
  readonly #notes: StepNotes | undefined;
  readonly #sizes = new WeakMap<SignedMessage, number>();
  /** A message in words. */
  readonly words: (signed: SignedMessage) => string;

  constructor(plan: PbftPlan, options: PbftWorldOptions) {
    const { members, spares, liars } = plan;
    const nodes = members + spares;
    const places = [...Array(nodes).keys(), ...liars.filter(({ twin }) => twin).map(({ node }) => node)];
    super(plan, options, places.length);
    this.plan = plan;
    this.options = options;
    this.words = options.words ?? wordsOf;
    this.cast = new Cast(
      nodes,
      liars.map(({ node }) => node),
      options.certifies,
    );
    const changes = new Changes(this.cast, plan);
    this.blocks = new Blocks(
      (hash, membership) => changes.after(hash, membership),
      () => Math.floor(this.queue.nowUs / 1_000),
    );
    this.conspiracy = new Conspiracy(this.cast, this.blocks);
    const first = this.cast.names.slice(0, members).map((name) => this.cast.member(name, 0));
    this.firstMembership = { mode: "pbft", from: 1 as Height, members: first };
    const keysOf = (node: number) => this.cast.keysOf(`v${node}`);
    this.processes = places.map((node, place) => new Process(this, place, node, keysOf(node)));
    this.checks = options.checks.map((make) => make(this));
    this.#makeLiars();
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

  /** Whether all that clients sent is in the chain of every correct member. */
  get isSettled(): boolean {
    const sent = this.pools.sent;
    return this.correctMembers.every(({ up, disk }) => up && disk.held.size >= sent);
  }

  /** More liars than f may stop everything. */
  protected get owesLiveness(): boolean {
    return !hasManyLiars(this.plan);
  }

  protected standing(): string {
    const lines = this.correctMembers.map((process) => {
      const { height, view, phase, primary } = process.engine.status();
      const lacking = this.pools.sent - process.disk.held.size;
      return `p${process.place} at height ${height}, view ${view}, ${phase}, primary ${primary}, lacks ${lacking}`;
    });
    return lines.join("; ");
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

  /** Sends what was signed; the body travels beside a PRE-PREPARE. */
  deliver(from: Process, { to, signed, afterUs, bodiless }: Outgoing): void {
    const { message } = signed;
    const body = message.kind === "prePrepare" && !bodiless && from.bodies.goesWith(message.blockHash, to);
    const bytes = MESSAGE_BYTES + (body ? this.plan.blockBytes : 0);
    const { meter } = this.options;
    meter?.sent(message.kind, this.#sizeOf(signed));
    if (body) meter?.sent("body", this.plan.blockBytes);
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

  #sizeOf(signed: SignedMessage): number {
    const known = this.#sizes.get(signed);
    if (known !== undefined) return known;
    const size = signedMessageCodec.encode(signed).length;
    this.#sizes.set(signed, size);
    return size;
  }

  /** The block that a process proposes. @param atMs by its clock, when it began to build */
  build(by: Process, pending: readonly number[], atMs: number): BlockHash {
    const block =
      by.lies?.builds(by.ground, pending) ?? this.blocks.build(by.ground, pending, undefined, atMs);
    return block.hash;
  }

  // What processes tell.

  stepped(process: Process, input: PbftInput, effects: readonly PbftEffect[]): void {
    this.countStep(input);
    this.#notes?.stepped(process, input, effects);
    for (const check of this.checks) check.stepped?.(process, input, effects);
  }

  signed(at: Process, signed: SignedMessage): SignedMessage {
    this.note(at, "vote", () => `says ${this.words(signed)}`);
    for (const check of this.checks) check.signed?.(at, signed);
    return signed;
  }

  refused(at: Process, message: PbftMessage, why: string): void {
    for (const check of this.checks) check.refused?.(at, message, why);
  }

  faulted(at: Process, signed: SignedMessage, from: number): void {
    this.countAlso("faulty-messages");
    for (const check of this.checks) check.faulted?.(at, signed, from);
  }

  decided(at: Process, certificate: PbftCertificate): ModelBlock {
    const block = this.blocks.get(certificate.blockHash);
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

  checkpointed(at: Process, height: Height, digest: Hash): void {
    for (const check of this.checks) check.checkpointed?.(at, height, digest);
  }

  accused(at: Process, evidence: Equivocation, members: Membership): void {
    for (const check of this.checks) check.accused?.(at, evidence, members);
  }
}
