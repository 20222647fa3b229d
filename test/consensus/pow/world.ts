// Nodes that mine and exchange headers and bodies in any order, over links that lose, cut and heal, with crashes, clocks
// that differ, and one who sends whatever is wrong. The host here is a model: blocks have no bodies, and a set says which
// break a rule.
import assert from "node:assert/strict";
import {
  type ChainHeader,
  type PowConfig,
  type PowEffect,
  type PowInput,
  ProofOfWork,
} from "@witan/consensus";
import { type BlockHash, blockWork, type PeerId, type Timestamp } from "@witan/primitives";
import type { Random } from "../../../packages/simulator/src/random.ts";
import { CONFIG, GENESIS, Mine, PARAMETERS, START } from "./mining.ts";
import { peer } from "./stage.ts";

type EffectOf<Kind extends PowEffect["kind"]> = Extract<PowEffect, { readonly kind: Kind }>;

/** Small limits, so that worlds meet them. */
const SMALL: PowConfig = {
  ...{ ...CONFIG, mines: true, fetchMax: 4, waitingMax: 12, sideHeadersMax: 400 },
  ...{ sideBodiesMax: 8, invalidMax: 64 },
};

/** One node: an engine, and a host around it. */
class Node {
  readonly id: PeerId;
  readonly #world: PowWorld;
  readonly skewMs: number;
  engine: ProofOfWork;
  chain: readonly ChainHeader[] = [GENESIS];
  work: EffectOf<"mine"> | undefined;
  pending: EffectOf<"switchTip"> | undefined;
  switches = 0;
  undone = 0;
  #bodies = new Set<BlockHash>([GENESIS.hash]);
  #record: EffectOf<"persist">["record"] | undefined;
  /** Blocks that this node has found out to be bad. */
  readonly #judged = new Set<BlockHash>();

  constructor(world: PowWorld, id: PeerId, skewMs: number) {
    this.#world = world;
    this.id = id;
    this.skewMs = skewMs;
    this.engine = this.#start();
  }

  get tip(): ChainHeader {
    return this.chain.at(-1) as ChainHeader;
  }

