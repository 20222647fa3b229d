// One case of generals, told: what was ordered, what each heard, what it obeys, and how many messages it took. The same world
// as `simulate` runs of that seed and these generals.
import {
  COMMANDER,
  type Obeys,
  ORDERS,
  type OralStatus,
  type Order,
  oralMessageCount,
  type SignedStatus,
  signedMessageCount,
  signedMessageMax,
} from "@witan/consensus";
import { type Recorded, Recording } from "../diagram/recording.ts";
import { Random } from "../random.ts";
import { named } from "../run/names.ts";
import type { Actor, Broken } from "../run/outcome.ts";
import type { Found } from "../specimens/specimen.ts";
import type { GeneralsKinds } from "./generals-checks.ts";
import type { GeneralsAlgorithm } from "./generals-exhaustive.ts";
import { type Crew, generalActors } from "./generals-plan.ts";
import { ORAL_DESIGN, ORAL_MOVES, type OralKinds, oralPlanOf } from "./oral.ts";
import { SIGNED_DESIGN, SIGNED_MOVES, type SignedKinds, signedPlanOf } from "./signed.ts";
import { classicSpecimen } from "./specimen.ts";
import { ClassicWorld } from "./world.ts";

/** What is asked for. What is left open is the seed's. */
export interface GeneralsJob {
  readonly algorithm: GeneralsAlgorithm;
  readonly generals: number;
  readonly traitors: number;
  /** m. */
  readonly traitorsMax: number;
  readonly commander?: "loyal" | "traitor" | undefined;
  readonly order?: Order | undefined;
  readonly seed: number;
}

/** What a lieutenant heard: through whom, the commander first, or with whose signatures. */
export interface Heard {
  readonly by: readonly string[];
  readonly order: Order;
}

/** One general, and what became of it. */
export interface GeneralReport {
  readonly name: string;
  readonly isTraitor: boolean;
  /** Of traitors it means nothing, and is empty. */
  readonly heard: readonly Heard[];
  /** Undefined: a traitor does as it likes. */
  readonly obeys: Order | undefined;
}

/** What a case came to. */
export interface GeneralsReport {
  readonly seed: number;
  readonly order: Order;
  readonly traitorsMax: number;
  /** The commander first. */
  readonly generals: readonly GeneralReport[];
  readonly ic1: boolean;
  /** Undefined: the commander is a traitor, and nothing is owed to it. */
  readonly ic2: boolean | undefined;
  /** Messages that left, by loyal generals and by traitors. */
  readonly messages: { readonly loyal: number; readonly traitors: number };
  /** What the formula says: of OM for all together, of SM where all are loyal. `most`: of the loyal ones, whatever traitors do. */
  readonly formula: { readonly messages: number; readonly most: number };
  /** Dropped, since a signature did not hold. */
  readonly forged: number;
  readonly actors: readonly Actor[];
  readonly happenings: readonly Recorded[];
  readonly broken: Broken | undefined;
}

/** Who is a traitor, and what is ordered, in the case of a seed. */
export function crewOfCase({ generals, traitors, traitorsMax, commander, order, seed }: GeneralsJob): Crew {
  const random = Random.of(seed, "generals of a case");
  const lieutenants = random.shuffled(Array.from({ length: generals - 1 }, (_, at) => at + 1));
  const isTraitor = commander === undefined ? random.below(generals) < traitors : commander === "traitor";
  const drawn = random.pick(ORDERS);
  const all = isTraitor ? [COMMANDER, ...lieutenants] : lieutenants;
  return {
    ...{ generals, traitorsMax, order: order ?? drawn, profile: "lan" },
    traitors: all.slice(0, traitors).sort((a, b) => a - b),
  };
}

