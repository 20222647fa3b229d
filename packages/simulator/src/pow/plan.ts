// What befalls a world of proof of work at the level of engines.
import type { Plan } from "../world/plan.ts";

/** A node that mines otherwise than it should, or says what is not so: names of conducts. */
export interface PowLiarPlan {
  readonly node: number;
  readonly conducts: readonly string[];
}

/** A payment of a client. Two with one coin are a double spend: only one can be in a chain. */
export interface PaymentPlan {
  readonly atUs: number;
  readonly coin: number;
  /** The nodes that hear of it. */
  readonly to: readonly number[];
}

/** How much engines keep: as small as it may be, so that worlds come to it. */
export interface PowLimitsPlan {
  readonly fetchMax: number;
  readonly waitingMax: number;
  readonly sideHeadersMax: number;
  readonly sideBodiesMax: number;
  readonly invalidMax: number;
}

/** The circumstances of a world. */
export interface PowPlan extends Plan {
  /** By node: its part of all hash power, of a thousand; 0: it only follows. */
  readonly power: readonly number[];
  readonly liars: readonly PowLiarPlan[];
  readonly limits: PowLimitsPlan;
  readonly tickUs: number;
  readonly resendTicks: number;
  /** How long a host takes to judge a branch: from, to. */
  readonly judgeUs: readonly [number, number];
  readonly blockIntervalMs: number;
  readonly retargetInterval: number;
  readonly maxFutureDriftMs: number;
  /** The size of a block's body on the wire. */
  readonly blockBytes: number;
  readonly payments: readonly PaymentPlan[];
  /** From here on liars are quiet, and one correct miner alone finds blocks: so that one chain comes to be the longest. */
  readonly closesAtUs: number;
  /** So long after that all correct nodes stand on one chain, and everything that was paid is in it. */
  readonly boundUs: number;
}
