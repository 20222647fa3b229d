// The classics' failures, by protocol and name: one general too few, signatures that nobody checks, two computers that are
// wrong alike, and what each strawman falls over.
import { SignedMessages, STRAWMEN, type StrawmanRule } from "@witan/consensus";
import { Random } from "../random.ts";
import type { Specimen } from "../specimens/specimen.ts";
import type { ClassicDesign } from "./design.ts";
import { drawCrew, generalActors } from "./generals-plan.ts";
import { ORAL_DESIGN, ORAL_MOVES, ORAL_ROOM, type OralPlan, oralPlanOf } from "./oral.ts";
import { FLIGHT_DESIGN, FLIGHT_MOVES, type FlightPlan, flightActors, flightPlanOf } from "./redundant.ts";
import { SIGNED_DESIGN, SIGNED_MOVES, type SignedKinds, type SignedPlan, signedPlanOf } from "./signed.ts";
import { classicSpecimen } from "./specimen.ts";
import {
  STRAWMAN_DESIGN,
  STRAWMAN_MOVES,
  type StrawmanPlan,
  strawmanActors,
  strawmanPlanOf,
} from "./strawmen.ts";
import {
  makeTwoGeneralsPlan,
  TWO_GENERALS_DESIGN,
  TWO_GENERALS_MOVES,
  twoGeneralsActors,
} from "./two-generals.ts";

const BOTH = { design: ORAL_DESIGN, moves: ORAL_MOVES, actorsOf: generalActors };
const SIGNED = { moves: SIGNED_MOVES, actorsOf: generalActors };

/** OM(m) among so many generals, m of them traitors. */
function oralAmong(generals: number, m: number): (seed: number) => OralPlan {
  return (seed) => {
    const random = Random.of(seed, "specimen");
    const crew = drawCrew(random, { members: generals, byzantine: m }, ORAL_ROOM);
    // What is said is seen in a picture, silence is not.
    return oralPlanOf(seed, { ...crew, order: "attack", profile: "lan" }, ["says-otherwise"]);
  };
}

/** SM(m) among so many generals, so many of them traitors. */
function signedAmong(generals: number, m: number, traitors: readonly number[]): (seed: number) => SignedPlan {
  return (seed) =>
    signedPlanOf(seed, { generals, traitorsMax: m, traitors, order: "attack", profile: "lan" });
}

const OF_TWO_GENERALS: Readonly<Record<string, Specimen>> = {
  "last-messenger": classicSpecimen({
    says: "two generals agree by messengers that answer each other",
    fails: "one attacks alone, however many messengers went: the last was caught",
    check: "together",
    ...{ design: TWO_GENERALS_DESIGN, moves: TWO_GENERALS_MOVES, actorsOf: twoGeneralsActors },
    planOf: (seed) => makeTwoGeneralsPlan(seed, {}),
    control: (plan) => {
      const network = { ...plan.network, lossPermille: 0 };
      return { design: TWO_GENERALS_DESIGN, plan: { ...plan, network } };
    },
  }),
};

function flightWith(
  computers: number,
  places: readonly number[],
  conduct: string,
): (seed: number) => FlightPlan {
  const liars = places.map((place) => ({ place, conducts: [conduct] }));
  return (seed) => flightPlanOf(seed, computers, liars);
}

function flightSpecimen(
  words: Pick<Specimen, "says" | "fails">,
  planOf: (seed: number) => FlightPlan,
  control: (plan: FlightPlan) => FlightPlan,
): Specimen {
  return classicSpecimen({
    ...{
      ...words,
      check: "masked",
      design: FLIGHT_DESIGN,
      moves: FLIGHT_MOVES,
      actorsOf: flightActors,
      planOf,
    },
    control: (plan) => ({ design: FLIGHT_DESIGN, plan: control(plan) }),
    requestsOf: ({ frames }) => frames.length,
  });
}

/** All but the first keep to the rules. */
function oneLiar(plan: FlightPlan): FlightPlan {
  return { ...plan, liars: plan.liars.slice(0, 1) };
}

