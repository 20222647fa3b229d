// Attacks on proof of work as they are measured: theory lies in the interval that is stated, and the interval misses as rarely
// as it says.
import assert from "node:assert/strict";
import {
  type Attack,
  DoubleSpend,
  type Interval,
  MajorityAttack,
  meanOfLess,
  PartitionAttack,
  Random,
  SelfishMining,
  StaleRates,
  selfishRevenue,
} from "@witan/simulator";
import { Draw, thresholdOf, waitingTime } from "../../../packages/simulator/src/pow/chance.ts";
import { exp, ln } from "../../../packages/simulator/src/pow/exact.ts";
import {
  intervalOfMean,
  intervalOfRatio,
  intervalOfShare,
} from "../../../packages/simulator/src/pow/interval.ts";

function resultOf<Result>(attack: Attack<Result>): Result {
  while (attack.done < attack.total) attack.advance(100_000);
  return attack.result();
}

function lies({ interval: [from, to], expected }: { interval: Interval; expected: number }): boolean {
  return from <= expected + 1e-9 && expected <= to + 1e-9;
}

describe("chances of proof of work", () => {
  it("draw whole numbers as often as a share says", () => {
    assert.deepEqual([0, 0.5, 1].map(thresholdOf), [0, 2 ** 31, 2 ** 32]);
    assert.throws(() => thresholdOf(1.1), /a share of 1\.1/);
    const draw = new Draw(Random.of(1), [0.5, 0.2, 0.3]);
    const counts = [0, 0, 0];
    for (let at = 0; at < 100_000; at++) counts[draw.next()]!++;
    for (const [at, share] of [0.5, 0.2, 0.3].entries())
      assert.ok(Math.abs(counts[at]! / 100_000 - share) < 0.006, `${counts}`);
  });

  it("wait exponentially: mean, spread and tail are what they should be", () => {
    const random = Random.of(7);
    const times = Array.from({ length: 200_000 }, () => waitingTime(random, 600));
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
    const variance = times.reduce((sum, time) => sum + (time - mean) ** 2, 0) / times.length;
    assert.ok(Math.abs(mean / 600 - 1) < 0.01, `${mean}`);
    assert.ok(Math.abs(Math.sqrt(variance) / 600 - 1) < 0.015, `${variance}`);
    for (const many of [0.1, 1, 3]) {
      const later = times.filter((time) => time > 600 * many).length / times.length;
      assert.ok(Math.abs(later - Math.exp(-many)) < 0.004, `${many}: ${later}`);
    }
  });
});

describe("logarithm and exponential", () => {
  it("are those of Math but for the last digits, whatever the argument", () => {
    for (const x of [1e-300, 1e-9, 0.3, 1, 1.5, Math.E, 7, 1e6, 1e300])
      assert.ok(Math.abs(ln(x) - Math.log(x)) <= 4e-16 * Math.max(1, Math.abs(Math.log(x))), `ln ${x}`);
    for (const x of [-700, -40.5, -1, -1e-12, 0, 1e-9, 0.7, 1, 33.3, 600])
      assert.ok(Math.abs(exp(x) / Math.exp(x) - 1) < 2e-13, `exp ${x}`);
    assert.equal(exp(-1_000), 0);
    assert.throws(() => ln(0), /a logarithm of 0/);
  });
});

describe("intervals", () => {
  it("of a share are Clopper and Pearson's", () => {
    // From closed forms: (α/2)^(1/n) where all or none succeed; scipy.stats.binomtest(7, 20).proportion_ci(0.99, "exact").
    assert.deepEqual(intervalOfShare(0, 10), [0, Number((1 - 0.005 ** 0.1).toPrecision(6))]);
    assert.deepEqual(intervalOfShare(10, 10), [Number((0.005 ** 0.1).toPrecision(6)), 1]);
    const [from, to] = intervalOfShare(7, 20);
    assert.ok(tail(20, 7, from) < 0.005 + 1e-5 && tail(20, 7, from) > 0.005 - 1e-5, `${from}`);
    assert.ok(1 - tail(20, 8, to) < 0.005 + 1e-5 && 1 - tail(20, 8, to) > 0.005 - 1e-5, `${to}`);
    const [low, high] = intervalOfShare(300_000, 1_000_000);
    assert.ok(Math.abs(low - 0.29882) < 1e-5 && Math.abs(high - 0.301182) < 1e-5, `${low} ${high}`);
  });

  it("of means and ratios are as wide as what is measured is apart", () => {
    assert.deepEqual(intervalOfMean(100, 300, 900), [3, 3]);
    const [from, to] = intervalOfMean(100, 50, 50);
    assert.ok(Math.abs((to - from) / 2 - 2.5758 * Math.sqrt(0.25 / 99)) < 1e-4);
    const same = { count: 50, part: 50, whole: 100, partSquares: 50, wholeSquares: 200, products: 100 };
    assert.deepEqual(intervalOfRatio(same), [0.5, 0.5]);
    assert.deepEqual(intervalOfRatio({ ...same, count: 5 }), [0, 1]);
  });
});

/** At least k of n, by the sum. */
function tail(n: number, k: number, p: number): number {
  let sum = 0;
  let ways = 1;
  for (let at = 0; at <= n; at++) {
    if (at >= k) sum += ways * p ** at * (1 - p) ** (n - at);
    ways = (ways * (n - at)) / (at + 1);
  }
  return sum;
}

