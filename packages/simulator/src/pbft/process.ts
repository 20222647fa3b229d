// One process of a world of engines: a real engine, and what its host does for it. Its disk survives a crash, everything
// else is lost. Effects are carried out in order, each a place where the world may stop it; steps go on while a write is
// under way. Knows nothing of lies: a conduct comes in between where there is one.
import {
  asVerified,
  digestOf,
  type PbftEffect,
  type PbftInput,
  type PbftMessage,
  type SignedMessage,
} from "@witan/consensus";
import type { BlockHash, Height, Membership, PbftCertificate, PublicKey } from "@witan/primitives";
import { BlockSync } from "./block-sync.ts";
import { GENESIS, type Ground } from "./blocks.ts";
import { Bodies } from "./bodies.ts";
import { CHAIN } from "./cast.ts";
import { Disk } from "./disk.ts";
import type { Lies } from "./lies.ts";
import type { PbftWorld, WorldEngine } from "./world.ts";

/** Bytes that a message is said to have beside those of its signatures, and a body: for links with a bound. */
const MESSAGE_BYTES = 200;

/** An effect, and the members that it counts in. */
interface Due {
  readonly effect: PbftEffect;
  readonly members: Membership;
}

/** What waits at a host: for the engine, for the disk, for their turn; and bodies that are in memory only. */
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
  readonly sync: BlockSync;
  /** Undefined: it keeps the rules. */
  lies: Lies | undefined;
  up = true;
  paused = false;
  /** Takes so long for each input. */
  perInputUs = 0;
  /** Beside what a write takes anyway. */
  perWriteUs = 0;
  /** The next write fails. */
  writeFails = false;
  engine: WorldEngine;
  readonly #world: PbftWorld;
  #members: Membership;
  #inputs: PbftInput[] = [];
  #effects: Due[] = [];
  #going = false;
  #writing = false;
  /** Waits for the body of a block that is decided. */
  #lacking = false;
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

  /** How much waits in memory, beside what the engine keeps. */
  get queued(): Queued {
    const { length: inputs } = this.#inputs;
    const { length: effects } = this.#effects;
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

  // Its life.

  /** Stops. Of a write under way all became durable or nothing. */
  crash(): void {
    this.up = false;
    if (this.#writing && this.#world.diskChance.chance(500)) this.#endWrite();
    this.#life++;
    this.#inputs = [];
    this.#effects = [];
    this.sync.clear();
    this.bodies.clear();
    this.#writing = false;
    this.#lacking = false;
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
    this.#inputs.push(input);
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
    if (this.perInputUs > 0) {
      this.#busy = true;
      this.#later(this.perInputUs, () => {
        this.#busy = false;
      });
    }
    return true;
  }

  /** Goes on after some time, unless it crashed meanwhile. */
  #later(afterUs: number, then: () => void): void {
    const life = this.#life;
    this.#world.queue.at(this.#world.queue.nowUs + afterUs, () => {
      if (life !== this.#life) return;
      then();
      this.#go();
    });
  }

  #carryOutNext(): boolean {
    if (this.#writing || this.#lacking) return false;
    const due = this.#effects[0];
    if (due === undefined) return false;
    if (this.#world.stopsHere(this)) return false;
    if (this.lies?.skips(due.effect)) {
      this.#effects.shift();
      return true;
    }
    if (due.effect.kind === "persist" || this.#isApplying(due.effect)) {
      this.#beginWrite();
      return false;
    }
    this.#effects.shift();
    this.#carryOut(due.effect, due.members);
    return true;
  }

  /** A body that is missing is got before the block is written. */
  #isApplying(effect: PbftEffect): boolean {
    return effect.kind === "finalize" && this.bodies.has(effect.certificate.blockHash);
  }

  #beginWrite(): void {
    const world = this.#world;
    if (this.writeFails) {
      this.writeFails = false;
      world.tell(this, "crash", "a write fails");
      this.crash();
      return;
    }
    this.#writing = true;
    const [least, most] = world.plan.writeUs;
    this.#later(world.diskChance.between(least, most) + this.perWriteUs, () => this.#endWrite());
  }

  /** The write is durable: persists in a row share it. */
  #endWrite(): void {
    this.#writing = false;
    const first = this.#effects[0];
    if (first?.effect.kind === "finalize") {
      this.#effects.shift();
      this.#apply(first.effect.certificate);
      return;
    }
    while (this.#effects[0]?.effect.kind === "persist") {
      const { record } = this.#effects[0].effect;
      this.#effects.shift();
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
        for (const place of world.placesOf(members, effect.to)) this.mail(place, effect.message);
        return;
      case "sendDecided": {
        const named = this.membershipAt(effect.membership) as Membership;
        for (const place of world.placesOf(named, effect.to)) this.sync.send(place, effect.height);
        return;
      }
      case "buildProposal": {
        const { height, view } = effect;
        const hash = world.build(this);
        this.bodies.keep(hash);
        this.feed({ kind: "proposalBuilt", height, view, hash });
        return;
      }
      case "judgeProposal": {
        const { height, view, hash, forced } = effect;
        this.bodies.whenHere("judge", hash, this.#places(members, effect.holders), () => {
          const valid = world.judges(this, hash, forced && height === this.height + 1);
          this.feed({ kind: "proposalJudged", height, view, hash, valid });
        });
        return;
      }
      case "requestSync":
        for (const place of this.#places(members, effect.from)) this.sync.ask(place);
        return;
      case "finalize": {
        // Goes on as soon as the body is here: nothing behind it happens before.
        this.#effects.unshift({ effect, members });
        const { certificate, holders } = effect;
        this.#lacking = true;
        this.bodies.whenHere("finalize", certificate.blockHash, this.#places(members, holders), () => {
          this.#lacking = false;
          this.#go();
        });
        return;
      }
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
    if (known === "not yet") this.sync.ask(from);
    if (known === "fault") this.#world.faulted(this, signed, from);
    if (known !== "holds" || this.lies?.ignores(signed, from)) return;
    const message = asVerified<PbftMessage>(signed.sender, signed.message, signed.signature);
    this.feed({ kind: "message", message });
  }

  // Blocks.

  #apply(certificate: PbftCertificate): void {
    const { blockHash: hash, height } = certificate;
    const block = this.#world.decided(this, certificate);
    this.disk.chain.push({ hash, certificate });
    this.bodies.makeDurable(hash);
    const membership = this.#world.blocks.membershipAfter(block);
    if (membership) this.disk.memberships.push(membership);
    for (const id of block.holds) this.disk.held.add(id);
    this.bodies.forget(height);
    this.#world.included(this, block);
    this.feed({ kind: "applied", height, hash, membership: this.ground.membership });
    this.#world.applied(this, block);
    this.sync.followUp();
  }
}
