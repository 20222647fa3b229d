// Outages, and what comes after them: a network must go on by itself, at once, and nobody should have to restart it.
import type { Scenario } from "./scenario.ts";
import { away, cut, every, SECOND, slowed, staged } from "./scenario.ts";

/** By name. */
export const OUTAGES: Readonly<Record<string, Scenario>> = {
  "long-outage": {
    says: "half of the members are down, or cut off, for minutes",
    holds: "once they are back, everything is final within six view timers",
    source: "Besu QBFT: the timer doubles with every round, and all must be restarted (besu-docs#611)",
    plan: staged((random) => {
      const kindAtUs = random.between(100, 300) * SECOND;
      const span = { atUs: 2 * SECOND, untilUs: kindAtUs };
      const [one = 0, other = 1, ...rest] = random.shuffled([0, 1, 2, 3]);
      const gone = [one, other];
      const faults = random.chance(500)
        ? gone.map((process) => away(process, span))
        : [cut(gone, rest, span), cut(rest, gone, span)];
      return { kindAtUs, faults, transactions: every(20 * SECOND, { until: kindAtUs }) };
    }),
  },
  "slow-links": {
    says: "every link takes longer than the view timers for long; one member floods the others, or gives nobody its blocks",
    holds: "view after view is given up in no more memory, and soon after links are good everything is final",
    source: "Tendermint: no block for 50 minutes (tendermint#3039); Besu: a round of 260 seconds (besu#8425)",
    plan: staged((random) => {
      // T is a quarter of a second here, and the longest a second.
      const kindAtUs = 75 * SECOND;
      const [conduct, addUs] = random.pick([
        ["flood", random.between(1_100, 1_500) * 1_000],
        ["withheld-bodies", random.between(10, 20) * SECOND],
      ] as const);
      return {
        ...{ viewTicks: 10, viewTicksMax: 40, kindAtUs, boundUs: 6 * SECOND },
        faults: slowed(4, addUs, { atUs: SECOND, untilUs: kindAtUs }),
        liars: [{ node: random.below(4), conducts: [conduct], twin: false }],
        transactions: every(10 * SECOND, { until: kindAtUs }),
      };
    }),
  },
  "one-dead": {
    says: "the first primary is down, for long",
    holds: "one view is lost to it, and none of the blocks after that waits for a timer",
    source: "Besu QBFT: a dead validator costs a timeout in every round of the rotation (besu#6398)",
    plan: staged(() => ({
      ...{ kindAtUs: 12 * SECOND, faults: [away(0, { atUs: SECOND, untilUs: 12 * SECOND })] },
      pace: { fromUs: 5 * SECOND, withinUs: SECOND / 2 },
    })),
  },
  alone: {
    says: "the only member there is crashes, and starts again",
    holds: "it goes on by itself",
    source: "Besu QBFT: a single validator waits for peers after a restart, for ever (besu#6457)",
    plan: staged((random) => ({
      members: 1,
      faults: [1, 3, 5].map((second) => {
        const atUs = second * SECOND + random.below(SECOND);
        return { ...away(0, { atUs, untilUs: atUs + SECOND }), effects: random.below(20) };
      }),
      boundUs: 2 * SECOND,
    })),
  },
  "restarted-primary": {
    says: "the primary crashes with transactions at hand, or all do, and no client sends any more",
    holds: "what was sent becomes final all the same",
    source:
      "SmartBFT: a leader that restarted proposes nothing until another transaction comes (SmartBFT#561)",
    plan: staged((random) => {
      const atUs = 2 * SECOND + random.below(SECOND);
      const span = { atUs, untilUs: atUs + random.between(100_000, 3 * SECOND) };
      const effects = random.below(20);
      return {
        faults: [
          random.chance(500) ? { ...away(0, span), effects } : { kind: "power-cut", effects, ...span },
        ],
        ...{
          transactions: every(20_000, { from: atUs - 100_000, until: atUs + 50_000 }),
          kindAtUs: span.untilUs,
        },
      };
    }),
  },
  "restarts-at-one-height": {
    says: "the primary is down, and a member that the others need restarts again and again at the height in progress",
    holds:
      "as soon as it stays up, everything is final within six view timers, though the primary stays away",
    source:
      "SmartBFT: a sync to the height where it stands resets a counter: a recovery that never ends (SmartBFT#663)",
    plan: staged((random) => {
      const kindAtUs = 20 * SECOND;
      const restarts = [2, 4, 6, 8, 10].map((second) => {
        const atUs = second * SECOND + random.below(SECOND);
        return away(3, { atUs, untilUs: atUs + random.between(50_000, SECOND) });
      });
      return {
        ...{ kindAtUs, faults: [away(0, { atUs: 1_500_000, untilUs: kindAtUs }), ...restarts] },
        transactions: every(SECOND, { until: kindAtUs }),
        pace: { fromUs: 11 * SECOND, withinUs: 6 * SECOND },
      };
    }),
  },
  "idle-for-long": {
    says: "nobody sends anything for minutes, and a member that is not primary is down; then one transaction comes",
    holds: "it is final at once: an idle chain changes no views, and forgets nothing",
    source: "Tendermint: the chain halts without empty blocks (tendermint#3199)",
    plan: staged((random) => {
      const at = [1_000, ...[60, 90, 120, 150, 180].map((second) => second * SECOND + random.below(SECOND))];
      const kindAtUs = 181 * SECOND;
      return {
        ...{ kindAtUs, transactions: at.map((atUs) => ({ atUs, client: 1 })) },
        // The next primary, so that a view that is left costs a whole timer.
        faults: [away(1, { atUs: SECOND, untilUs: kindAtUs })],
        pace: { fromUs: 0, withinUs: SECOND / 2 },
      };
    }),
  },
  "halted-again": {
    says: "the power goes everywhere, and goes again, twice, while all are coming back; the first primary stays away",
    holds: "each begins where its disk says that it stands, and once they stay up everything is final",
    source: "Sui, May 2026: three halts, the second by the remedy, the third by a bug of restarts alone",
    plan: staged((random) => {
      const first = 2 * SECOND + random.below(SECOND);
      // Behind each return, in the middle of what follows: all are asking for the next view then.
      const times = [first, first + 1_600_000, first + 3_200_000].map(
        (atUs) => atUs + random.below(SECOND / 2),
      );
      const kindAtUs = first + 6 * SECOND;
      return {
        ...{ kindAtUs, writeUs: [5_000, 40_000], boundUs: 10 * SECOND },
        faults: [
          away(0, { atUs: first - SECOND, untilUs: kindAtUs }),
          ...times.map((atUs) => ({
            ...{ kind: "power-cut" as const, effects: random.below(20) },
            ...{ atUs, untilUs: atUs + random.between(50_000, 400_000) },
          })),
        ],
        transactions: every(SECOND / 10, { until: kindAtUs }),
      };
    }),
  },
};
