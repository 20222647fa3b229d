// How a Byzantine validator behaves. It runs the real engine, so that it takes part and is believed; its conduct changes
// what leaves, what is heard, what is kept and what is built, and may say things of its own. Liars know of each other.
import type { PbftEffect, PbftMessage, SignedMessage } from "@witan/consensus";
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
  readonly signed: SignedMessage;
  /** Beside what the network takes. */
  readonly afterUs: number;
  /** A PRE-PREPARE whose body does not travel with it. */
  readonly bodiless?: boolean;
}

/** What a conduct can do. Each of its acts is counted under the conduct's name. */
export interface Liar {
  readonly place: number;
  readonly node: number;
  readonly nowUs: number;
  /** T, the first view timer. */
  readonly viewUs: number;
  readonly random: Random;
  readonly conspiracy: Conspiracy;
  /** The view that its engine is in. */
  readonly view: number;
  /** The chain as the liar has it. */
  readonly ground: Ground;
  /** Its blocks, from height 1 on. */
  readonly chain: readonly Decided[];
  /** Places of all processes but this one. */
  readonly others: readonly number[];
  /** The node behind a place. */
  nodeAt(place: number): number;
  /** Whose transaction it is. */
  clientOf(transaction: number): number;
  /** Whether it signed this itself: some messages are only passed on. */
  isOwn(signed: SignedMessage): boolean;
  /** Signs anything by its own key; undefined: it is no member now. */
  sign(message: PbftMessage): SignedMessage | undefined;
  /** Sends, past every conduct. */
  post(outgoing: Outgoing): void;
  /** Has a body at hand, and sends it with what names it. */
  keepBody(hash: BlockHash): void;
  /** Crashes and comes back without its records. */
  forget(): void;
}

/** A way to misbehave. */
export interface Conduct extends EngineConduct<Liar, Outgoing, SignedMessage, PbftEffect> {
  /** In place of the decided blocks that somebody asks for. */
  answersSync?(blocks: readonly Decided[], to: number, liar: Liar): readonly Decided[];
}

/** What makes up a conduct, beside its name. */
export type Manner = Omit<Conduct, "name">;

/** Makes a conduct anew for each liar of a world, with chance of its own. */
export type ConductMaker = (random: Random) => Conduct;