  get now(): Timestamp {
    return (this.#world.timeMs + this.skewMs) as Timestamp;
  }

  has(hash: BlockHash): boolean {
    return this.#bodies.has(hash);
  }

  feed(input: PowInput): void {
    if (input.kind === "block" || input.kind === "mined") this.#bodies.add(input.header.hash);
    for (const effect of this.engine.step(input)) this.#carryOut(effect);
    const kept = this.engine.kept();
    assert.ok(kept.orphans <= SMALL.waitingMax && kept.early <= SMALL.waitingMax);
    assert.ok(kept.sideHeaders <= SMALL.sideHeadersMax && kept.invalid <= SMALL.invalidMax);
  }

  /** The host has done what it was asked, or has found a block that breaks a rule. */
  answerSwitch(): void {
    const { pending } = this;
    if (!pending) return;
    this.pending = undefined;
    const { mine, bad, random } = this.#world;
    const kept = this.chain.slice(0, this.chain.length - pending.undo.length);
    const added: ChainHeader[] = [];
    for (const hash of pending.apply) {
      if (bad.has(hash)) {
        this.#judged.add(hash);
        if (pending.undo.length === 0 && random.chance(500)) this.chain = [...kept, ...added];
        this.feed({ kind: "switched", tip: this.tip.hash, invalid: hash });
        return;
      }
      added.push(mine.headers.get(hash) as ChainHeader);
    }
    this.chain = [...kept, ...added];
    this.switches++;
    this.undone += pending.undo.length;
    this.feed({ kind: "switched", tip: this.tip.hash, invalid: undefined });
  }

  /** Everything that is not durable is gone; of a switch in progress it is all there, or nothing. */
  crash(): void {
    const { random } = this.#world;
    const { pending } = this;
    const isValid = !pending?.apply.some((hash) => this.#world.bad.has(hash));
    if (pending && isValid && random.chance(500))
      this.chain = [
        ...this.chain.slice(0, this.chain.length - pending.undo.length),
        ...pending.apply.map((hash) => this.#world.mine.headers.get(hash) as ChainHeader),
      ];
    this.pending = undefined;
    this.work = undefined;
    this.#bodies = new Set(this.chain.map(({ hash }) => hash));
    this.engine = this.#start();
    for (const other of this.#world.nodes)
      if (other !== this) this.feed({ kind: "connected", peer: other.id });
  }

  #start(): ProofOfWork {
    const records = this.#record ? [this.#record] : [];
    return new ProofOfWork(SMALL, { headers: this.chain, records, now: this.now });
  }

  #carryOut(effect: PowEffect): void {
    const world = this.#world;
    switch (effect.kind) {
      case "persist":
        this.#record = effect.record;
        return;
      case "switchTip":
        this.#check(effect);
        this.pending = effect;
        return;
      case "mine":
        assert.equal(effect.parent, this.tip.hash);
        this.work = effect;
        return;
      case "stopMining":
        this.work = undefined;
        return;
      case "announce":
        for (const other of world.nodes)
          if (other !== this)
            world.send(this, other.id, { kind: "headers", from: this.id, headers: [this.tip] });
        return;
      case "sendHeaders": {
        const headers = effect.hashes.map((hash) => world.mine.headers.get(hash) as ChainHeader);
        world.send(this, effect.to, { kind: "headers", from: this.id, headers });
        return;
      }
      case "requestHeaders":
        world.send(this, effect.to, { kind: "headersAsked", from: this.id, locator: effect.locator });
        return;
      case "fetchBody":
        world.fetch(this, effect);
        return;
      case "forgetBodies":
        for (const hash of effect.hashes) {
          assert.ok(!this.chain.some((header) => header.hash === hash), "a body of the chain is forgotten");
          this.#bodies.delete(hash);
        }
        return;
      case "reportPeer":
        assert.ok(
          effect.peer === LIAR || effect.code === "invalid-block",
          `${effect.code} of an honest peer`,
        );
    }
  }

  #check({ undo, apply }: EffectOf<"switchTip">): void {
    const { mine } = this.#world;
    assert.equal(this.pending, undefined, "two switches at a time");
    const kept = this.chain.slice(0, this.chain.length - undo.length);
    const gone = this.chain.slice(kept.length).map(({ hash }) => hash);
    assert.deepEqual(undo, gone.toReversed());
    let [parent, work] = [kept.at(-1)?.hash, 0n];
    for (const hash of apply) {
      const header = mine.headers.get(hash) as ChainHeader;
      assert.equal(header.parent, parent);
      assert.ok(this.has(hash), "a body that is not at hand");
      assert.ok(!this.#judged.has(hash), "an invalid block is tried again");
      work += blockWork(header.target);
      parent = hash;
    }
    assert.ok(work > workOf(this.chain.slice(kept.length)), "a switch to less work");
  }
}

const LIAR = peer(0);

/** The work of all these. */
export function workOf(headers: readonly ChainHeader[]): bigint {
  return headers.reduce((sum, { target }) => sum + blockWork(target), 0n);
}

interface Letter {
  readonly from: PeerId;
  readonly to: PeerId;
  readonly input: PowInput;
}

/** A world of such nodes. */
export class PowWorld {
  readonly mine = new Mine();
  readonly bad = new Set<BlockHash>();
  readonly random: Random;
  readonly nodes: readonly Node[];
  timeMs = START + 10_000;
  #letters: Letter[] = [];
  #split = 0;
  #isKind = false;

  constructor(random: Random) {
    this.random = random;
    const count = random.between(2, 6);
    this.nodes = Array.from(
      { length: count },
      (_, at) => new Node(this, peer(at + 1), random.between(-4_000, 4_000)),
    );
    for (const node of this.nodes)
      for (const other of this.nodes) if (other !== node) node.feed({ kind: "connected", peer: other.id });
  }

  run(turns: number): void {
    for (let turn = 0; turn < turns; turn++) this.#turn();
    this.#isKind = true;
    this.#split = 0;
    this.#settle();
    // Of equals each has its own: a few more blocks of one decide.
    const [first] = this.nodes as [Node];
    for (
      let more = 0;
      more < 3 || this.nodes.some((node) => workOf(node.chain) > workOf(first.chain));
      more++
    ) {
      this.#found(first);
      this.#settle();
    }
  }

  send(from: Node, to: PeerId, input: PowInput): void {
    this.#letters.push({ from: from.id, to, input });
  }

  fetch(node: Node, { hash, from }: EffectOf<"fetchBody">): void {
    const holders = this.nodes.filter(
      (other) => (from.length === 0 || from.includes(other.id)) && other.has(hash),
    );
    const holder = holders.length > 0 ? this.random.pick(holders) : undefined;
    const header = this.mine.headers.get(hash) as ChainHeader;
    if (holder) this.send(holder, node.id, { kind: "block", from: holder.id, header });
  }

  #turn(): void {
    const { random } = this;
    const node = random.pick(this.nodes);
    this.timeMs += random.below(60);
    const drawn = random.below(1_000);
    if (drawn < 600) this.#deliver();
    else if (drawn < 800) node.feed({ kind: "tick", now: node.now });
    else if (drawn < 900) node.answerSwitch();
    else if (drawn < 950) this.#found(node);
    else if (drawn < 975) this.#lie(node);
    else if (drawn < 980) node.crash();
    // Who hears whom: two sides, by the bits of a number; 0: all hear each other.
    else if (drawn < 985) this.#split = random.chance(500) ? 0 : random.below(64);
  }

  #deliver(): void {
    if (this.#letters.length === 0) return;
    const at = this.random.below(this.#letters.length);
    const letter = this.#letters[at] as Letter;
    this.#letters[at] = this.#letters.at(-1) as Letter;
    this.#letters.pop();
    const isLost =
      !this.#isKind && (this.random.chance(100) || this.#side(letter.from) !== this.#side(letter.to));
    if (!isLost) this.nodes.find(({ id }) => id === letter.to)?.feed(letter.input);
  }

  #side(id: PeerId): number {
    return (this.#split >> Number(id[0])) & 1;
  }

  #found(node: Node): void {
    const { work } = node;
    if (!work) return;
    const timestamp = Math.max(work.laterThan + 1, node.now - this.random.below(2_000));
    const header = this.mine.on(this.mine.headers.get(work.parent) as ChainHeader, { timestamp });
    assert.deepEqual([header.target, header.height], [work.target, work.height]);
    node.feed({ kind: "mined", header });
  }

  /** A block that breaks a rule, maybe with others on it; or a header that nobody may take. */
  #lie(node: Node): void {
    const { random, mine } = this;
    const [parent] = random.shuffled(node.chain.slice(-6)) as [ChainHeader];
    if (random.chance(400)) {
      const wanted = random.pick([
        { works: false },
        { target: PARAMETERS.targetLimit + 1 },
        { height: parent.height + 2 },
        { timestamp: START - 1 },
      ]);
      this.#letters.push({
        ...{ from: LIAR, to: node.id },
        input: { kind: "headers", from: LIAR, headers: [mine.on(parent, wanted)] },
      });
      return;
    }
    const branch = mine.branch(parent, random.between(1, 8));
    this.bad.add(random.pick(branch).hash);
    for (const to of this.nodes)
      for (const header of random.shuffled(branch))
        this.#letters.push({ from: LIAR, to: to.id, input: { kind: "block", from: LIAR, header } });
  }

  /** Time passes and nothing is lost, until nothing happens any more. */
  #settle(): void {
    for (let round = 0; round < 120; round++) {
      this.timeMs += 1_000;
      for (const node of this.nodes) node.feed({ kind: "tick", now: node.now });
      while (this.#letters.length > 0 || this.nodes.some(({ pending }) => pending)) {
        this.#deliver();
        for (const node of this.nodes) node.answerSwitch();
      }
    }
  }
}
