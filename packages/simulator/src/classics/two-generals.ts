// Worlds of two generals: messengers, of whom some are caught.
import { type GiveOrder, type Messenger, type Obeys, TwoGenerals } from "@witan/consensus";
import { Random } from "../random.ts";
import type { Actor, WorldWishes } from "../run/outcome.ts";
import { simplerNetwork } from "../shrink/plan-moves.ts";
import type { Move } from "../shrink/shrink.ts";
import { Violation } from "../world/violation.ts";
import type { ClassicDesign, Kinds } from "./design.ts";
import { obeysWords } from "./generals-checks.ts";
import { type ClassicPlan, quietPlan } from "./plan.ts";

/** The circumstances of two generals. */
export interface TwoGeneralsPlan extends ClassicPlan {
  readonly messengers: number;
}

/** Their types. */
export interface TwoGeneralsKinds extends Kinds {
  readonly plan: TwoGeneralsPlan;
  readonly message: Messenger;
  readonly request: GiveOrder;
  readonly outcome: Obeys;
  readonly kept: never;
}

const TICK_US = 10_000;
/** A messenger takes at most half a tick. */
const DAWN_TICKS = 20;
const MESSENGERS_MOST = 12;

/** The world of a seed. */
export function makeTwoGeneralsPlan(seed: number, { network }: WorldWishes): TwoGeneralsPlan {
  const random = Random.of(seed, "two generals");
  const quiet = quietPlan(seed, 2);
  return {
    ...quiet,
    network: { ...quiet.network, profile: network ?? "lan", lossPermille: random.pick([0, 100, 300, 600]) },
    ...{ ticks: "together", tickUs: TICK_US, messengers: random.between(1, MESSENGERS_MOST) },
    ...{ kindAtUs: (DAWN_TICKS + 1) * TICK_US, boundUs: 0 },
  };
}

/** Who they are. */
export function twoGeneralsActors({ messengers }: TwoGeneralsPlan): readonly Actor[] {
  const words = messengers === 1 ? "1 messenger in all" : `${messengers} messengers in all`;
  return [
    { name: "g0", role: `wants to attack; ${words}`, isLiar: false },
    { name: "g1", role: "", isLiar: false },
  ];
}

/** Two generals, as worlds need them. */
export const TWO_GENERALS_DESIGN: ClassicDesign<TwoGeneralsKinds> = {
  begin: ({ messengers }, me) => new TwoGenerals({ me, messengers, dawnTicks: DAWN_TICKS }),
  requestsOf: () => [{ place: 0, atUs: 0, request: { kind: "give", order: "attack" } }],
  wordsOf: ({ number }) => (number === 1 ? "ATTACK at dawn" : `MESSENGER ${number}: your ${number - 1} came`),
  requestWords: () => undefined,
  outcomeWords: obeysWords,
  conducts: {},
  checks: {
    together: {
      says: "at dawn both attack, or neither",
      make: (world) => ({
        ended() {
          const [first, second] = world.processes.map(({ outcomes }) => outcomes[0]?.order);
          if (first === second) return;
          const [one, other] = first === "attack" ? [0, 1] : [1, 0];
          throw new Violation(
            "together",
            `p${one} attacks and p${other} does not: the last messenger was caught`,
          );
        },
      }),
    },
  },
  owed: ({ processes }) =>
    processes.some(({ outcomes }) => outcomes.length === 0) ? "dawn has not come for both" : undefined,
};

/** How a world gets smaller: fewer messengers, all of whom but the last come. */
export const TWO_GENERALS_MOVES: readonly Move<TwoGeneralsPlan>[] = [
  (first, holds) => {
    let plan = first;
    for (let messengers = 1; messengers < plan.messengers; messengers++) {
      const next = { ...plan, messengers };
      if (!holds(next)) continue;
      plan = next;
    }
    return plan;
  },
  simplerNetwork(),
];
