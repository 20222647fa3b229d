// A small world of engines of BP Fast Paxos: a network that loses, doubles and delays by a seed, disks, crashes, and what
// is checked at every step. A test plays it tick by tick; proposers that lie are actors of their own (liar.ts).
import assert from "node:assert/strict";
import {
  type AuthenticationCheck,
  type BpFastPaxos,
  type BpfpCheckOptions,
  type BpfpConfig,
  type BpfpEffect,
  type BpfpEvidence,
  type BpfpInput,
  type BpfpKept,
  type BpfpMessage,
  bpfpKeptMax,
  type Corrections,
  castOf,
  type Judgement,
  type KeptVote,
  peekBpfpMessage,
} from "@witan/consensus";
import {
  type BlockHash,
  type BpFastPaxosCertificate,
  fastQuorum,
  type Hash,
  type Height,
  type MemberIndex,
  type Membership,
  type PublicKey,
} from "@witan/primitives";
import { Random } from "../../../packages/simulator/src/random.ts";
import { memberOf } from "../../ledger/build.ts";
import { type Block, Blocks, CHAIN } from "./fakes.ts";
import { Process } from "./process.ts";

/** Whoever takes part. */
export interface Actor {
  readonly place: number;
  readonly name: string;
  readonly key: PublicKey;
  receive(from: Actor, bytes: Uint8Array): void;
  askedBody(by: Actor, hash: BlockHash): void;
  takeBody(hash: BlockHash): void;
  askedBlocks(by: Actor, from: number, upTo: number): void;
  takeBlocks(
    blocks: readonly {
      height: number;
      hash: BlockHash;
      certificate: BpFastPaxosCertificate | undefined;
    }[],
  ): void;
  askedCertificates(by: Actor, heights: readonly number[]): void;
  takeCertificate(certificate: BpFastPaxosCertificate): void;
  tick(): void;
}

/** How a world begins. */
export interface WorldOptions {
  readonly seed?: number;
  readonly proposers?: number;
  readonly acceptors?: number;
  /** Processes that are no members at first: what they would be. */
  readonly spares?: readonly ("proposer" | "acceptor")[];
  readonly config?: Partial<Omit<BpfpConfig, "votingKeys">>;
  readonly promiseAuthentication?: "mac" | "signature";
  readonly corrections?: Corrections | undefined;
  /** Makes the liars, by their places. */
  readonly liar?: (world: World, place: number, name: string, key: PublicKey) => Actor | undefined;
}

const CONFIG: Omit<BpfpConfig, "votingKeys"> = {
  ...{ roundTicks: 30, roundTicksMax: 120, resendTicks: 10, bufferedMax: 16 },
  ...{ minimumSharePermille: 0, detectByzantineAcceptors: false },
};

/** The processes, the network between them, and what is checked. */
export class World {
  readonly random: Random;
  readonly blocks = new Blocks();
  readonly genesis: Membership;
  readonly actors: readonly Actor[];
  /** Those that are no liars. */
  readonly processes: readonly Process[];
  readonly promiseAuthentication: "mac" | "signature";
  readonly config: Omit<BpfpConfig, "votingKeys">;
  now = 0;
  /** Which letters pass. */
  passes: (from: number, to: number, kind: string) => boolean = () => true;
  /** By how many ticks a letter is late. */
  late: () => number = () => 0;
  doubled: () => boolean = () => false;
  writeTicks: () => number = () => 0;
  /** Asked before each effect: true stops the process there. */
  stops: (process: Process, effect: BpfpEffect) => boolean = () => false;
  saw: ((process: Process, input: BpfpInput, effects: readonly BpfpEffect[]) => void) | undefined;
  /** What the next block of a proposer has of its own. */
  special: ((height: number, parent: BlockHash) => Partial<Block>) | undefined;
  /** Told of what is asked about a message that arrived. */
  checked: ((kind: BpfpMessage["kind"], checks: readonly AuthenticationCheck[]) => void) | undefined;
  /** What a host finds of a block that is valid. */
  judged: (process: Process, forced: boolean) => Judgement = () => "valid";
  /** How many messages of each kind were sent from process to process. */
  readonly sent = new Map<string, number>();
  readonly accused: { readonly by: string; readonly evidence: BpfpEvidence; readonly who: string }[] = [];
  readonly checkpoints = new Map<number, Set<Hash>>();
  readonly corrections: Corrections | undefined;
  readonly #byKey: ReadonlyMap<PublicKey, Actor>;
  readonly #keptMax: BpfpKept;
  readonly #letters = new Map<number, (() => void)[]>();
  readonly #decided = new Map<number, BlockHash>();
  /** Of each height, round and acceptor: what it voted for. */
  readonly #votes = new Map<string, Map<string, BlockHash>>();
  readonly #chosen = new Map<number, BlockHash>();

