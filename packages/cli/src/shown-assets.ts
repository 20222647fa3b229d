// Assets and sums of them as people read them: asked of a node once, and by name and decimals as far as it knows them.
import type { RpcCaller } from "@witan/client";
import type { ResultOf } from "@witan/rpc";
import { amountText } from "./amounts.ts";
import { told } from "./connection.ts";

/** The registered assets of a chain. */
export type Assets = ResultOf<"chain_assets">["assets"];

/** The assets that a node's chain knows. */
export async function assetsOf(client: RpcCaller): Promise<Assets> {
  return (await told(() => client.call("chain_assets", {}))).assets;
}

/** An amount of an asset; of one that is not known in base units. */
export function sumText(amount: bigint, asset: number, assets: Assets): string {
  const known = assets.find((one) => one.asset === asset);
  const sign = amount < 0n ? "-" : "";
  const shown = known ?? { name: `of asset ${asset}, in base units`, decimals: 0 };
  return `${sign}${amountText(amount < 0n ? -amount : amount, shown)}`;
}
