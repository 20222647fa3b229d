// What can be set about a network: how much peers may send, and how long things may take. Each number with its reason.
import { assert, type Clock, type Hello, NETWORK_LIMITS, type NetworkObserver } from "@witan/primitives";

/** Bounds on what peers send and what waits for them; NETWORK_LIMITS are the defaults. */
export interface NetworkLimits {
  readonly consensusBytes: number;
  readonly transactionsBytes: number;
  readonly bulkBytes: number;
  readonly requestBytes: number;
  readonly answerBytes: number;
  readonly queueBytes: { readonly consensus: number; readonly transactions: number; readonly bulk: number };
  readonly requestsAtOnce: number;
  readonly pieceBytes: number;
}

/** How long things may take, in milliseconds; NETWORK_TIMES are the defaults. */
export interface NetworkTimes {
  readonly idleTimeoutMs: number;
  readonly helloTimeoutMs: number;
  readonly dialTimeoutMs: number;
  readonly probeTimeoutMs: number;
  readonly farewellMs: number;
  readonly redialMinMs: number;
  readonly redialMaxMs: number;
  readonly settledMs: number;
  readonly banMinMs: number;
  readonly banMaxMs: number;
  readonly banForgetMs: number;
  readonly faultForgetMs: number;
}

/** How long things take unless said otherwise, in milliseconds. */
export const NETWORK_TIMES: NetworkTimes = {
  /** A line on which nothing came for so long is dead. Three heartbeats fit in. */
  idleTimeoutMs: 10_000,
  /** From the connection to the end of the greeting: a few round trips around the world, on a busy machine. */
  helloTimeoutMs: 5_000,
  /** TCP and Noise. Less than a lost SYN sent three times would take. */
  dialTimeoutMs: 5_000,
  /** A peer that comes a second time makes the first line doubtful: it has to answer within this. */
  probeTimeoutMs: 1_000,
  /** So long a peer is given to read why it is cut off. */
  farewellMs: 500,
  redialMinMs: 100,
  /** A peer that comes back waits for us no longer than this. */
  redialMaxMs: 5_000,
  /** A connection that lived this long was no failure: the next dial is at once. */
  settledMs: 1_000,
  banMinMs: 10_000,
  banMaxMs: 600_000,
  /** After so long without a ban the next one is short again. */
  banForgetMs: 3_600_000,
  /** One minor fault is forgotten in this time. */
  faultForgetMs: 10_000,
};

/** So many minor faults at once are as bad as a serious one. */
export const FAULTS_TOLERATED = 10;

/** What every adapter needs. */
export interface NetworkSettings {
  readonly hello: Omit<Hello, "height">;
  readonly clock: Clock;
  /** From 0, below 1: spreads dials. */
  readonly random: () => number;
  readonly observer: NetworkObserver;
  readonly limits?: Partial<NetworkLimits>;
  readonly times?: Partial<NetworkTimes>;
}

/** Settings with nothing left open. */
export interface ResolvedSettings extends NetworkSettings {
  readonly limits: NetworkLimits;
  readonly times: NetworkTimes;
}

/** Fills in the defaults. @throws {AssertionError} if the numbers don't fit each other */
export function resolveSettings(settings: NetworkSettings): ResolvedSettings {
  const limits: NetworkLimits = { ...NETWORK_LIMITS, ...settings.limits };
  const times: NetworkTimes = { ...NETWORK_TIMES, ...settings.times };
  assert(limits.pieceBytes >= 1024, "pieceBytes is under 1 KiB: frames would be mostly headers");
  assert(times.redialMinMs <= times.redialMaxMs, "redialMinMs is above redialMaxMs");
  assert(times.banMinMs <= times.banMaxMs, "banMinMs is above banMaxMs");
  return { ...settings, limits, times };
}
