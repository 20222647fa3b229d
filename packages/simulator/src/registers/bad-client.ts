// Bad clients of a world of registers. Each does what its plan says, one thing at a time; all share what they know, and bad
// replicas sign whatever they want. Once a client is revoked, whoever it left its proofs with goes on with them.
import {
  type PrepareProof,
  type RegisterAnswer,
  type RegisterRequest,
  type RegisterStatement,
  type RegisterVersion,
  registerValueHash,
  successor,
  UNWRITTEN,
} from "@witan/consensus";
import {
  asciiBytes,
  type Hash,
  INTEGER_MAX,
  type MemberIndex,
  type PublicKey,
  type Signature,
} from "@witan/primitives";
import { Random } from "../random.ts";
import { OTHER_CHAIN } from "./cast.ts";
import type { Knowledge } from "./knowledge.ts";
import type { MischiefPlan } from "./plan.ts";
import { RegistersProcess } from "./process.ts";

/** One thing that it does. */
interface Act {
  readonly known: Knowledge;
  readonly chance: Random;
  readonly mischief: MischiefPlan;
}

/** A way to misbehave. */
type Conduct = (client: BadClient, act: Act) => void;

/** The ways of bad clients. */
export const CLIENT_CONDUCTS: Readonly<Record<string, { readonly says: string; readonly conduct: Conduct }>> =
  {
    "two-values": {
      says: "client: prepares two values for one timestamp, each at some replicas",
      conduct: (client, act) => client.preparesTwo(act),
    },
    "one-replica": {
      says: "client: writes at one replica only",
      conduct: (client, act) => client.writesAt(act, 1),
    },
    "huge-timestamp": {
      says: "client: prepares a timestamp far ahead, and writes it if it may",
      conduct: (client, act) => client.jumps(act),
    },
    hoards: {
      says: "client: prepares what can be prepared, and keeps it for later",
      conduct: (client, act) => client.prepares(act, false),
    },
    "prepares-again": {
      says: "client: prepares anew behind some old version, with the newest write proof",
      conduct: (client, act) => client.prepares(act, true),
    },
    "races-write-back": {
      says: "client: writes something proven, old or new, at some replicas, while others read and write back",
      conduct: (client, act) => client.writesAt(act, undefined),
    },
    "replays-elsewhere": {
      says: "client: shows one register what was signed for another, or on another chain",
      conduct: (client, act) => client.replays(act),
    },
  };

/** One bad client. */
export class BadClient extends RegistersProcess {
  readonly #plan: readonly MischiefPlan[];
  #values = 0;

  constructor(
    world: ConstructorParameters<typeof RegistersProcess>[0],
    place: number,
    plan: readonly MischiefPlan[],
  ) {
    super(world, place);
    this.#plan = plan;
  }

  /** Nobody owes it that it comes to an end; what it was to do after a crash it does in any case. */
  begin(): void {
    const { queue } = this.world;
    for (const mischief of this.#plan)
      if (mischief.atUs >= queue.nowUs) this.later(mischief.atUs - queue.nowUs, () => this.#act(mischief));
  }

  protected forget(): void {}

  get #key(): PublicKey {
    return this.world.cast.keyOf(this.place);
  }

  get #isRevoked(): boolean {
    return this.world.history.stops.has(this.place);
  }

  #act(mischief: MischiefPlan): void {
    const { world } = this;
    const chance = Random.of(mischief.lot, "mischief");
    const known = world.knownOf(mischief.register);
    world.lies(this, mischief.conduct);
    // Before it does anything it wants to know what there is; once it is revoked it only lays out what it has.
    if (chance.chance(300)) this.#asksAround(known, chance);
    if (this.#isRevoked) this.writesAt({ known, chance, mischief }, chance.pick([1, undefined]));
    else
      (CLIENT_CONDUCTS[mischief.conduct] as (typeof CLIENT_CONDUCTS)[string]).conduct(this, {
        known,
        chance,
        mischief,
      });
  }

  /** An answer has come: all that is signed in it is kept. */
  answered(member: number, request: RegisterRequest, answer: RegisterAnswer): void {
    if (request.kind === "list") return;
    const known = this.world.knownNamed(request.register.name);
    if (answer.kind === "timestamp" || answer.kind === "value")
      for (const proof of answer.proof) known.keepProof(proof);
    if (answer.kind === "value" && answer.version !== UNWRITTEN)
      known.keepData(answer.version.hash, answer.data);
    const signed = (signature: Signature) => ({ member: member as MemberIndex, signature });
    if (answer.kind === "timestamp") {
      for (const signature of answer.written) this.#wrote(known, answer.version, signed(signature));
      if (request.kind === "readAndPrepare")
        for (const signature of answer.entered) {
          const version = {
            timestamp: successor(answer.version.timestamp, request.client),
            hash: request.hash,
          };
          this.#acknowledged(known, "optimistic", version, signed(signature));
        }
    }
    if (answer.kind === "prepared")
      this.#acknowledged(known, "prepared", answer.version, signed(answer.signature));
    if (answer.kind === "written") this.#wrote(known, answer.version, signed(answer.signature));
  }

