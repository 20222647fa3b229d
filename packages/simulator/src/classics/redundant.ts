// Worlds of redundant flight computers: which of them are wrong, and how.
import {
  commandFor,
  type FlightMessage,
  type MoveStick,
  RedundantComputers,
  type SurfaceOutcome,
} from "@witan/consensus";
import { Random } from "../random.ts";
import type { Actor, WorldWishes } from "../run/outcome.ts";
import { fewer, simplerNetwork, step } from "../shrink/plan-moves.ts";
import type { Move } from "../shrink/shrink.ts";
import { Violation } from "../world/violation.ts";
import type { ClassicConduct, ClassicDesign, ClassicLies, EffectOf, Kinds } from "./design.ts";
import { type ClassicPlan, quietPlan } from "./plan.ts";
import type { ClassicWorld } from "./world.ts";

/** The circumstances of a flight. Place 0 is the stick, then come the computers, then the surfaces. */
export interface FlightPlan extends ClassicPlan {
  /** What the pilot does, and when. The frames count from 1. */
  readonly frames: readonly { readonly atUs: number; readonly value: number }[];
}

/** Its types. */
export interface FlightKinds extends Kinds {
  readonly plan: FlightPlan;
  readonly message: FlightMessage;
  readonly request: MoveStick;
  readonly outcome: SurfaceOutcome;
  readonly kept: never;
}

/** Longer than commands may come apart: what has not come after two ticks does not come. */
const TICK_US: Readonly<Record<FlightPlan["network"]["profile"], number>> = {
  ...{ lan: 20_000, even: 20_000, wan: 400_000, "heavy-tail": 20_000 },
};
const PATIENCE_TICKS = 2;
const FRAME_TICKS = 5;

/** Computers of which fewer than half may be wrong. */
export function masksMax(computers: number): number {
  return Math.floor((computers - 1) / 2);
}

/** A flight with these computers wrong, each in this way. */
export function flightPlanOf(
  seed: number,
  computers: number,
  liars: FlightPlan["liars"],
  profile: FlightPlan["network"]["profile"] = "lan",
): FlightPlan {
  const random = Random.of(seed, "stick");
  const quiet = quietPlan(seed, computers + 2);
  const tickUs = TICK_US[profile];
  const frames = Array.from({ length: random.between(3, 12) }, (_, at) => ({
    atUs: at * FRAME_TICKS * tickUs,
    value: random.between(-30, 30),
  }));
  const network = { ...quiet.network, profile };
  return { ...quiet, network, liars, frames, tickUs, boundUs: (frames.length + 20) * FRAME_TICKS * tickUs };
}

/** The world of a seed. */
export function makeFlightPlan(
  seed: number,
  { members, byzantine, adversaries, network }: WorldWishes,
): FlightPlan {
  const random = Random.of(seed, "computers");
  const computers = members ?? (byzantine === undefined ? 3 : Math.max(3, 2 * byzantine + 1));
  const count = byzantine ?? random.between(0, masksMax(computers));
  const ways = adversaries ?? Object.keys(CONDUCTS);
  const liars = random
    .shuffled(Array.from({ length: computers }, (_, at) => at + 1))
    .slice(0, count)
    .sort((a, b) => a - b)
    .map((place) => ({ place, conducts: [random.pick(ways)] }));
  // No frame is as long as the tail of a bad network: of a heavy tail only what a kind world has is left.
  return flightPlanOf(seed, computers, liars, network ?? random.pick(["lan", "even"]));
}

/** Who is at which place. */
export function flightActors({ processes, liars }: FlightPlan): readonly Actor[] {
  return Array.from({ length: processes }, (_, place): Actor => {
    const conducts = liars.find((one) => one.place === place)?.conducts;
    const name = place === 0 ? "stick" : place === processes - 1 ? "surfaces" : `computer ${place}`;
    const role = conducts === undefined ? "" : `faulty: ${conducts.join(", ")}`;
    return { name, role, isLiar: conducts !== undefined };
  });
}

/** What is changed in what a part sends. */
function changing(
  change: (message: FlightMessage, to: number) => FlightMessage | undefined,
  count: () => void,
): ClassicLies<FlightKinds> {
  return {
    effects: (_, effects) =>
      effects.flatMap((effect): readonly EffectOf<FlightKinds>[] => {
        if (effect.kind !== "send") return [effect];
        count();
        const message = change(effect.message, effect.to);
        return message === undefined ? [] : [{ ...effect, message }];
      }),
  };
}