  constructor(options: WorldOptions = {}) {
    const { seed = 1, proposers = 2, acceptors = 4, spares = [], config, liar } = options;
    this.random = Random.of(seed, "bp fast paxos");
    this.promiseAuthentication = options.promiseAuthentication ?? "mac";
    this.corrections = options.corrections;
    this.config = { ...CONFIG, ...config };
    const members = [
      ...Array.from({ length: proposers }, (_, at) => memberOf(`p${at}`, "proposer")),
      ...Array.from({ length: acceptors }, (_, at) => memberOf(`a${at}`, "acceptor")),
    ];
    const all = [...members, ...spares.map((role, at) => memberOf(`s${at}`, role))];
    this.genesis = { mode: "bp-fast-paxos", from: 1 as Height, members };
    this.everybody = all;
    this.actors = all.map(
      ({ name, votingKey }, place) =>
        liar?.(this, place, name, votingKey) ?? new Process(this, place, name, votingKey),
    );
    this.processes = this.actors.filter((one): one is Process => one instanceof Process);
    this.#byKey = new Map(this.actors.map((one) => [one.key, one]));
    this.#keptMax = bpfpKeptMax(this.actors.length, this.config.bufferedMax);
    for (const one of this.processes) this.start(one);
  }

  readonly everybody: Membership["members"];

  at(name: string): Process {
    const found = this.processes.find((one) => one.name === name);
    assert.ok(found, `nobody is ${name}`);
    return found;
  }
  start(process: Process): void {
    process.start(this.config, this.corrections);
    process.feed({ kind: "workChanged", pending: this.isBusy, overdue: false });
  }
  isBusy = false;
  work(pending: boolean, some: readonly Process[] = this.processes): void {
    if (some === this.processes || some.length === this.processes.length) this.isBusy = pending;
    for (const one of some) one.feed({ kind: "workChanged", pending, overdue: false });
  }

  // Members.

  /** The members behind a block. */
  after(members: Membership, hash: BlockHash, height: number): Membership {
    const changed = this.blocks.get(hash)?.members;
    return changed ? { ...members, from: (height + 1) as Height, members: changed } : members;
  }
  memberAt(members: Membership, index: number): Actor | undefined {
    const key = members.members[index]?.votingKey;
    return key && this.#byKey.get(key);
  }
  isAcceptorAt({ key }: Actor, members: Membership): boolean {
    return members.members.some(({ votingKey, role }) => votingKey === key && role === "acceptor");
  }
  checkOptions(process: Process): BpfpCheckOptions {
    const isAcceptor = this.isAcceptorAt(process, process.members);
    const { promiseAuthentication } = this;
    const { detectByzantineAcceptors } = this.config;
    const me = process.members.members.findIndex(({ votingKey }) => votingKey === process.key) as MemberIndex;
    return {
      ...{ chainId: CHAIN, promiseAuthentication, detectByzantineAcceptors, holdsPromiseKey: isAcceptor, me },
      ...(this.corrections ? { corrections: this.corrections } : {}),
    };
  }

  // The network.

