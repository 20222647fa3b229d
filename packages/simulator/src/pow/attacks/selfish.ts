// Selfish mining (Eyal and Sirer 2014, Majority is not enough, section 4): a pool keeps the blocks that it finds to itself,
// and publishes of them what makes the others' work worth nothing. Messages take no time; of two branches of one length a
// share gamma of the others mines on the pool's.
import { Random } from "../../random.ts";
import { thresholdOf } from "../chance.ts";
import { type Interval, intervalOfRatio } from "../interval.ts";
import { type Attack, REFEREED } from "./attack.ts";
import { SelfishWitness } from "./selfish-witness.ts";

/** What is tried. */
export interface SelfishPlan {
  readonly seed: number;
  /** The pool's share of all hash power, below a half. */
  readonly attacker: number;
  /** Of the others' hash power so much mines on the pool's branch, where both are as long. */
  readonly gamma: number;
  /** Found by all together. */
  readonly blocks: number;
}

/** What came of it. */
export interface SelfishResult {
  readonly blocks: number;
  /** The pool's share of the blocks that count. */
  readonly revenue: number;
  readonly interval: Interval;
  /** By Eyal and Sirer's formula (8). */
  readonly expected: number;
  /**
   * Of all blocks found, the share that counts and is the pool's. Until the target changes, blocks are found at the same rate
   * whoever is selfish: so this is what the pool earns in a given time, where mining openly would earn `attacker`.
   */
  readonly earned: number;
  readonly earnedInterval: Interval;
  /** Of all blocks found, the share that the pool found, by chance near `attacker`: `earned` is never above it. */
  readonly found: number;
  /** Blocks that were found and count not. */
  readonly stale: number;
  /** From this share on the pool's share of what counts is more than its share of the work. */
  readonly threshold: number;
  /** Rounds whose end two nodes' own fork choice confirmed. */
  readonly refereed: number;
}

/** Who hears of every block, and of all that is published. */
export interface SelfishWatcher {
  found(by: "pool" | "others", onPools: boolean): void;
  /** The pool publishes so many of its blocks, oldest first. */
  published(blocks: number): void;
  /** Everything is public, and all mine on one block. @param pools the blocks of this round that count, and are the pool's */
  settled(pools: number, others: number): void;
}

/** The experiment. */
export class SelfishMining implements Attack<SelfishResult> {
  readonly #plan: SelfishPlan;
  readonly #random: Random;
  readonly #pool: number;
  readonly #gamma: number;
  readonly #witness = new SelfishWitness();
  #watcher: SelfishWatcher | undefined = this.#witness;
  #found = 0;
  /** The pool's secret blocks beyond the others' branch. */
  #lead = 0;
  /** Two public branches of one block each. */
  #isTie = false;
  /** Of the round under way: all blocks found, the pool's, and those of the pool's that count already. */
  #round = { found: 0, poolFound: 0, pools: 0 };
  #rounds = 0;
  #sums = { pools: 0, counted: 0, found: 0, poolFound: 0 };
  #squares = { pools: 0, counted: 0, found: 0, ofCounted: 0, ofFound: 0 };

  constructor(plan: SelfishPlan) {
    this.#plan = plan;
    this.#random = Random.of(plan.seed, "selfish");
    this.#pool = thresholdOf(plan.attacker);
    this.#gamma = thresholdOf(plan.gamma);
  }

  get total(): number {
    return this.#plan.blocks;
  }

  get done(): number {
    return this.#found;
  }

  advance(steps: number): void {
    const until = Math.min(this.#plan.blocks, this.#found + steps);
    for (; this.#found < until; this.#found++) {
      this.#round.found++;
      if (this.#random.next() < this.#pool) this.#poolFinds();
      else this.#othersFind();
    }
  }

  result(): SelfishResult {
    const { attacker, gamma } = this.#plan;
    const { pools, counted, found, poolFound } = this.#sums;
    const { ofCounted, ofFound, ...squares } = this.#squares;
    const sums = { count: this.#rounds, part: pools, partSquares: squares.pools };
    return {
      blocks: this.#found,
      revenue: pools / counted,
      interval: intervalOfRatio({
        ...sums,
        whole: counted,
        wholeSquares: squares.counted,
        products: ofCounted,
      }),
      expected: selfishRevenue(attacker, gamma),
      earned: pools / found,
      earnedInterval: intervalOfRatio({
        ...sums,
        whole: found,
        wholeSquares: squares.found,
        products: ofFound,
      }),
      found: poolFound / found,
      stale: 1 - counted / found,
      threshold: (1 - gamma) / (3 - 2 * gamma),
      refereed: this.#witness.rounds,
    };
  }

  #poolFinds(): void {
    this.#watcher?.found("pool", true);
    this.#round.poolFound++;
    if (!this.#isTie) {
      this.#lead++;
      return;
    }
    this.#publish(1);
    this.#settle(2, 0);
  }

  #othersFind(): void {
    if (this.#isTie) {
      const onPools = this.#random.next() < this.#gamma;
      this.#watcher?.found("others", onPools);
      this.#settle(onPools ? 1 : 0, onPools ? 1 : 2);
      return;
    }
    this.#watcher?.found("others", false);
    switch (this.#lead) {
      case 0:
        this.#settle(0, 1);
        return;
      case 1:
        this.#publish(1);
        this.#lead = 0;
        this.#isTie = true;
        return;
      case 2:
        this.#publish(2);
        this.#lead = 0;
        this.#settle(2, 0);
        return;
      default:
        // One more of its blocks, which will count: it stays ahead by two at least.
        this.#publish(1);
        this.#lead--;
        this.#round.pools++;
    }
  }

  #publish(blocks: number): void {
    this.#watcher?.published(blocks);
  }

  #settle(pools: number, others: number): void {
    const round = this.#round;
    this.#isTie = false;
    const [mine, counted, found] = [round.pools + pools, round.pools + pools + others, round.found];
    this.#watcher?.settled(mine, counted - mine);
    if (this.#witness.rounds >= REFEREED) this.#watcher = undefined;
    this.#rounds++;
    this.#sums.pools += mine;
    this.#sums.counted += counted;
    this.#sums.found += found;
    this.#sums.poolFound += round.poolFound;
    this.#squares.pools += mine * mine;
    this.#squares.counted += counted * counted;
    this.#squares.found += found * found;
    this.#squares.ofCounted += mine * counted;
    this.#squares.ofFound += mine * found;
    round.found = 0;
    round.poolFound = 0;
    round.pools = 0;
  }
}

/** The pool's share of the blocks that count: Eyal and Sirer 2014, formula (8). */
export function selfishRevenue(attacker: number, gamma: number): number {
  const [a, p] = [attacker, 1 - attacker];
  return (a * p * p * (4 * a + gamma * (1 - 2 * a)) - a * a * a) / (1 - a * (1 + (2 - a) * a));
}