function faulty(
  name: string,
  says: string,
  change: (value: number, at: { readonly place: number; readonly random: Random }) => number | undefined,
): ClassicConduct<FlightKinds> {
  return {
    says,
    make: (world, { place }, random) =>
      changing(
        (message) => {
          const value = change(message.value, { place, random });
          return value === undefined ? undefined : { ...message, value };
        },
        () => world.count(name),
      ),
  };
}

/** The same for all: a flaw that was built into each of them. */
const COMMON_ERROR = 17;

const CONDUCTS: ClassicDesign<FlightKinds>["conducts"] = {
  biased: faulty("biased", "is off by an error of its own", (value, { place }) => value + 40 + place),
  erratic: faulty("erratic", "says anything", (_, { random }) => random.between(-180, 180)),
  mute: faulty("mute", "says nothing", () => undefined),
  "alike-wrong": faulty("alike-wrong", "is wrong like every other that is: all were built alike", (value) => {
    return value + COMMON_ERROR;
  }),
};

/** Conducts of single specimens. */
const SPECIAL: ClassicDesign<FlightKinds>["conducts"] = {
  "tells-each-other-things": {
    says: "a stick that tells each computer something else",
    make: (world) =>
      changing(
        (message, to) => ({ ...message, value: message.value + to }),
        () => world.count("tells-each-other-things"),
      ),
  },
};

function framesMoved({ processes }: ClassicWorld<FlightKinds>): readonly SurfaceOutcome[] {
  return processes.at(-1)?.outcomes ?? [];
}

/** Redundant computers, as worlds need them. */
export const FLIGHT_DESIGN: ClassicDesign<FlightKinds> = {
  begin: ({ processes }, me) =>
    new RedundantComputers({ me, computers: processes - 2, patienceTicks: PATIENCE_TICKS }),
  requestsOf: ({ frames }) =>
    frames.map(({ atUs, value }, at) => ({ place: 0, atUs, request: { frame: at + 1, value } })),
  wordsOf: ({ kind, frame, value }) => `${kind === "input" ? "INPUT" : "COMMAND"} ${value} in frame ${frame}`,
  requestWords: ({ frame, value }) => ({ mark: "other", what: `moves to ${value} in frame ${frame}` }),
  outcomeWords: (outcome) =>
    outcome.kind === "moves"
      ? { mark: "decide", what: `move to ${outcome.value} in frame ${outcome.frame}` }
      : { mark: "timeout", what: `hold in frame ${outcome.frame}: no majority` },
  conducts: { ...CONDUCTS, ...SPECIAL },
  checks: {
    masked: {
      says: "the surfaces do what the law of control makes of the stick, whatever the wrong computers say",
      make: ({ plan }) => ({
        told(_, outcome) {
          const asked = plan.frames[outcome.frame - 1]?.value ?? 0;
          const right = commandFor(asked);
          if (outcome.kind === "moves" && outcome.value === right) return;
          const does =
            outcome.kind === "moves" ? `move to ${outcome.value}` : "hold, since no command has a majority";
          throw new Violation(
            "masked",
            `the stick is at ${asked} in frame ${outcome.frame}, so the surfaces should move to ${right}: they ${does}`,
          );
        },
      }),
    },
  },
  owed: (world) => {
    const missing = world.plan.frames.length - framesMoved(world).length;
    return missing > 0
      ? `the surfaces were told nothing in ${missing} of ${world.plan.frames.length} frames`
      : undefined;
  },
};

/** What worlds of seeds draw from. */
export const FLIGHT_DESIGN_OF_SEEDS: ClassicDesign<FlightKinds> = { ...FLIGHT_DESIGN, conducts: CONDUCTS };

/** How a flight gets smaller. */
export const FLIGHT_MOVES: readonly Move<FlightPlan>[] = [
  fewer(
    ({ frames }) => frames,
    (plan, frames) => ({ ...plan, frames }),
  ),
  step((plan) => ({
    ...plan,
    frames: plan.frames.map((frame, at) => ({ ...frame, atUs: at * FRAME_TICKS * plan.tickUs })),
  })),
  simplerNetwork(),
];
