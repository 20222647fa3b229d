// One validator of a test world: a real engine, and what its host does. Its disk survives a crash, everything else is
// lost. Effects are carried out in order, each a place where the world may stop it; steps go on while a write is slow.
import {
  asVerified,
  type PbftConfig,
  type PbftEffect,
  type PbftInput,
  type PbftMessage,
  type PbftRecord,
  pbftRecordCodec,
  type SignedMessage,
} from "@witan/consensus";
import {
  type BlockHash,
  type Height,
  type Membership,
  type PbftCertificate,
  type PublicKey,
  ZERO_HASH,
} from "@witan/primitives";
import { SlotGuard } from "@witan/simulator";
import type { World, WorldEngine } from "./world.ts";

/** A decided block as a validator keeps it. */
export interface Decided {
  readonly hash: BlockHash;
  readonly certificate: PbftCertificate;
}

/** What a crash leaves. */
class Disk {
  readonly chain: Decided[] = [];
  readonly bodies = new Set<BlockHash>();
  readonly records = new Map<string, Uint8Array>();
  readonly guards = new Map<PublicKey, SlotGuard>();
  readonly memberships: Membership[];
  readonly held = new Set<number>();
  constructor(first: Membership) {
    this.memberships = [first];
  }
}

export const CONFIG: Omit<PbftConfig, "votingKeys"> = {
  viewTicks: 60,
  viewTicksMax: 240,
  resendTicks: 15,
  bufferedMax: 16,
};
/** After so long a transaction that is in no block is overdue. */
const OVERDUE_TICKS = 100;
/** Blocks in one answer to a request for sync. */
const SYNCED_AT_ONCE = 8;

/** An effect, and the members that it counts in. */
interface Due {
  readonly effect: PbftEffect;
  readonly members: Membership;
}

/** One engine with its host. */
export class Validator {
  /** Its place in the world: twins are at different places. */
  readonly place: number;
  /** Whose keys it has: twins have the same. */
  readonly node: number;
  readonly keys: readonly PublicKey[];
  disk: Disk;
  up = true;
  /** Leaves out what clients mark. */
  censors = false;
  engine: WorldEngine;
  readonly #world: World;
  #members: Membership;
  #inputs: PbftInput[] = [];
  #effects: Due[] = [];
  #bodies = new Set<BlockHash>();
  /** Blocks that came ahead of their turn. */
  #ahead = new Map<number, Decided>();
  #going = false;
  #stalledUntil = 0;
  #work: boolean | undefined;
  #overdue = false;
  /** A body that is asked for, and what goes on once it is here. */
  #missing: { readonly hash: BlockHash; readonly from: readonly number[]; readonly then: () => void }[] = [];

  constructor(world: World, place: number, node: number, keys: readonly PublicKey[]) {
    this.#world = world;
    this.place = place;
    this.node = node;
    this.keys = keys;
    this.disk = new Disk(world.firstMembership);
    this.#members = world.firstMembership;
    this.engine = this.#start();
  }

  get chain(): readonly Decided[] {
    return this.disk.chain;
  }

  get height(): number {
    return this.disk.chain.length;
  }

  get head(): BlockHash {
    return this.disk.chain.at(-1)?.hash ?? (ZERO_HASH as BlockHash);
  }

  /** Who decides a height; undefined: not known here yet. */
  membershipAt(height: number): Membership | undefined {
    if (height > this.height + 1) return undefined;
    return this.disk.memberships.findLast(({ from }) => from <= Math.max(height, 1));
  }

