// A proposer that lies as it likes: it makes whatever ACCEPT it can from what it was told and what it makes up, and sends
// it to whom it likes. What it can't do is speak for others, or seal a promise: that takes the acceptors' key.
import {
  type Accept,
  type BpfpMessage,
  bpfpMessageCodec,
  castOf,
  proposalDigest,
  proposerOf,
  roundStart,
  type SealedPromise,
} from "@witan/consensus";
import {
  type BlockHash,
  fastQuorum,
  type Height,
  type MemberIndex,
  type Membership,
  type PublicKey,
  type View,
} from "@witan/primitives";
import { CHAIN, GENESIS, macOf, signatureOf } from "./fakes.ts";
import type { Actor, World } from "./world.ts";

/** What the liars of a world know together. */
export class Conspiracy {
  readonly promises: SealedPromise[] = [];
  readonly decided = new Map<number, BlockHash>();
  height = 0;
  /** The highest round of the latest members that they heard of. */
  round = 0;
  from = 1;
}

/** How a liar tends to behave. */
export interface Habits {
  /** Of a thousand ticks it speaks at so many. */
  readonly permille: number;
  /** From then on it says nothing more. */
  readonly untilTick: number;
}

/** A Byzantine proposer. */
export class Liar implements Actor {
  readonly world: World;
  readonly place: number;
  readonly name: string;
  readonly key: PublicKey;
  readonly #all: Conspiracy;
  readonly #habits: Habits;

  constructor(world: World, place: number, name: string, key: PublicKey, all: Conspiracy, habits: Habits) {
    this.world = world;
    this.place = place;
    this.name = name;
    this.key = key;
    this.#all = all;
    this.#habits = habits;
  }

  receive(_from: Actor, bytes: Uint8Array): void {
    const read = bpfpMessageCodec.decode(bytes);
    if (read.ok) this.#hear(read.value);
  }

