// One node of a world of proof of work: the real engine, and what its host does with inputs and effects. Effects are carried
// out in order, each a place where the world may stop it. Its disk survives a crash, everything else is lost.
import type { ChainHeader, PowEffect, PowInput, PowKept, PowRecord, ProofOfWork } from "@witan/consensus";
import type { BlockHash, PeerId, Timestamp } from "@witan/primitives";
import { WallClock } from "../engines/wall-clock.ts";
import { Writer } from "../engines/writer.ts";
import { type BlockDraft, type PowBlock, START_MS, SUBSIDY } from "./blocks.ts";
import { namedOf, type PowLetter } from "./letters.ts";
import { Mining, type MiningJob } from "./mining.ts";
import { pick, SwitchWork } from "./switching.ts";
import type { PowWorld } from "./world.ts";

/** What survives a crash. */
export interface PowDisk {
  /** From block 0 to the tip. */
  chain: readonly PowBlock[];
  readonly bodies: Set<BlockHash>;
  record: PowRecord | undefined;
}

/** Payments in a block, at most. */
const BLOCK_MAX = 5;

/** One node. */
export class PowProcess {
  readonly place: number;
  readonly disk: PowDisk;
  readonly writer: Writer;
  readonly clock: WallClock;
  readonly mining: Mining;
  /** Payments that it has heard of: clients say them again after a crash. */
  readonly heard = new Set<number>();
  /** Blocks whose bodies this life of the engine was told of, and may still take for at hand. */
  readonly told = new Set<BlockHash>();
  up = true;
  paused = false;
  perInputUs = 0;
  protected readonly world: PowWorld;
  readonly #switching: SwitchWork;
  #engine: ProofOfWork;
  #inputs: PowInput[] = [];
  #effects: PowEffect[] = [];
  #going = false;
  #inWrite = false;
  #busy = false;
  #afterPause: (() => void)[] = [];
  /** Counts lives, and says when the last ones ended. */
  readonly #ends: number[] = [];
  /** Found here, and not told to the others yet. */
  #fresh: BlockHash | undefined;
  #engineMs = START_MS;
  /** Since it started. */
  #hasStepped = false;

  constructor(world: PowWorld, place: number) {
    this.world = world;
    this.place = place;
    const { genesis } = world.blocks;
    this.disk = { chain: [genesis], bodies: new Set(), record: undefined };
    this.writer = new Writer(world, this);
    this.clock = new WallClock(world.queue, world.plan.clocks[place]);
    this.mining = new Mining(world, this);
    this.#switching = new SwitchWork(world, this);
    this.#engine = this.#begin();
  }

  /** Whether it may break rules. */
  get isLiar(): boolean {
    return false;
  }

  /** A second or so has passed. */
  sometimes(): void {}

  get tip(): PowBlock {
    return this.disk.chain.at(-1) as PowBlock;
  }

  get nowMs(): number {
    return START_MS + this.clock.nowMs;
  }

  get kept(): PowKept {
    return this.#engine.kept();
  }

  get status(): ReturnType<ProofOfWork["status"]> {
    return this.#engine.status();
  }

  /** How often it has crashed. */
  get life(): number {
    return this.#ends.length;
  }

  /** When a life ended, in microseconds. */
  endOf(life: number): number {
    return this.#ends[life] ?? Number.POSITIVE_INFINITY;
  }

  /** Whether it has hash power. */
  get mines(): boolean {
    return (this.world.plan.power[this.place] ?? 0) > 0;
  }

  /** It has begun, and nothing is under way: what the engine was told has had its effect. */
  get isQuiet(): boolean {
    return (
      this.#hasStepped &&
      this.up &&
      !this.paused &&
      !this.#busy &&
      this.#inputs.length === 0 &&
      this.#effects.length === 0
    );
  }

  // Its life.

