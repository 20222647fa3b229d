// What every check of a world of whole nodes is: told of what happens, it says where a rule is broken. It is told in the
// middle of what nodes do, so it must not throw: it tells the world.
import type { TransactionOutcome } from "@witan/rpc";
import type { Dealing } from "./dealing.ts";
import type { LogLine, NodeProcess } from "./node-process.ts";
import type { Saying } from "./protocols/protocol.ts";
import type { NodesWorld } from "./world.ts";

/** A final block as a node told of it. */
export interface Decided {
  readonly height: number;
  readonly hash: string;
}

/** One check. Every part is told only if it is there. Liars are told of as well: most checks pass them over. */
export interface NodeCheck {
  /** As violations name it. */
  readonly name: string;
  decided?(at: NodeProcess, block: Decided): void;
  /** A message of consensus leaves a node that says it by itself. */
  said?(at: NodeProcess, saying: Saying): void;
  /** A client was told what became of its transaction. */
  told?(at: NodeProcess, dealing: Dealing, outcome: TransactionOutcome): void;
  logged?(at: NodeProcess, line: LogLine): void;
  /** A node reported a fault of a peer. */
  faulted?(by: NodeProcess, of: readonly NodeProcess[], code: string): void;
  /** The guard refused to sign. */
  refused?(at: NodeProcess, why: string): void;
  /** A node stopped by itself, or could not start. */
  failed?(at: NodeProcess, error: unknown): void;
  /** Every second of the world. */
  sampled?(): void | Promise<void>;
  /** In place of `ended`, where more lie than may: two blocks are final at one height, and the world ends there. */
  forked?(): void | Promise<void>;
  /** The world is over; nodes run still, and answer. */
  ended?(): void | Promise<void>;
}

/** Makes a check for one world. */
export type NodeCheckMaker = (world: NodesWorld) => NodeCheck;
