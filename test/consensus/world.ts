// A small world of PBFT validators for tests: messages may be lost, late, doubled and reordered, validators crash and
// come back with what was durable. All from one seed. Signatures are names, always true here: forging is not tried.
import {
  asVerified,
  Pbft,
  type PbftConfig,
  type PbftEffect,
  type PbftInput,
  type PbftMessage,
  type PbftRecord,
  type Verified,
} from "@witan/consensus";
import {
  asciiBytes,
  type BlockHash,
  type Height,
  type MemberIndex,
  type Membership,
  type PbftCertificate,
  type Signature,
  sha256Hex,
  ZERO_HASH,
} from "@witan/primitives";
import { memberOf } from "../ledger/build.ts";

/** A decided block as a validator keeps it. */
interface Decided {
  readonly hash: BlockHash;
  readonly certificate: PbftCertificate;
}

interface Letter {
  readonly to: number;
  readonly deliver: (validator: Validator) => void;
}

/** Numbers from a seed: small and plain (mulberry32). */
export class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }
}

/** How unkind the world is. */
export interface Weather {
  readonly loss: number;
  readonly delayMax: number;
  readonly doubled: number;
}

export const FAIR: Weather = { loss: 0, delayMax: 1, doubled: 0 };

const CONFIG: Omit<PbftConfig, "votingKey"> = {
  viewTicks: 60,
  viewTicksMax: 240,
  resendTicks: 15,
  bufferedMax: 16,
};

/** One validator: the engine, and what its host does. */
export class Validator {
  /** Its place in the world: twins have the same index, and different places. */
  readonly place: number;
  readonly index: MemberIndex;
  readonly chain: Decided[] = [];
  readonly bodies = new Set<BlockHash>();
  up = true;
  engine: Pbft;
  readonly #world: World;
  #records = new Map<string, PbftRecord>();
  #work = true;
  /** Kept apart: only what is durable survives a crash. */
  #wanted: PbftCertificate | undefined;

  constructor(world: World, place: number, index: number) {
    this.#world = world;
    this.place = place;
    this.index = index as MemberIndex;
    this.engine = this.#start();
  }

  #start(): Pbft {
    const last = this.chain.at(-1);
    const votingKey = this.#world.membership.members[this.index]?.votingKey;
    return new Pbft(
      { ...CONFIG, votingKey },
      {
        membership: this.#world.membership,
        height: this.chain.length as Height,
        hash: last?.hash ?? (ZERO_HASH as BlockHash),
        certificate: last?.certificate,
        records: [...this.#records.values()],
      },
    );
  }

  crash(): void {
    this.up = false;
  }

  restart(): void {
    this.up = true;
    this.#wanted = undefined;
    this.engine = this.#start();
    this.work(this.#work);
  }

  work(pending: boolean): void {
    this.#work = pending;
    this.feed({ kind: "workChanged", pending });
  }

  tick(): void {
    this.feed({ kind: "tick" });
    if (this.#wanted) this.#finalize(this.#wanted);
  }

  feed(input: PbftInput): void {
    if (!this.up) return;
    for (const effect of this.engine.step(input)) this.#carryOut(effect);
  }

  #carryOut(effect: PbftEffect): void {
    const world = this.#world;
    switch (effect.kind) {
      case "persist":
        this.#records.set(effect.record.kind, effect.record);
        return;
      case "broadcast": {
        const message = this.#sign(effect.message);
        world.post(this.place, this.place, (self) => self.feed({ kind: "message", message }), true);
        for (let to = 0; to < world.n; to++) if (to !== this.index) this.#mail(to, message);
        return;
      }
      case "send":
        this.#mail(effect.to, this.#sign(effect.message));
        return;
      case "forward":
        this.#mail(effect.to, effect.message);
        return;
      case "sendDecided":
        this.#sendDecided(effect.to, effect.height);
        return;
      case "buildProposal": {
        const hash = sha256Hex(asciiBytes(`${world.nextBody++}`)) as BlockHash;
        this.bodies.add(hash);
        const { height, view } = effect;
        this.feed({ kind: "proposalBuilt", height, view, hash });
        return;
      }
      case "judgeProposal": {
        const { height, view, hash } = effect;
        this.#withBody(hash, effect.holders, () =>
          this.feed({ kind: "proposalJudged", height, view, hash, valid: true }),
        );
        return;
      }
      case "requestSync":
        for (const from of effect.from)
          world.toMember(this.place, from, (peer) => peer.#sendDecided(this.index, this.chain.length + 1));
        return;
      case "finalize":
        this.#wanted = effect.certificate;
        this.#finalize(effect.certificate);
        return;
      case "evidence":
        world.evidence.push(`${effect.evidence.first.sender} ${effect.evidence.first.message.kind}`);
        return;
      case "stableCheckpoint":
        return;
    }
  }

  #sign(message: PbftMessage): Verified<PbftMessage> {
    if (!this.#world.isTwin(this.index)) this.#world.guard(this.index, message);
    return asVerified(this.index, message, `signed by ${this.index}` as Signature);
  }

  #mail(to: number, message: Verified<PbftMessage>): void {
    this.#world.toMember(this.place, to, (peer) => {
      // The body travels beside a PRE-PREPARE.
      if (message.message.kind === "prePrepare" && this.bodies.has(message.message.blockHash))
        peer.bodies.add(message.message.blockHash);
      peer.feed({ kind: "message", message });
    });
  }

  #withBody(hash: BlockHash, holders: readonly MemberIndex[], then: () => void): void {
    if (this.bodies.has(hash)) {
      then();
      return;
    }
    for (const holder of holders)
      this.#world.toMember(this.place, holder, (peer) => {
        if (!peer.bodies.has(hash)) return;
        this.#world.post(peer.place, this.place, (self) => {
          self.bodies.add(hash);
          then();
        });
      });
  }

  #finalize(certificate: PbftCertificate): void {
    const { blockHash: hash, height } = certificate;
    if (height !== this.chain.length + 1) return;
    const holders = certificate.signatures.map(({ member }) => member);
    if (!this.bodies.has(hash)) {
      this.#withBody(hash, holders, () => this.#finalize(certificate));
      return;
    }
    this.#wanted = undefined;
    this.chain.push({ hash, certificate });
    if (!this.#world.isTwin(this.index)) this.#world.decided(this.index, height, hash);
    this.feed({ kind: "applied", height, hash, membership: this.#world.membership });
  }

  #sendDecided(to: MemberIndex, height: number): void {
    const decided = this.chain[height - 1];
    if (decided === undefined) return;
    this.#world.toMember(this.place, to, (peer) => {
      peer.bodies.add(decided.hash);
      if (height === peer.chain.length + 1) peer.feed({ kind: "synced", certificate: decided.certificate });
    });
  }
}

