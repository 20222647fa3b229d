// The pictures of docs/consensus-bp-fast-paxos.md that show the protocol at work: worlds of the simulator with nothing left to
// chance but a few microseconds, whose checks all hold. `WITAN_GOLDEN=write` draws them anew.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type BpfpPlan, drawDiagram, type Fault, Recording } from "@witan/simulator";
import { runBpfpPlan } from "../../../packages/simulator/src/bp-fast-paxos/run-plan.ts";
import { bpfpActorsOf } from "../../../packages/simulator/src/run/bp-fast-paxos.ts";

/** Places: two proposers, four acceptors. */
const [P0, P1] = [0, 1];
const ACCEPTORS = [2, 3, 4, 5];

const MS = 1_000;
/** T, the time that a proposer is trusted without a decision, is half a second. */
const ROUND_TICKS = 20;

interface Picture {
  readonly title: string;
  /** How the first proposer lies; none: it does not. */
  readonly conducts?: readonly string[];
  readonly faults?: readonly Fault[];
  readonly resendTicks?: number;
  /** 1, unless the liar leaves it to chance whether it lies. */
  readonly seed?: number;
  /** What is drawn ends here. */
  readonly untilMs: number;
  /** What must be in it. */
  readonly shows: readonly RegExp[];
  /** What must not. */
  readonly lacks?: RegExp;
}

function cut(
  from: readonly number[],
  to: readonly number[],
  [fromMs, untilMs]: readonly [number, number],
): Fault {
  const links = from.flatMap((one) => to.flatMap((other) => (one === other ? [] : [[one, other] as const])));
  return { kind: "partition", atUs: fromMs * MS, untilUs: untilMs * MS, cut: links };
}

const PICTURES: Readonly<Record<string, Picture>> = {
  "normal-case": {
    title: "the normal case: two message delays",
    untilMs: 60,
    shows: [/ACCEPT/, /LEARN/, /decide/],
    lacks: /PROMISE|TRUSTCHANGE/,
  },
  "trust-change": {
    title: "a trust change: p0 is mute",
    conducts: ["mute"],
    untilMs: 620,
    shows: [/TRUSTCHANGE/, /PROMISE/, /ACCEPT/, /LEARN/, /decide/],
  },
  "correction-4": {
    title: "correction 4: a promise for a round that is over is dropped",
    conducts: ["mute"],
    faults: [
      cut([P1], ACCEPTORS, [0, 2_000]),
      { kind: "slow-link", from: 2, to: P1, atUs: 400 * MS, untilUs: 700 * MS, addUs: 3_000 * MS },
    ],
    untilMs: 4_000,
    shows: [/PROMISE/],
  },
  "correction-8": {
    title: "correction 8: acceptors judge blocks; an invalid one changes trust at once",
    conducts: ["bad-parent"],
    seed: 4,
    untilMs: 100,
    shows: [/TRUSTCHANGE/, /PROMISE/],
  },
  "correction-9": {
    title: "correction 9: the suspicion of a2 alone, which hears nobody, changes nothing",
    faults: [cut([0, 1, 3, 4, 5], [2], [0, 900])],
    untilMs: 960,
    shows: [/TRUSTCHANGE/],
    lacks: /PROMISE/,
  },
  "correction-10": {
    title: "correction 10: TRUSTCHANGEs that were lost are said again",
    conducts: ["mute"],
    faults: [cut(ACCEPTORS, ACCEPTORS, [400, 650])],
    untilMs: 900,
    shows: [/TRUSTCHANGE/, /PROMISE/],
  },
};

function planOf({ conducts = [], faults = [], resendTicks = ROUND_TICKS / 2, seed = 1 }: Picture): BpfpPlan {
  const roles = ["proposer", "proposer", ...ACCEPTORS.map(() => "acceptor" as const)] as const;
  return {
    ...{ seed, nodes: roles.map((role) => ({ role, isSpare: false })), changesPermille: 0, gone: [] },
    liars: conducts.length > 0 ? [{ node: P0, conducts }] : [],
    network: {
      ...{
        profile: "lan",
        regions: roles.map(() => 0),
        lossPermille: 0,
        duplicatePermille: 0,
        bytesPerMs: 0,
      },
    },
    clocks: roles.map(() => ({ skewMs: 0, driftPpm: 0 })),
    ...{ writeUs: [100, 200], faults, kindAtUs: 5_000 * MS, boundUs: 2_000 * MS },
    ...{ tickUs: 25 * MS, roundTicks: ROUND_TICKS, roundTicksMax: 4 * ROUND_TICKS, resendTicks },
    ...{ bufferedMax: 16, checkpointInterval: 100, blockBytes: 1_000 },
    ...{ promiseAuthentication: "mac", detectByzantineAcceptors: false },
    ...{ transactions: [{ atUs: 10 * MS, client: 1 }], told: "all" },
  };
}

describe("pictures of BP Fast Paxos", () => {
  for (const [name, picture] of Object.entries(PICTURES))
    it(`${name}: docs/images has it, and it shows what it is to show`, () => {
      const plan = planOf(picture);
      const recording = new Recording();
      const { violation } = runBpfpPlan(plan, { recorder: recording });
      assert.equal(violation, undefined);
      const happenings = recording.all.filter(({ atUs }) => atUs <= picture.untilMs * MS);
      const { title, shows, lacks } = picture;
      const svg = drawDiagram({ title, actors: bpfpActorsOf(plan), happenings, broken: undefined });
      const said = JSON.stringify(happenings.map(({ happening }) => happening));
      for (const text of shows) assert.match(said, text);
      if (lacks !== undefined) assert.doesNotMatch(said, lacks);
      const file = fileURLToPath(new URL(`../../../docs/images/fast-paxos-${name}.svg`, import.meta.url));
      if (process.env["WITAN_GOLDEN"] === "write") writeFileSync(file, svg);
      assert.equal(readFileSync(file, "utf8"), svg, "to be written anew: WITAN_GOLDEN=write");
    });
});
