// What befalls a world of engines, whatever their protocol.
import type { Plan } from "../world/plan.ts";

/** Bytes that a message is said to have, beside a body: for links with a bound. */
export const MESSAGE_BYTES = 250;

/** A transaction of a client. */
export interface TransactionPlan {
  readonly atUs: number;
  /** Whose: some liars leave out those of client 0. */
  readonly client: number;
}

/** What a host takes beside its queue of effects, in microseconds: from, to. */
export interface HostPlan {
  readonly buildUs: readonly [number, number];
  readonly judgeUs: readonly [number, number];
  /** Of a thousand answers so many never come. */
  readonly unansweredPermille: number;
}

/** Answers at once. */
export const QUICK_HOST: HostPlan = { buildUs: [0, 0], judgeUs: [0, 0], unansweredPermille: 0 };

/** Once the world is kind, where it was slower before. */
export const KIND_HOST: HostPlan = { buildUs: [100, 20_000], judgeUs: [100, 20_000], unansweredPermille: 0 };

/** The circumstances of a world of engines. */
export interface EnginePlan extends Plan {
  /** Until the world turns kind; undefined: simple hosts, which answer at once, always, and send bodies again and again. */
  readonly host?: HostPlan;
  /** A tick by a clock without drift, in microseconds. */
  readonly tickUs: number;
  readonly resendTicks: number;
  readonly bufferedMax: number;
  /** Of a thousand blocks so many change the members. */
  readonly changesPermille: number;
  /** The state is hashed every so many blocks. */
  readonly checkpointInterval: number;
  /** The size of a block's body on the wire. */
  readonly blockBytes: number;
  readonly transactions: readonly TransactionPlan[];
  /**
   * `all`: clients tell every process, whatever befalls the network. `together`: what is sent at one moment comes in one
   * piece to the process whose number the client has, and from there over links to the others. Undefined: one by one to some
   * process, which tells the others.
   */
  readonly told?: "all" | "together";
  /** The size of a transaction on the wire. Undefined: of no account. */
  readonly transactionBytes?: number;
  /** So long after the world turned kind everything pending is final, at all correct processes. */
  readonly boundUs: number;
}