/** The validators and the network between them. */
export class World {
  readonly n: number;
  readonly dice: Dice;
  readonly membership: Membership;
  readonly validators: Validator[];
  readonly evidence: string[] = [];
  weather: Weather = FAIR;
  /** Who can't hear each other now. */
  readonly cut = new Set<string>();
  nextBody = 0;
  readonly #twins: number;
  #now = 0;
  /** By the tick in which they arrive. */
  readonly #letters = new Map<number, Letter[]>();
  readonly #decisions = new Map<number, string>();
  readonly #signed = new Map<string, string>();

  /** @param twins how many members have a twin: the same keys, another state; at most f for a world that must be safe */
  constructor(n: number, seed: number, twins = 0) {
    this.n = n;
    this.#twins = twins;
    this.dice = new Dice(seed);
    const members = Array.from({ length: n }, (_, at) => memberOf(`v${at}`));
    this.membership = { mode: "pbft", from: 1 as Height, members };
    this.validators = Array.from({ length: n + twins }, (_, at) => new Validator(this, at, at % n));
    for (const validator of this.validators) validator.work(true);
  }

  /** Sends something that arrives, perhaps, some ticks later. */
  post(from: number, to: number, deliver: (validator: Validator) => void, sure = false): void {
    const { loss, delayMax, doubled } = this.weather;
    if (!sure && (this.cut.has(`${from}-${to}`) || this.dice.next() < loss)) return;
    const copies = !sure && this.dice.next() < doubled ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const at = this.#now + 1 + (sure ? 0 : this.dice.below(delayMax));
      const due = this.#letters.get(at) ?? [];
      this.#letters.set(at, due);
      due.push({ to, deliver });
    }
  }

  /** Sends to a member: to both, if it has a twin. */
  toMember(from: number, index: number, deliver: (validator: Validator) => void): void {
    for (const { place, index: own } of this.validators) if (own === index) this.post(from, place, deliver);
  }

  /** Whether a member is one of two, and so may contradict itself. */
  isTwin(index: number): boolean {
    return index < this.#twins;
  }

  /** Lets ticks pass, letters of a tick in random order. */
  run(ticks: number): void {
    for (let end = this.#now + ticks; this.#now < end; this.#now++) {
      for (const { to, deliver } of this.#due()) {
        const validator = this.validators[to];
        if (validator?.up) deliver(validator);
      }
      for (const validator of this.validators) validator.tick();
    }
  }

  #due(): Letter[] {
    const due = this.#letters.get(this.#now) ?? [];
    this.#letters.delete(this.#now);
    for (let at = due.length - 1; at > 0; at--) {
      const other = this.dice.below(at + 1);
      [due[at], due[other]] = [due[other] as Letter, due[at] as Letter];
    }
    return due;
  }

  /** No two blocks are decided at one height: by whomever, whenever. */
  decided(by: number, height: number, hash: string): void {
    const known = this.#decisions.get(height) ?? hash;
    this.#decisions.set(height, known);
    if (known !== hash)
      throw new RangeError(`two blocks decided at ${height}: ${known}, and ${hash} by ${by}`);
  }

  /** No correct validator signs two contradicting votes, across any crash. */
  guard(by: number, message: PbftMessage): void {
    if (message.kind === "status" || message.kind === "checkpoint" || message.kind === "viewChange") return;
    const height = message.kind === "newView" ? "" : message.height;
    const slot = `${by} ${message.kind} ${message.view} ${height}`;
    const said = JSON.stringify(message);
    const known = this.#signed.get(slot) ?? said;
    this.#signed.set(slot, known);
    if (known !== said) throw new RangeError(`${slot}: two votes`);
  }

  /** The least and the greatest height decided. */
  get heights(): readonly [number, number] {
    const all = this.validators.filter(({ index }) => !this.isTwin(index)).map(({ chain }) => chain.length);
    return [Math.min(...all), Math.max(...all)];
  }
}