  // What it does.

  /** Prepares something behind a version that is proven. */
  prepares({ known, chance }: Act, isOld: boolean): void {
    const proofs = known.prepareProofs;
    const previous = isOld ? chance.pick([undefined, ...proofs]) : this.#latest(proofs, chance);
    const version = this.#next(known, previous, chance);
    const isPredicted = this.world.plan.variant === "optimized" && chance.chance(500);
    if (isPredicted) this.#predicts(known, version.hash, chance);
    else this.#prepare(known, previous, version, this.#some(chance), chance);
  }

  /** Two values for one timestamp. */
  preparesTwo({ known, chance }: Act): void {
    const previous = this.#latest(known.prepareProofs, chance);
    const one = this.#next(known, previous, chance);
    const other = { ...this.#next(known, previous, chance), timestamp: one.timestamp };
    const all = chance.shuffled(this.world.correctReplicas);
    const half = Math.floor(all.length / 2) + 1;
    this.#prepare(known, previous, one, all.slice(0, half), chance);
    this.#prepare(known, previous, other, all.slice(chance.below(half)), chance);
  }

  /** The last timestamp there is, or one a little ahead. */
  jumps({ known, chance }: Act): void {
    const previous = this.#latest(known.prepareProofs, chance);
    const { timestamp, hash } = this.#next(known, previous, chance);
    const counter = chance.pick([INTEGER_MAX, INTEGER_MAX - 1, timestamp.counter + 1_000]);
    this.#prepare(
      known,
      previous,
      { timestamp: { ...timestamp, counter }, hash },
      this.world.correctReplicas,
      chance,
    );
    this.later(chance.below(500_000), () => {
      const jumped = known.prepareProofs.at(-1);
      if (jumped !== undefined) this.#write(known, jumped, this.world.correctReplicas);
    });
  }

  /** Writes something that is proven, of its own rather than of others. @param most replicas; undefined: some */
  writesAt({ known, chance }: Act, most: number | undefined): void {
    const proofs = known.prepareProofs.filter(({ version }) => known.dataOf(version) !== undefined);
    const own = proofs.filter(({ version }) => version.timestamp.client === this.#key);
    // Its latest are those that nobody has overwritten, if there are any.
    const from = own.length > 0 && chance.chance(800) ? own.slice(-3) : proofs;
    if (from.length === 0) {
      this.#asksAround(known, chance);
      return;
    }
    this.#write(known, chance.pick(from), this.#some(chance).slice(0, most));
  }

  /** What was signed for another register, or on another chain, as if it were for this one. */
  replays({ known, chance, mischief }: Act): void {
    const { world } = this;
    const others = world.allKnown.filter((one) => one !== known);
    const other = others.length > 0 && chance.chance(700) ? chance.pick(others) : undefined;
    const proof = other === undefined ? this.#provenElsewhere(known, chance) : other.prepareProofs.at(-1);
    const data = proof && (other ?? known).dataOf(proof.version);
    if (proof === undefined || data === undefined) {
      this.prepares({ known: other ?? known, chance, mischief }, false);
      return;
    }
    known.keepData(proof.version.hash, data);
    this.#write(known, proof, this.#some(chance));
  }

  /** All replicas are members of another chain too, where it has prepared what it wanted. */
  #provenElsewhere(known: Knowledge, chance: Random): PrepareProof {
    const { cast, quorum } = this.world;
    const version = this.#next(known, this.#latest(known.prepareProofs, chance), chance);
    const { from } = cast.membership;
    const { register } = known;
    const authorized: RegisterStatement = { kind: "authorized", register, version };
    const statement: RegisterStatement = {
      kind: "prepared",
      membership: from,
      register,
      list: "prepared",
      version,
    };
    const signatures = Array.from({ length: quorum }, (_, place) => ({
      member: place as MemberIndex,
      signature: cast.sign(place, statement, OTHER_CHAIN),
    }));
    const authorization = cast.sign(this.place, authorized, OTHER_CHAIN);
    return { version, membership: from, list: "prepared", authorization, signatures };
  }

  // How it does it.

