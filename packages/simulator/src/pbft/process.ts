// One process of a world of engines: a real engine, and what its host does for it. Its disk survives a crash, everything
// else is lost. Effects are carried out in order, each a place where the world may stop it; steps go on while a write is
// under way, and so does what a host does beside the queue (block-host.ts). Knows nothing of lies: a conduct comes in
// between where there is one.
import {
  asVerified,
  digestOf,
  type PbftEffect,
  type PbftInput,
  type PbftMessage,
  type SignedMessage,
} from "@witan/consensus";
import type {
  BlockHash,
  Height,
  MemberIndex,
  Membership,
  PbftCertificate,
  PublicKey,
} from "@witan/primitives";
import { BlockHost } from "./block-host.ts";
import { BlockSync } from "./block-sync.ts";
import { GENESIS, type Ground } from "./blocks.ts";
import { Bodies } from "./bodies.ts";
import { CHAIN } from "./cast.ts";
import { Disk } from "./disk.ts";
import { HelpPause } from "./help-pause.ts";
import type { Lies } from "./lies.ts";
import { MESSAGE_BYTES } from "./plan.ts";
import { WallClock } from "./wall-clock.ts";
import type { PbftWorld, WorldEngine } from "./world.ts";
import { Writer } from "./writer.ts";

/** An effect, and the members that it counts in. */
interface Due {
  readonly effect: PbftEffect;
  readonly members: Membership;
}

/** The most that waited at a host since it was last asked: for the engine, for the disk; blocks for their turn, bodies. */
export interface Queued {
  readonly inputs: number;
  readonly effects: number;
  readonly ahead: number;
  readonly bodies: number;
}

/** One engine with its host. */
export class Process {
  /** Its place in the world: twins are at different places. */
  readonly place: number;
  /** Whose keys it has: twins have the same. */
  readonly node: number;
  readonly keys: readonly PublicKey[];
  readonly disk: Disk;
  readonly bodies: Bodies;
  readonly blockHost: BlockHost;
  readonly writer: Writer;
  readonly clock: WallClock;
  readonly sync: BlockSync;
  /** Undefined: it keeps the rules. */
  lies: Lies | undefined;
  up = true;
  paused = false;
  /** Takes so long for each input. */
  perInputUs = 0;
  engine: WorldEngine;
  readonly #world: PbftWorld;
  #members: Membership;
  #inputs: PbftInput[] = [];
  #effects: Due[] = [];
  #going = false;
  #peakInputs = 0;
  #peakEffects = 0;
  /** Records that are being written: nothing behind them happens before they are durable. */
  #inWrite = 0;
  readonly #pause: HelpPause;
  /** What would have gone on while it stood still. */
  #afterPause: (() => void)[] = [];
  #busy = false;
  /** Counts lives: what was begun in an earlier one is nothing to the present. */
  #life = 0;
  #work = { pending: false, overdue: false };

  constructor(world: PbftWorld, place: number, node: number, keys: readonly PublicKey[]) {
    this.#world = world;
    this.place = place;
    this.node = node;
    this.keys = keys;
    this.disk = new Disk(world.firstMembership);
    this.bodies = new Bodies(world, this);
    this.blockHost = new BlockHost(world, this);
    this.writer = new Writer(world, this);
    this.clock = new WallClock(world.queue, world.plan.clocks[place]);
    this.#pause = new HelpPause(world.plan);
    this.sync = new BlockSync(world, this);
    this.#members = world.firstMembership;
    this.engine = this.#begin();
  }

  get height(): number {
    return this.disk.chain.length;
  }

  get head(): BlockHash {
    return this.disk.chain.at(-1)?.hash ?? GENESIS;
  }