  #hear(message: BpfpMessage): void {
    const all = this.#all;
    if (message.membership > all.from) {
      all.from = message.membership;
      all.round = 0;
    }
    if (message.kind === "promise") {
      all.promises.push(message);
      if (all.promises.length > 60) all.promises.shift();
    }
    const isNow = message.membership === all.from;
    if (isNow && (message.kind === "promise" || message.kind === "status"))
      all.round = Math.max(all.round, message.round);
    if (message.kind === "decided" || (message.kind === "status" && message.height > 0)) {
      all.decided.set(message.height, message.blockHash);
      all.height = Math.max(all.height, message.height);
    }
  }

  tick(): void {
    const { random, now } = this.world;
    if (now < this.#habits.untilTick && random.chance(this.#habits.permille)) this.#lie();
  }

  get #members(): Membership | undefined {
    const one = this.world.processes.find(
      (each) => each.membershipAt(this.#all.from)?.from === this.#all.from,
    );
    return one?.membershipAt(this.#all.from);
  }

  /** Different ACCEPTs of one round, as far as there is something to differ in, to some each. */
  #lie(): void {
    const { random } = this.world;
    const members = this.#members;
    if (members === undefined) return;
    const round = this.#round(members);
    if (round === undefined) return;
    const height = (
      random.chance(900) ? this.#all.height + 1 : random.between(1, this.#all.height + 3)
    ) as Height;
    const { acceptors } = castOf(members);
    const count = random.between(1, 3);
    const proofs = Array.from({ length: count }, () => this.#proof(members, round));
    const blocks = proofs.map((proof) => this.#block(members, height, proof));
    for (const acceptor of random.some(acceptors, 850)) {
      const which = random.below(count);
      const [proof, hash] = [proofs[which] ?? [], blocks[which]];
      if (hash === undefined) continue;
      const ballot = { membership: members.from, round: round as View, height, blockHash: hash };
      const signature = random.chance(900) ? [signatureOf(this.key, proposalDigest(CHAIN, ballot))] : [];
      const accept: Accept = { kind: "accept", ...ballot, proof, signature };
      const body = random.chance(900) ? hash : undefined;
      this.world.send(this, members, acceptor, bpfpMessageCodec.encode(accept), body);
    }
  }

  /** A round of its own: the present one, one of before, one that promises are here for, or one far ahead. */
  #round(members: Membership): number | undefined {
    const { random } = this.world;
    const cast = castOf(members);
    const isOwn = (round: number) =>
      members.members[proposerOf(round, cast) as number]?.votingKey === this.key;
    const near = Array.from({ length: this.#all.round + 4 }, (_, at) => at).filter(isOwn);
    const promised = this.#all.promises.map(({ round }) => round).filter(isOwn);
    const present = near.filter((round) => round === this.#all.round);
    const options = [
      present,
      present,
      promised,
      promised,
      near,
      near.map((one) => one + 1_000 * cast.proposers.length),
    ];
    const some = random.pick(options);
    const from = some.length > 0 ? some : near;
    return from.length > 0 ? random.pick(from) : undefined;
  }

  /** Promises for a round: a quorum of them, too few, of another round, or made up. */
  #proof(members: Membership, round: number): readonly SealedPromise[] {
    const { random } = this.world;
    const quorum = fastQuorum(castOf(members).acceptors.length);
    if (round === 0 && random.chance(950)) return [];
    const isStale = random.chance(100);
    const of = new Map<MemberIndex, SealedPromise>();
    for (const promise of random.shuffled(this.#all.promises))
      if (promise.round === round || isStale) of.set(promise.acceptor, promise);
    const wanted = random.chance(850) ? quorum : random.between(0, quorum + 1);
    const chosen = random
      .shuffled([...of.values()])
      .slice(0, wanted)
      .sort((a, b) => a.acceptor - b.acceptor);
    // Promises of another round or height, said to be of this one.
    const [decidedHeight, decidedHash] = [
      this.#all.height as Height,
      this.#all.decided.get(this.#all.height),
    ];
    if (isStale && random.chance(500))
      return chosen.map((one) => ({
        ...one,
        round: round as View,
        decidedHeight,
        decidedHash: decidedHash ?? GENESIS,
      }));
    // One promise in the name of all.
    const [one] = chosen;
    if (one && random.chance(100))
      return castOf(members)
        .acceptors.slice(0, quorum)
        .map((acceptor) => ({ ...one, acceptor }));
    return random.chance(100) ? chosen.map((one) => this.#changed(one, round)) : chosen;
  }

  /** A promise as it was not made; it was sealed otherwise, or is not sealed at all. */
  #changed(promise: SealedPromise, round: number): SealedPromise {
    const { random } = this.world;
    return random.pick<SealedPromise>([
      { ...promise, vote: [] },
      { ...promise, round: round as View },
      { ...promise, decidedHeight: (promise.decidedHeight + 1) as Height },
      { ...promise, acceptor: (promise.acceptor + 1) as MemberIndex },
      { ...promise, vote: [], seal: { kind: "mac", mac: macOf("00".repeat(32) as BlockHash) } },
    ]);
  }

  /** A block: one that the proof supports, one that is known, a new one, or one that is not valid. */
  #block(members: Membership, height: Height, proof: readonly SealedPromise[]): BlockHash {
    const { random, blocks } = this.world;
    const parent = height === 1 ? GENESIS : (this.#all.decided.get(height - 1) ?? GENESIS);
    if (proof.length > 0 && random.chance(850)) {
      const { base, allowed } = roundStart(proof, castOf(members).acceptors.length);
      if (height === base + 1 && allowed.length > 0) return random.pick(allowed);
    }
    const known = blocks.after(parent);
    if (known.length > 0 && random.chance(600)) return random.pick(known).hash;
    return blocks.make({ height, parent, valid: random.chance(900) }, this.name).hash;
  }

  // It answers as it likes, and asks nobody.

  askedBody(by: Actor, hash: BlockHash): void {
    if (this.world.random.chance(500)) this.world.post(this, by, "body", () => by.takeBody(hash));
  }
  takeBody(): void {}
  askedBlocks(): void {}
  takeBlocks(): void {}
  askedCertificates(): void {}
  takeCertificate(): void {}
}
