// A double spend by a secret branch, as Rosenfeld has it (2014, section 3): the attacker pays, mines in secret on a branch
// without the payment, of which it has found one block beforehand, and publishes it when the payment has its confirmations
// and the branch is longer. It gives up when it is so far behind that success is next to impossible.
import { rosenfeld } from "@witan/consensus";
import { Random } from "../../random.ts";
import { thresholdOf } from "../chance.ts";
import { type Interval, intervalOfShare } from "../interval.ts";
import { Headers, Referee } from "../referee.ts";
import { type Attack, REFEREED, sameOr } from "./attack.ts";

/** What is tried. */
export interface DoubleSpendPlan {
  readonly seed: number;
  /** Its share of all hash power, below 1 and not too close to a half: there a race may last for ever. */
  readonly attacker: number;
  readonly confirmations: number;
  readonly trials: number;
}

/** What came of it. */
export interface DoubleSpendResult {
  readonly trials: number;
  readonly successes: number;
  /** Their share. */
  readonly success: number;
  readonly interval: Interval;
  /** By Rosenfeld's formula. */
  readonly expected: number;
  /** So many blocks behind the attacker gives up; null: never. */
  readonly givesUpBehind: number | null;
  /** Races that a node's own fork choice decided in the same way. */
  readonly refereed: number;
}

/** To give up takes no more than this from the probability of success. */
const LOST = 1e-6;
/** Up to so many confirmations races are held against the engine, which keeps every header. */
const REFEREED_CONFIRMATIONS = 200;

/** The experiment. */
export class DoubleSpend implements Attack<DoubleSpendResult> {
  readonly #plan: DoubleSpendPlan;
  readonly #random: Random;
  readonly #threshold: number;
  readonly #givesUpBehind: number;
  #done = 0;
  #successes = 0;
  #refereed = 0;

  constructor(plan: DoubleSpendPlan) {
    this.#plan = plan;
    this.#random = Random.of(plan.seed, "double-spend");
    this.#threshold = thresholdOf(plan.attacker);
    this.#givesUpBehind = hopelessBehind(plan.attacker);
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
      const isRefereed = this.#done < REFEREED && confirmations <= REFEREED_CONFIRMATIONS;
      const race = isRefereed ? new RefereedRace() : undefined;
      const { succeeds, blocks } = this.#race(race);
      if (race?.ends(succeeds)) this.#refereed++;
      if (succeeds) this.#successes++;
      this.#done++;
      left -= blocks;
    }
  }

  result(): DoubleSpendResult {
    const { attacker, confirmations } = this.#plan;
    const [trials, successes] = [this.#done, this.#successes];
    return {
      ...{ trials, successes, success: successes / trials },
      interval: intervalOfShare(successes, trials),
      expected: rosenfeld(attacker, confirmations),
      givesUpBehind: Number.isFinite(this.#givesUpBehind) ? this.#givesUpBehind : null,
      refereed: this.#refereed,
    };
  }

  #race(race: RefereedRace | undefined): { readonly succeeds: boolean; readonly blocks: number } {
    const [random, threshold] = [this.#random, this.#threshold];
    let blocks = 0;
    // Found before the payment was made.
    let lead = 1;
    for (let confirmed = 0; confirmed < this.#plan.confirmations; blocks++) {
      const isAttackers = random.next() < threshold;
      race?.found(isAttackers);
      if (isAttackers) {
        lead++;
      } else {
        lead--;
        confirmed++;
      }
    }
    for (; lead <= 0 && lead > -this.#givesUpBehind; blocks++) {
      const isAttackers = random.next() < threshold;
      race?.found(isAttackers);
      lead += isAttackers ? 1 : -1;
    }
    return { succeeds: lead > 0, blocks: blocks + 1 };
  }
}

/** From so far behind the attacker ever catches up with a probability of at most LOST: (q/p)^blocks. */
function hopelessBehind(attacker: number): number {
  const ratio = attacker / (1 - attacker);
  if (ratio >= 1) return Number.POSITIVE_INFINITY;
  let behind = 1;
  for (let chance = ratio; chance > LOST; chance *= ratio) behind++;
  return behind;
}

/** The same race with a node that hears of the public blocks at once, and of the secret ones in the end. */
class RefereedRace {
  readonly #headers = new Headers();
  readonly #node = new Referee(this.#headers);
  readonly #secret = [this.#headers.on(this.#headers.genesis)];

  found(isAttackers: boolean): void {
    if (isAttackers) this.#secret.push(this.#headers.on(this.#secret.at(-1) ?? this.#headers.genesis));
    else this.#node.hear(this.#headers.on(this.#node.tip));
  }

  /** The attacker publishes; what the node's chain held is undone, or nothing is. @returns true */
  ends(succeeds: boolean): boolean {
    const before = this.#node.chain.length - 1;
    let undone = 0;
    for (const header of this.#secret) undone += this.#node.hear(header);
    const isAttackers = this.#node.tip === this.#secret.at(-1);
    const says = `${this.#secret.length} secret blocks against ${before}`;
    sameOr(isAttackers === succeeds && undone === (succeeds ? before : 0), () => says);
    return true;
  }
}
