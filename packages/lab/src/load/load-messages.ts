// What the process that makes a load, and who has it made, say to each other.

/** An account that pays for the load. */
export interface LoadAccount {
  readonly address: string;
  readonly secretKey: string;
}

/** What the load is made of. */
export interface LoadPlan {
  /** Where the validators' RPC is. */
  readonly rpc: readonly string[];
  readonly chainId: string;
  readonly accounts: readonly LoadAccount[];
  /** What nodes answer after. */
  readonly waitFor: "admitted" | "final";
  /** Transfers of each load, none of which rests on another. */
  readonly loads: readonly number[];
  /** Transfers sent one by one on the idle network, with a pause before each. */
  readonly single: number;
  /** Transfers sent before those, one right behind the other: they are not counted. */
  readonly singleWarmUp: number;
}

/**
 * Before a single transfer is sent to a network that is idle, in milliseconds: behind the answer to the one before, nodes
 * still write its block and tell others of it (docs/decisions/023-idle-means-idle.md).
 */
export const IDLE_MS = 60;

/** How a load is sent. */
export type LoadPace =
  /** As fast as nodes answer: so many transactions in a batch of calls, so many batches under way at each node. */
  | { readonly kind: "full"; readonly batch: number; readonly outstanding: number }
  /** So many transactions in a second, however slowly nodes answer. */
  | { readonly kind: "steady"; readonly perSecond: number };

/** A message to the load process. */
export type ToLoad =
  | { readonly kind: "prepare"; readonly plan: LoadPlan }
  /** Submit a load, by its place in the plan. */
  | { readonly kind: "submit"; readonly load: number; readonly pace: LoadPace }
  /** End the load under way, where it has a steady pace: what is not due yet is not sent. */
  | { readonly kind: "stop" }
  /** Say how much processor time has gone since submitting began. */
  | { readonly kind: "cpu" }
  /** Send the single transfers, one by one. */
  | { readonly kind: "single" };

/** A transaction of the load. Times are milliseconds since 1970, with fractions. */
export interface SubmittedTransaction {
  readonly id: string;
  /** The place of the validator that it went to. */
  readonly node: number;
  /** When the first batch with it was handed to the connection, or at a steady pace should have been. */
  readonly at: number;
}

/** A transaction that a validator did not take, and why. */
export type RefusedTransaction = { readonly id: string; readonly why: string };

/** A message from the load process. */
export type FromLoad =
  | { readonly kind: "progress"; readonly phase: LoadPhase; readonly done: number; readonly total: number }
  | { readonly kind: "prepared" }
  | {
      readonly kind: "submitted";
      readonly transactions: readonly SubmittedTransaction[];
      readonly refused: readonly RefusedTransaction[];
      /** How often a validator was too busy to take a transaction at once. */
      readonly retries: number;
    }
  | { readonly kind: "cpu"; readonly seconds: number }
  /** From sending each single transfer until the answer that it is final, in milliseconds. */
  | { readonly kind: "single"; readonly latenciesMs: readonly number[] }
  | { readonly kind: "failed"; readonly message: string };

/** What the load process is at. */
export type LoadPhase = "splitting" | "signing" | "submitting" | "single";

/** Now, on a clock that the processes of one machine share. */
export function sharedNow(): number {
  return performance.timeOrigin + performance.now();
}
