// What every check of a world of BP Fast Paxos is: told of what happens, it throws a Violation where a rule is broken.
import type { BpfpEffect, BpfpEvidence, BpfpInput, BpfpMessage, BpfpRecord } from "@witan/consensus";
import type { BpFastPaxosCertificate, Hash, Height, Membership } from "@witan/primitives";
import type { ModelBlock } from "../engines/blocks.ts";
import type { EngineCheck } from "../engines/world.ts";
import type { Process } from "./process.ts";
import type { BpfpWorld } from "./world.ts";

/** One check. Every part is told only if it is there. Liars are told of as well: most checks pass them over. */
export interface Check extends EngineCheck {
  stepped?(at: Process, input: BpfpInput, effects: readonly BpfpEffect[]): void;
  /** A record has become durable. */
  wrote?(at: Process, record: BpfpRecord): void;
  /** A message leaves, or is about to be sealed and leave. */
  said?(at: Process, message: BpfpMessage): void;
  /** A message came that is wrong in itself. `from`: the place that sent it. */
  faulted?(at: Process, message: BpfpMessage, from: number, fault: string): void;
  /** Called before the block becomes part of the chain. */
  decided?(at: Process, certificate: BpFastPaxosCertificate | undefined, block: ModelBlock): void;
  /** The block is part of the chain. */
  applied?(at: Process, block: ModelBlock): void;
  /** A block that is final has a certificate now. */
  certified?(at: Process, certificate: BpFastPaxosCertificate): void;
  /** A quorum said that it has this state. */
  checkpointed?(at: Process, height: Height, digest: Hash): void;
  accused?(at: Process, evidence: BpfpEvidence, members: Membership): void;
}

/** Makes a check for one world. */
export type CheckMaker = (world: BpfpWorld) => Check;
