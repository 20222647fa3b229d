// Single scenes of Paxos, Fast Paxos and Trust Change Paxos, for those who learn them: nothing is left to chance in them but
// what a write takes. The pages of docs/classics show them.
import type { Named } from "../run/outcome.ts";
import type { Fault } from "../world/plan.ts";
import type { DecreePlan, DecreeProtocol } from "./paxos-plan.ts";

const MS = 1_000;
/** Nothing is late from here on: each scene is over by then. */
const KIND_AT_US = 30 * MS;

/** What a scene has of its own. */
interface Scene {
  readonly says: string;
  readonly plan: Partial<DecreePlan>;
}

function slow(from: number, to: readonly number[], addUs: number): readonly Fault[] {
  return to.map((place) => ({ kind: "slow-link", from, to: place, addUs, atUs: 0, untilUs: KIND_AT_US }));
}

const X = { place: 0, atUs: 10 * MS, value: "x" };
const Y = { place: 1, atUs: 10 * MS, value: "y" };
/** p0's value comes first to two acceptors, p1's to the others. */
const COLLISION: Partial<DecreePlan> = {
  wants: [X, Y],
  faults: [...slow(0, [4, 5], 300), ...slow(1, [2, 3], 300)],
};

const SCENES: Readonly<Record<DecreeProtocol, Readonly<Record<string, Scene>>>> = {
  paxos: {
    "normal-case": { says: "one proposer, four message delays", plan: { wants: [X] } },
    overtaken: {
      says: "a proposer with a higher round meets a value that may be chosen, and must propose that",
      plan: {
        wants: [X, { ...Y, atUs: 12_200 }],
        faults: [...slow(0, [4], 500), ...slow(1, [3], 5 * MS)],
      },
    },
  },
  "fast-paxos": {
    "normal-case": {
      says: "a proposer speaks past the leader: two message delays",
      plan: { wants: [Y] },
    },
    collision: { says: "two values meet in a fast round, and the leader goes on", plan: COLLISION },
    "collision-uncoordinated": {
      says: "two values meet in a fast round, and the acceptors go on by themselves",
      plan: { ...COLLISION, recovery: "uncoordinated" },
    },
  },
  "trust-change-paxos": {
    "normal-case": { says: "the first proposer is trusted: two message delays", plan: { wants: [X] } },
    "trust-change": {
      says: "the first proposer has crashed, and acceptors trust the next one",
      plan: { wants: [X, Y], gone: [{ place: 0, atUs: 0 }], kindAtUs: 130 * MS },
    },
  },
};

/** The scenes of a protocol. */
export function scenesOf(protocol: DecreeProtocol): readonly Named[] {
  return Object.entries(SCENES[protocol]).map(([name, { says }]) => ({ name, says }));
}

/** The plan of a scene. @throws {RangeError} there is none of that name */
export function scenePlan(protocol: DecreeProtocol, name: string, seed: number): DecreePlan {
  const scene = SCENES[protocol][name];
  if (scene === undefined) throw new RangeError(`${protocol} has no scene ${name}`);
  const proposers = 2;
  const acceptors = protocol === "fast-paxos" ? 4 : 3;
  const processes = proposers + acceptors;
  return {
    ...{ seed, protocol, processes, proposers, acceptors, liars: [], gone: [], faults: [], wants: [] },
    network: {
      ...{ profile: "even", regions: Array(processes).fill(0), lossPermille: 0 },
      ...{ duplicatePermille: 0, bytesPerMs: 0 },
    },
    clocks: Array.from({ length: processes }, () => ({ skewMs: 0, driftPpm: 0 })),
    ...{ writeUs: [20, 30], kindAtUs: KIND_AT_US, boundUs: 1_000 * MS },
    ...{ tickUs: 5 * MS, ticks: "apart", roundTicks: 20, roundTicksMax: 80, resendTicks: 1_000 },
    ...{ recovery: "coordinated", proofs: false },
    ...scene.plan,
  };
}