const OF_COMPUTERS: Readonly<Record<string, Specimen>> = {
  "two-alike": flightSpecimen(
    {
      says: "two of three computers have the same flaw",
      fails: "the two win the vote, and the surfaces obey them",
    },
    flightWith(3, [1, 2], "alike-wrong"),
    oneLiar,
  ),
  "one-computer": flightSpecimen(
    {
      says: "one computer and nobody who votes, as the 737 MAX had one probe",
      fails: "what it says is done, however wrong it is",
    },
    flightWith(1, [1], "biased"),
    (plan) => flightWith(3, [1], "biased")(plan.seed),
  ),
  "stick-tells-each-other-things": flightSpecimen(
    {
      says: "three good computers, and a stick that tells each of them something else",
      fails:
        "no two computers command the same: a vote needs agreement on what came in, as generals on an order",
    },
    flightWith(3, [0], "tells-each-other-things"),
    (plan) => ({ ...plan, liars: [] }),
  ),
};

const OF_ORAL: Readonly<Record<string, Specimen>> = {
  "one-general-too-few": classicSpecimen({
    ...BOTH,
    says: "OM(1) among three generals, one of them a traitor",
    fails: "a loyal lieutenant cannot tell who lies, and does not obey its loyal commander",
    check: "IC2",
    planOf: oralAmong(3, 1),
    control: ({ seed }) => ({ design: ORAL_DESIGN, plan: oralAmong(4, 1)(seed) }),
  }),
  "six-for-two-traitors": classicSpecimen({
    ...BOTH,
    says: "OM(2) among six generals, two of them traitors: one too few again",
    fails: "two loyal lieutenants obey different orders, or not their loyal commander",
    check: "IC2",
    planOf: oralAmong(6, 2),
    control: ({ seed }) => ({ design: ORAL_DESIGN, plan: oralAmong(7, 2)(seed) }),
  }),
  "short-rounds": classicSpecimen({
    ...BOTH,
    says: "OM(1) among four loyal generals, whose rounds are shorter than messages may take",
    fails: "who is late has said nothing: the loyal do not obey their loyal commander, though nobody lies",
    check: "IC2",
    ...{ moves: [], keepsLetters: true },
    planOf: (seed) => {
      const crew = {
        generals: 4,
        traitorsMax: 1,
        traitors: [],
        order: "attack",
        profile: "heavy-tail",
      } as const;
      return { ...oralPlanOf(seed, crew), tickUs: 4_000 };
    },
    control: (plan) => ({ design: ORAL_DESIGN, plan: { ...plan, tickUs: 3_100_000, kindAtUs: 10_000_000 } }),
  }),
};

/** The slides' SM(m) is done with an order that has m signatures on it: one round, and one traitor, less than the paper's. */
const STOPS_AT_M: ClassicDesign<SignedKinds> = {
  ...SIGNED_DESIGN,
  begin: ({ processes, traitorsMax }, me) =>
    new SignedMessages({ me, generals: processes, traitorsMax: traitorsMax - 1 }),
};

const { faultOf: _, ...UNCHECKED } = SIGNED_DESIGN;

const OF_SIGNED: Readonly<Record<string, Specimen>> = {
  "stops-at-m-signatures": classicSpecimen({
    ...SIGNED,
    says: "SM(m) as the slides have it: whoever sees an order with m signatures is done (the paper: m + 1, the commander's among them)",
    fails:
      "a commander tells one lieutenant what it does not tell the others, and none says to another what it heard",
    check: "IC1",
    design: STOPS_AT_M,
    planOf: signedAmong(4, 1, [0]),
    control: (plan) => ({ design: SIGNED_DESIGN, plan }),
  }),
  "one-traitor-too-many": classicSpecimen({
    ...SIGNED,
    says: "SM(1) among four generals, two of them traitors",
    fails:
      "a traitor shows the second order to one lieutenant in the last round, who can tell nobody any more",
    check: "IC1",
    design: SIGNED_DESIGN,
    planOf: signedAmong(4, 1, [0, 1]),
    control: ({ seed }) => ({ design: SIGNED_DESIGN, plan: signedAmong(4, 2, [0, 1])(seed) }),
  }),
  "unchecked-signatures": classicSpecimen({
    ...SIGNED,
    says: "SM(1) whose generals do not check signatures",
    fails:
      "a traitor forges an order of the loyal commander, who is then taken for one that orders two things",
    check: "IC2",
    design: UNCHECKED,
    planOf: signedAmong(4, 1, [1]),
    control: (plan) => ({ design: SIGNED_DESIGN, plan }),
  }),
};

