// How a Byzantine proposer behaves. It runs the real engine, so that it takes part and is believed; its conduct changes what
// leaves, what is heard, kept and built, and may say things of its own. Liars know of each other, and of each other's
// promises. What it can't do is speak over another's channel, or seal a promise.
import type { Accept, BpfpEffect, BpfpMessage, PromiseMessage } from "@witan/consensus";
import type { BlockHash } from "@witan/primitives";
import type { Ground } from "../engines/blocks.ts";
import type { EngineConduct } from "../engines/lies.ts";
import type { Random } from "../random.ts";
import type { Conspiracy } from "./conspiracy.ts";
import type { Decided } from "./disk.ts";

/** A message that a liar sends to one process. */
export interface Outgoing {
  /** The place of the process that it is for. */
  readonly to: number;
  readonly message: BpfpMessage;
  /** Beside what the network takes. */
  readonly afterUs: number;
  /** An ACCEPT whose body does not travel with it. */
  readonly bodiless?: boolean;
}

/** What a conduct can do. Each of its acts is counted under the conduct's name. */
export interface Liar {
  readonly place: number;
  readonly nowUs: number;
  /** T, the first timer of the detector. */
  readonly roundUs: number;
  readonly random: Random;
  readonly conspiracy: Conspiracy;
  /** The round that its engine is in. */
  readonly round: number;
  /** The chain as the liar has it. */
  readonly ground: Ground;
  /** Its blocks, from height 1 on. */
  readonly chain: readonly Decided[];
  /** Places of all processes but this one. */
  readonly others: readonly number[];
  /** Places of the acceptors that are members now. */
  readonly acceptors: readonly number[];
  /** Its position among the members; undefined: it is none now. */
  readonly me: number | undefined;
  /** The rounds of its own from one on, ascending, so many. */
  ownRounds(from: number, count: number): readonly number[];
  /** Whose transaction it is. */
  clientOf(transaction: number): number;
  /** An ACCEPT with its signature, where the chain wants one. */
  signed(accept: Accept): Accept;
  /** A promise sealed anew: for acceptors that lie, since no proposer has a key for that. */
  resealed(promise: PromiseMessage): PromiseMessage;
  /** Sends, past every conduct. */
  post(outgoing: Outgoing): void;
  /** Has a body at hand, and sends it with what names it. */
  keepBody(hash: BlockHash): void;
  /** Crashes and comes back without its records. */
  forget(): void;
}

/** A way to misbehave. */
export type Conduct = EngineConduct<Liar, Outgoing, BpfpMessage, BpfpEffect>;

/** Makes a conduct anew for each liar of a world, with chance of its own. */
export type ConductMaker = (random: Random) => Conduct;
