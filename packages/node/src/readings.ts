// Where a node stands, in numbers, as operators and checks read it. Reads only.
import type { Mempool } from "@witan/mempool";
import { voters } from "@witan/primitives";
import type { ChainKeeper } from "./chain/chain-keeper.ts";
import type { ConsensusHost } from "./consensus/consensus-host.ts";
import { turnOf } from "./consensus/turn.ts";
import type { NodeReadings } from "./settings.ts";
import type { BlockSync } from "./sync/block-sync.ts";

/** What is read. */
export interface ReadingsInput {
  readonly chain: ChainKeeper;
  readonly mempool: Mempool;
  readonly host: ConsensusHost;
  readonly sync: BlockSync;
  readonly peers: number;
}

/** The numbers of this moment. */
export function readingsOf({ chain, mempool, host, sync, peers }: ReadingsInput): NodeReadings {
  const { transactions, bytes } = mempool.status();
  const { height } = chain.tip;
  const { status, evidence } = host;
  return {
    ...{ height, pending: transactions, pendingBytes: bytes, peers },
    ...(status.mode === "pow"
      ? { view: 0, quorum: 0 }
      : { view: turnOf(status).number, quorum: status.quorum }),
    evidence: evidence.length,
    validators: voters(chain.governance.membership).length,
    outputs: chain.cacheStatus().outputs,
    behind: Math.max(0, (status.mode === "pow" ? status.best.height : (sync.target ?? height)) - height),
    ...{ syncBytes: sync.heldBytes, kept: host.kept },
  };
}