  #start(): WorldEngine {
    this.#members = this.membershipAt(this.height + 1) as Membership;
    const records = [...this.disk.records.values()].map((bytes): PbftRecord => {
      const decoded = pbftRecordCodec.decode(bytes);
      if (!decoded.ok) throw new RangeError(`a record does not decode: ${decoded.detail}`);
      return decoded.value;
    });
    return this.#world.begin({
      world: this.#world,
      validator: this,
      config: { ...this.#world.config, votingKeys: this.keys },
      start: {
        membership: this.#members,
        height: this.height as Height,
        hash: this.head,
        certificate: this.disk.chain.at(-1)?.certificate,
        records,
      },
    });
  }

  crash(): void {
    this.up = false;
    this.#inputs = [];
    this.#effects = [];
    this.#bodies.clear();
    this.#ahead.clear();
    this.#missing = [];
    this.#stalledUntil = 0;
  }

  restart(): void {
    this.crash();
    this.up = true;
    this.engine = this.#start();
    if (this.#work !== undefined)
      this.feed({ kind: "workChanged", pending: this.#work, overdue: this.#overdue });
  }

  /** Comes back without its memory: only a liar does. The chain stays, so that it is heard. */
  forget(): void {
    this.disk.records.clear();
    this.restart();
  }

  work(pending: boolean): void {
    this.#work = pending;
    this.feed({ kind: "workChanged", pending, overdue: this.#overdue });
  }

  tick(): void {
    if (!this.up) return;
    const overdue = !this.censors && this.#world.marked.some(({ id, since }) => this.#isOverdue(id, since));
    if (overdue !== this.#overdue) {
      this.#overdue = overdue;
      this.work(this.#work ?? false);
    }
    for (const one of this.#missing) this.#fetch(one);
    this.feed({ kind: "tick" });
  }

  #isOverdue(id: number, since: number): boolean {
    return this.#world.now - since > OVERDUE_TICKS && !this.disk.held.has(id);
  }

  feed(input: PbftInput): void {
    if (!this.up) return;
    this.#inputs.push(input);
    if (this.#going) return;
    this.#going = true;
    try {
      while (this.up && (this.#carryOutNext() || this.#stepNext()));
    } finally {
      this.#going = false;
    }
  }

  #stepNext(): boolean {
    const input = this.#inputs.shift();
    if (input === undefined) return false;
    if (input.kind === "applied") this.#members = input.membership;
    const effects = this.engine.step(input);
    this.#world.saw?.(this, input, effects);
    for (const effect of effects) this.#effects.push({ effect, members: this.#members });
    return true;
  }

  #carryOutNext(): boolean {
    const world = this.#world;
    if (this.#stalledUntil > world.now) return false;
    const due = this.#effects[0];
    if (due === undefined) return false;
    const writes = due.effect.kind === "persist" || due.effect.kind === "finalize";
    if (writes && this.#stalledUntil === 0 && world.dice.next() < world.weather.slowDisk) {
      this.#stalledUntil = world.now + 1 + world.dice.below(20);
      return false;
    }
    this.#stalledUntil = 0;
    if (world.stops(this)) return false;
    this.#effects.shift();
    this.#carryOut(due.effect, due.members);
    return true;
  }

  #carryOut(effect: PbftEffect, members: Membership): void {
    const world = this.#world;
    switch (effect.kind) {
      case "persist": {
        const { record } = effect;
        this.disk.records.set(record.kind, pbftRecordCodec.encode(record));
        if (record.kind === "progress" && record.accepted)
          this.disk.bodies.add(record.accepted.message.blockHash);
        return;
      }
      case "broadcast": {
        const signed = this.#sign(effect, members);
        world.post(this.place, this.place, "self", (self) => self.hear(signed, self));
        for (const { place } of world.validators) if (place !== this.place) this.#mail(place, signed);
        return;
      }
      case "send": {
        const signed = this.#sign(effect, members);
        for (const place of world.placesOf(members, effect.to)) this.#mail(place, signed);
        return;
      }
      case "forward":
        for (const place of world.placesOf(members, effect.to)) this.#mail(place, effect.message);
        return;
      case "sendDecided": {
        const named = this.membershipAt(effect.membership) as Membership;
        for (const place of world.placesOf(named, effect.to)) this.sendBlocks(place, effect.height);
        return;
      }
      case "buildProposal": {
        const { height, view } = effect;
        const hash = world.build(this);
        this.#bodies.add(hash);
        this.feed({ kind: "proposalBuilt", height, view, hash });
        return;
      }
      case "judgeProposal": {
        const { height, view, hash, forced } = effect;
        this.#withBody(hash, this.#places(members, effect.holders), () => {
          const valid = world.isValid(this, hash);
          if (forced && !valid && height === this.height + 1)
            throw new RangeError(`the block that is forced at ${height} is not valid`);
          this.feed({ kind: "proposalJudged", height, view, hash, valid });
        });
        return;
      }
      case "requestSync":
        for (const place of this.#places(members, effect.from)) this.askForBlocks(place);
        return;
      case "finalize": {
        const { certificate } = effect;
        this.#withBody(certificate.blockHash, this.#places(members, effect.holders), () =>
          this.#apply(certificate),
        );
        return;
      }
      case "evidence":
        world.evidence.push(world.nodeOf(members, effect.evidence.first.sender));
        return;
      case "stableCheckpoint":
        return;
    }
  }

  #sign(
    { message, slot }: Extract<PbftEffect, { kind: "broadcast" | "send" }>,
    members: Membership,
  ): SignedMessage {
    const sender = members.members.findIndex(({ votingKey }) => this.keys.includes(votingKey));
    const key = members.members[sender]?.votingKey as PublicKey;
    const guard = this.disk.guards.get(key) ?? new SlotGuard();
    this.disk.guards.set(key, guard);
    return this.#world.sign(this, { key, sender, message, slot, guard });
  }

  #mail(place: number, signed: SignedMessage): void {
    const { message } = signed;
    this.#world.post(
      this.place,
      place,
      message.kind,
      (peer) => {
        // The body travels beside a PRE-PREPARE.
        if (message.kind === "prePrepare" && this.hasBody(message.blockHash))
          peer.#bodies.add(message.blockHash);
        peer.hear(signed, this);
      },
      "view" in message ? message.view : 0,
    );
  }

  /** A message arrives. */
  hear(signed: SignedMessage, from: Validator): void {
    const known = this.#world.check(this, signed);
    if (known === "not yet") this.askForBlocks(from.place);
    if (known !== "holds") return;
    const message = asVerified<PbftMessage>(signed.sender, signed.message, signed.signature);
    this.feed({ kind: "message", message });
  }

  hasBody(hash: BlockHash): boolean {
    return this.#bodies.has(hash) || this.disk.bodies.has(hash);
  }

  #places(members: Membership, indices: readonly number[]): readonly number[] {
    return indices.flatMap((index) => this.#world.placesOf(members, index));
  }

  #withBody(hash: BlockHash, from: readonly number[], then: () => void): void {
    if (this.hasBody(hash)) then();
    else {
      const one = { hash, from, then };
      this.#missing.push(one);
      this.#fetch(one);
    }
  }

  #fetch({ hash, from }: { readonly hash: BlockHash; readonly from: readonly number[] }): void {
    if (this.#world.now % 5 !== 0) return;
    for (const place of from)
      this.#world.post(this.place, place, "body", (peer) => {
        if (peer.hasBody(hash))
          this.#world.post(peer.place, this.place, "body", (self) => self.#arrived(hash));
      });
  }

  #arrived(hash: BlockHash): void {
    this.#bodies.add(hash);
    const here = this.#missing.filter((one) => one.hash === hash);
    this.#missing = this.#missing.filter((one) => one.hash !== hash);
    for (const { then } of here) then();
  }

  #apply(certificate: PbftCertificate): void {
    const { blockHash: hash, height } = certificate;
    const membership = this.#world.decide(this, certificate);
    this.disk.chain.push({ hash, certificate });
    this.disk.bodies.add(hash);
    if (membership) this.disk.memberships.push(membership);
    for (const id of this.#world.block(hash).holds) this.disk.held.add(id);
    this.feed({
      kind: "applied",
      height,
      hash,
      membership: this.membershipAt(this.height + 1) as Membership,
    });
    this.#followUp();
  }

  askForBlocks(place: number): void {
    const next = this.height + 1;
    this.#world.post(this.place, place, "sync", (peer) => peer.sendBlocks(this.place, next));
  }

  sendBlocks(place: number, height: number): void {
    const blocks = this.disk.chain.slice(height - 1, height - 1 + SYNCED_AT_ONCE);
    if (blocks.length > 0) this.#world.post(this.place, place, "blocks", (peer) => peer.#blocks(blocks));
  }

  #blocks(blocks: readonly Decided[]): void {
    for (const block of blocks) this.#ahead.set(block.certificate.height, block);
    this.#followUp();
  }

  #followUp(): void {
    const next = this.#ahead.get(this.height + 1);
    if (next === undefined) return;
    this.#ahead.delete(this.height + 1);
    this.#world.checkCertificate(this, next.certificate);
    this.#arrived(next.hash);
    this.feed({ kind: "synced", certificate: next.certificate });
  }
}
