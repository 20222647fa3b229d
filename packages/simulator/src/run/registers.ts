// Worlds of registers: how a seed becomes one.
import { REGISTER_VARIANTS, type RegisterVariant } from "@witan/consensus";
import { byzantineMax } from "@witan/primitives";
import { CLIENT_CONDUCTS } from "../registers/bad-client.ts";
import { REGISTERS_CHECKS } from "../registers/check.ts";
import { REPLICA_CONDUCTS } from "../registers/liar-replica.ts";
import { makeRegistersPlan } from "../registers/make-plan.ts";
import type { RegistersPlan } from "../registers/plan.ts";
import { runRegistersPlan } from "../registers/run-plan.ts";
import { registersActorsOf } from "../registers/specimens.ts";
import type { Recorder } from "../world/recorder.ts";
import { circumstancesOf } from "./circumstances.ts";
import type { CrowdVerdict, Level, Protocol, WorldOutcome, WorldWishes } from "./outcome.ts";
import { namedIn } from "./own-checks.ts";

const VARIANT_WORDS: Readonly<Record<RegisterVariant, string>> = {
  base: "three phases to write; a revoked client leaves at most one write behind",
  optimized: "mostly two phases to write; a revoked client leaves at most two writes behind",
  strong: "as base, and after two writes of good clients nothing of a revoked one is seen any more",
};

function planOf(seed: number, wishes: WorldWishes): RegistersPlan {
  const { members, byzantine, adversaries, network, variant = "base" } = wishes;
  const known = (table: object) => adversaries?.filter((name) => name in table) ?? Object.keys(table);
  return makeRegistersPlan(seed, {
    variant: REGISTER_VARIANTS.find((one) => one === variant) ?? "base",
    ...(members !== undefined && { replicas: members }),
    ...(byzantine !== undefined && { liars: byzantine }),
    ...(network !== undefined && { network }),
    ...{ clientConducts: known(CLIENT_CONDUCTS), replicaConducts: known(REPLICA_CONDUCTS) },
  });
}

function runPlan(plan: RegistersPlan, recorder: Recorder | undefined): WorldOutcome {
  const { violation, virtualUs, events, decisions, faults, also, worst } = runRegistersPlan(plan, recorder);
  return {
    ...{ seed: plan.seed, level: "engines", virtualUs, events, decisions },
    ...{ faults: Object.fromEntries(faults), also: Object.fromEntries(also) },
    worst: Object.fromEntries(worst),
    broken: violation && { check: violation.check, message: violation.message },
  };
}

const ENGINES: Level = {
  says: "replicas and clients alone, each with a host and a disk; clients come and go, and bad ones are revoked",
  adversaries: [...namedIn(CLIENT_CONDUCTS), ...namedIn(REPLICA_CONDUCTS)],
  checks: [
    ...namedIn(REGISTERS_CHECKS),
    {
      name: "liveness",
      says: "no operation of a good client fails, and all are done soon after the world has turned kind",
    },
    { name: "engine", says: "replicas and clients take in anything, and never throw" },
    { name: "encoding", says: "every request and answer survives its bytes" },
    { name: "endless", says: "time goes on, and what waits does not grow for ever" },
  ],
  make(seed, wishes) {
    const plan = planOf(seed, wishes);
    return {
      actors: registersActorsOf(plan),
      circumstances: circumstancesOf(plan),
      run: (recorder) => runPlan(plan, recorder),
    };
  },
};

/** Registers, as protocols/bft-bc.md has them. */
export const REGISTERS: Protocol = {
  says: "registers that any of their clients may attack, held by validators of which f may lie, without consensus",
  levels: { engines: ENGINES },
  scenarios: [],
  variants: REGISTER_VARIANTS.map((name) => ({ name, says: VARIANT_WORDS[name] })),
  crowd: {
    ...{ kind: "own", takes: ["members", "byzantine"] },
    why: "members hold the registers there: say --members, and of those that lie among them --byzantine",
    judge({ members = 4, byzantine = 0 }): CrowdVerdict {
      const most = byzantineMax(members);
      if (byzantine <= most) return { notes: [] };
      return {
        fault:
          `${byzantine} of ${members} replicas lie, and ${most} may: with more nothing is promised, so there is nothing to ` +
          "check. Ask for fewer, or for more --members",
      };
    },
  },
};