/** Runs it. */
export function runGenerals(job: GeneralsJob): GeneralsReport {
  const crew = crewOfCase(job);
  const recording = new Recording();
  const { generals, traitorsMax } = crew;
  if (job.algorithm === "om") {
    const world = new ClassicWorld(ORAL_DESIGN, oralPlanOf(job.seed, crew), { recorder: recording });
    const count = oralMessageCount(generals, traitorsMax);
    return reportOf(job, world, recording, { messages: count, most: count });
  }
  const world = new ClassicWorld(SIGNED_DESIGN, signedPlanOf(job.seed, crew), { recorder: recording });
  return reportOf(job, world, recording, {
    messages: signedMessageCount(generals, traitorsMax),
    most: signedMessageMax(generals, traitorsMax),
  });
}

function reportOf<K extends GeneralsKinds>(
  { seed }: GeneralsJob,
  world: ClassicWorld<K>,
  recording: Recording,
  formula: GeneralsReport["formula"],
): GeneralsReport {
  const { violation, also } = world.run();
  const { plan, processes } = world;
  const actors = generalActors(plan);
  const nameOf = (place: number): string => actors[place]?.name ?? `g${place}`;
  const generals = processes.map(({ place, isLiar, outcomes, engine }): GeneralReport => {
    const [first] = outcomes as readonly Obeys[];
    const heard = isLiar ? [] : heardBy(engine.status() as OralStatus | SignedStatus);
    return {
      ...{ name: nameOf(place), isTraitor: isLiar, obeys: isLiar ? undefined : first?.order },
      heard: heard.map(({ by, order }) => ({ by: by.map(nameOf), order })),
    };
  });
  const obeyed = generals.slice(1).flatMap(({ obeys }) => (obeys === undefined ? [] : [obeys]));
  const isLoyal = generals[COMMANDER]?.isTraitor === false;
  const sent = recording.all.flatMap(({ happening }) =>
    happening.kind === "send" ? [happening.process] : [],
  );
  const byTraitors = sent.filter((place) => processes[place]?.isLiar).length;
  return {
    ...{ seed, order: plan.order, traitorsMax: plan.traitorsMax, generals, formula, actors },
    ic1: new Set(obeyed).size <= 1,
    ic2: isLoyal ? obeyed.every((order) => order === plan.order) : undefined,
    messages: { loyal: sent.length - byTraitors, traitors: byTraitors },
    forged: also.get("faulty-messages") ?? 0,
    happenings: recording.all.map((one) => namedOne(one, actors)),
    broken: violation && { check: violation.check, message: named(violation.message, actors) },
  };
}

function heardBy(
  status: OralStatus | SignedStatus,
): readonly { readonly by: readonly number[]; readonly order: Order }[] {
  return status.heard.map((one) => ({ by: "path" in one ? one.path : one.signers, order: one.order }));
}

function namedOne({ atUs, happening }: Recorded, actors: readonly Actor[]): Recorded {
  if (!("what" in happening)) return { atUs, happening };
  return { atUs, happening: { ...happening, what: named(happening.what, actors) } };
}

/** The smallest case in which a condition is broken, as far as seeds find one. */
export function findBroken(job: Omit<GeneralsJob, "seed">, check: "IC1" | "IC2"): Found | undefined {
  const parts = { says: "generals", fails: "", check, actorsOf: generalActors };
  const specimen =
    job.algorithm === "om"
      ? classicSpecimen<OralKinds>({
          ...{
            ...parts,
            design: ORAL_DESIGN,
            moves: ORAL_MOVES,
            control: (plan) => ({ design: ORAL_DESIGN, plan }),
          },
          // What is said is seen in a picture, silence is not.
          planOf: (seed) => oralPlanOf(seed, crewOfCase({ ...job, seed }), ["says-otherwise"]),
        })
      : classicSpecimen<SignedKinds>({
          ...{
            ...parts,
            design: SIGNED_DESIGN,
            moves: SIGNED_MOVES,
            control: (plan) => ({ design: SIGNED_DESIGN, plan }),
          },
          planOf: (seed) => signedPlanOf(seed, crewOfCase({ ...job, seed })),
        });
  return specimen.find({ seeds: BROKEN_SEEDS, from: 1 });
}

/** Where something can be broken, a few dozen are enough. */
const BROKEN_SEEDS = 3_000;
