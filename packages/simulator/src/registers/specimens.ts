// Registers without one of their protections: each is caught, made small and drawn. The replicas and clients are those of the
// product; what is left out is one rule, or one duty of their host.
import { REGISTER_RULES, type RegisterRules } from "@witan/consensus";
import { Random } from "../random.ts";
import { type Move, shrink, type Trial, type TrialOutcome } from "../shrink/shrink.ts";
import type { Found, Specimen, SpecimenActor } from "../specimens/specimen.ts";
import { Arrivals } from "../world/arrivals.ts";
import type { Fault } from "../world/plan.ts";
import type { Recorder } from "../world/recorder.ts";
import type { Violation } from "../world/violation.ts";
import { REGISTERS_CHECKS } from "./check.ts";
import { makeRegistersPlan, type RegistersWishes } from "./make-plan.ts";
import { REGISTERS_LIVENESS_MOVES, REGISTERS_SAFETY_MOVES } from "./moves.ts";
import { type RegistersPlan, registersNameOf } from "./plan.ts";
import { RegistersWorld, type RegistersWorldOptions } from "./world.ts";

interface Design {
  readonly says: string;
  readonly fails: string;
  readonly check: "linearizable" | "lurking" | "liveness";
  /** Words that the violation's message has. */
  readonly inWords?: string;
  readonly without?: Partial<RegisterRules>;
  readonly host?: Partial<Pick<RegistersWorldOptions, "answersFirst" | "writesBack">>;
  readonly wishes: Pick<RegistersWishes, "clientConducts" | "replicaConducts">;
  readonly change?: (plan: RegistersPlan) => RegistersPlan;
  /** How many worlds a seed stands for, where few of them show the failure. */
  readonly worlds?: number;
}

/** Worlds that may be run to make one small: what more would leave out is little. */
const RUNS_MAX = 1_200;
const WHOLE = { answersFirst: false, writesBack: true } as const;

/** Nobody has to understand delays as well: a network that loses, and nothing else. */
function calm(plan: RegistersPlan): RegistersPlan {
  return {
    ...plan,
    faults: [],
    network: { ...plan.network, profile: "lan", bytesPerMs: 0, duplicatePermille: 0 },
  };
}

/** Most operations are reads: what is ahead stays there, and whoever sees it sees it often. */
function readsMuch(plan: RegistersPlan): RegistersPlan {
  const random = Random.of(plan.seed, "reads");
  const operations = plan.operations.map((one) =>
    random.chance(850) ? { ...one, kind: "read" as const } : one,
  );
  return { ...calm(plan), operations };
}

/** A client that is about to be revoked prepares again and again, each time just before all lose power. */
function losesPower(plan: RegistersPlan): RegistersPlan {
  const random = Random.of(plan.seed, "power");
  const { mischief, kindAtUs } = plan;
  const cuts = plan.revocations.flatMap(({ client, atUs: revokedUs }) => {
    const register = mischief.findLast((one) => one.client === client)?.register ?? 0;
    return [500_000, 350_000, 200_000].map((beforeUs) => {
      const atUs = Math.max(0, revokedUs - beforeUs);
      const fault: Fault = {
        kind: "power-cut",
        atUs: atUs + 8_000,
        effects: 0,
        untilUs: Math.min(atUs + 60_000, kindAtUs),
      };
      return { fault, act: { client, conduct: "hoards", register, atUs, lot: random.next() } };
    });
  });
  return {
    ...readsMuch(plan),
    faults: cuts.map(({ fault }) => fault).sort((x, y) => x.atUs - y.atUs),
    mischief: [...mischief, ...cuts.map(({ act }) => act)].sort((x, y) => x.atUs - y.atUs),
    writeUs: [50, 200],
  };
}

function planOf({ wishes, change = calm }: Design, seed: number): RegistersPlan {
  return change(makeRegistersPlan(seed, { variant: "base", replicas: 4, liars: 1, ...wishes }));
}

function run(
  design: Pick<Design, "without" | "host">,
  { plan, arriving }: Trial<RegistersPlan>,
  recorder?: Recorder,
): ReturnType<RegistersWorld["run"]> {
  return new RegistersWorld(plan, {
    ...{ rules: { ...REGISTER_RULES, ...design.without }, checks: REGISTERS_CHECKS },
    ...{ ...WHOLE, ...design.host, arriving, recorder },
  }).run();
}

