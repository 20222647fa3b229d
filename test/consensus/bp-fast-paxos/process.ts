// The host of one engine in a world: its disk, its queue of effects, and the host's duties. What it keeps goes through the
// codecs, what it sends too, and what it hears is checked as a node does it. It stops at whatever effect the world says.
import assert from "node:assert/strict";
import {
  asAuthentic,
  BpFastPaxos,
  type BpfpConfig,
  type BpfpEffect,
  type BpfpInput,
  type BpfpMessage,
  type BpfpRecord,
  bpfpCertificateChecks,
  bpfpMessageCodec,
  type Corrections,
  decisionDigest,
  learnChecks,
  promiseDigest,
  proposalDigest,
  type SealedPromise,
} from "@witan/consensus";
import type {
  BlockHash,
  BpFastPaxosCertificate,
  Height,
  MemberIndex,
  Membership,
  PublicKey,
} from "@witan/primitives";
import { Disk, type Entry } from "./disk.ts";
import { CHAIN, GENESIS, holds, macOf, signatureOf } from "./fakes.ts";
import { inputOf } from "./inbox.ts";
import type { Actor, World } from "./world.ts";

type EffectOf<Kind extends BpfpEffect["kind"]> = Extract<BpfpEffect, { readonly kind: Kind }>;

/** An effect that waits, and who the members are that it names. */
interface Queued {
  readonly effect: BpfpEffect;
  readonly members: Membership;
  /** For a write: when it is done. */
  doneAt?: number;
}

/** A process with an engine. */
export class Process implements Actor {
  readonly world: World;
  readonly place: number;
  readonly name: string;
  readonly key: PublicKey;
  up = false;
  engine!: BpFastPaxos;
  readonly disk: Disk;
  /** Bodies in memory. */
  held = new Set<BlockHash>();
  #inputs: BpfpInput[] = [];
  #effects: Queued[] = [];
  #judging: EffectOf<"judgeProposal">[] = [];
  #finalizing: EffectOf<"finalize"> | undefined;
  #synced = new Map<number, { hash: BlockHash; certificate: BpFastPaxosCertificate | undefined }>();
  #isRunning = false;

  constructor(world: World, place: number, name: string, key: PublicKey) {
    this.world = world;
    this.place = place;
    this.name = name;
    this.key = key;
    this.disk = new Disk(world);
  }

  get chain(): readonly Entry[] {
    return this.disk.chain;
  }
  get height(): number {
    return this.disk.chain.length;
  }
  get head(): BlockHash {
    return this.disk.chain.at(-1)?.hash ?? GENESIS;
  }
  membershipAt(height: number): Membership | undefined {
    return this.disk.membershipAt(height);
  }
  get members(): Membership {
    return this.membershipAt(this.height + 1) as Membership;
  }

  // Its life.

  start(config: Omit<BpfpConfig, "votingKeys">, corrections?: Corrections): void {
    if (this.up) return;
    this.up = true;
    const records = this.disk.read();
    const uncertified = this.chain.flatMap(({ hash, membership, certificate }, at) =>
      certificate ? [] : [{ membership, height: (at + 1) as Height, hash }],
    );
    this.engine = new BpFastPaxos(
      { ...config, votingKeys: [this.key] },
      { membership: this.members, height: this.height as Height, hash: this.head, uncertified, records },
      ...(corrections ? [corrections] : []),
    );
  }

  crash(): void {
    this.up = false;
    this.held = new Set();
    this.#inputs = [];
    this.#effects = [];
    this.#judging = [];
    this.#finalizing = undefined;
    this.#synced = new Map();
  }

  feed(input: BpfpInput): void {
    if (!this.up) return;
    this.#inputs.push(input);
    this.run();
  }

  /** Takes in what waits, and does what is to be done, until there is nothing that can be done now. */
  run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.up && (this.#doNext() || this.#takeNext()));
    this.#isRunning = false;
  }

