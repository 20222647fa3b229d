// What generals are held to: the two conditions of interactive consistency (Lamport, Shostak, Pease 1982), by their names.
import { COMMANDER, type GiveOrder, type Obeys } from "@witan/consensus";
import { Violation } from "../world/violation.ts";
import type { ClassicCheck, ClassicCheckMaker, ClassicRequest, Kinds, Told } from "./design.ts";
import type { GeneralsPlan } from "./generals-plan.ts";
import type { ClassicProcess } from "./process.ts";
import type { ClassicWorld } from "./world.ts";

/** Kinds of a protocol of generals. */
export interface GeneralsKinds extends Kinds {
  readonly plan: GeneralsPlan;
  readonly request: GiveOrder;
  readonly outcome: Obeys;
  readonly kept: never;
}

function orderOf<K extends GeneralsKinds>({ outcomes }: ClassicProcess<K>): Obeys["order"] | undefined {
  return outcomes[0]?.order;
}

function lieutenants<K extends GeneralsKinds>({ correct }: ClassicWorld<K>): readonly ClassicProcess<K>[] {
  return correct.filter(({ place }) => place !== COMMANDER);
}

function ic1<K extends GeneralsKinds>(world: ClassicWorld<K>): ClassicCheck<K> {
  return {
    ended() {
      const [first, ...others] = lieutenants(world);
      const other = others.find((one) => first && orderOf(one) !== orderOf(first));
      if (first === undefined || other === undefined) return;
      throw new Violation(
        "IC1",
        `two loyal lieutenants obey different orders: p${first.place} ${orderOf(first)}, p${other.place} ${orderOf(other)}`,
      );
    },
  };
}

function ic2<K extends GeneralsKinds>(world: ClassicWorld<K>): ClassicCheck<K> {
  return {
    ended() {
      const commander = world.correct.find(({ place }) => place === COMMANDER);
      const { order } = world.plan;
      const other = commander && lieutenants(world).find((one) => orderOf(one) !== order);
      if (other === undefined) return;
      throw new Violation(
        "IC2",
        `the commander is loyal and orders ${order}, and the loyal p${other.place} obeys ${orderOf(other)}`,
      );
    },
  };
}

/** Both, in the order in which they are looked at: a broken IC2 may break IC1 too, and says more. */
export function interactiveConsistency<K extends GeneralsKinds>(): Readonly<
  Record<"IC2" | "IC1", ClassicCheckMaker<K>>
> {
  return {
    IC2: {
      says: "if the commander is loyal, every loyal lieutenant obeys the order that it sends",
      make: ic2,
    },
    IC1: { says: "all loyal lieutenants obey the same order", make: ic1 },
  };
}

/** What is owed: that every loyal general knows what to obey. */
export function owedByGenerals<K extends GeneralsKinds>({ correct }: ClassicWorld<K>): string | undefined {
  const one = correct.find(({ outcomes }) => outcomes.length === 0);
  return one && `the loyal p${one.place} knows no order to obey`;
}

/** All that is asked: the commander, to give its order; and traitors, to begin. */
export function requestsOfGenerals<K extends GeneralsKinds>({
  order,
  liars,
}: GeneralsPlan): readonly ClassicRequest<K>[] {
  const all = new Set([COMMANDER, ...liars.map(({ place }) => place)]);
  return [...all].map((place) => ({ place, atUs: 0, request: { kind: "give", order } }));
}

/** How it is told that a general obeys. */
export function obeysWords({ order }: Obeys): Told {
  return { mark: "decide", what: order === "attack" ? "attacks" : "retreats" };
}
