// What every check of a world of PBFT engines is: told of what happens, it throws a Violation where a rule is broken.
import type { Equivocation, PbftEffect, PbftInput, PbftMessage, SignedMessage } from "@witan/consensus";
import type { Hash, Height, Membership, PbftCertificate } from "@witan/primitives";
import type { ModelBlock } from "../engines/blocks.ts";
import type { Process } from "./process.ts";
import type { PbftWorld } from "./world.ts";

/** One check. Every part is told only if it is there. Liars are told of as well: most checks pass them over. */
export interface Check {
  /** As violations name it. */
  readonly name: string;
  stepped?(at: Process, input: PbftInput, effects: readonly PbftEffect[]): void;
  /** A message was signed, and leaves. */
  signed?(at: Process, signed: SignedMessage): void;
  /** The signer guard refused. */
  refused?(at: Process, message: PbftMessage, why: string): void;
  /** A message came whose signatures or form are wrong. `from`: the place that sent it. */
  faulted?(at: Process, signed: SignedMessage, from: number): void;
  /** Called before the block becomes part of the chain. */
  decided?(at: Process, certificate: PbftCertificate, block: ModelBlock): void;
  /** The block is part of the chain. */
  applied?(at: Process, block: ModelBlock): void;
  /** A quorum said that it has this state. */
  checkpointed?(at: Process, height: Height, digest: Hash): void;
  accused?(at: Process, evidence: Equivocation, members: Membership): void;
  /** Every second of the world. */
  sampled?(): void;
  /** The world is over. */
  ended?(): void;
}

/** Makes a check for one world. */
export type CheckMaker = (world: PbftWorld) => Check;
