// Where a node stands, in numbers, as operators and checks read it. Reads only.
import type { Mempool } from "@witan/mempool";
import type { ChainKeeper } from "./chain/chain-keeper.ts";
import type { PbftHost } from "./consensus/pbft-host.ts";
import type { NodeReadings } from "./settings.ts";
import type { BlockSync } from "./sync/block-sync.ts";

/** What is read. */
export interface ReadingsInput {
  readonly chain: ChainKeeper;
  readonly mempool: Mempool;
  readonly host: PbftHost;
  readonly sync: BlockSync;
  readonly peers: number;
  readonly evidence: number;
}

/** The numbers of this moment. */
export function readingsOf({ chain, mempool, host, sync, peers, evidence }: ReadingsInput): NodeReadings {
  const { transactions, bytes } = mempool.status();
  const { height } = chain.tip;
  const { view, quorum } = host.status;
  return {
    ...{ height, view, quorum, pending: transactions, pendingBytes: bytes, peers, evidence },
    validators: chain.governance.membership.members.length,
    outputs: chain.cacheStatus().outputs,
    behind: Math.max(0, (sync.target ?? height) - height),
    ...{ syncBytes: sync.heldBytes, kept: host.kept },
  };
}
