// The RPC of a node: every method of the contract, each in the file of its kind.
import { openRpcDocument, type RpcService } from "@witan/rpc";
import { chainCalls } from "./chain-calls.ts";
import { consensusCalls } from "./consensus-calls.ts";
import type { ServiceContext } from "./context.ts";
import { governanceCalls } from "./governance-calls.ts";
import { mempoolCalls } from "./mempool-calls.ts";
import { nodeCalls } from "./node-calls.ts";
import { registerCalls } from "./register-calls.ts";
import { transactionCalls } from "./transaction-calls.ts";

/** Makes the service over the parts of a node. */
export function createService(context: ServiceContext): RpcService {
  return {
    ...nodeCalls(context),
    ...mempoolCalls(context),
    ...chainCalls(context),
    ...transactionCalls(context),
    ...consensusCalls(context),
    ...governanceCalls(context),
    ...registerCalls(context),
    "rpc.discover": async () => openRpcDocument(),
  };
}
