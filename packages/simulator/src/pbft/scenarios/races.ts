// Races: a decision, a change of the view and a catch-up at one moment. Disks are slow here, so that each phase lasts long
// enough for something to come in between.
import type { PbftPlan } from "../plan.ts";
import { away, cut, every, type Scenario, SECOND, staged } from "./scenario.ts";

/** A vote is a tenth of a second behind what it answers. */
const SLOW: Partial<PbftPlan> = { writeUs: [90_000, 110_000] };
const PHASE = 100_000;

/** By name. */
export const RACES: Readonly<Record<string, Scenario>> = {
  "sync-races-view-change": {
    says: "one that missed blocks comes back just as the others leave the view of a primary that went away",
    holds: "it decides every height once, by votes or by a certificate, and votes for none that is behind it",
    source:
      "SmartBFT: a decision twice, and votes of before, when sync races a view change (SmartBFT#484, #481)",
    plan: staged((random) => {
      const backUs = 3 * SECOND + random.below(3 * SECOND);
      const laggard = random.between(1, 3);
      const others = [0, 1, 2, 3].filter((one) => one !== laggard);
      const missing = { atUs: SECOND, untilUs: backUs };
      // Around the moment at which the others' timers end.
      const goneUs = backUs - SECOND - random.below(SECOND / 2);
      const gone = { atUs: goneUs, untilUs: backUs + random.below(3 * SECOND) };
      return {
        faults: [cut(others, [laggard], missing), cut([0], [1, 2, 3], gone), cut([1, 2, 3], [0], gone)],
        network: {
          ...{ profile: "lan", regions: [0, 0, 0, 0], lossPermille: 0, bytesPerMs: 0 },
          duplicatePermille: 300,
        },
      };
    }),
  },
  "fork-at-view-change": {
    says: "one prepares a block in view 0, the others another in view 1, which one of them decides alone, and is cut off",
    holds: "view 2 begins with the block of the highest view",
    source: "SmartBFT: a fork in a view change (SmartBFT#499); IBFT 1: two decisions (arXiv 1901.07160)",
    plan: staged((random) => {
      const rest = [0, 1, 2];
      const sentUs = PHASE;
      // Behind the PRE-PREPARE, before the PREPAREs: only p3 hears of those.
      const deafUs = sentUs + Math.floor(PHASE * 1.5);
      // In view 1, before its COMMITs: only p0 hears of those.
      const splitUs = 1_960_000 + random.below(140_000);
      const split = { atUs: splitUs, untilUs: splitUs + SECOND };
      return {
        ...{ ...SLOW, kindAtUs: 12 * SECOND, boundUs: 10 * SECOND },
        faults: [
          cut(rest, rest, { atUs: deafUs, untilUs: 1_500_000 }),
          cut([3], rest, { atUs: deafUs, untilUs: 6 * SECOND }),
          cut(rest, [3], { atUs: deafUs + PHASE, untilUs: splitUs }),
          cut([0], [1, 2, 3], { atUs: splitUs, untilUs: 12 * SECOND }),
          cut([1, 2], [1, 2], split),
        ],
        transactions: every(20 * SECOND, { from: sentUs, until: SECOND }),
      };
    }),
  },
  "decided-alone": {
    says: "one decides a block and is cut off; the others restart, or not; the next primary would like another block, and lies",
    holds: "the view begins with that block, however its NEW-VIEW is put together, or does not begin",
    source:
      "Besu QBFT: a proposal after a round change that was not held against what is prepared (besu#7875)",
    plan: staged((random) => {
      const rest = [1, 2, 3];
      const sentUs = PHASE;
      // Behind the PREPAREs, before the COMMITs: only p0 hears of those.
      const aloneUs = sentUs + 2 * PHASE + random.below(PHASE);
      const conducts = random.pick([
        ...[["malformed-new-views"], ["malformed-new-views"], ["malformed-new-views"]],
        ...[["ignored-force"], ["chosen-new-views", "two-new-views", "hidden-prepared"]],
      ]);
      const restartUs = aloneUs + 2 * PHASE;
      const restarts = random.chance(300)
        ? rest.map((one) => away(one, { atUs: restartUs, untilUs: restartUs + 4 * PHASE }))
        : [];
      return {
        ...{ ...SLOW, kindAtUs: 12 * SECOND, boundUs: 12 * SECOND },
        liars: [{ node: 1, conducts, twin: false }],
        faults: [
          cut(rest, rest, { atUs: aloneUs, untilUs: 1_400_000 }),
          cut([0], rest, { atUs: aloneUs, untilUs: 12 * SECOND }),
          ...restarts,
        ],
        transactions: every(20 * SECOND, { from: sentUs, until: SECOND }),
      };
    }),
  },
  "hidden-decision": {
    says: "a liar and one other decide a block; the liar begins a view above it, and proposes another to those who lack it",
    holds:
      "they vote for nothing at or below the height that the view begins with, and get the block as soon as they can",
    source:
      "found while our rules were written (docs/consensus-pbft.md, laggards); SmartBFT has a kin (SmartBFT#538)",
    plan: staged((random) => {
      const sentUs = PHASE;
      const hiddenUs = sentUs + 2 * PHASE + random.below(PHASE);
      const behind = [2, 3];
      // Either both are prepared for the hidden block; or p3 is not, and of p2 the liar does not hear.
      const unprepared = [
        cut([1, 2], [3], { atUs: sentUs + Math.floor(PHASE * 1.5), untilUs: SECOND }),
        cut([2], [3], { atUs: SECOND, untilUs: 1_400_000 }),
        cut([2], [1], { atUs: 900_000, untilUs: 6 * SECOND }),
      ];
      return {
        ...{ ...SLOW, kindAtUs: 12 * SECOND, boundUs: 10 * SECOND },
        liars: [{ node: 1, conducts: ["below-base"], twin: false }],
        faults: [
          cut([1], behind, { atUs: hiddenUs, untilUs: SECOND }),
          cut([0], behind, { atUs: hiddenUs, untilUs: 12 * SECOND }),
          ...(random.chance(500) ? unprepared : []),
        ],
        transactions: every(20 * SECOND, { from: sentUs, until: SECOND }),
      };
    }),
  },
  "decides-as-it-leaves": {
    says: "disks are so slow that the last COMMIT comes just as the view timer ends",
    holds:
      "a block that was decided as its view was left stays decided, and the next one does not wait for ever",
    source:
      "SmartBFT: a decision and the end of a view at once (SmartBFT#622); Fabric 3.1.1: a deadlock of both (fabric#5212)",
    plan: staged(() => ({
      ...{ writeUs: [280_000, 360_000], boundUs: 12 * SECOND },
      // All in one region: the check of the pace knows no disks as slow as timers, and leaves this network alone.
      network: {
        ...{ profile: "wan", regions: [0, 0, 0, 0] },
        ...{ lossPermille: 0, duplicatePermille: 0, bytesPerMs: 0 },
      },
      transactions: every(2 * SECOND, { until: 10 * SECOND }),
    })),
  },
  "everything-twice": {
    says: "every message comes twice, a liar asks for each view twice and differently, and old messages come again",
    holds: "one block for each height is applied, once",
    source:
      "SmartBFT: decisions delivered twice (SmartBFT#553, #560, #570), a crash at a second VIEW-CHANGE (SmartBFT#538)",
    plan: staged((random) => ({
      liars: [{ node: random.below(4), conducts: ["two-view-changes", "replayed-others"], twin: false }],
      network: {
        ...{ profile: "heavy-tail", regions: [0, 0, 0, 0], lossPermille: 0, bytesPerMs: 0 },
        duplicatePermille: 1_000,
      },
    })),
  },
  "hidden-lock": {
    says: "a lying primary lets one of the others prepare, denies it when asked for the next view, and so on",
    holds: "once the network is good, blocks are decided while it goes on lying",
    source:
      "Tendermint 2016: locks that never agree (arXiv 1707.01873, tendermint's wiki, 0.7-Livelock-Scenario)",
    plan: staged((random) => ({
      liars: [
        {
          ...{ node: random.below(4), twin: false },
          conducts: ["bodies-to-some", "silent-by-turns", "hidden-prepared"],
        },
      ],
      network: {
        ...{ profile: "lan", regions: [0, 0, 0, 0], duplicatePermille: 0, bytesPerMs: 0 },
        lossPermille: random.pick([100, 300]),
      },
      boundUs: 14 * SECOND,
    })),
  },
  "false-height": {
    says: "a liar says in each VIEW-CHANGE that it is ahead, says elsewhere that it is behind, and as primary withholds blocks",
    holds: "nobody waits for a height that no certificate shows",
    source: "CometBFT: a peer that takes back the height that it has told stops sync for good (ASA-2025-001)",
    plan: staged((random) => {
      // The first primary is away for longer than T: views begin to change, and the liar has the first of them.
      const atUs = 4 * SECOND + random.below(SECOND);
      const span = { atUs, untilUs: atUs + 2 * SECOND };
      return {
        liars: [{ node: 1, conducts: ["claimed-height", "two-statuses", "withheld-bodies"], twin: false }],
        ...{ faults: [cut([0], [1, 2, 3], span), cut([1, 2, 3], [0], span)], boundUs: 14 * SECOND },
      };
    }),
  },
  "early-for-one": {
    says: "one of four is down, one writes so slowly that the next height begins before it has applied the last",
    holds:
      "it takes up at once what came for the next height meanwhile: no block waits for what is said again",
    source: "ours, while its rules were written; Tendermint: stalls under load (tendermint#2709)",
    plan: staged((random) => {
      const [slow = 1, down = 2] = random.shuffled([1, 2, 3]);
      const span = { atUs: 1, untilUs: 6 * SECOND };
      return {
        ...{ kindAtUs: 6 * SECOND, resendTicks: 40, pace: { fromUs: SECOND, withinUs: SECOND / 2 } },
        faults: [
          away(down, { ...span, atUs: SECOND / 2 }),
          { kind: "slow-disk", process: slow, perWriteUs: random.between(15_000, 30_000), ...span },
        ],
        transactions: every(20_000, { from: SECOND, until: 5 * SECOND }),
      };
    }),
  },
};
