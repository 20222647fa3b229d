// What the methods of the RPC look at: the parts of a node, for reading, and the way in for transactions.
import type { Mempool } from "@witan/mempool";
import type { Height, Timestamp } from "@witan/primitives";
import type { RpcService } from "@witan/rpc";
import type { ChainKeeper } from "../chain/chain-keeper.ts";
import type { ConsensusHost } from "../consensus/consensus-host.ts";
import type { Heard } from "../consensus/heard.ts";
import type { Fates } from "../pool/fates.ts";
import type { Intake } from "../pool/intake.ts";
import type { Reversal } from "../pool/reversal.ts";
import type { Registers } from "../registers/registers.ts";
import type { NodePorts, NodeSettings } from "../settings.ts";

/** The parts of a node that the RPC shows. */
export interface ServiceContext {
  readonly settings: NodeSettings;
  readonly ports: NodePorts;
  readonly chain: ChainKeeper;
  readonly mempool: Mempool;
  readonly intake: Intake;
  readonly fates: Fates;
  /** Of proof of work alone. */
  readonly reversal: Reversal | undefined;
  readonly heard: Heard;
  readonly registers: Pick<Registers, "desk">;
  readonly consensus: Pick<ConsensusHost, "status" | "evidence">;
  /** The height that peers have, if it is above the tip. */
  readonly syncTarget: () => Height | undefined;
  readonly connectedCount: () => number;
  readonly isStopping: () => boolean;
  readonly startedAt: Timestamp;
  /** Something failed that the node can't go on with. */
  readonly onFailure: (error: unknown) => void;
}

/** So many blocks behind its peers a node is not fit to serve: what it says of coins is of yesterday. */
const BEHIND_MAX = 5;

/** Whether a node is too far behind its peers to serve. */
export function isBehind({ chain, syncTarget }: ServiceContext): boolean {
  const target = syncTarget();
  return target !== undefined && target - chain.tip.height > BEHIND_MAX;
}

/** Methods of one kind. */
export type Calls<Prefix extends string> = {
  readonly [M in keyof RpcService as M extends `${Prefix}_${string}` ? M : never]: RpcService[M];
};