  post(from: Actor, to: Actor, kind: string, deliver: () => void): void {
    const times = this.doubled() ? 2 : 1;
    for (let copy = 0; copy < times; copy++) {
      if (!this.passes(from.place, to.place, kind)) continue;
      const at = this.now + 1 + this.late();
      this.#letters.set(at, [...(this.#letters.get(at) ?? []), deliver]);
    }
  }
  loseLetters(): void {
    this.#letters.clear();
  }
  #message(from: Actor, to: Actor, bytes: Uint8Array, body: BlockHash | undefined): void {
    const head = peekBpfpMessage(bytes);
    assert.ok(head.ok);
    const { kind } = head.value;
    this.sent.set(kind, (this.sent.get(kind) ?? 0) + 1);
    this.post(from, to, kind, () => {
      if (body) to.takeBody(body);
      to.receive(from, bytes);
    });
  }
  send(from: Actor, members: Membership, to: MemberIndex, bytes: Uint8Array, body?: BlockHash): void {
    const one = this.memberAt(members, to);
    if (one && one !== from) this.#message(from, one, bytes, body);
  }
  sendAll(
    from: Actor,
    to: "acceptors" | "proposers" | "everyone",
    members: Membership,
    bytes: Uint8Array,
    body?: BlockHash,
  ): void {
    const meant =
      to === "everyone" ? undefined : castOf(members)[to].map((index) => this.memberAt(members, index));
    for (const one of this.actors)
      if (one !== from && (meant?.includes(one) ?? true)) this.#message(from, one, bytes, body);
  }

  // Time.

  play(ticks = 1): void {
    for (let end = this.now + ticks; this.now < end; this.now++) {
      const letters = this.#letters.get(this.now) ?? [];
      this.#letters.delete(this.now);
      for (const deliver of letters) deliver();
      for (const one of this.actors) one.tick();
    }
  }
  playUntil(isSo: () => boolean, ticksMax: number): boolean {
    for (let tick = 0; tick < ticksMax && !isSo(); tick++) this.play();
    return isSo();
  }
  /** The least and the greatest height. */
  get heights(): readonly [number, number] {
    const all = this.processes.map(({ height }) => height);
    return [Math.min(...all), Math.max(...all)];
  }
  get standing(): string {
    return this.processes.map((one) => `${one.name} ${JSON.stringify(one.engine.status())}`).join("\n");
  }

  build(by: Process, height: Height): Block {
    const parent = by.head;
    return this.blocks.make({ height, parent, valid: true, ...this.special?.(height, parent) }, by.name);
  }

  // What is checked.

  stepped(process: Process, input: BpfpInput, effects: readonly BpfpEffect[]): void {
    this.saw?.(process, input, effects);
    const kept = (process.engine as BpFastPaxos).kept();
    for (const what of Object.keys(kept) as (keyof BpfpKept)[])
      if (!(kept[what] <= this.#keptMax[what])) assert.fail(`${process.name} keeps ${kept[what]} ${what}`);
  }
  /** An acceptor's vote is durable: one for each round and height; and what a quorum votes for is chosen, for ever. */
  voted({ name }: Process, from: Height, { height, round, blockHash }: KeptVote): void {
    const votes = this.#votes.get(`${from} ${height} ${round}`) ?? new Map<string, BlockHash>();
    this.#votes.set(`${from} ${height} ${round}`, votes);
    assert.equal(votes.get(name) ?? blockHash, blockHash, `${name} votes twice at ${height} in ${round}`);
    votes.set(name, blockHash);
    const { acceptors } = castOf(this.#members(from));
    const same = [...votes.values()].filter((one) => one === blockHash).length;
    if (same < fastQuorum(acceptors.length)) return;
    assert.equal(this.#chosen.get(height) ?? blockHash, blockHash, `two blocks chosen at ${height}`);
    this.#chosen.set(height, blockHash);
  }
  #members(from: Height): Membership {
    const known = this.processes.find(
      (one) => one.height + 1 >= from && one.membershipAt(from)?.from === from,
    );
    assert.ok(known);
    return known.membershipAt(from) as Membership;
  }
  applied({ name }: Process, height: number, hash: BlockHash): void {
    assert.equal(this.#decided.get(height) ?? hash, hash, `${name} decides another block at ${height}`);
    this.#decided.set(height, hash);
    assert.equal(this.#chosen.get(height), hash, `${name} decides at ${height} what was not chosen`);
    const block = this.blocks.get(hash);
    const parent = height === 1 ? block?.parent : this.#decided.get(height - 1);
    assert.ok(block?.valid && block.height === height && block.parent === parent, `${height} is not valid`);
  }
  evidence(by: Process, evidence: BpfpEvidence, members: Membership): void {
    const index = "proposer" in evidence ? evidence.proposer : evidence.acceptor;
    const who = this.memberAt(members, index);
    assert.ok(who && !(who instanceof Process), `${by.name} accuses ${who?.name} of ${evidence.kind}`);
    this.accused.push({ by: by.name, evidence, who: who.name });
  }
  stable(_by: Process, height: number, digest: Hash): void {
    this.checkpoints.set(height, (this.checkpoints.get(height) ?? new Set()).add(digest));
  }
}
