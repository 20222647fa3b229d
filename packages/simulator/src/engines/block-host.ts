// What a host does for blocks beside its queue of effects: builds them, finds their bodies, judges them and makes them
// final, each in its time. Effects behind these go on meanwhile, as in a node (packages/node): votes and records come in
// between. Signs nothing.
import type { BlockHash } from "@witan/primitives";
import { Random } from "../random.ts";
import { Violation } from "../world/violation.ts";
import { DRIFT_MS } from "./blocks.ts";
import { KIND_HOST, QUICK_HOST } from "./plan.ts";
import type { EngineProcess } from "./process.ts";
import type { EngineWorld } from "./world.ts";

/** What a host finds of a block: untimely is wrong by its own clock alone. */
export type Found = "valid" | "invalid" | "untimely";

/** A block that is to be judged. */
export interface Judged {
  readonly height: number;
  readonly hash: BlockHash;
  readonly forced: boolean;
}

/** A body that is looked for or judged: one at a time, as in a node. Who wants another gives this one up. */
interface Search {
  readonly hash: BlockHash;
  readonly asking: ((valid: boolean) => void)[];
}

/** The work of one host on blocks. All of it is lost with a crash. */
export class BlockHost {
  readonly #world: EngineWorld;
  readonly #self: EngineProcess;
  readonly #random: Random;
  /** Valid on top of the head. */
  readonly #valid = new Set<BlockHash>();
  #search: Search | undefined;

  constructor(world: EngineWorld, self: EngineProcess) {
    this.#world = world;
    this.#self = self;
    this.#random = Random.of(world.plan.seed, `host ${self.place}`);
  }

  /** Whether a block was found valid here, on top of the head; or was built here. */
  holds(hash: BlockHash): boolean {
    return this.#valid.has(hash);
  }

  /** A block is part of the chain: what was judged on top of another head means nothing any more. */
  applied(): void {
    this.#valid.clear();
  }

  clear(): void {
    this.#valid.clear();
    this.#search = undefined;
  }

  /**
   * What is voted for is written with the vote: as in a node, it must be here; in the chain, if it was decided while its record
   * waited for an earlier write. @throws {Violation} it is not
   */
  mustHaveBody(hash: BlockHash | undefined): void {
    const { disk, lies, place } = this.#self;
    if (hash === undefined || lies || disk.hasBody(hash) || this.holds(hash)) return;
    throw new Violation("durable-votes", `p${place} votes for ${hash.slice(0, 8)}, and has no body to write`);
  }

  /** Builds a block. @param answer not called where nobody waits for it any more */
  build(height: number, answer: (hash: BlockHash) => void): void {
    const world = this.#world;
    const self = this.#self;
    const { head } = self;
    if (self.height + 1 !== height) return;
    const pending = world.pools.pendingOf(self);
    const atMs = self.clock.nowMs;
    this.#beside("buildUs", () => {
      // The chain went on meanwhile: nobody waits for this block any more.
      if (self.head !== head || this.#isUnanswered()) return;
      const hash = world.build(self, pending, atMs);
      self.bodies.keep(hash);
      this.#valid.add(hash);
      answer(hash);
    });
  }

  judge({ height, hash, forced }: Judged, holders: readonly number[], answer: (found: Found) => void): void {
    const self = this.#self;
    const judged = (valid: boolean): void => {
      if (this.#isUnanswered()) return;
      const isNext = self.height + 1 === height;
      if (forced && isNext && !valid && !self.lies)
        throw new Violation(
          "validity",
          `the block that is forced at ${height} is not valid at p${self.place}`,
        );
      // A quorum has looked at the time of a block that is forced: only of others it is the local clock's business.
      const isInTime = forced || this.#isInTime(hash);
      answer(!valid ? "invalid" : isInTime ? "valid" : "untimely");
    };
    if (this.holds(hash)) judged(true);
    else this.#find(hash, holders, judged);
  }

  /** Makes a block final: gets and judges it, if that was not done, and writes it. */
  finalize(hash: BlockHash, holders: readonly number[], apply: () => void): void {
    const write = () => this.#self.writer.write(apply);
    if (this.holds(hash)) write();
    // One that is not valid is found by the checks.
    else this.#find(hash, holders, write);
  }

  /** Gets a body and judges it. @param then not called, if another is wanted meanwhile */
  #find(hash: BlockHash, holders: readonly number[], then: (valid: boolean) => void): void {
    const self = this.#self;
    if (this.#search?.hash === hash) {
      this.#search.asking.push(then);
      self.bodies.askAlso(holders);
      return;
    }
    const search: Search = { hash, asking: [then] };
    this.#search = search;
    self.bodies.find(hash, holders, () =>
      this.#beside("judgeUs", () => {
        if (this.#search !== search) return;
        this.#search = undefined;
        const valid = this.#world.judges(self, hash);
        if (valid) this.#valid.add(hash);
        for (const one of search.asking) one(valid);
      }),
    );
  }

  #isInTime(hash: BlockHash): boolean {
    return Math.abs(this.#world.blocks.get(hash).atMs - this.#self.clock.nowMs) <= DRIFT_MS;
  }

  get #times() {
    const { host = QUICK_HOST, kindAtUs } = this.#world.plan;
    return host !== QUICK_HOST && this.#world.queue.nowUs >= kindAtUs ? KIND_HOST : host;
  }

  #beside(what: "buildUs" | "judgeUs", then: () => void): void {
    const [least, most] = this.#times[what];
    if (most === 0) then();
    else this.#self.later(this.#random.between(least, most), then);
  }

  /** An answer never comes: what was asked was given up, and the engine must not wait for it for ever. */
  #isUnanswered(): boolean {
    const { unansweredPermille } = this.#times;
    if (unansweredPermille === 0 || !this.#random.chance(unansweredPermille)) return false;
    this.#world.count("no-answer");
    return true;
  }
}
