// The assets that a node's chain knows, asked for once: people read them by name and decimals.
import type { RpcCaller } from "@witan/client";
import type { ResultOf } from "@witan/rpc";
import { told } from "./connection.ts";

/** The registered assets of a chain. */
export type Assets = ResultOf<"chain_assets">["assets"];

/** The assets that a node's chain knows. */
export async function assetsOf(client: RpcCaller): Promise<Assets> {
  return (await told(() => client.call("chain_assets", {}))).assets;
}
