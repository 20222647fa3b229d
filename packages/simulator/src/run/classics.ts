// Worlds of the first classics: generals, flight computers, strawmen. Whom each may have, it says itself.
import { oralMessageCount, STRAWMEN, type StrawmanName } from "@witan/consensus";
import { generalActors, type Room } from "../classics/generals-plan.ts";
import { classicLevel } from "../classics/level.ts";
import { makeOralPlan, ORAL_DESIGN, ORAL_ROOM } from "../classics/oral.ts";
import { FLIGHT_DESIGN_OF_SEEDS, flightActors, makeFlightPlan, masksMax } from "../classics/redundant.ts";
import { makeSignedPlan, SIGNED_DESIGN, SIGNED_ROOM } from "../classics/signed.ts";
import { makeStrawmanPlan, STRAWMAN_DESIGN, strawmanActors } from "../classics/strawmen.ts";
import { makeTwoGeneralsPlan, TWO_GENERALS_DESIGN, twoGeneralsActors } from "../classics/two-generals.ts";
import type { CrowdVerdict, OwnCrowd, Protocol, WorldWishes } from "./outcome.ts";

/** Said before worlds of a design that fails. */
const FAILS =
  "this design fails, and worlds that break it are what is looked for: --specimen makes one small (--list names them)";

/** More than these a world of OM(m) does not send: with each traitor they grow about n-fold. */
const MESSAGES_MOST = 5_000;
/** Which are many: with more generals it is the messages that forbid it. */
const GENERALS_MOST = 16;

/** How many generals, and how many of them traitors, an algorithm bears. */
function generalsCrowd(room: Room, countOf: (generals: number, traitors: number) => number): OwnCrowd {
  return {
    ...{ kind: "own", takes: ["members", "byzantine"] },
    why: "members are generals there: say --members, and of the traitors among them --byzantine",
    judge({ members, byzantine = 0 }): CrowdVerdict {
      const least = room.least(byzantine);
      const generals = members ?? least;
      if (generals < 2) return { fault: `${generals} general has nobody to agree with: ask for at least 2` };
      if (generals > GENERALS_MOST)
        return { fault: `${generals} generals: expected at most ${GENERALS_MOST}` };
      if (byzantine > 0 && generals < least)
        return {
          fault:
            `${byzantine} of ${generals} generals are traitors, and it takes ${least} to bear so many: ask for fewer, or for more ` +
            `--members. How it fails is shown by --specimen (--list names them) and by witan generals`,
        };
      const count = countOf(generals, byzantine);
      if (count > MESSAGES_MOST)
        return {
          fault: `${generals} generals with ${byzantine} traitors send ${count} messages, more than ${MESSAGES_MOST}: ask for fewer`,
        };
      return { notes: [] };
    },
  };
}

/** OM(m). */
const ORAL_MESSAGES: Protocol = {
  says: "OM(m): generals who pass on by word of mouth what they heard; more than three for each traitor",
  levels: {
    engines: classicLevel({
      says: "engines alone, in rounds that are longer than any message takes",
      ...{ design: ORAL_DESIGN, planOf: makeOralPlan, actorsOf: generalActors },
      owes: "after m + 1 rounds every loyal general knows what to obey",
    }),
  },
  scenarios: [],
  crowd: generalsCrowd(ORAL_ROOM, oralMessageCount),
};

/** SM(m). */
const SIGNED_MESSAGES: Protocol = {
  says: "SM(m): generals who sign what they pass on; any number of traitors",
  levels: {
    engines: classicLevel({
      says: "engines alone, in rounds that are longer than any message takes; what is forged is dropped",
      ...{ design: SIGNED_DESIGN, planOf: makeSignedPlan, actorsOf: generalActors },
      owes: "after m + 1 rounds every loyal general knows what to obey",
    }),
  },
  scenarios: [],
  crowd: generalsCrowd(SIGNED_ROOM, () => 0),
};

