// The bodies of blocks that one process has, and those it looks for: asked of holders again and again until one arrives.
import type { BlockHash } from "@witan/primitives";
import type { Process } from "./process.ts";
import type { PbftWorld } from "./world.ts";

/** After so long without an answer the holders are asked again. */
const AGAIN_US = 50_000;
const QUESTION_BYTES = 100;

/** What a body is wanted for. A proposal that is looked at gives way to the next one. */
type Purpose = "judge" | "finalize";

interface Missing {
  readonly purpose: Purpose;
  readonly hash: BlockHash;
  readonly from: readonly number[];
  readonly then: () => void;
}

/** The bodies of one process. */
export class Bodies {
  readonly #world: PbftWorld;
  readonly #self: Process;
  /** Lost with a crash; those on the disk are not. */
  readonly #here = new Set<BlockHash>();
  #missing: Missing[] = [];

  constructor(world: PbftWorld, self: Process) {
    this.#world = world;
    this.#self = self;
  }

  has(hash: BlockHash): boolean {
    return this.#here.has(hash) || this.#self.disk.bodies.has(hash);
  }

  /** How many are in memory only. */
  get size(): number {
    return this.#here.size;
  }

  /** A height is decided: bodies for it and below are not needed any more, but those on the disk. */
  forget(height: number): void {
    for (const hash of this.#here) if (this.#world.blocks.get(hash).height <= height) this.#here.delete(hash);
  }

  /** A body is at hand: whoever waits for it goes on. */
  keep(hash: BlockHash): void {
    this.#here.add(hash);
    const found = this.#missing.filter((one) => one.hash === hash);
    if (found.length === 0) return;
    this.#missing = this.#missing.filter((one) => one.hash !== hash);
    for (const { then } of found) then();
  }

  makeDurable(hash: BlockHash): void {
    this.#self.disk.bodies.add(hash);
    this.#here.delete(hash);
  }

  /** Calls as soon as the body is here; asks these places for it meanwhile. */
  whenHere(purpose: Purpose, hash: BlockHash, from: readonly number[], then: () => void): void {
    if (purpose === "judge") this.#missing = this.#missing.filter((one) => one.purpose !== "judge");
    if (this.has(hash)) {
      then();
      return;
    }
    const one = { purpose, hash, from, then };
    this.#missing.push(one);
    this.#ask(one);
  }

  /** A crash: all that was only in memory is gone. */
  clear(): void {
    this.#here.clear();
    this.#missing = [];
  }

  #ask(one: Missing): void {
    if (!this.#missing.includes(one)) return;
    const { hash, from } = one;
    const { place } = this.#self;
    for (const holder of from)
      this.#world.post(place, holder, "body?", QUESTION_BYTES, (peer) => peer.bodies.#answer(hash, place));
    this.#world.queue.at(this.#world.queue.nowUs + AGAIN_US, () => this.#ask(one));
  }

  #answer(hash: BlockHash, to: number): void {
    if (!this.has(hash)) return;
    const { place, lies } = this.#self;
    const answer = lies?.answersBody(hash, to);
    if (answer === "nothing") return;
    // Who asked sees by the hash that it is something else.
    const isIt = answer === undefined;
    this.#world.post(place, to, isIt ? "body" : "another body", this.#world.plan.blockBytes, (peer) => {
      if (isIt) peer.bodies.keep(hash);
    });
  }
}
