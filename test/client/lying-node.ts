// Nodes for tests of several nodes asked as one: one that knows a chain and a proof on it, and one that says what that one
// says but for what it lies about.
import { type CallOptions, RpcCallError, type RpcCaller } from "@witan/client";
import { type Chain, finalityProofCodec, genesisToJson } from "@witan/ledger";
import { hexToBytes } from "@witan/primitives";
import type { CallParamsOf, MethodName, ResultOf } from "@witan/rpc";

/** What is said to a method in place of the truth: a function of the truth. */
export type Lies = { readonly [M in MethodName]?: (truth: ResultOf<M>) => unknown };

/** Says what an honest node says, but for its lies. */
export function lyingNode(url: string, honest: RpcCaller, lies: Lies): RpcCaller {
  return {
    url,
    call: async <M extends MethodName>(method: M, params: CallParamsOf<M>, options?: CallOptions) => {
      const truth = await honest.call(method, params, options);
      const lie = lies[method] as ((truth: ResultOf<M>) => unknown) | undefined;
      return (lie === undefined ? truth : lie(truth)) as ResultOf<M>;
    },
  };
}

/** A node of a chain that has one proof and one pending transaction. */
export interface KnownThings {
  readonly chain: Chain;
  /** A finality proof, in hex. */
  readonly proof: string;
  readonly pending: { readonly id: string; readonly bytes: string };
}

/** Says what is true, so many turns after it was asked. */
export function honestNode(url: string, { chain, proof, pending }: KnownThings, turns = 0): RpcCaller {
  const decoded = finalityProofCodec.decode(hexToBytes(proof));
  if (!decoded.ok || decoded.value.evidence.kind !== "certified") throw new TypeError("no such proof");
  const { id, evidence } = decoded.value;
  const { height, timestamp } = evidence.header;
  const hash = chain.blockHash(evidence.header);
  const answers: { readonly [M in MethodName]?: unknown } = {
    chain_genesis: { chainId: chain.chainId, genesis: genesisToJson(chain.genesis) },
    node_status: { chainId: chain.chainId, network: chain.genesis.name, mode: chain.mode },
    chain_head: { height, hash, timestamp },
    chain_block: { height, hash, header: { timestamp }, transactions: [] },
    chain_proof: { transaction: id, height, proof },
    chain_transaction: { transaction: pending.id, status: "pending", bytes: pending.bytes },
  };
  return {
    url,
    call: async <M extends MethodName>(method: M) => {
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      if (answers[method] === undefined) {
        const data = { reason: "method-unknown" };
        throw new RpcCallError(url, { code: -32601, message: "no such method", data });
      }
      return answers[method] as ResultOf<M>;
    },
  };
}