describe("attacks on proof of work", function () {
  this.timeout(30_000);

  it("double spends succeed as often as Rosenfeld says", () => {
    for (const [attacker, confirmations] of [
      [0.3, 10],
      [0.1, 2],
      [0.45, 3],
      [0, 1],
      [0.2, 0],
      [0.6, 4],
    ] as const) {
      const result = resultOf(new DoubleSpend({ seed: 1, attacker, confirmations, trials: 20_000 }));
      assert.ok(lies(result), `${attacker} ${confirmations}: ${JSON.stringify(result)}`);
      assert.equal(result.refereed, 200);
    }
  });

  it("double spends miss their interval as rarely as it says", () => {
    let missed = 0;
    for (let seed = 1; seed <= 50; seed++)
      if (!lies(resultOf(new DoubleSpend({ seed, attacker: 0.25, confirmations: 4, trials: 1_000 }))))
        missed++;
    assert.ok(missed <= 4, `${missed} of 50, where one in two tries is to be expected`);
  });

  it("selfish mining gains the share that Eyal and Sirer say, and nothing in a given time", () => {
    for (const [attacker, gamma] of [
      [0.4, 0],
      [0.3, 0.5],
      [0.2, 1],
      [0.45, 0.9],
      [0, 0],
    ] as const) {
      const result = resultOf(new SelfishMining({ seed: 3, attacker, gamma, blocks: 200_000 }));
      assert.ok(lies(result), `${attacker} ${gamma}: ${JSON.stringify(result)}`);
      assert.ok(result.earned <= result.found, "more counts than was found");
      assert.ok(result.earnedInterval[0] <= attacker);
      assert.equal(result.refereed, 200);
    }
  });

  it("selfish mining misses its interval as rarely as it says", () => {
    let missed = 0;
    for (let seed = 1; seed <= 200; seed++)
      if (!lies(resultOf(new SelfishMining({ seed, attacker: 0.35, gamma: 0.3, blocks: 20_000 })))) missed++;
    assert.ok(missed <= 8, `${missed} of 200, where 2 are to be expected`);
  });

  it("selfish mining pays from a share on that gamma decides", () => {
    // Where the pool gets what it works for: a third without influence, a quarter with half of the others, nothing with all.
    for (const gamma of [0, 0.5, 0.9]) {
      const threshold = (1 - gamma) / (3 - 2 * gamma);
      assert.ok(Math.abs(selfishRevenue(threshold, gamma) - threshold) < 1e-12);
      assert.ok(selfishRevenue(threshold + 0.01, gamma) > threshold + 0.01);
    }
  });

  it("a majority rewrites any history, in the time that its lead takes", () => {
    for (const confirmations of [0, 6, 300]) {
      const result = resultOf(new MajorityAttack({ seed: 3, attacker: 0.6, confirmations, trials: 3_000 }));
      assert.ok(lies(result), JSON.stringify(result));
      assert.equal(result.refereed, confirmations > 200 ? 0 : 200);
    }
  });

  it("a partition that heals costs what the weaker side built", () => {
    for (const share of [0.5, 0.8, 1]) {
      const plan = { seed: 4, share, seconds: 6_000, intervalSeconds: 600, trials: 5_000 };
      const result = resultOf(new PartitionAttack(plan));
      assert.ok(lies(result), JSON.stringify(result));
    }
    // By hand: two Poisson numbers of mean 0.1.
    assert.ok(Math.abs(meanOfLess(0.1, 0.1) - ((1 - Math.exp(-0.1)) ** 2 + 2.2e-5)) < 2e-6);
  });

  it("delays make blocks stale, those of small miners more", () => {
    const shares = [0.5, 0.3, 0.15, 0.05];
    const plan = { seed: 5, shares, delayMs: 3_000, intervalSeconds: 600, blocks: 400_000 };
    const { miners, ...all } = resultOf(new StaleRates(plan));
    assert.ok(lies(all), JSON.stringify(all));
    for (const miner of miners) assert.ok(lies(miner), JSON.stringify(miner));
    const rates = miners.map(({ stale }) => stale);
    assert.deepEqual(
      rates,
      rates.toSorted((a, b) => a - b),
    );
    assert.ok(Math.abs(miners.reduce((sum, { revenue }) => sum + revenue, 0) - 1) < 1e-9);
    assert.ok(all.refereed >= 2_000);
  });

  it("without delay nothing is stale, and who is alone loses nothing", () => {
    const plan = { seed: 5, shares: [0.6, 0.4], delayMs: 0, intervalSeconds: 1, blocks: 5_000 };
    assert.equal(resultOf(new StaleRates(plan)).stale, 0);
    assert.equal(resultOf(new StaleRates({ ...plan, shares: [1], delayMs: 900 })).stale, 0);
  });

  it("are the same with the same seed, in pieces of any size, and others with another", () => {
    const plan = { seed: 9, attacker: 0.3, confirmations: 3, trials: 2_000 };
    const once = resultOf(new DoubleSpend(plan));
    const inPieces = new DoubleSpend(plan);
    while (inPieces.done < inPieces.total) inPieces.advance(1);
    assert.deepEqual(inPieces.result(), once);
    assert.notDeepEqual(resultOf(new DoubleSpend({ ...plan, seed: 10 })), once);
  });
});