  #takeNext(): boolean {
    const input = this.#inputs.shift();
    if (input === undefined) return false;
    const effects = this.engine.step(input);
    this.world.stepped(this, input, effects);
    const members = this.membershipAt(this.engine.status().membership) as Membership;
    this.#effects.push(...effects.map((effect) => ({ effect, members })));
    return true;
  }

  /** @returns whether an effect was carried out */
  #doNext(): boolean {
    const [first] = this.#effects;
    if (first === undefined) return false;
    if (first.effect.kind === "persist") {
      first.doneAt ??= this.world.now + this.world.writeTicks();
      if (first.doneAt > this.world.now) return false;
    }
    if (this.world.stops(this, first.effect)) {
      this.crash();
      return false;
    }
    this.#effects.shift();
    this.#do(first.effect, first.members);
    return true;
  }

  /** Time passes. */
  tick(): void {
    if (!this.up) return;
    this.run();
    this.feed({ kind: "tick" });
    if (this.world.now % 3 === 0) this.#fetch();
    this.#judge();
    this.#finalize();
  }

  // Duties.

  #do(effect: BpfpEffect, members: Membership): void {
    switch (effect.kind) {
      case "persist":
        this.#persist(effect.record);
        return;
      case "broadcast":
        this.world.sendAll(this, effect.to, members, bpfpMessageCodec.encode(effect.message));
        this.#feedBack(effect.message, members);
        return;
      case "send":
        this.world.send(this, members, effect.to, bpfpMessageCodec.encode(effect.message));
        return;
      case "sendAccept":
        this.#sendAccept(effect);
        return;
      case "sendPromise":
        this.#sendPromise(effect, members);
        return;
      case "sayDecided":
        this.#sayDecided(effect.statement);
        return;
      case "sendDecided": {
        const to = this.world.memberAt(this.membershipAt(effect.membership) as Membership, effect.to);
        if (to) this.#sendBlocks(to, effect.height, effect.height);
        return;
      }
      case "buildProposal":
        this.#build(effect);
        return;
      case "judgeProposal":
        this.#judging = [effect];
        this.#judge();
        return;
      case "requestSync":
        for (const from of effect.from) this.askBlocks(this.world.memberAt(members, from), effect.height);
        return;
      case "requestCertificates":
        for (const from of effect.from) {
          const one = this.world.memberAt(members, from);
          if (one)
            this.world.post(this, one, "certificates?", () => one.askedCertificates(this, effect.heights));
        }
        return;
      case "checkLearns": {
        const { first, second } = effect;
        const asked = learnChecks(CHAIN, [first.message, second.message], members);
        const [one = false, two = false] = asked.map((check) => check !== undefined && holds(check));
        this.feed({ kind: "learnsChecked", first, second, signed: [one, two] });
        return;
      }
      case "evidence":
        this.world.evidence(this, effect.evidence, members);
        return;
      case "finalize":
        this.#finalizing = effect;
        this.#finalize();
        return;
      case "certify":
        this.#certify(effect.certificate);
        return;
      case "stableCheckpoint":
        this.world.stable(this, effect.height, effect.digest);
    }
  }

  #feedBack(message: BpfpMessage, members: Membership): void {
    const me = members.members.findIndex(({ votingKey }) => votingKey === this.key) as MemberIndex;
    this.feed({ kind: "message", message: asAuthentic(me, message) });
  }

  #persist(record: BpfpRecord): void {
    if (record.kind === "progress" && record.vote) {
      assert.ok(this.has(record.vote.blockHash), "a vote without its body");
      this.disk.bodies.add(record.vote.blockHash);
      this.world.voted(this, record.membership, record.vote);
    }
    this.disk.write(record);
  }

  has(hash: BlockHash): boolean {
    return this.held.has(hash) || this.disk.bodies.has(hash);
  }

  #sendAccept({ to, message, sign }: EffectOf<"sendAccept">): void {
    const members = this.membershipAt(message.membership) as Membership;
    const signature = sign ? [signatureOf(this.key, proposalDigest(CHAIN, message))] : [];
    const bytes = bpfpMessageCodec.encode({ ...message, signature });
    const body = this.has(message.blockHash) ? message.blockHash : undefined;
    if (to === "acceptors") this.world.sendAll(this, "acceptors", members, bytes, body);
    else this.world.send(this, members, to, bytes, body);
  }

  #sendPromise({ to, content }: EffectOf<"sendPromise">, members: Membership): void {
    const { corrections, promiseAuthentication } = this.world;
    const digest = promiseDigest(CHAIN, content, corrections?.promiseStatement);
    const seal: SealedPromise["seal"] =
      promiseAuthentication === "mac"
        ? { kind: "mac", mac: macOf(digest) }
        : { kind: "signature", signature: signatureOf(this.key, digest) };
    const bytes = bpfpMessageCodec.encode({ kind: "promise", ...content, seal });
    this.world.send(this, members, to, bytes);
  }

  #sayDecided(statement: EffectOf<"sayDecided">["statement"]): void {
    const signature = signatureOf(this.key, decisionDigest(CHAIN, statement));
    const message: BpfpMessage = { kind: "decided", ...statement, signature };
    const members = this.membershipAt(statement.membership) as Membership;
    this.world.sendAll(this, "everyone", members, bpfpMessageCodec.encode(message));
    this.#feedBack(message, members);
  }

  #build({ height, round }: EffectOf<"buildProposal">): void {
    const block = this.world.build(this, height);
    this.held.add(block.hash);
    this.feed({ kind: "proposalBuilt", height, round, hash: block.hash });
  }

  #judge(): void {
    for (const one of this.#judging) {
      const block = this.world.blocks.get(one.hash);
      if (!this.has(one.hash) || block === undefined) continue;
      this.#judging = this.#judging.filter((other) => other !== one);
      const { height, round, hash } = one;
      const isValid = block.valid && block.height === height && block.parent === this.head;
      const judgement = isValid ? this.world.judged(this, one.forced) : "invalid";
      this.feed({ kind: "proposalJudged", height, round, hash, judgement });
    }
  }

  #finalize(): void {
    const effect = this.#finalizing;
    if (effect === undefined || !this.has(effect.hash)) return;
    this.#finalizing = undefined;
    const { height, hash, certificate } = effect;
    assert.equal(height, this.height + 1);
    const membership = this.members;
    this.disk.bodies.add(hash);
    this.disk.chain.push({ hash, membership, certificate });
    this.world.applied(this, height, hash);
    this.feed({ kind: "applied", height, hash, membership: this.members });
    const next = this.#synced.get(height + 1);
    if (next) this.feed({ kind: "synced", height: (height + 1) as Height, ...next });
  }

  /** Asks for bodies that are waited for. */
  #fetch(): void {
    const wanted = [...this.#judging, ...(this.#finalizing ? [this.#finalizing] : [])];
    for (const { hash } of wanted)
      if (!this.has(hash))
        for (const other of this.world.actors)
          if (other !== this) this.world.post(this, other, "body?", () => other.askedBody(this, hash));
  }

  #certify(certificate: BpFastPaxosCertificate): void {
    const entry = this.chain[certificate.height - 1];
    assert.ok(entry?.hash === certificate.blockHash, "certifies another block");
    const answer = bpfpCertificateChecks(CHAIN, certificate, (height) => this.membershipAt(height));
    assert.ok(answer.kind === "checks" && answer.checks.every(holds), "a certificate that does not hold");
    entry.certificate = certificate;
  }

  /** Asks somebody for blocks up to a height. */
  askBlocks(from: Actor | undefined, height: number): void {
    if (from === undefined || from === this) return;
    const next = this.height + 1;
    this.world.post(this, from, "blocks?", () => from.askedBlocks(this, next, height));
  }

  #sendBlocks(to: Actor, from: number, upTo: number): void {
    if (!this.world.isAcceptorAt(this, this.members)) return;
    const blocks = this.chain.slice(from - 1, Math.min(upTo, from + 7)).map((entry, at) => ({
      ...{ height: from + at, hash: entry.hash, certificate: entry.certificate },
    }));
    this.world.post(this, to, "blocks", () => to.takeBlocks(blocks));
  }

  // What others ask and say.

  askedBody(by: Actor, hash: BlockHash): void {
    if (this.up && this.has(hash)) this.world.post(this, by, "body", () => by.takeBody(hash));
  }
  takeBody(hash: BlockHash): void {
    if (!this.up) return;
    this.held.add(hash);
    this.#judge();
    this.#finalize();
  }
  askedBlocks(by: Actor, from: number, upTo: number): void {
    if (this.up) this.#sendBlocks(by, from, upTo);
  }
  takeBlocks(
    blocks: readonly {
      height: number;
      hash: BlockHash;
      certificate: BpFastPaxosCertificate | undefined;
    }[],
  ): void {
    if (!this.up) return;
    for (const { height, hash, certificate } of blocks) {
      this.held.add(hash);
      this.#synced.set(height, { hash, certificate });
    }
    const next = this.#synced.get(this.height + 1);
    if (next) this.feed({ kind: "synced", height: (this.height + 1) as Height, ...next });
  }
  askedCertificates(by: Actor, heights: readonly number[]): void {
    if (!this.up) return;
    for (const height of heights) {
      const entry = this.chain[height - 1];
      if (entry === undefined) continue;
      const { certificate, membership, hash } = entry;
      if (certificate) this.world.post(this, by, "certificate", () => by.takeCertificate(certificate));
      else if (this.world.isAcceptorAt(this, membership)) {
        const statement = { membership: membership.from, height: height as Height, blockHash: hash };
        const signature = signatureOf(this.key, decisionDigest(CHAIN, statement));
        const bytes = bpfpMessageCodec.encode({ kind: "decided", ...statement, signature });
        this.world.post(this, by, "decided", () => by.receive(this, bytes));
      }
    }
  }
  takeCertificate(certificate: BpFastPaxosCertificate): void {
    if (this.up) this.feed({ kind: "certificate", certificate });
  }

  receive(from: Actor, bytes: Uint8Array): void {
    const input = this.up ? inputOf(this, from, bytes) : undefined;
    if (input) this.feed(input);
  }
}
