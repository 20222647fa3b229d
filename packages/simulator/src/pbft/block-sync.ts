// How a process gets decided blocks that it missed: it asks those who are said to have them until they are here, takes
// what comes in turn, and holds the certificate of each against the members of its height. Decides nothing: a certificate
// goes to the engine, which does.
import { certificateChecks } from "@witan/consensus";
import type { PbftCertificate } from "@witan/primitives";
import { Violation } from "../world/violation.ts";
import { CHAIN } from "./cast.ts";
import type { Decided } from "./disk.ts";
import type { Process } from "./process.ts";
import type { PbftWorld } from "./world.ts";

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

interface Ahead extends Decided {
  readonly from: number;
}

/** The blocks that one process looks for. As in a node, whoever is said to have blocks is asked until they are here. */
export class BlockSync {
  readonly #world: PbftWorld;
  readonly #self: Process;
  /** Up to which height each place is said to have blocks. All of this is lost with a crash. */
  readonly #claims = new Map<number, number>();
  readonly #asked = new Map<number, Question>();
  /** Blocks that are not applied yet. */
  readonly #ahead = new Map<number, Ahead>();
  /** The height whose certificate was handed to the engine. */
  #handed = 0;
  #ticks = 0;

  constructor(world: PbftWorld, self: Process) {
    this.#world = world;
    this.#self = self;
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
      if (place !== this.#self.place) this.#claims.set(place, Math.max(height, this.#claims.get(place) ?? 0));
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
    const { disk, lies, place: own } = this.#self;
    const known = disk.chain.slice(question.from - 1, question.end - 1);
    const blocks = lies?.answersSync(known, place) ?? known;
    if (blocks.length === 0) return;
    const bytes = blocks.length * this.#world.plan.blockBytes;
    this.#world.post(own, place, "blocks", bytes, (peer) => peer.sync.#take(blocks, own, question));
  }

  #take(blocks: readonly Decided[], from: number, question: Question): void {
    const { height } = this.#self;
    for (const block of blocks) {
      const at = block.certificate.height;
      if (at > height && at <= height + WINDOW && !this.#ahead.has(at))
        this.#ahead.set(at, { ...block, from });
    }
    if (this.#asked.get(from) === question) this.#asked.delete(from);
    this.#handNext();
    this.#go();
  }

  /** The chain has gone on. */
  applied(): void {
    const { height } = this.#self;
    for (const at of this.#ahead.keys()) if (at <= height) this.#ahead.delete(at);
    // A certificate that came while the engine was still applying the block before was dropped.
    this.#handed = Math.min(this.#handed, height);
    this.#handNext();
    this.#go();
  }

  /** Hands the next block to the engine, if it is here. */
  #handNext(): void {
    const height = this.#self.height + 1;
    const next = this.#ahead.get(height);
    if (next === undefined || this.#handed >= height) return;
    if (this.#holds(next, next.from)) {
      this.#handed = height;
      this.#self.bodies.keep(next.hash);
      this.#self.feed({ kind: "synced", certificate: next.certificate });
      return;
    }
    // Nothing more of what a liar sent, and nothing more of it until it is named again.
    for (const [at, { from }] of this.#ahead) if (from === next.from) this.#ahead.delete(at);
    this.#claims.delete(next.from);
  }

  /** A crash: all that was only in memory is gone. */
  clear(): void {
    this.#claims.clear();
    this.#asked.clear();
    this.#ahead.clear();
    this.#handed = 0;
  }

  /** Whether the certificate is one, and of this block: but for liars nobody sends one that is not. */
  #holds({ hash, certificate }: Decided, from: number): boolean {
    if (certificate.blockHash === hash && this.#isGiven(certificate)) return true;
    if (this.#world.processes[from]?.lies === undefined)
      throw new Violation("certificates", `the certificate of height ${certificate.height} does not hold`);
    this.#world.countAlso("faulty-certificates");
    return false;
  }

  #isGiven(certificate: PbftCertificate): boolean {
    const answer = certificateChecks(CHAIN, certificate, (height) => this.#self.membershipAt(height));
    return answer.kind === "checks" && this.#world.cast.hold(answer.checks);
  }
}
