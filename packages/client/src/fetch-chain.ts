// The chain of a node, from its genesis. The chain id is computed here from what the node gave; which chain it is the node
// chooses, unless the caller says which one is meant.
import { type Chain, openGenesisFile } from "@witan/ledger";
import { type CancelSignal, ok, type Result, refuse } from "@witan/primitives";
import type { RpcCaller } from "./rpc-client.ts";
import { RpcAnswerError } from "./rpc-failures.ts";

/** Which chain is meant. */
export interface FetchChainOptions {
  /**
   * The chain id that the caller knows, from someone they trust. Without it any chain will do, and the node chooses: a liar
   * gives a genesis of its own, and proofs that hold from it. Good for looking at a chain and for paying on it (what is
   * signed for one chain holds on no other), not for believing what it says.
   */
  readonly chainId?: string;
  readonly signal?: CancelSignal;
}

/**
 * The chain that a node serves. Code `chain-other`: it is not the one that was meant.
 * @throws as `RpcClient.call`; an answer whose genesis is none, or not that of its chain id, is an `RpcAnswerError`
 */
export async function fetchChain(
  rpc: RpcCaller,
  { chainId, signal }: FetchChainOptions = {},
): Promise<Result<Chain, "chain-other">> {
  const asked = { url: rpc.url, method: "chain_genesis" };
  const answer = await rpc.call("chain_genesis", {}, signal === undefined ? {} : { signal });
  const opened = openGenesisFile(JSON.stringify(answer.genesis));
  if (!opened.ok) {
    const [problem] = opened.problems;
    const where =
      problem === undefined ? "" : `: ${problem.field} found ${problem.found}, expected ${problem.expected}`;
    throw new RpcAnswerError("result", `found a genesis that begins no chain${where}`, asked);
  }
  const chain = opened.value;
  if (chain.chainId !== answer.chainId) {
    const found = `found chain id ${answer.chainId} beside the genesis of ${chain.chainId}`;
    throw new RpcAnswerError("result", found, asked);
  }
  if (chainId !== undefined && chain.chainId !== chainId)
    return refuse("chain-other", `${rpc.url} serves chain ${chain.chainId}, expected ${chainId}`);
  return ok(chain);
}
