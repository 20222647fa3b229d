// What the load process knows of the chain that it loads, and of those who pay.
import { type Chain, fetchChain, openWallet, type RpcClient, type Wallet } from "@witan/client";
import { LabFailure } from "../lab-failure.ts";
import type { LoadAccount } from "./load-messages.ts";

/** The chain, and until when the transfers of the load may enter it. */
export interface LoadChain {
  readonly chain: Chain;
  /** In milliseconds since 1970. */
  readonly validUntil: number;
}

/** Who pays. */
export interface Payer {
  readonly wallet: Wallet;
  readonly address: string;
}

/** The load must be over by then. */
const VALID_FOR_MS = 3_600_000;

/** Asks a node for its chain, which must be the one that was made for the load. */
export async function loadChain(rpc: RpcClient, chainId: string): Promise<LoadChain> {
  const chain = await fetchChain(rpc, { chainId });
  if (!chain.ok) throw new LabFailure("load-failed", chain.detail ?? chain.code);
  const { parameters } = await rpc.call("governance_state", {});
  const aheadMs = Math.min(VALID_FOR_MS, Math.floor(parameters.validUntilAheadMsMax / 2));
  return { chain: chain.value, validUntil: Date.now() + aheadMs };
}

/** Opens the accounts of the load. */
export function payersOf(accounts: readonly LoadAccount[]): readonly Payer[] {
  return accounts.map(({ address, secretKey }) => {
    const wallet = openWallet(secretKey);
    if (!wallet.ok)
      throw new LabFailure("load-failed", `an account has no valid secret key: ${wallet.detail}`);
    return { wallet: wallet.value, address };
  });
}