  #asksAround({ register }: Knowledge, chance: Random): void {
    const { world } = this;
    const nonce = world.nonce();
    const kind = chance.pick(["read", "readTimestamp"] as const);
    for (const to of world.correctReplicas) world.asks(this.place, to, { kind, register, nonce });
  }

  /** A version that follows another, with a value that nobody ever wrote. */
  #next(known: Knowledge, previous: PrepareProof | undefined, chance: Random): RegisterVersion {
    const data = asciiBytes(`p${this.place}-bad-${++this.#values}-${chance.below(1_000)}`);
    const hash = registerValueHash(data);
    known.keepData(hash, data);
    return { timestamp: successor(previous?.version.timestamp ?? UNWRITTEN.timestamp, this.#key), hash };
  }

  #latest(proofs: readonly PrepareProof[], chance: Random): PrepareProof | undefined {
    return chance.chance(800) ? proofs.at(-1) : proofs.at(-2);
  }

  #some(chance: Random): readonly number[] {
    const all = chance.shuffled(this.world.correctReplicas);
    return chance.pick([all, all, all.slice(0, chance.between(1, all.length))]);
  }

  #prepare(
    known: Knowledge,
    previous: PrepareProof | undefined,
    version: RegisterVersion,
    to: readonly number[],
    chance: Random,
  ): void {
    const { world } = this;
    const { register } = known;
    const proofs = known.writeProofs;
    const isStrong = world.plan.variant === "strong";
    const written = isStrong
      ? proofs.filter((proof) => previous !== undefined && sameAs(proof.version, previous.version))
      : proofs.slice(chance.chance(800) ? -1 : -2).slice(0, 1);
    const authorization = this.#authorize(known, version);
    const request: RegisterRequest = {
      ...{ kind: "prepare", register, version, authorization, written },
      previous: previous === undefined ? [] : [previous],
    };
    this.#colludes(known, "prepared", version);
    for (const place of to) world.asks(this.place, place, request);
  }

  #predicts(known: Knowledge, hash: Hash, chance: Random): void {
    const { world } = this;
    const { register } = known;
    const nonce = world.nonce();
    const client = this.#key;
    const signature = world.cast.sign(
      this.place,
      world.bound({ kind: "asked", register, nonce, client, hash }),
    );
    const written = known.writeProofs.slice(-1);
    for (const place of this.#some(chance))
      world.asks(this.place, place, {
        ...{ kind: "readAndPrepare", register, nonce, client, hash, written, signature },
      });
  }

  #write(known: Knowledge, proof: PrepareProof, to: readonly number[]): void {
    const { world } = this;
    const { register } = known;
    const data = known.dataOf(proof.version);
    if (data === undefined) return;
    for (const place of to) world.asks(this.place, place, { kind: "write", register, proof, data });
  }

  #authorize({ register }: Knowledge, version: RegisterVersion) {
    return this.world.cast.sign(this.place, this.world.bound({ kind: "authorized", register, version }));
  }

  #acknowledged(
    known: Knowledge,
    list: "prepared" | "optimistic",
    version: RegisterVersion,
    signed: { readonly member: MemberIndex; readonly signature: Signature },
  ): void {
    const isOwn = version.timestamp.client === this.#key;
    const authorization = isOwn ? this.#authorize(known, version) : undefined;
    known.acknowledged(list, version, { ...signed, authorization });
    this.#colludes(known, list, version);
  }

  /** Bad replicas acknowledge it too. */
  #colludes(known: Knowledge, list: "prepared" | "optimistic", version: RegisterVersion): void {
    const { cast, liars } = this.world;
    const { register } = known;
    const membership = cast.membership.from;
    const authorization =
      version.timestamp.client === this.#key ? this.#authorize(known, version) : undefined;
    for (const place of liars) {
      const statement = this.world.bound({ kind: "prepared", membership, register, list, version });
      const signature = cast.sign(place, statement);
      known.acknowledged(list, version, { member: place as MemberIndex, signature, authorization });
    }
  }

  #wrote(
    known: Knowledge,
    version: RegisterVersion,
    signed: { readonly member: MemberIndex; readonly signature: Signature },
  ): void {
    const { cast, liars } = this.world;
    const { register } = known;
    known.wrote(version, signed);
    const membership = cast.membership.from;
    for (const place of liars) {
      const statement = this.world.bound({ kind: "written", membership, register, version });
      known.wrote(version, { member: place as MemberIndex, signature: cast.sign(place, statement) });
    }
  }
}

function sameAs(a: RegisterVersion, b: RegisterVersion): boolean {
  return (
    a.hash === b.hash &&
    a.timestamp.counter === b.timestamp.counter &&
    a.timestamp.client === b.timestamp.client
  );
}
