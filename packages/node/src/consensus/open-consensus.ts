// The one place that knows which protocols there are: chooses by the genesis.
import type { ChainKeeper } from "../chain/chain-keeper.ts";
import type { NodePorts, NodeSettings } from "../settings.ts";
import { bpfpFinality, loadBpFastPaxos } from "./bp-fast-paxos/bpfp-consensus.ts";
import type { MakeConsensus } from "./consensus-parts.ts";
import type { Finality } from "./finality.ts";
import { loadPbft, pbftFinality } from "./pbft/pbft-consensus.ts";
import { loadPow, POW_FINALITY } from "./pow/pow-consensus.ts";

/** The consensus of a chain. */
export interface OpenedConsensus {
  readonly make: MakeConsensus;
  readonly finality: Finality;
}

/** Reads what a store holds of a chain's consensus. @throws {ChainError} `keys`; {UnreadableRecordError} */
export async function openConsensus(
  chain: ChainKeeper,
  settings: NodeSettings,
  ports: NodePorts,
): Promise<OpenedConsensus> {
  const { consensus } = chain.chain.genesis;
  switch (consensus.kind) {
    case "pbft":
      return { make: await loadPbft(chain, ports), finality: pbftFinality(chain) };
    case "bp-fast-paxos":
      return { make: await loadBpFastPaxos(consensus, chain, ports), finality: bpfpFinality(chain, ports) };
    case "pow":
      return { make: loadPow(consensus, settings, ports), finality: POW_FINALITY };
  }
}
