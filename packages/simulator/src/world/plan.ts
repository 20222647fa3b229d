// What is to befall a world, as plain data: made from a seed, printed, kept with a failure, and made smaller. What a plan
// leaves to chance inside the world comes from streams named after what they are for, so that a plan with one fault less
// is otherwise the same world.

/** The distributions of delays that links have. */
export type NetworkProfile = "lan" | "wan" | "heavy-tail" | "even";

/** The network on an ordinary day. */
export interface NetworkPlan {
  readonly profile: NetworkProfile;
  /** For `wan`: the region of each process, a position in REGIONS. */
  readonly regions: readonly number[];
  /** For `wan`: one-way delays between other regions than those of REGIONS, in microseconds. */
  readonly betweenUs?: readonly (readonly number[])[];
  /** Of a thousand messages so many are lost, until the world turns kind. */
  readonly lossPermille: number;
  /** So many arrive twice. */
  readonly duplicatePermille: number;
  /** What a link carries in a millisecond; 0: no bound. */
  readonly bytesPerMs: number;
}

/** The clock of one process. */
export interface ClockPlan {
  /** Ahead of the world's time by so much, in milliseconds. */
  readonly skewMs: number;
  /** Fast by so many millionths; negative: slow. */
  readonly driftPpm: number;
}

/** One misfortune. Times are microseconds since the beginning; `untilUs` is when it ends by itself. */
export type Fault =
  /** The process stops before the effect that many after this moment, and comes back. */
  | {
      readonly kind: "crash";
      readonly process: number;
      readonly atUs: number;
      readonly effects: number;
      readonly untilUs: number;
    }
  /** All processes lose power, when one of them has come so many effects further. */
  | { readonly kind: "power-cut"; readonly atUs: number; readonly effects: number; readonly untilUs: number }
  /** Does nothing for a while, then goes on with what came meanwhile. */
  | { readonly kind: "pause"; readonly process: number; readonly atUs: number; readonly untilUs: number }
  /** Takes so long for each input. */
  | {
      readonly kind: "slow-process";
      readonly process: number;
      readonly atUs: number;
      readonly untilUs: number;
      readonly perInputUs: number;
    }
  /** These links carry nothing: `[from, to]`, each way of its own. */
  | {
      readonly kind: "partition";
      readonly atUs: number;
      readonly untilUs: number;
      readonly cut: readonly (readonly [number, number])[];
    }
  /** A link is slower by so much. */
  | {
      readonly kind: "slow-link";
      readonly from: number;
      readonly to: number;
      readonly atUs: number;
      readonly untilUs: number;
      readonly addUs: number;
    }
  /** All links lose more. */
  | { readonly kind: "storm"; readonly atUs: number; readonly untilUs: number; readonly lossPermille: number }
  /** Each write takes so much longer. */
  | {
      readonly kind: "slow-disk";
      readonly process: number;
      readonly atUs: number;
      readonly untilUs: number;
      readonly perWriteUs: number;
    }
  /** Every write fails as long as it lasts; who fails stops, and its operator starts it again. */
  | { readonly kind: "disk-full"; readonly process: number; readonly atUs: number; readonly untilUs: number }
  /** The wall clock jumps, and jumps back in the end. */
  | {
      readonly kind: "clock-jump";
      readonly process: number;
      readonly atUs: number;
      readonly untilUs: number;
      readonly byMs: number;
    }
  /** The next write fails, and the process stops; its operator mends the disk and starts it again. */
  | {
      readonly kind: "write-error";
      readonly process: number;
      readonly atUs: number;
      readonly untilUs: number;
    };

/** The circumstances of a world, whatever protocol it runs. */
export interface Plan {
  readonly seed: number;
  readonly network: NetworkPlan;
  /** One for each process. */
  readonly clocks: readonly ClockPlan[];
  /** How long a write takes: from, to. */
  readonly writeUs: readonly [number, number];
  readonly faults: readonly Fault[];
  /** From here on nothing is lost, and every fault has ended. */
  readonly kindAtUs: number;
}