interface StrawmanParts extends Pick<Specimen, "says" | "fails" | "check"> {
  readonly rule: StrawmanRule;
  readonly clients: number;
  readonly liar: string | undefined;
  /** Without it nothing fails. */
  readonly control: (plan: StrawmanPlan) => StrawmanPlan;
}

function strawmanSpecimen({ rule, clients, liar, control, ...words }: StrawmanParts): Specimen {
  const check = STRAWMAN_DESIGN.checks[words.check];
  const design = { ...STRAWMAN_DESIGN, checks: check ? { [words.check]: check } : {} };
  return classicSpecimen({
    ...{ ...words, design, actorsOf: strawmanActors },
    planOf: (seed) =>
      strawmanPlanOf(seed, {
        ...{ rule, clients, liars: liar === undefined ? 0 : 1, conducts: liar === undefined ? [] : [liar] },
      }),
    control: (plan) => ({ design, plan: control(plan) }),
    moves: STRAWMAN_MOVES[words.check] ?? [],
    requestsOf: ({ operations }) => operations.length,
  });
}

const OF_STRAWMEN: Readonly<Record<string, Readonly<Record<string, Specimen>>>> = {
  "strawman-1": {
    "one-silent-server": strawmanSpecimen({
      says: "a value on three servers: the client waits until all have answered alike",
      fails: "one silent server stops it for ever",
      check: "liveness",
      ...{ rule: STRAWMEN["strawman-1"](1), clients: 1, liar: "silent" },
      control: (plan) => ({ ...plan, liars: [] }),
    }),
  },
  "strawman-2": {
    "missed-write": strawmanSpecimen({
      says: "a value on 2f + 1 servers: the client waits for f + 1 that answer alike",
      fails:
        "a read that misses a completed write: of those who answered, one lied and the others had not heard of it",
      check: "reads",
      ...{ rule: STRAWMEN["strawman-2"](1), clients: 1, liar: "keeps-nothing" },
      control: (plan) => ({ ...plan, liars: [] }),
    }),
  },
  "strawman-3": {
    "late-server": strawmanSpecimen({
      says: "a value on 3f + 1 servers, the majority of 2f + 1 answers, one client",
      fails:
        "a read that misses a completed write: f that lie and f that have not heard of it are a majority of 2f + 1",
      check: "reads",
      ...{ rule: STRAWMEN["strawman-3"](1), clients: 1, liar: "keeps-nothing" },
      control: (plan) => ({ ...plan, liars: [] }),
    }),
    "two-writers": strawmanSpecimen({
      says: "a value on 3f + 1 servers, the majority of 2f + 1 answers, two clients that write at once",
      fails:
        "servers that keep the rules hold different values for ever: somebody must order what is written",
      check: "order",
      ...{ rule: STRAWMEN["strawman-3"](1), clients: 2, liar: undefined },
      control: (plan) => ({ ...plan, operations: plan.operations.filter(({ client }) => client === 0) }),
    }),
  },
};

/** By protocol and name. */
export const CLASSIC_SPECIMENS: Readonly<Record<string, Readonly<Record<string, Specimen>>>> = {
  "two-generals": OF_TWO_GENERALS,
  "redundant-computers": OF_COMPUTERS,
  "oral-messages": OF_ORAL,
  "signed-messages": OF_SIGNED,
  ...OF_STRAWMEN,
};
