// What each mode tolerates, by experiment: worlds with as many faulty members as the protocol bears, and with one more. Of
// each world it is asked whether blocks contradict each other, and whether all became final that clients sent; the checks of
// ordinary worlds are left out, so that a world goes on.
import { byzantineMax, crashMax } from "@witan/primitives";
import { BPFP_CONDUCT_MAKERS, BPFP_CONDUCTS } from "../bp-fast-paxos/conducts/conducts.ts";
import { makeBpfpPlan } from "../bp-fast-paxos/make-plan.ts";
import type { BpfpPlan } from "../bp-fast-paxos/plan.ts";
import { realEngine as bpfpEngine } from "../bp-fast-paxos/real-engine.ts";
import { BpfpWorld } from "../bp-fast-paxos/world.ts";
import type { EnginePlan } from "../engines/plan.ts";
import type { ChainDisk } from "../engines/process.ts";
import { CONDUCT_MAKERS } from "../pbft/conducts/conducts.ts";
import { makePbftPlan } from "../pbft/make-plan.ts";
import type { PbftPlan } from "../pbft/plan.ts";
import { realEngine as pbftEngine } from "../pbft/real-engine.ts";
import { PbftWorld } from "../pbft/world.ts";
import type { Random } from "../random.ts";
import { liesToEach } from "../specimens/bpfp-conducts.ts";
import { bpfpSpecimenPlan } from "../specimens/bpfp-plans.ts";
import type { Fault } from "../world/plan.ts";
import type { MeasuredMode } from "./types.ts";

/** What came of one world. */
export interface MarginOutcome {
  /** Two correct members have different blocks at one height. */
  readonly isForked: boolean;
  /** Something that clients sent is not final at every correct member in the end, long after nothing is lost any more. */
  readonly isStalled: boolean;
}

/** Something that goes wrong with so many, and what is owed all the same. */
export interface Margin {
  readonly mode: Exclude<MeasuredMode, "pow">;
  /** Of whom some are faulty: how many there are, and what they are called. */
  readonly size: number;
  readonly group: "validators" | "proposers" | "acceptors";
  readonly faulty: number;
  /** What the faulty are. */
  readonly fault: string;
  /** So many are tolerated. */
  readonly tolerated: number;
  /** What a protocol owes up to that number: beyond it nothing. */
  readonly owes: "safety" | "safety and progress";
  /** Of a hundred worlds few show what is to be shown. */
  readonly isRare?: boolean;
  /** Runs the world of a seed. */
  readonly run: (seed: number) => MarginOutcome;
}

interface Chains {
  readonly correct: readonly { readonly disk: ChainDisk }[];
  readonly isSettled: boolean;
}

function outcomeOf({ correct, isSettled }: Chains): MarginOutcome {
  const chains = correct.map(({ disk }) => disk.chain);
  const longest = chains.reduce((a, b) => (b.length > a.length ? b : a), []);
  const isForked = chains.some((chain) => chain.some(({ hash }, at) => hash !== longest[at]?.hash));
  return { isForked, isStalled: !isSettled };
}

/** Bad for so long: what is to break breaks soon. */
const KIND_US = 3_000_000;

/** A plan whose world turns kind soon. Some transactions come while it is bad, and some behind. */
function short<P extends EnginePlan>(plan: P, kindAtUs = KIND_US): P {
  const later = [1, 2, 3].map((more) => ({ atUs: kindAtUs + more * 100_000, client: 0 }));
  const transactions = [...plan.transactions.filter(({ atUs }) => atUs < kindAtUs), ...later];
  return { ...plan, kindAtUs, transactions };
}

/** Only what the faulty do goes wrong: networks are drawn, with what they lose, and processes are up. */
const NO_FAULTS = { faults: [], network: "lan" } as const;

function pbft(
  members: number,
  faulty: number,
  conduct: { readonly name: string; readonly says: string },
): Margin {
  const plan = (seed: number): PbftPlan => {
    const made = makePbftPlan(seed, { members, liars: faulty, conducts: [], twins: false, ...NO_FAULTS });
    // The first ones, who are primaries of the first views.
    const liars = Array.from({ length: faulty }, (_, node) => ({
      ...{ node, conducts: [conduct.name], twin: false },
    }));
    return { ...short(made), liars, changesPermille: 0 };
  };
  return {
    ...{ mode: "pbft", size: members, group: "validators", fault: conduct.says },
    ...{ faulty, tolerated: byzantineMax(members), owes: "safety and progress" },
    run: (seed) => {
      const world = new PbftWorld(plan(seed), {
        ...{ begin: pbftEngine, checks: [], conducts: { ...CONDUCT_MAKERS, mute } },
      });
      world.run();
      return outcomeOf(world);
    },
  };
}

