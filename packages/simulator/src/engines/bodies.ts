// The bodies of blocks that one process has, and the one it looks for: asked of holders again and again until it arrives.
// Bounded as in a node (packages/node, bodies.ts): a few of each sender, and none of what is decided.
import type { BlockHash } from "@witan/primitives";
import type { EngineProcess } from "./process.ts";
import type { EngineWorld } from "./world.ts";

/** After so long without an answer the holders are asked again. */
const AGAIN_US = 50_000;
const QUESTION_BYTES = 100;
/** Bodies of one sender that are kept: its proposal for the height in progress, and for the next. */
export const OF_SENDER_MAX = 2;

interface Wanted {
  readonly hash: BlockHash;
  readonly from: Set<number>;
  readonly then: () => void;
}

/** The bodies of one process. */
export class Bodies {
  readonly #world: EngineWorld;
  readonly #self: EngineProcess;
  /** By sender: lost with a crash; those on the disk are not. */
  readonly #of = new Map<number, readonly BlockHash[]>();
  readonly #here = new Set<BlockHash>();
  /** To whom a body of one's own was sent: it travels once. */
  readonly #sent = new Set<string>();
  #wanted: Wanted | undefined;

  constructor(world: EngineWorld, self: EngineProcess) {
    this.#world = world;
    this.#self = self;
  }

  has(hash: BlockHash): boolean {
    return this.#here.has(hash) || this.#self.disk.hasBody(hash);
  }

  /** How many are in memory only. */
  get size(): number {
    return this.#here.size;
  }

  /** A height is decided: bodies for it and below are not needed any more, but those of the chain. */
  forget(height: number): void {
    const isOver = (hash: BlockHash) => this.#world.blocks.get(hash).height <= height;
    for (const hash of this.#here) if (isOver(hash)) this.#here.delete(hash);
    for (const [sender, held] of this.#of) {
      const left = held.filter((hash) => this.#here.has(hash));
      if (left.length === 0) this.#of.delete(sender);
      else if (left.length < held.length) this.#of.set(sender, left);
    }
    for (const hash of this.#self.disk.bodies) if (isOver(hash)) this.#self.disk.bodies.delete(hash);
    this.#sent.clear();
  }

  /** A body comes with a proposal. Whoever proposes may be one height ahead; what is further ahead comes by sync. */
  offer(hash: BlockHash, from: number): void {
    const ahead = this.#world.blocks.get(hash).height - this.#self.height;
    if (ahead === 1 || ahead === 2) this.keep(hash, from);
  }

  /** A body is at hand: whoever waits for it goes on. @param from who sent it; oneself, unless said */
  keep(hash: BlockHash, from: number = this.#self.place): void {
    if (!this.#here.has(hash)) {
      this.#here.add(hash);
      const held = [...(this.#of.get(from) ?? []), hash];
      for (const old of held.slice(0, -OF_SENDER_MAX)) this.#here.delete(old);
      this.#of.set(from, held.slice(-OF_SENDER_MAX));
    }
    this.#found(hash);
  }

  makeDurable(hash: BlockHash): void {
    this.#self.disk.bodies.add(hash);
  }

  /** Whether a body goes with a proposal: one's own the first time; a liar's, and that of a simple host, each time. */
  goesWith(hash: BlockHash, to: number): boolean {
    if (this.#self.lies || this.#world.plan.host === undefined) return this.has(hash);
    if (!this.#of.get(this.#self.place)?.includes(hash)) return false;
    const name = `${to} ${hash}`;
    if (this.#sent.has(name)) return false;
    this.#sent.add(name);
    return true;
  }

  /** Calls as soon as the body is here; asks these places for it meanwhile. What was looked for before is given up. */
  find(hash: BlockHash, from: readonly number[], then: () => void): void {
    this.#wanted = undefined;
    if (this.has(hash)) {
      then();
      return;
    }
    this.#wanted = { hash, from: new Set(from), then };
    this.#ask(this.#wanted);
  }

  /** These may have it as well. */
  askAlso(from: readonly number[]): void {
    for (const place of from) this.#wanted?.from.add(place);
  }

  /** A crash: all that was only in memory is gone. */
  clear(): void {
    this.#here.clear();
    this.#of.clear();
    this.#sent.clear();
    this.#wanted = undefined;
  }

  #found(hash: BlockHash): void {
    const wanted = this.#wanted;
    if (wanted?.hash !== hash) return;
    this.#wanted = undefined;
    wanted.then();
  }

  #ask(wanted: Wanted): void {
    if (this.#wanted !== wanted) return;
    const { hash, from } = wanted;
    const { place } = this.#self;
    for (const holder of from)
      this.#world.post(place, holder, "body?", QUESTION_BYTES, (peer) => peer.bodies.#answer(hash, place));
    this.#world.queue.at(this.#world.queue.nowUs + AGAIN_US, () => this.#ask(wanted));
  }

  /** Gives what was judged here, or is on the disk: whoever passes on what it has not looked at is blamed for it. */
  #answer(hash: BlockHash, to: number): void {
    const { place, lies, disk, blockHost } = this.#self;
    if (!(lies ? this.has(hash) : blockHost.holds(hash) || disk.hasBody(hash))) return;
    const answer = lies?.answersBody(hash, to);
    if (answer === "nothing") return;
    // Who asked sees by the hash that it is something else.
    const isIt = answer === undefined;
    this.#world.post(place, to, isIt ? "body" : "another body", this.#world.plan.blockBytes, (peer) => {
      if (isIt) peer.bodies.#got(hash);
    });
  }

  /** An answer is for whoever asked, and kept for nobody else. */
  #got(hash: BlockHash): void {
    if (this.#wanted?.hash === hash) this.keep(hash);
  }
}
