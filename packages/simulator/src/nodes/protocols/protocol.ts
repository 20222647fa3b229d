// What worlds of whole nodes must know of the protocol that their members run: how its messages are read, what they bind
// their senders to, and which bounds its engine keeps.
import type { BpfpMessage } from "@witan/consensus";
import type { NodeSettings } from "@witan/node";
import type { BlockHash } from "@witan/primitives";
import type { NodeCast } from "../cast.ts";
import type { ConsensusWords } from "../frame-words.ts";
import type { NodeProcess } from "../node-process.ts";
import type { NodesPlan } from "../plan.ts";
import type { NamedTap } from "../taps/taps.ts";

/** A message of consensus that a process says in its own name, as checks see it. */
export interface Saying {
  /** Its kind. */
  readonly kind: string;
  /** Two messages of one slot say the same, or contradict each other; undefined: it binds nobody. */
  readonly slot: string | undefined;
  /** What it says in that slot. */
  readonly content: string;
  /** The block that it speaks for. */
  readonly block: BlockHash | undefined;
  /** Where it is one of BP Fast Paxos. */
  readonly bpfp?: BpfpMessage;
}

/** A protocol, to worlds of whole nodes. */
export interface NodesProtocol {
  readonly words: ConsensusWords;
  /** Ways to lie, by the names that plans use. */
  readonly taps: Readonly<Record<string, NamedTap>>;
  /** Undefined: it is none, or another's that is passed on. */
  sayingOf(bytes: Uint8Array, at: NodeProcess, cast: NodeCast): Saying | undefined;
  /** Settings of every node. */
  settings(plan: NodesPlan): Partial<NodeSettings>;
  /** What an engine among so many members keeps at most, by kind. */
  keptMax(members: number): Readonly<Record<string, number>>;
  /** Whether a block may be final before its certificate is there. */
  readonly certifiesLater: boolean;
}
