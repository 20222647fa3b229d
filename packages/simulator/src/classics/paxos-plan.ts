// What befalls a world of Paxos, Fast Paxos or Trust Change Paxos. Proposers have the first places, acceptors, who are the
// learners, those behind.
import type { DecreeMessage, DecreeOutcome, DecreeRecord, DecreeRequest, Recovery } from "@witan/consensus";
import type { Actor } from "../run/outcome.ts";
import type { ClassicPlan } from "./plan.ts";

/** Which of them. */
export type DecreeProtocol = "paxos" | "fast-paxos" | "trust-change-paxos";

/** What a client wants of a proposer. The first thing that it is asked counts. */
export interface DecreeWant {
  readonly place: number;
  readonly atUs: number;
  readonly value: string;
}

/** The circumstances of one decision. */
export interface DecreePlan extends ClassicPlan {
  readonly protocol: DecreeProtocol;
  readonly proposers: number;
  readonly acceptors: number;
  readonly wants: readonly DecreeWant[];
  /** Of Fast Paxos: who gets collisions out of the way. */
  readonly recovery: Recovery;
  /** Of Trust Change Paxos: whether proposals carry the promises that support them (section V-A). */
  readonly proofs: boolean;
  readonly roundTicks: number;
  readonly roundTicksMax: number;
  readonly resendTicks: number;
}

/** The types of such worlds. */
export interface DecreeKinds {
  readonly plan: DecreePlan;
  readonly message: DecreeMessage;
  readonly request: DecreeRequest;
  readonly kept: DecreeRecord;
  readonly outcome: DecreeOutcome;
}

/** The places of all acceptors. */
export function acceptorsOf({ proposers, acceptors }: DecreePlan): readonly number[] {
  return Array.from({ length: acceptors }, (_, at) => proposers + at);
}

/** Who is at which place. */
export function decreeActorsOf(plan: DecreePlan): readonly Actor[] {
  return Array.from({ length: plan.processes }, (_, place): Actor => {
    const isProposer = place < plan.proposers;
    const lies = plan.liars.find((one) => one.place === place)?.conducts;
    const words = [
      isProposer ? "proposer" : "acceptor",
      ...(plan.gone.some((one) => one.place === place) ? ["crashes for ever"] : []),
      ...(lies ? [`lies: ${lies.join(", ")}`] : []),
    ];
    const name = `${isProposer ? "p" : "a"}${place}`;
    return { name, role: words.join(", "), isLiar: lies !== undefined };
  });
}
