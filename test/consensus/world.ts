// A small world of PBFT validators for tests: messages may be lost, late, doubled and reordered, members come and go,
// validators crash and come back with what was durable. All from one seed. Signatures are numbers that only the world
// gives out, and every message goes through its bytes and the checks of the protocol.
import {
  certificateChecks,
  digestOf,
  type Engine,
  type MessageSlot,
  Pbft,
  type PbftConfig,
  type PbftEffect,
  type PbftInput,
  type PbftMessage,
  type PbftStart,
  type PbftStatus,
  pbftChecks,
  type SignedMessage,
  signedMessageCodec,
} from "@witan/consensus";
import {
  asciiBytes,
  type BlockHash,
  byzantineMax,
  type ChainId,
  type Height,
  type Member,
  type MemberIndex,
  type Membership,
  type PbftCertificate,
  type PublicKey,
  type Signature,
  type SignatureCheck,
  sha256Hex,
} from "@witan/primitives";
import type { SlotGuard } from "@witan/simulator";
import { memberOf } from "../ledger/build.ts";
import { Dice, FAIR, type Weather } from "./dice.ts";
import { CONFIG, Validator } from "./validator.ts";

/** What a block says. */
export interface Block {
  readonly height: number;
  readonly parent: BlockHash;
  /** Who decides from the next height on; undefined: those who do now. */
  readonly members: readonly Member[] | undefined;
  /** The marked transactions in it. */
  readonly holds: readonly number[];
}

/** A rule of the protocol is broken. */
export class Violation extends Error {
  override readonly name = "Violation";
}

/** What a validator of a world runs. */
export type WorldEngine = Engine<PbftInput, PbftEffect, PbftStatus>;

/** A validator begins, on what its disk holds. */
export interface Beginning {
  readonly world: World;
  readonly validator: Validator;
  readonly config: PbftConfig;
  readonly start: PbftStart;
}

/** Makes the engine of a validator. */
export type Begin = (beginning: Beginning) => WorldEngine;

/** How a world begins. */
export interface WorldOptions {
  readonly members: number;
  readonly seed?: number;
  /** Nodes that are no members yet. */
  readonly spare?: number;
  /** How many of the first members have a twin: the same keys, another state. At most f in a world that must be safe. */
  readonly twins?: number;
  readonly engine?: typeof Pbft;
  /** Instead of `engine`, for what is more than one. */
  readonly begin?: Begin | undefined;
  readonly config?: Partial<typeof CONFIG>;
}

interface Letter {
  readonly to: number;
  readonly deliver: (validator: Validator) => void;
}

const CHAIN = sha256Hex(asciiBytes("world")) as ChainId;
const known = new Map<string, Member>();

/** The member of a node with its first or second voting key. */
function member(node: number, key: 0 | 1): Member {
  const name = `v${node}`;
  const made = known.get(`${name} ${key}`) ?? {
    ...memberOf(name),
    votingKey: memberOf(key === 0 ? name : `${name} later`).votingKey,
  };
  known.set(`${name} ${key}`, made);
  return made;
}

/** The validators and the network between them. */
export class World {
  readonly dice: Dice;
  readonly begin: Begin;
  readonly config: typeof CONFIG;
  readonly firstMembership: Membership;
  readonly validators: Validator[] = [];
  /** The nodes that were seen to contradict themselves. */
  readonly evidence: number[] = [];
  /** Transactions of a client that some leave out. */
  readonly marked: { readonly id: number; readonly since: number }[] = [];
  weather: Weather = FAIR;
  now = 0;
  /** Letters of one tick arrive in random order. */
  shuffled = true;
  /** Which letters pass, beside the weather. */
  passes: (from: number, to: number, kind: string, view: number) => boolean = () => true;
  /** Asked before each effect: true stops the validator there, which the asked one must do itself. */
  stops: (validator: Validator) => boolean = () => false;
  /** Told of each step. */
  saw: ((validator: Validator, input: PbftInput, effects: readonly PbftEffect[]) => void) | undefined;
  readonly #nodes: number;
  #added: Member | undefined;
  readonly #liars = new Set<number>();
  readonly #letters = new Map<number, Letter[]>();
  readonly #blocks = new Map<BlockHash, Block>();
  readonly #decisions = new Map<number, BlockHash>();
  readonly #signatures = new Map<string, Signature>();
  readonly #checked = new WeakMap<SignedMessage, "holds" | "fault">();

