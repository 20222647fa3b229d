// Two nodes that hear of a selfish pool's doings: of two branches of one length one hears of the pool's first, the other of
// the others'. After each round both stand, by their own fork choice, where the count says.
import type { ChainHeader } from "@witan/consensus";
import { Headers, Referee } from "../referee.ts";
import { REFEREED, sameOr } from "./attack.ts";
import type { SelfishWatcher } from "./selfish.ts";

/** The witness. */
export class SelfishWitness implements SelfishWatcher {
  readonly #headers = new Headers();
  readonly #near = new Referee(this.#headers);
  readonly #far = new Referee(this.#headers);
  readonly #pools = new Set<ChainHeader>();
  #secret: ChainHeader[] = [];
  /** The end of the pool's branch. */
  #poolTip: ChainHeader = this.#headers.genesis;
  /** The others found it, and the pool has not answered it yet: only who is far from the pool has heard of it. */
  #unheard: ChainHeader | undefined;
  #fromHeight = 0;
  rounds = 0;

  found(by: "pool" | "others", onPools: boolean): void {
    if (by === "pool") {
      this.#poolTip = this.#headers.on(this.#poolTip);
      this.#pools.add(this.#poolTip);
      this.#secret.push(this.#poolTip);
      return;
    }
    const found = this.#headers.on(onPools ? this.#near.tip : this.#far.tip);
    this.#far.hear(found);
    this.#unheard = found;
  }

  published(blocks: number): void {
    for (const header of this.#secret.splice(0, blocks)) {
      this.#near.hear(header);
      this.#far.hear(header);
    }
    this.#hear();
  }

  settled(pools: number, others: number): void {
    this.#hear();
    const { tip } = this.#near;
    sameOr(tip === this.#far.tip, () => `two nodes at the end of round ${this.rounds + 1}`);
    const round = this.#near.chain.slice(this.#fromHeight + 1);
    const mine = round.filter((header) => this.#pools.has(header)).length;
    sameOr(
      mine === pools && round.length - mine === others,
      () =>
        `round ${this.rounds + 1} gives the pool ${mine} of ${round.length}, not ${pools} of ${pools + others}`,
    );
    this.#fromHeight = tip.height;
    this.#poolTip = tip;
    this.#secret = [];
    this.rounds++;
    if (this.rounds > REFEREED) this.#pools.clear();
  }

  #hear(): void {
    if (this.#unheard) this.#near.hear(this.#unheard);
    this.#unheard = undefined;
  }
}
