// What a host does for blocks beside its queue of effects: builds them, finds their bodies, judges them and makes them
// final, each in its time. Effects behind these go on meanwhile, as in a node (packages/node, pbft-host.ts): votes and
// records come in between. Signs nothing.
import type { PbftEffect, PbftRecord } from "@witan/consensus";
import type { BlockHash, PbftCertificate } from "@witan/primitives";
import { Random } from "../random.ts";
import { Violation } from "../world/violation.ts";
import { DRIFT_MS } from "./blocks.ts";
import { KIND_HOST, QUICK_HOST } from "./plan.ts";
import type { Process } from "./process.ts";
import type { PbftWorld } from "./world.ts";

type EffectOf<Kind extends PbftEffect["kind"]> = Extract<PbftEffect, { kind: Kind }>;

/** A body that is looked for or judged: one at a time, as in a node. Who wants another gives this one up. */
interface Search {
  readonly hash: BlockHash;
  readonly asking: ((valid: boolean) => void)[];
}

/** The work of one host on blocks. All of it is lost with a crash. */
export class BlockHost {
  readonly #world: PbftWorld;
  readonly #self: Process;
  readonly #random: Random;
  /** Valid on top of the head. */
  readonly #valid = new Set<BlockHash>();
  #search: Search | undefined;

  constructor(world: PbftWorld, self: Process) {
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

  /** What is voted for is written with the vote: as in a node, it must be here. @throws {Violation} it is not */
  mustHaveBody(record: PbftRecord): void {
    const hash = record.kind === "progress" ? record.accepted?.message.blockHash : undefined;
    const { disk, lies, place } = this.#self;
    if (hash === undefined || lies || disk.bodies.has(hash) || this.holds(hash)) return;
    throw new Violation("durable-votes", `p${place} votes for ${hash.slice(0, 8)}, and has no body to write`);
  }

  build({ height, view }: EffectOf<"buildProposal">): void {
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
      self.feed({ kind: "proposalBuilt", height, view, hash });
    });
  }

  judge({ height, view, hash, forced }: EffectOf<"judgeProposal">, holders: readonly number[]): void {
    const self = this.#self;
    const answer = (valid: boolean): void => {
      if (this.#isUnanswered()) return;
      const isNext = self.height + 1 === height;
      if (forced && isNext && !valid && !self.lies)
        throw new Violation(
          "validity",
          `the block that is forced at ${height} is not valid at p${self.place}`,
        );
      // A quorum has looked at the time of a block that is forced: only of others it is the local clock's business.
      const isInTime = forced || this.#isInTime(hash);
      self.feed({ kind: "proposalJudged", height, view, hash, valid: valid && isInTime });
    };
    if (this.holds(hash)) answer(true);
    else this.#find(hash, holders, answer);
  }

  /** Makes a block final: gets and judges it, if that was not done, and writes it. */
  finalize(certificate: PbftCertificate, holders: readonly number[]): void {
    const { blockHash: hash } = certificate;
    const write = () => this.#self.writer.write(() => this.#self.apply(certificate));
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