const mute = () => ({ name: "mute", sends: () => [], answersBody: () => "nothing" as const });

const MUTE = { name: "mute", says: "mute" };
const TWO_FACED = { name: "double-game", says: "two-faced, together" };

type Says = Omit<Margin, "mode" | "run">;

function bpFastPaxos(parts: Says, plan: (seed: number) => BpfpPlan): Margin {
  return {
    ...{ mode: "bp-fast-paxos", ...parts },
    run: (seed) => {
      const world = new BpfpWorld(plan(seed), {
        ...{ begin: bpfpEngine, checks: [] },
        conducts: { ...BPFP_CONDUCT_MAKERS, "lies-to-each": liesToEach },
      });
      world.run();
      return outcomeOf(world);
    },
  };
}

function crashedAcceptors(acceptors: number, faulty: number): Margin {
  const says: Says = {
    ...{ size: acceptors, group: "acceptors", fault: "crashed for ever" },
    ...{ faulty, tolerated: crashMax(acceptors), owes: "safety and progress" },
  };
  return bpFastPaxos(says, (seed) => {
    const wishes = { acceptors, proposers: 2, liars: 0, gone: 0, conducts: [], changes: false };
    const plan = makeBpfpPlan(seed, { ...wishes, ...NO_FAULTS });
    const gone = Array.from({ length: faulty }, (_, at) => ({ node: 2 + at, atUs: 1_000_000 }));
    return { ...short(plan), gone };
  });
}

/** Ways to lie that are worst for agreement: two blocks in one round. */
const TWO_BLOCKS = ["two-blocks", "proposes-twice", "no-support", "chosen-proofs"].filter(
  (name) => name in BPFP_CONDUCTS,
);

function lyingProposers(): Margin {
  const says: Says = {
    ...{ size: 2, group: "proposers", fault: "showing two blocks" },
    ...{ faulty: 2, tolerated: 2, owes: "safety" },
  };
  return bpFastPaxos(says, (seed) => {
    const wishes = { acceptors: 4, proposers: 2, gone: 0, changes: false, ...NO_FAULTS };
    // Nothing keeps rounds from following each other as fast as messages go.
    return short(makeBpfpPlan(seed, { ...wishes, liars: 2, conducts: TWO_BLOCKS }), KIND_US / 3);
  });
}

function lyingAcceptor(faulty: 0 | 1): Margin {
  const says: Says = {
    ...{ size: 4, group: "acceptors", fault: "lying, and a proposer too" },
    ...{ faulty, tolerated: 0, owes: "safety", isRare: true },
  };
  const acceptor = { node: 5, conducts: ["lies-to-each"] };
  const proposer = { node: 0, conducts: ["two-blocks"] };
  const liars = faulty === 1 ? [proposer, acceptor] : [proposer];
  const planOf = bpfpSpecimenPlan({ liars, loss: [0], detects: true, kindAtUs: 1_200_000, faults: unheard });
  return bpFastPaxos(says, (seed) => ({ ...planOf(seed), transactions: [{ atUs: 1_000, client: 0 }] }));
}

/** What one of the correct acceptors says reaches nobody for a while, and it hears all. */
function unheard(random: Random, kindAtUs: number): readonly Fault[] {
  const alone = random.between(2, 4);
  const cut = [0, 1, 2, 3, 4, 5].filter((other) => other !== alone).map((other) => [alone, other] as const);
  return [{ kind: "partition", atUs: 0, untilUs: kindAtUs, cut }];
}

/** Of each the bound, and one beyond. */
export const MARGINS: readonly Margin[] = [
  ...[4, 7].flatMap((members) => {
    const most = byzantineMax(members);
    return [MUTE, TWO_FACED].flatMap((conduct) =>
      [most, most + 1].map((faulty) => pbft(members, faulty, conduct)),
    );
  }),
  ...[4, 7].flatMap((acceptors) => {
    const most = crashMax(acceptors);
    return [most, most + 1].map((faulty) => crashedAcceptors(acceptors, faulty));
  }),
  lyingProposers(),
  lyingAcceptor(0),
  lyingAcceptor(1),
];