  constructor({ members, seed = 1, spare = 0, twins = 0, engine = Pbft, begin, config = {} }: WorldOptions) {
    this.dice = new Dice(seed);
    this.begin = begin ?? ((one) => new engine(one.config, one.start));
    this.config = { ...CONFIG, ...config };
    this.#nodes = members + spare;
    const first = Array.from({ length: members }, (_, node) => member(node, 0));
    this.firstMembership = { mode: "pbft", from: 1 as Height, members: first };
    for (let node = 0; node < this.#nodes; node++) this.#add(node);
    for (let node = 0; node < twins; node++) this.addTwin(node);
  }

  #add(node: number): Validator {
    const keys = [member(node, 0).votingKey, member(node, 1).votingKey];
    const validator = new Validator(this, this.validators.length, node, keys);
    this.validators.push(validator);
    return validator;
  }

  /** Another validator with the same keys: from now on both may lie. */
  addTwin(node: number): Validator {
    this.#liars.add(node);
    return this.#add(node);
  }

  lies(node: number): boolean {
    return this.#liars.has(node);
  }

  // The network.

  /** Sends something that arrives, perhaps, some ticks later. To oneself it always does. */
  post(from: number, to: number, kind: string, deliver: (validator: Validator) => void, view = 0): void {
    const sure = from === to;
    const { loss, delayMax, doubled } = this.weather;
    if (!sure && (!this.passes(from, to, kind, view) || this.dice.next() < loss)) return;
    const copies = !sure && this.dice.next() < doubled ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const at = this.now + 1 + (sure ? 0 : this.dice.below(delayMax));
      const due = this.#letters.get(at) ?? [];
      this.#letters.set(at, due);
      due.push({ to, deliver });
    }
  }

  /** The places of a member: two, if it has a twin. */
  placesOf(members: Membership, index: number): readonly number[] {
    const key = members.members[index]?.votingKey as PublicKey;
    return this.validators.filter(({ keys }) => keys.includes(key)).map(({ place }) => place);
  }

  nodeOf(members: Membership, index: number): number {
    const [place] = this.placesOf(members, index);
    return this.validators[place as number]?.node as number;
  }

  /** Lets ticks pass. */
  run(ticks: number): void {
    for (let end = this.now + ticks; this.now < end; this.now++) {
      for (const { to, deliver } of this.#due()) {
        const validator = this.validators[to];
        if (validator?.up) deliver(validator);
      }
      for (const validator of this.validators) validator.tick();
    }
  }

  /** What is on its way is lost. */
  loseLetters(): void {
    this.#letters.clear();
  }

  #due(): Letter[] {
    const due = this.#letters.get(this.now) ?? [];
    this.#letters.delete(this.now);
    if (!this.shuffled) return due;
    for (let at = due.length - 1; at > 0; at--) {
      const other = this.dice.below(at + 1);
      [due[at], due[other]] = [due[other] as Letter, due[at] as Letter];
    }
    return due;
  }

  // Blocks.

  block(hash: BlockHash): Block {
    const found = this.#blocks.get(hash);
    if (found === undefined) throw new Violation(`nobody built ${hash}`);
    return found;
  }

  build(by: Validator): BlockHash {
    const hash = sha256Hex(asciiBytes(`${this.#blocks.size}`)) as BlockHash;
    const pending = this.marked.filter(({ id }) => !by.censors && !by.disk.held.has(id));
    const changes = this.dice.next() < this.weather.changes;
    this.#blocks.set(hash, {
      height: by.height + 1,
      parent: by.head,
      members: changes ? this.#changed(by) : undefined,
      holds: pending.map(({ id }) => id),
    });
    return hash;
  }

  /** The next block that changes the members adds this node, and nothing random. */
  addMember(node: number): void {
    this.#added = member(node, 0);
  }

  /** One is added, removed, or has its key replaced; never are there more liars than f. */
  #changed(by: Validator): readonly Member[] | undefined {
    const { members } = by.membershipAt(by.height + 1) as Membership;
    if (this.#added) return [...members, this.#added];
    const outside = Array.from({ length: this.#nodes }, (_, node) => member(node, 0)).filter(
      ({ name }) => !members.some((one) => one.name === name),
    );
    const at = this.dice.below(members.length);
    const node = Number((members[at] as Member).name.slice(1));
    let next: readonly Member[];
    switch (this.dice.below(3)) {
      case 0:
        if (outside.length === 0) return undefined;
        next = [...members, this.dice.of(outside)];
        break;
      case 1:
        next = members.toSpliced(at, 1);
        break;
      default:
        next = members.with(at, member(node, members[at]?.votingKey === member(node, 0).votingKey ? 1 : 0));
    }
    const liars = next.filter(({ name }) => this.lies(Number(name.slice(1)))).length;
    return next.length > 0 && liars <= byzantineMax(next.length) ? next : undefined;
  }

  isValid(by: Validator, hash: BlockHash): boolean {
    const { height, parent } = this.block(hash);
    return height === by.height + 1 && parent === by.head;
  }

  /** A block is final at one. No two are at one height: by whomever, whenever. @returns new members, if it has some */
  decide(by: Validator, { height, blockHash }: PbftCertificate): Membership | undefined {
    const before = this.#decisions.get(height) ?? blockHash;
    if (!this.lies(by.node)) {
      this.#decisions.set(height, before);
      if (before !== blockHash)
        throw new Violation(`two blocks decided at ${height}: ${before}, and ${blockHash} by v${by.node}`);
    }
    if (!this.isValid(by, blockHash)) throw new Violation(`a block decided at ${height} that is not valid`);
    const { members } = this.block(blockHash);
    return members && { mode: "pbft", from: (height + 1) as Height, members };
  }

  // Signatures.

  /** Signs, by the guard, and takes the message through its bytes. A correct validator is never refused. */
  sign(
    by: Validator,
    what: {
      readonly key: PublicKey;
      readonly sender: number;
      readonly message: PbftMessage;
      readonly slot: MessageSlot | undefined;
      readonly guard: SlotGuard;
    },
  ): SignedMessage {
    const { key, message, slot, guard } = what;
    const digest = digestOf(CHAIN, message);
    if (slot && !this.lies(by.node)) {
      const refused = guard.refusal(slot, digest);
      if (refused) throw new Violation(`the guard of v${by.node} refuses ${message.kind}, which ${refused}`);
    }
    const name = `${key} ${digest}`;
    const next = `${this.#signatures.size + 1}`.padStart(128, "0") as Signature;
    const signature = this.#signatures.get(name) ?? next;
    this.#signatures.set(name, signature);
    const sent = { sender: what.sender as MemberIndex, signature, message };
    const decoded = signedMessageCodec.decode(signedMessageCodec.encode(sent));
    if (!decoded.ok) throw new Violation(`${message.kind} does not survive its bytes: ${decoded.detail}`);
    return decoded.value;
  }

  /** What the protocol's checks say of a message at one validator. Those of correct validators hold. */
  check(at: Validator, signed: SignedMessage): "holds" | "not yet" | "fault" {
    if (rests(signed.message) > at.height + 1) return "not yet";
    const before = this.#checked.get(signed);
    if (before) return before;
    const { sender, message, signature } = signed;
    const answer = pbftChecks(CHAIN, sender, message, signature, (height) => at.membershipAt(height));
    if (answer.kind === "notYet") return "not yet";
    const holds = answer.kind === "checks" && this.#hold(answer.checks);
    this.#checked.set(signed, holds ? "holds" : "fault");
    const members = at.membershipAt(message.membership) as Membership;
    if (!holds && !this.lies(this.nodeOf(members, sender)))
      throw new Violation(
        `${message.kind} of a correct one: ${answer.kind === "fault" ? answer.code : "signature"}`,
      );
    return holds ? "holds" : "fault";
  }

  /** A certificate that comes with a block holds: nobody can make one that does not. */
  checkCertificate(at: Validator, certificate: PbftCertificate): void {
    const answer = certificateChecks(CHAIN, certificate, (height) => at.membershipAt(height));
    if (answer.kind !== "checks" || !this.#hold(answer.checks))
      throw new Violation(`the certificate of height ${certificate.height} does not hold`);
  }

  #hold(checks: readonly SignatureCheck[]): boolean {
    return checks.every((one) => this.#signatures.get(`${one.publicKey} ${one.digest}`) === one.signature);
  }

  // The whole.

  /** Those that lie not. */
  get correct(): readonly Validator[] {
    return this.validators.filter(({ node }) => !this.lies(node));
  }

  /** The least and the greatest height of correct validators. */
  get heights(): readonly [number, number] {
    const all = this.correct.map(({ height }) => height);
    return [Math.min(...all), Math.max(...all)];
  }
}

/** The highest height whose members must be known to check a message. */
function rests(message: PbftMessage): number {
  if (message.kind === "viewChange") return Math.max(message.membership, message.decidedHeight);
  if (message.kind !== "newView") return message.membership;
  return Math.max(message.membership, ...message.viewChanges.map(({ content }) => content.decidedHeight));
}
