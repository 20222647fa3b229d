// A majority rewrites history: it mines in secret from a block that so many others were built on, until its branch is longer
// than theirs. It always succeeds; how long it takes is what is measured.
import { Random } from "../../random.ts";
import { thresholdOf } from "../chance.ts";
import { type Interval, intervalOfMean } from "../interval.ts";
import { Headers, Referee } from "../referee.ts";
import { type Attack, REFEREED, sameOr } from "./attack.ts";

/** What is tried. */
export interface MajorityPlan {
  readonly seed: number;
  /** Its share of all hash power, above a half. */
  readonly attacker: number;
  /** The blocks that are to be undone. */
  readonly confirmations: number;
  readonly trials: number;
}

/** What came of it. */
export interface MajorityResult {
  readonly trials: number;
  /** How many blocks all find together until the attacker's branch is longer: the mean. */
  readonly blocks: number;
  readonly interval: Interval;
  readonly expected: number;
  /** Blocks that were undone each time, beside those that were to be: the mean. */
  readonly undone: number;
  readonly refereed: number;
}

/** Rewrites are held against the engine up to so many blocks. */
const REFEREED_CONFIRMATIONS = 200;

/** The experiment. */
export class MajorityAttack implements Attack<MajorityResult> {
  readonly #plan: MajorityPlan;
  readonly #random: Random;
  readonly #threshold: number;
  #done = 0;
  #blocks = 0;
  #squares = 0;
  #undone = 0;
  #refereed = 0;

  constructor(plan: MajorityPlan) {
    this.#plan = plan;
    this.#random = Random.of(plan.seed, "majority");
    this.#threshold = thresholdOf(plan.attacker);
  }

  get total(): number {
    return this.#plan.trials;
  }

  get done(): number {
    return this.#done;
  }

  advance(steps: number): void {
    const { confirmations, trials } = this.#plan;
    let left = steps;
    while (left > 0 && this.#done < trials) {
      let [theirs, own] = [confirmations, 0];
      while (own <= theirs) {
        if (this.#random.next() < this.#threshold) own++;
        else theirs++;
      }
      const blocks = own + theirs - confirmations;
      if (this.#done < REFEREED && confirmations <= REFEREED_CONFIRMATIONS) {
        sameOr(undoneBy(own, theirs) === theirs, () => `${own} secret blocks against ${theirs}`);
        this.#refereed++;
      }
      this.#blocks += blocks;
      this.#squares += blocks * blocks;
      this.#undone += theirs;
      this.#done++;
      left -= blocks;
    }
  }

  result(): MajorityResult {
    const { attacker, confirmations } = this.#plan;
    const trials = this.#done;
    return {
      ...{ trials, blocks: this.#blocks / trials },
      interval: intervalOfMean(trials, this.#blocks, this.#squares),
      // Each block found brings it closer by 2q - 1 in the mean (Wald).
      expected: (confirmations + 1) / (2 * attacker - 1),
      undone: this.#undone / trials - confirmations,
      refereed: this.#refereed,
    };
  }
}

/** How many blocks a node undoes that has a chain of so many, and then hears of a branch of so many. */
function undoneBy(secret: number, known: number): number {
  const headers = new Headers();
  const node = new Referee(headers);
  for (let block = 0; block < known; block++) node.hear(headers.on(node.tip));
  let undone = 0;
  let branch = headers.genesis;
  for (let block = 0; block < secret; block++) {
    branch = headers.on(branch);
    undone += node.hear(branch);
  }
  return undone;
}
