// How any plan gets smaller: fewer faults, a simpler network, shorter times.
import type { Fault, NetworkPlan, Plan } from "../world/plan.ts";
import { ddmin } from "./ddmin.ts";
import type { Move } from "./shrink.ts";

/** Tries changes one after another; each is kept if the same breaks. */
export function step<P>(...changes: readonly ((plan: P) => P)[]): Move<P> {
  return (first, holds) => {
    let plan = first;
    for (const change of changes) {
      const next = change(plan);
      if (JSON.stringify(next) !== JSON.stringify(plan) && holds(next)) plan = next;
    }
    return plan;
  };
}

/** Tries a change again and again, as long as the same breaks. */
export function steps<P>(change: (plan: P) => P | undefined): Move<P> {
  return (first, holds) => {
    for (let plan = first; ; ) {
      const next = change(plan);
      if (next === undefined || !holds(next)) return plan;
      plan = next;
    }
  };
}

/** Leaves out of a list what is not needed. */
export function fewer<P, T>(
  list: (plan: P) => readonly T[],
  put: (plan: P, list: readonly T[]) => P,
): Move<P> {
  return (plan, holds) => {
    const needed = ddmin(list(plan), (part) => holds(put(plan, part)));
    return put(plan, needed);
  };
}

/** Fewer faults. */
export function fewerFaults<P extends Plan>(): Move<P> {
  return fewer(
    ({ faults }) => faults,
    (plan, faults) => ({ ...plan, faults }),
  );
}

/** Who lies, and by which conducts. */
interface WithLiars {
  readonly liars: readonly { readonly node: number; readonly conducts: readonly string[] }[];
}

/** Fewer who lie. */
export function fewerLiars<P extends WithLiars>(): Move<P> {
  return fewer(
    ({ liars }) => liars,
    (plan, liars) => ({ ...plan, liars }),
  );
}

/** Liars that lie in fewer ways. */
export function fewerConducts<P extends WithLiars>(): Move<P> {
  return (first, holds) => {
    let plan = first;
    for (const { node, conducts } of first.liars)
      for (const name of conducts) {
        const liars = plan.liars.map((one) =>
          one.node === node ? { ...one, conducts: one.conducts.filter((other) => other !== name) } : one,
        );
        const next = { ...plan, liars };
        if (holds(next)) plan = next;
      }
    return plan;
  };
}

function withNetwork<P extends Pick<Plan, "network">>(change: Partial<NetworkPlan>): (plan: P) => P {
  return (plan) => ({ ...plan, network: { ...plan.network, ...change } });
}

/** A network that is fast and loses nothing; or as much of that as there can be. */
export function simplerNetwork<P extends Pick<Plan, "network">>(): Move<P> {
  const best = { lossPermille: 0, duplicatePermille: 0, bytesPerMs: 0 };
  const unlessEven = (change: Partial<NetworkPlan>) => (plan: P) =>
    plan.network.profile === "even" ? plan : withNetwork<P>(change)(plan);
  return step<P>(
    withNetwork({ profile: "even", ...best }),
    unlessEven({ profile: "lan", ...best }),
    withNetwork({ profile: "even" }),
    withNetwork({ duplicatePermille: 0 }),
    withNetwork({ bytesPerMs: 0 }),
    withNetwork({ lossPermille: 0 }),
    unlessEven({ profile: "lan" }),
  );
}

/** Exact clocks, fast disks. */
export function simplerMachines<P extends Plan>(): Move<P> {
  return step<P>(
    (plan) => ({ ...plan, clocks: plan.clocks.map(() => ({ skewMs: 0, driftPpm: 0 })) }),
    (plan) => ({ ...plan, writeUs: [100, 100] }),
  );
}

/** Faults that last half as long. */
export function shorterFaults<P extends Plan>(): Move<P> {
  return (first, holds) => {
    let plan = first;
    for (const at of first.faults.keys())
      for (let left = 4; left > 0; left--) {
        const next = {
          ...plan,
          faults: plan.faults.map((fault, other) => (other === at ? halved(fault) : fault)),
        };
        if (!holds(next)) break;
        plan = next;
      }
    return plan;
  };
}

function halved<F extends Fault>(fault: F): F {
  return { ...fault, untilUs: fault.atUs + Math.max(1, Math.floor((fault.untilUs - fault.atUs) / 2)) };
}

/** A world that is bad until the violation has happened, and ends there: every letter can be left out, and none comes later. */
export function endsThere<P extends Pick<Plan, "kindAtUs"> & { readonly boundUs: number }>(): Move<P> {
  return (plan, holds, endUs) => {
    const next = { ...plan, kindAtUs: endUs + 1, boundUs: 0 };
    return holds(next) ? next : plan;
  };
}

function untilKind(faults: readonly Fault[], kindAtUs: number): readonly Fault[] {
  return faults
    .filter(({ atUs }) => atUs < kindAtUs)
    .map((fault) => ({ ...fault, untilUs: Math.min(fault.untilUs, kindAtUs) }));
}

/** A world that turns kind earlier: after a half, three quarters, nine tenths of its time. */
export function kindEarlier<P extends Plan>(): Move<P> {
  const after =
    (twentieths: number) =>
    (plan: P): P => {
      const kindAtUs = Math.floor((plan.kindAtUs * twentieths) / 20);
      return { ...plan, kindAtUs, faults: untilKind(plan.faults, kindAtUs) };
    };
  return step<P>(after(5), after(10), after(15), after(18));
}