function registersSpecimen(design: Design): Specimen {
  const { says, fails, check, inWords = "", worlds = 1 } = design;
  const isIt = (violation: Violation | undefined): violation is Violation =>
    violation?.check === check && violation.message.includes(inWords);
  const moves: readonly Move<RegistersPlan>[] =
    check === "liveness" ? REGISTERS_LIVENESS_MOVES : REGISTERS_SAFETY_MOVES;

  function* plans(seed: number): Generator<RegistersPlan> {
    for (let number = 0; number < worlds; number++) yield planOf(design, seed * worlds + number);
  }

  function attempt(trial: Trial<RegistersPlan>): TrialOutcome {
    const arrivals = new Arrivals(trial.plan.kindAtUs);
    const { violation, events, virtualUs } = run(design, trial, arrivals);
    const { replicas, goodClients, badClients, liars, faults, operations, mischief } = trial.plan;
    const size = {
      ...{ processes: replicas + goodClients + badClients, liars: liars.length + badClients },
      ...{ conducts: liars.length + mischief.length, faults: faults.length, requests: operations.length },
      ...{ letters: arrivals.count, steps: events, virtualUs },
    };
    return { violation, letters: arrivals.names, size };
  }

  function search(seed: number): { readonly plan: RegistersPlan; readonly violation: Violation } | undefined {
    for (const plan of plans(seed)) {
      const { violation } = run(design, { plan, arriving: undefined });
      if (isIt(violation)) return { plan, violation };
    }
    return undefined;
  }

  const find: Specimen["find"] = ({ seeds, from, onProgress }): Found | undefined => {
    for (let seed = from; seed < from + seeds; seed++) {
      const found = search(seed);
      onProgress?.({ kind: "searching", seed, searched: seed - from + 1, seeds });
      if (found === undefined) continue;
      const shrunk = shrink({
        ...{ plan: found.plan, run: attempt, isSame: isIt, moves, runsMax: RUNS_MAX },
        onProgress: (progress) => onProgress?.({ kind: "shrinking", seed, ...progress }),
      });
      const replay = (recorder: Recorder) => run(design, shrunk, recorder).violation;
      return { seed, ...found, shrunk, actors: registersActorsOf(shrunk.plan), replay };
    }
    return undefined;
  };

  const control: Specimen["control"] = (seed) => {
    for (const plan of plans(seed)) {
      const { violation } = run({}, { plan, arriving: undefined });
      if (violation !== undefined) return violation;
    }
    return undefined;
  };

  return { says, fails, check, find, control };
}

/** Who is at which place. */
export function registersActorsOf(plan: RegistersPlan): readonly SpecimenActor[] {
  const { replicas, goodClients, badClients, liars, mischief } = plan;
  return Array.from({ length: replicas + goodClients + badClients }, (_, place): SpecimenActor => {
    const name = registersNameOf(plan, place);
    const liar = liars.find(({ replica }) => replica === place);
    if (liar !== undefined)
      return { name, role: `lies: ${liar.conduct}, and signs for bad clients`, isLiar: true };
    const bad = place - replicas - goodClients;
    if (bad < 0) return { name, role: place < replicas ? "" : "client", isLiar: false };
    const conducts = new Set(mischief.filter(({ client }) => client === bad).map(({ conduct }) => conduct));
    return { name, role: `bad client: ${[...conducts].sort().join(", ")}`, isLiar: true };
  });
}

/** The specimens of registers. */
export const REGISTERS_SPECIMENS: Readonly<Record<string, Specimen>> = {
  "no-prepare-list": registersSpecimen({
    says: "replicas keep no list of what is prepared: a client may have any number of prepared writes",
    fails: "more writes of a revoked client are seen than one",
    check: "lurking",
    without: { oneOpenEntry: false },
    wishes: { clientConducts: ["hoards", "one-replica"], replicaConducts: ["stale"] },
    worlds: 10,
  }),
  "no-write-proof": registersSpecimen({
    says: "replicas ask for no proof that a client's last write was done: its next PREPARE takes the place of the last",
    fails: "more writes of a revoked client are seen than one",
    check: "lurking",
    without: { roomNeedsProof: false },
    wishes: { clientConducts: ["hoards", "one-replica"], replicaConducts: ["stale"] },
    worlds: 10,
  }),
  "prepare-not-durable": registersSpecimen({
    says: "replicas answer a PREPARE before their list is on the disk",
    fails:
      "power is lost, and with it what a client has prepared: it prepares once more, and leaves two writes behind",
    check: "lurking",
    host: { answersFirst: true },
    wishes: { clientConducts: ["hoards", "two-values"], replicaConducts: ["stale"] },
    change: losesPower,
    worlds: 20,
  }),
  "two-values-one-timestamp": registersSpecimen({
    says: "replicas look at the timestamp of what is prepared, and not at its hash",
    fails: "two values are proven for one timestamp, and readers see the one, the other, and the first again",
    check: "linearizable",
    without: { oneValue: false },
    wishes: { clientConducts: ["two-values", "one-replica", "races-write-back"], replicaConducts: ["stale"] },
    change: readsMuch,
    worlds: 10,
  }),
  "timestamp-jump": registersSpecimen({
    says: "replicas take any timestamp above a proven one, and not the next only",
    fails: "a bad client takes the last timestamp there is, and nobody can write any more",
    check: "liveness",
    inWords: "timestamps-used-up",
    without: { successor: false },
    wishes: { clientConducts: ["huge-timestamp"], replicaConducts: ["stale"] },
  }),
  "unbound-proof": registersSpecimen({
    says: "what replicas sign names neither the chain nor the register",
    fails: "what was written to one register is shown to another, where nobody wrote it",
    check: "linearizable",
    without: { boundStatements: false },
    wishes: { clientConducts: ["replays-elsewhere", "races-write-back"], replicaConducts: ["stale"] },
    worlds: 5,
  }),
  "no-write-back": registersSpecimen({
    says: "readers return the latest of what they are told, and leave the replicas as they are",
    fails: "a read sees a write that is under way, and a later read does not",
    check: "linearizable",
    host: { writesBack: false },
    wishes: { clientConducts: ["hoards", "one-replica"], replicaConducts: ["stale"] },
    change: readsMuch,
    worlds: 5,
  }),
};