  crash(): void {
    this.up = false;
    this.writer.crash();
    this.#ends.push(this.world.queue.nowUs);
    this.#inputs = [];
    this.#effects = [];
    this.#inWrite = false;
    this.#busy = false;
    this.paused = false;
    this.#afterPause = [];
    this.#fresh = undefined;
    this.#switching.clear();
    this.mining.mine(undefined);
    this.told.clear();
    this.#hasStepped = false;
    this.world.tell(this, "crash", "crashes");
    this.world.left(this);
  }

  restart(): void {
    if (this.up) return;
    this.up = true;
    this.#engine = this.#begin();
    this.world.tell(this, "restart", `starts again at ${namedOf(this.tip.header)}`);
    this.world.came(this);
  }

  pause(): void {
    this.paused = true;
    this.world.tell(this, "pause", "stands still");
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.world.tell(this, "restart", "goes on");
    for (const then of this.#afterPause.splice(0)) if (!this.paused) then();
    this.#go();
  }

  /** Goes on after some time, unless it crashed meanwhile. Whoever stands still goes on later. */
  later(afterUs: number, then: () => void): void {
    const { life } = this;
    this.world.queue.at(this.world.queue.nowUs + afterUs, () => {
      if (life !== this.life) return;
      if (this.paused) {
        this.#afterPause.push(then);
        return;
      }
      then();
      this.#go();
    });
  }

  // Steps and effects.

  tick(): void {
    this.feed({ kind: "tick", now: this.nowMs as Timestamp });
  }

  /** The engine takes its clock to stand here. */
  get engineMs(): number {
    return this.#engineMs;
  }

  feed(input: PowInput): void {
    if (!this.up) return;
    this.#inputs.push(input);
    this.#go();
  }

  /** A letter has come. */
  hear(from: number, letter: PowLetter): void {
    const peer = peerAt(from);
    switch (letter.kind) {
      case "headers":
        this.feed({ kind: "headers", from: peer, headers: letter.headers });
        return;
      case "headersAsked":
        this.feed({ kind: "headersAsked", from: peer, locator: letter.locator });
        return;
      case "blockAsked":
        this.answerBlock(letter.hash, from);
        return;
      case "block":
        this.hasBody(letter.block, peer);
    }
  }

  /** The body of a block is at hand: of a peer, or from the disk. */
  hasBody({ header }: PowBlock, from: PeerId | undefined): void {
    this.disk.bodies.add(header.hash);
    this.feed({ kind: "block", from, header });
  }

  /** The miner has found a block. */
  found({ parent, laterThan }: MiningJob): void {
    const holds = pick(this.world, this, parent, BLOCK_MAX);
    const draft = {
      ...{ parent, holds, reward: SUBSIDY + holds.length, by: this.place },
      timestamp: Math.max(laterThan + 1, this.nowMs),
    };
    const block = this.world.blocks.make(this.shaped(draft));
    this.world.note(this, "vote", () => `finds ${namedOf(block.header)} on ${parent.slice(0, 8)}`);
    this.take(block);
  }

  /** What a block of its own is like. */
  protected shaped(draft: BlockDraft): BlockDraft {
    return draft;
  }

  /** A block of its own: it builds on it, and tells the others. */
  protected take({ header }: PowBlock): void {
    this.disk.bodies.add(header.hash);
    this.#fresh = header.hash;
    this.feed({ kind: "mined", header });
  }

  protected answerBlock(hash: BlockHash, to: number): void {
    const isHere = this.disk.bodies.has(hash) || this.disk.chain.some(({ header }) => header.hash === hash);
    if (isHere) this.world.post(this.place, to, { kind: "block", block: this.world.blocks.get(hash) });
  }

  protected answerHeaders(headers: readonly ChainHeader[]): readonly ChainHeader[] {
    return headers;
  }

  /** Where it mines when its engine says that it should mine on this. */
  protected jobFor(job: MiningJob): MiningJob {
    return job;
  }

  /** The chain stands somewhere else, durably. */
  moved(undone: number): void {
    this.world.moved(this, undone);
  }

  #begin(): ProofOfWork {
    const { plan, parameters } = this.world;
    const { record } = this.disk;
    this.#engineMs = this.nowMs;
    return this.world.options.begin(
      {
        ...plan.limits,
        ...{ parameters, resendTicks: plan.resendTicks, mines: this.mines },
      },
      {
        headers: this.disk.chain.map(({ header }) => header),
        records: record === undefined ? [] : [record],
        now: this.nowMs as Timestamp,
      },
    );
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
    if (input.kind === "tick") this.#engineMs = input.now;
    if (input.kind === "block" || input.kind === "mined") this.told.add(input.header.hash);
    this.#hasStepped = true;
    this.#effects.push(...this.#engine.step(input));
    this.world.stepped(this, input);
    if (this.perInputUs > 0) {
      this.#busy = true;
      this.later(this.perInputUs, () => {
        this.#busy = false;
      });
    }
    return true;
  }