/** Two generals. */
const TWO_GENERALS: Protocol = {
  says: "two generals and messengers that may be caught: no number of them is enough, and this fails",
  levels: {
    engines: classicLevel({
      says: "engines alone; every message is a messenger, and some are caught",
      ...{ design: TWO_GENERALS_DESIGN, planOf: makeTwoGeneralsPlan, actorsOf: twoGeneralsActors },
      owes: "at dawn both know whether they attack",
    }),
  },
  scenarios: [],
  crowd: {
    ...{ kind: "own", takes: [], why: "there are two, and neither lies: only messengers are lost" },
    judge: () => ({ notes: [FAILS] }),
  },
};

/** Flight computers. */
const REDUNDANT_COMPUTERS: Protocol = {
  says: "flight computers that compute the same, and a vote on what they command: fewer than half may be wrong",
  levels: {
    engines: classicLevel({
      says: "engines alone: a stick, computers, and surfaces that do what most computers say",
      ...{ design: FLIGHT_DESIGN_OF_SEEDS, planOf: makeFlightPlan, actorsOf: flightActors },
      owes: "in every frame the surfaces are told something",
    }),
  },
  scenarios: [],
  crowd: {
    ...{ kind: "own", takes: ["members", "byzantine"] },
    why: "members are the computers there: say --members, and of the wrong ones --byzantine",
    judge({ members, byzantine = 0 }): CrowdVerdict {
      const computers = members ?? Math.max(3, 2 * byzantine + 1);
      const masks = masksMax(computers);
      if (byzantine <= masks) return { notes: [] };
      return {
        fault:
          `${byzantine} of ${computers} computers are wrong, and a vote of ${computers} masks ${masks}: ask for fewer, or for more ` +
          "--members. How it fails is shown by --specimen one-computer, two-alike",
      };
    },
  },
};

function strawman(name: StrawmanName, says: string): Protocol {
  return {
    says,
    levels: {
      engines: classicLevel({
        says: "engines alone: clients, and servers of which some lie, over a network that loses and delays",
        ...{ design: STRAWMAN_DESIGN, actorsOf: strawmanActors },
        planOf: (seed: number, wishes: WorldWishes) => makeStrawmanPlan(name, seed, wishes),
        owes: "soon after the world has turned kind every operation is done",
      }),
    },
    scenarios: [],
    crowd: {
      ...{ kind: "own", takes: ["members", "byzantine"] },
      why: "members are the servers there: say --members, and of those that lie --byzantine",
      judge: (wishes) => strawmanVerdict(name, wishes),
    },
  };
}

function strawmanVerdict(name: StrawmanName, { members, byzantine }: WorldWishes): CrowdVerdict {
  const sizes = [1, 2, 3, 4].map((f) => STRAWMEN[name](f).servers);
  if (members !== undefined && !sizes.includes(members))
    return { fault: `--members ${members}: it has ${sizes.join(", ")} servers, for f from 1 to 4` };
  const f = members === undefined ? 4 : sizes.indexOf(members) + 1;
  if (byzantine !== undefined && byzantine > f)
    return {
      fault: `--byzantine ${byzantine}: at most f servers lie, here ${f}: ask for fewer, or for more --members`,
    };
  return { notes: [FAILS] };
}

/** All n must answer. */
const STRAWMAN_1: Protocol = strawman(
  "strawman-1",
  "a value on n servers, of whom all must answer alike: one that lies stops it, and this fails",
);

/** f + 1 of 2f + 1. */
const STRAWMAN_2: Protocol = strawman(
  "strawman-2",
  "a value on 2f + 1 servers, of whom f + 1 must answer alike: reads miss what was written, and this fails",
);

/** The majority of 2f + 1 answers of 3f + 1. */
const STRAWMAN_3: Protocol = strawman(
  "strawman-3",
  "a value on 3f + 1 servers, the majority of 2f + 1 answers: nothing orders what two clients write, and this fails",
);

/** By the name that people type. */
export const CLASSIC_PROTOCOLS: Readonly<Record<string, Protocol>> = {
  "two-generals": TWO_GENERALS,
  "redundant-computers": REDUNDANT_COMPUTERS,
  "oral-messages": ORAL_MESSAGES,
  "signed-messages": SIGNED_MESSAGES,
  "strawman-1": STRAWMAN_1,
  "strawman-2": STRAWMAN_2,
  "strawman-3": STRAWMAN_3,
};
