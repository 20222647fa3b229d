// A partition that heals: two sides mine on, each on its own branch, and once they hear each other again the side with less
// work undoes all that it built meanwhile. Where both built as much, the next block decides.
import { Random } from "../../random.ts";
import { waitingTime } from "../chance.ts";
import { exp, ln } from "../exact.ts";
import { type Interval, intervalOfMean } from "../interval.ts";
import { Headers, Referee } from "../referee.ts";
import { type Attack, REFEREED, sameOr } from "./attack.ts";

/** What is tried. */
export interface PartitionPlan {
  readonly seed: number;
  /** Of all hash power, on one side; the rest is on the other. */
  readonly share: number;
  /** How long the sides do not hear each other. */
  readonly seconds: number;
  /** Between two blocks, in the mean, where all hear each other. */
  readonly intervalSeconds: number;
  readonly trials: number;
}

/** What came of it. */
export interface PartitionResult {
  readonly trials: number;
  /** Blocks that one side undoes: the mean. */
  readonly undone: number;
  readonly interval: Interval;
  readonly expected: number;
  /** The most in one trial. */
  readonly most: number;
  /** Blocks that both sides found: the mean. */
  readonly found: number;
  readonly refereed: number;
}

/** The experiment. */
export class PartitionAttack implements Attack<PartitionResult> {
  readonly #plan: PartitionPlan;
  readonly #random: Random;
  #done = 0;
  #undone = 0;
  #squares = 0;
  #found = 0;
  #most = 0;
  #refereed = 0;

  constructor(plan: PartitionPlan) {
    this.#plan = plan;
    this.#random = Random.of(plan.seed, "partition");
  }

  get total(): number {
    return this.#plan.trials;
  }

  get done(): number {
    return this.#done;
  }

  advance(steps: number): void {
    const { share, trials } = this.#plan;
    let left = steps;
    while (left > 0 && this.#done < trials) {
      const sides = [this.#found1(share), this.#found1(1 - share)] as const;
      const undone = Math.min(...sides);
      if (this.#done < REFEREED) {
        sameOr(undoneBy(sides) === undone, () => `${sides[0]} blocks against ${sides[1]}`);
        this.#refereed++;
      }
      this.#undone += undone;
      this.#squares += undone * undone;
      this.#found += sides[0] + sides[1];
      this.#most = Math.max(this.#most, undone);
      this.#done++;
      left -= sides[0] + sides[1] + 1;
    }
  }

  result(): PartitionResult {
    const { share, seconds, intervalSeconds } = this.#plan;
    const [trials, mean] = [this.#done, seconds / intervalSeconds];
    return {
      ...{ trials, undone: this.#undone / trials },
      interval: intervalOfMean(trials, this.#undone, this.#squares),
      expected: meanOfLess(share * mean, (1 - share) * mean),
      ...{ most: this.#most, found: this.#found / trials, refereed: this.#refereed },
    };
  }

  /** What one side finds while the partition lasts. */
  #found1(share: number): number {
    const { seconds, intervalSeconds } = this.#plan;
    if (share === 0) return 0;
    let found = -1;
    for (let at = 0; at < seconds; found++) at += waitingTime(this.#random, intervalSeconds / share);
    return found;
  }
}

/** The mean of the smaller of two Poisson numbers: the sum over k from 1 of the chance that both reach k. */
export function meanOfLess(a: number, b: number): number {
  if (a === 0 || b === 0) return 0;
  const most = Math.ceil(Math.min(a, b) + 12 * Math.sqrt(Math.max(a, b)) + 40);
  const [reachA, reachB] = [reaching(a, most), reaching(b, most)];
  let sum = 0;
  for (let k = 1; k <= most; k++) sum += (reachA[k] as number) * (reachB[k] as number);
  return sum;
}

/** By k: how likely a Poisson number of this mean is k or more. */
function reaching(mean: number, most: number): readonly number[] {
  const reach: number[] = [1];
  let below = 0;
  let logTerm = -mean;
  for (let k = 1; k <= most; k++) {
    below += exp(logTerm);
    reach.push(Math.max(0, 1 - below));
    logTerm += ln(mean / k);
  }
  return reach;
}

/** How many blocks the side undoes that loses, by the engines of one node on either side. */
function undoneBy([one, other]: readonly [number, number]): number {
  const headers = new Headers();
  const branches = [one, other].map((length) => {
    const node = new Referee(headers);
    for (let block = 0; block < length; block++) node.hear(headers.on(node.tip));
    return node;
  }) as [Referee, Referee];
  const [a, b] = branches;
  const [ofA, ofB] = [a.chain.slice(1), b.chain.slice(1)];
  let undone = 0;
  for (const header of ofB) undone += a.hear(header);
  for (const header of ofA) undone += b.hear(header);
  if (one === other) undone += b.hear(a.hear(headers.on(a.tip)) === 0 ? a.tip : b.tip);
  return undone;
}
