// How a process gets decided blocks that it missed: it asks those who are said to have them until they are here, takes
// what comes in turn, and lets its protocol say whether each is one. Decides nothing: a block goes to the engine, which
// does.
import type { BlockHash } from "@witan/primitives";
import type { EngineProcess } from "./process.ts";
import type { EngineWorld } from "./world.ts";

/** Blocks in one answer. */
const SYNCED_AT_ONCE = 8;
/** Heights ahead of the last block that are fetched. */
export const WINDOW = 4 * SYNCED_AT_ONCE;
const QUESTION_BYTES = 200;
/**
 * A question that was not answered for so long is given up, and its place asked no more until it is named again: a line
 * on which nothing comes breaks.
 */
const PATIENCE_US = 1_000_000;
/** A process that is no member asks another every so many ticks: no member owes it a word. */
const ASKS_AROUND_TICKS = 40;

/** What a place was asked for: the heights from one on, below another. */
interface Question {
  readonly from: number;
  readonly end: number;
}

/** A decided block as it is sent. */
export interface SyncedBlock {
  readonly hash: BlockHash;
}

/** What of sync is the protocol's. */
export interface SyncParts<Block extends SyncedBlock> {
  /** The blocks here, from height 1 on. */
  chain(): readonly Block[];
  heightOf(block: Block): number;
  /** What is sent in place of these. */
  answers(blocks: readonly Block[], to: number): readonly Block[];
  /** Whether it is the block of its height, from whom it came. */
  holds(block: Block, from: number): boolean;
  /** Gives it to the engine. */
  hand(block: Block): void;
  /** What is remembered of others, beside what this asks. */
  mayAsk(place: number): boolean;
}

interface Ahead<Block> {
  readonly block: Block;
  readonly from: number;
}

/** The blocks that one process looks for. As in a node, whoever is said to have blocks is asked until they are here. */
export class BlockSync<Block extends SyncedBlock = SyncedBlock> {
  readonly #world: EngineWorld;
  readonly #self: EngineProcess;
  readonly #parts: SyncParts<Block>;
  /** Up to which height each place is said to have blocks. All of this is lost with a crash. */
  readonly #claims = new Map<number, number>();
  readonly #asked = new Map<number, Question>();
  /** Blocks that are not applied yet. */
  readonly #ahead = new Map<number, Ahead<Block>>();
  /** The height whose block was handed to the engine. */
  #handed = 0;
  #ticks = 0;

  constructor(world: EngineWorld, self: EngineProcess, parts: SyncParts<Block>) {
    this.#world = world;
    this.#self = self;
    this.#parts = parts;
  }

  /** Blocks that wait for their turn. */
  get size(): number {
    return this.#ahead.size;
  }

  /** A tick of one who is no member. */
  askAround(): void {
    const all = this.#world.processes.length;
    if (++this.#ticks % ASKS_AROUND_TICKS !== 0 || all === 1) return;
    // Each of the others in its turn.
    this.askOf((this.#self.place + 1 + ((this.#ticks / ASKS_AROUND_TICKS) % (all - 1))) % all);
  }

  /**
   * One may have more blocks, and nothing here shows how many. (A node hears it from whoever connects to it; these worlds
   * have no connections, and lose what a connection would deliver.)
   */
  askOf(place: number): void {
    this.claim(this.#self.height + SYNCED_AT_ONCE, [place]);
  }

  /** Places are said to have blocks up to a height. */
  claim(height: number, places: readonly number[]): void {
    for (const place of places)
      if (place !== this.#self.place && this.#parts.mayAsk(place))
        this.#claims.set(place, Math.max(height, this.#claims.get(place) ?? 0));
    this.#go();
  }

  /** Asks whoever has what is lacking and is not asked already: each for something else. */
  #go(): void {
    for (const [place, claimed] of this.#claims) {
      if (claimed <= this.#self.height) this.#claims.delete(place);
      else if (!this.#asked.has(place)) this.#ask(place, claimed);
    }
  }

  #ask(place: number, claimed: number): void {
    const { place: own, height } = this.#self;
    const last = Math.min(claimed, height + WINDOW);
    let from = height + 1;
    while (from <= last && !this.#isFree(from)) from++;
    let end = from;
    while (end <= last && end < from + SYNCED_AT_ONCE && this.#isFree(end)) end++;
    if (end === from) return;
    const question = { from, end };
    this.#asked.set(place, question);
    this.#world.post(own, place, "sync", QUESTION_BYTES, (peer) => peer.sync.#send(own, question));
    const { queue } = this.#world;
    queue.at(queue.nowUs + PATIENCE_US, () => {
      if (this.#asked.get(place) !== question) return;
      this.#asked.delete(place);
      this.#claims.delete(place);
      this.#go();
    });
  }

  #isFree(height: number): boolean {
    if (this.#ahead.has(height)) return false;
    for (const { from, end } of this.#asked.values()) if (height >= from && height < end) return false;
    return true;
  }

  /** Sends one who is behind a block, unasked. */
  help(place: number, height: number): void {
    this.#send(place, { from: height, end: height + 1 });
  }

  /** Sends what of it is here, if anything is. */
  #send(place: number, question: Question): void {
    const { place: own } = this.#self;
    const known = this.#parts.chain().slice(question.from - 1, question.end - 1);
    const blocks = this.#parts.answers(known, place);
    if (blocks.length === 0) return;
    const bytes = blocks.length * this.#world.plan.blockBytes;
    this.#world.post(own, place, "blocks", bytes, (peer) =>
      (peer.sync as BlockSync<Block>).#take(blocks, own, question),
    );
  }

  #take(blocks: readonly Block[], from: number, question: Question): void {
    const { height } = this.#self;
    for (const block of blocks) {
      const at = this.#parts.heightOf(block);
      if (at > height && at <= height + WINDOW && !this.#ahead.has(at)) this.#ahead.set(at, { block, from });
    }
    if (this.#asked.get(from) === question) this.#asked.delete(from);
    this.#handNext();
    this.#go();
  }

  /** The chain has gone on. */
  applied(): void {
    const { height } = this.#self;
    for (const at of this.#ahead.keys()) if (at <= height) this.#ahead.delete(at);
    // What came while the engine was still applying the block before was dropped.
    this.#handed = Math.min(this.#handed, height);
    this.#handNext();
    this.#go();
  }

  /** Hands the next block to the engine, if it is here. */
  #handNext(): void {
    const height = this.#self.height + 1;
    const next = this.#ahead.get(height);
    if (next === undefined || this.#handed >= height) return;
    const { block, from } = next;
    if (this.#parts.holds(block, from)) {
      this.#handed = height;
      this.#self.bodies.keep(block.hash);
      this.#parts.hand(block);
      return;
    }
    // Nothing more of what a liar sent, and nothing more of it until it is named again.
    for (const [at, one] of this.#ahead) if (one.from === from) this.#ahead.delete(at);
    this.#claims.delete(from);
  }

  /** A crash: all that was only in memory is gone. */
  clear(): void {
    this.#claims.clear();
    this.#asked.clear();
    this.#ahead.clear();
    this.#handed = 0;
  }
}
