// What is measured of a calm world, and what comes out: numbers alone, the same of the same seed on every machine. Types only.
import type { SentKind } from "./counts.ts";
import type { NetworkName } from "./networks.ts";

/** How blocks come to count. */
export type MeasuredMode = "pbft" | "bp-fast-paxos" | "pow";

/** A world to be measured. */
export interface MeasureOptions {
  readonly seed: number;
  readonly mode: MeasuredMode;
  readonly network: NetworkName;
  /** Validators; acceptors, beside two proposers; miners with equal shares of the hash power. */
  readonly members: number;
  /** As many as are measured. */
  readonly blocks: number;
  /** In each block. Of proof of work: 1 to 5, others 1 to 64. */
  readonly transactionsPerBlock: number;
}

/** The chain of a world of proof of work in which all in the end stand on one. Times are microseconds of the world. */
export interface MinedChain {
  /** By height from 1 on: when the block was found, and when the last miner had it on its chain. */
  readonly foundUs: readonly number[];
  readonly everywhereUs: readonly number[];
  /** Transactions: when each was sent, and the height of its block. */
  readonly included: readonly { readonly atUs: number; readonly height: number }[];
  /** Blocks that are on no chain in the end. */
  readonly stale: number;
  readonly intervalMs: number;
}

/** What was measured. */
export interface Measured extends MeasureOptions {
  readonly processes: number;
  /** Final in this world; of proof of work: on the chain. */
  readonly transactions: number;
  readonly kinds: readonly SentKind[];
  readonly signaturesMade: number;
  /** Of messages of consensus. */
  readonly signaturesChecked: number;
  /** That miners tried. */
  readonly hashes: number;
  /** By block: from when its transactions were sent until the block was final where the client is, and everywhere. */
  readonly clientUs: readonly number[];
  readonly everywhereUs: readonly number[];
  /** How long the world lasted, in microseconds. */
  readonly virtualUs: number;
  /** Undefined where blocks are final. */
  readonly chain: MinedChain | undefined;
}
