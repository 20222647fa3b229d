// The protocols that worlds of whole nodes can run.
import type { NodesPlan } from "../plan.ts";
import { BPFP_NODES } from "./bp-fast-paxos.ts";
import { PBFT_NODES } from "./pbft.ts";
import type { NodesProtocol } from "./protocol.ts";

/** The protocol of a plan. */
export function protocolOf({ consensus }: Pick<NodesPlan, "consensus">): NodesProtocol {
  return consensus.kind === "pbft" ? PBFT_NODES : BPFP_NODES;
}