  /** How much waited in memory since the last call, beside what the engine keeps. */
  takeQueued(): Queued {
    const [inputs, effects] = [this.#peakInputs, this.#peakEffects];
    this.#peakInputs = this.#inputs.length;
    this.#peakEffects = this.#effects.length;
    return { inputs, effects, ahead: this.sync.size, bodies: this.bodies.size };
  }

  /** What its next block is built on. */
  get ground(): Ground {
    return {
      height: this.height,
      head: this.head,
      membership: this.membershipAt(this.height + 1) as Membership,
    };
  }

  /** Who decides a height; undefined: not known here yet. */
  membershipAt(height: number): Membership | undefined {
    if (height > this.height + 1) return undefined;
    return this.disk.memberships.findLast(({ from }) => from <= Math.max(height, 1));
  }

  #begin(): WorldEngine {
    this.#members = this.ground.membership;
    return this.#world.options.begin(this.#world, this, {
      membership: this.#members,
      height: this.height as Height,
      hash: this.head,
      certificate: this.disk.chain.at(-1)?.certificate,
      records: this.disk.records(),
    });
  }

  /** A connection to another was made: it says how far it is. */
  connected(place: number, height: number): void {
    this.sync.claim(height, [place]);
    const { keys } = this.#world.processes[place] as Process;
    const member = this.ground.membership.members.findIndex(({ votingKey }) => keys.includes(votingKey));
    if (member >= 0) this.feed({ kind: "connected", member: member as MemberIndex });
  }

  // Its life.

  /** Stops. Of a write under way all became durable or nothing. */
  crash(): void {
    this.up = false;
    this.writer.crash();
    this.#life++;
    this.#inputs = [];
    this.#effects = [];
    this.sync.clear();
    this.bodies.clear();
    this.blockHost.clear();
    this.#pause.clear();
    this.#inWrite = 0;
    this.#afterPause = [];
    this.#busy = false;
    this.paused = false;
    this.#work = { pending: false, overdue: false };
    this.#world.tell(this, "crash", "crashes");
  }

  restart(): void {
    if (this.up) return;
    this.up = true;
    this.engine = this.#begin();
    this.#world.tell(this, "restart", `starts again at height ${this.height}`);
    this.#world.came(this);
  }

  pause(): void {
    this.paused = true;
    this.#world.tell(this, "pause", "stands still");
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.#world.tell(this, "restart", "goes on");
    for (const then of this.#afterPause.splice(0)) if (!this.paused) then();
    this.#go();
  }

  /** Time has passed by its own clock. */
  tick(): void {
    if (!this.up || this.paused) return;
    this.lies?.tick();
    this.feed({ kind: "tick" });
    if (!this.#members.members.some(({ votingKey }) => this.keys.includes(votingKey))) this.sync.askAround();
  }

  /** What there is to do, as its pool has it. */
  work(pending: boolean, overdue: boolean): void {
    if (pending === this.#work.pending && overdue === this.#work.overdue) return;
    this.#work = { pending, overdue };
    this.feed({ kind: "workChanged", pending, overdue });
  }

  // Steps and effects.

  feed(input: PbftInput): void {
    if (!this.up) return;
    const waiting = this.#inputs.push(input);
    if (waiting > this.#peakInputs) this.#peakInputs = waiting;
    this.#go();
  }

  #go(): void {
    if (this.#going) return;
    this.#going = true;
    try {
      while (this.up && !this.paused && (this.#carryOutNext() || this.#stepNext()));
    } finally {
      this.#going = false;
    }
  }

  #stepNext(): boolean {
    if (this.#busy) return false;
    const input = this.#inputs.shift();
    if (input === undefined) return false;
    if (input.kind === "applied") this.#members = input.membership;
    const effects = this.engine.step(input);
    this.#world.stepped(this, input, effects);
    for (const effect of effects) this.#effects.push({ effect, members: this.#members });
    if (this.#effects.length > this.#peakEffects) this.#peakEffects = this.#effects.length;
    if (this.perInputUs > 0) {
      this.#busy = true;
      this.later(this.perInputUs, () => {
        this.#busy = false;
      });
    }
    return true;
  }

  /** Goes on after some time, unless it crashed meanwhile. Whoever stands still goes on later. */
  later(afterUs: number, then: () => void): void {
    const life = this.#life;
    this.#world.queue.at(this.#world.queue.nowUs + afterUs, () => {
      if (life !== this.#life) return;
      if (this.paused) {
        this.#afterPause.push(then);
        return;
      }
      then();
      this.#go();
    });
  }

  #carryOutNext(): boolean {
    if (this.#inWrite > 0) return false;
    const due = this.#effects[0];
    if (due === undefined) return false;
    if (this.#world.stopsHere(this)) return false;
    if (this.lies?.skips(due.effect)) {
      this.#effects.shift();
      return true;
    }
    if (due.effect.kind === "persist") {
      this.#persist();
      return false;
    }
    this.#effects.shift();
    this.#carryOut(due.effect, due.members);
    return true;
  }

  /** Persists in a row become durable together, each vote with the body that it is for. */
  #persist(): void {
    const end = this.#effects.findIndex(({ effect }) => effect.kind !== "persist");
    this.#inWrite = end < 0 ? this.#effects.length : end;
    for (const { effect } of this.#effects.slice(0, this.#inWrite))
      if (effect.kind === "persist") this.blockHost.mustHaveBody(effect.record);
    this.writer.write(() => this.#persisted());
  }

  #persisted(): void {
    const written = this.#effects.splice(0, this.#inWrite);
    this.#inWrite = 0;
    for (const { effect } of written) {
      if (effect.kind !== "persist") continue;
      const { record } = effect;
      this.disk.put(record);
      if (record.kind === "progress" && record.accepted)
        this.bodies.makeDurable(record.accepted.message.blockHash);
    }
  }

  #carryOut(effect: PbftEffect, members: Membership): void {
    const world = this.#world;
    switch (effect.kind) {
      case "broadcast": {
        const signed = this.#sign(effect, members);
        if (signed === undefined) return;
        world.post(this.place, this.place, "self", MESSAGE_BYTES, () => this.hear(signed, this.place));
        for (const { place } of world.processes) if (place !== this.place) this.mail(place, signed);
        return;
      }
      case "send": {
        const signed = this.#sign(effect, members);
        if (signed !== undefined)
          for (const place of world.placesOf(members, effect.to)) this.mail(place, signed);
        return;
      }
      case "forward":
        for (const place of world.placesOf(members, effect.to))
          if (this.#pause.helps("forward", place, world.queue.nowUs)) this.mail(place, effect.message);
        return;
      case "sendDecided": {
        const named = this.membershipAt(effect.membership) as Membership;
        for (const place of world.placesOf(named, effect.to))
          if (this.#pause.helps("decided", place, world.queue.nowUs)) this.sync.help(place, effect.height);
        return;
      }
      case "buildProposal":
        this.blockHost.build(effect);
        return;
      case "judgeProposal":
        this.blockHost.judge(effect, this.#places(members, effect.holders));
        return;
      case "requestSync":
        this.sync.claim(effect.height, this.#places(members, effect.from));
        return;
      case "finalize":
        this.blockHost.finalize(effect.certificate, this.#places(members, effect.holders));
        return;
      case "evidence":
        this.disk.evidence.push(effect.evidence);
        world.accused(this, effect.evidence, members);
        return;
      case "stableCheckpoint":
        world.checkpointed(this, effect.height, effect.digest);
        return;
    }
  }

  #places(members: Membership, indices: readonly number[]): readonly number[] {
    return indices.flatMap((index) => this.#world.placesOf(members, index));
  }

  // Messages.

  #sign(
    { message, slot }: Extract<PbftEffect, { kind: "broadcast" | "send" }>,
    members: Membership,
  ): SignedMessage | undefined {
    const sender = members.members.findIndex(({ votingKey }) => this.keys.includes(votingKey));
    const key = members.members[sender]?.votingKey;
    if (key === undefined) return undefined;
    const refusal = slot && !this.lies && this.disk.refusal(key, slot, digestOf(CHAIN, message));
    if (refusal) this.#world.refused(this, message, refusal);
    return this.#world.signed(this, this.#world.cast.sign(key, sender, message));
  }

  /** Sends what was signed, as its conduct will have it. */
  mail(place: number, signed: SignedMessage): void {
    const outgoing = { to: place, signed, afterUs: 0 };
    if (this.lies) this.lies.mail(outgoing);
    else this.#world.deliver(this, outgoing);
  }

  /** A message arrives. */
  hear(signed: SignedMessage, from: number): void {
    const known = this.#world.cast.check(signed, this.height, (height) => this.membershipAt(height));
    if (known === "not yet") this.sync.askOf(from);
    if (known === "fault") this.#world.faulted(this, signed, from);
    if (known !== "holds" || this.lies?.ignores(signed, from)) return;
    const message = asVerified<PbftMessage>(signed.sender, signed.message, signed.signature);
    this.feed({ kind: "message", message });
  }

  // Blocks.

  /** A decided block is on the disk. */
  apply(certificate: PbftCertificate): void {
    const { blockHash: hash, height } = certificate;
    const block = this.#world.decided(this, certificate);
    this.disk.append({ hash, certificate });
    const membership = this.#world.blocks.membershipAfter(block);
    if (membership) this.disk.memberships.push(membership);
    for (const id of block.holds) this.disk.held.add(id);
    this.bodies.forget(height);
    this.blockHost.applied();
    this.#world.included(this, block);
    this.feed({ kind: "applied", height, hash, membership: this.ground.membership });
    this.#world.applied(this, block);
    this.sync.applied();
  }
}