  #carryOutNext(): boolean {
    const [effect] = this.#effects;
    if (this.#inWrite || effect === undefined || this.world.stopsHere(this)) return false;
    if (effect.kind === "persist") {
      this.#inWrite = true;
      this.writer.write(() => {
        this.disk.record = effect.record;
        this.#effects.shift();
        this.#inWrite = false;
      });
      return false;
    }
    this.#effects.shift();
    this.#carryOut(effect);
    return true;
  }

  #carryOut(effect: Exclude<PowEffect, { readonly kind: "persist" }>): void {
    const { world, place } = this;
    switch (effect.kind) {
      case "switchTip":
        this.#switching.begin(effect);
        return;
      case "mine":
        world.told(this, effect);
        this.mining.mine(this.jobFor(effect));
        return;
      case "stopMining":
        this.mining.mine(undefined);
        return;
      case "announce":
        this.#announce(effect.hash);
        return;
      case "sendHeaders": {
        const headers = effect.hashes.map((hash) => world.blocks.get(hash).header);
        world.post(place, placeOf(effect.to), { kind: "headers", headers: this.answerHeaders(headers) });
        return;
      }
      case "requestHeaders":
        world.post(place, placeOf(effect.to), { kind: "headersAsked", locator: effect.locator });
        return;
      case "fetchBody":
        this.#fetch(effect);
        return;
      case "forgetBodies":
        world.forgets(this, effect.hashes);
        for (const hash of effect.hashes) {
          this.disk.bodies.delete(hash);
          this.told.delete(hash);
        }
        return;
      case "reportPeer":
        world.blamed(this, placeOf(effect.peer), effect);
    }
  }

  #announce(hash: BlockHash): void {
    const block = this.world.blocks.get(hash);
    const isFresh = this.#fresh === hash;
    const letter: PowLetter = isFresh
      ? { kind: "block", block }
      : { kind: "headers", headers: [block.header] };
    if (isFresh) this.#fresh = undefined;
    for (const to of this.world.connections.of(this.place)) this.world.post(this.place, to, letter);
  }

  #fetch({ hash, from }: Extract<PowEffect, { readonly kind: "fetchBody" }>): void {
    if (this.disk.bodies.has(hash)) {
      this.hasBody(this.world.blocks.get(hash), undefined);
      return;
    }
    const all = this.world.connections.of(this.place);
    const holders = from.map(placeOf).filter((place) => all.includes(place));
    const some = holders.length > 0 ? holders : all;
    if (some.length > 0)
      this.world.post(this.place, this.world.hostChance.pick(some), { kind: "blockAsked", hash });
  }
}

/** What a peer is called. */
export function peerAt(place: number): PeerId {
  return `p${place}` as PeerId;
}

/** Whose name this is. */
export function placeOf(peer: PeerId): number {
  return Number(peer.slice(1));
}
