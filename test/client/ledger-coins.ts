// What the tests of the client spend: wallets of the keys that test chains pay to, and the coins of those.
import { type SpendableCoin, type TransferRequest, Wallet } from "@witan/client";
import type { Output } from "@witan/ledger";
import type { Amount, AssetId, TransactionId } from "@witan/primitives";
import { asciiBytes, sha256Hex } from "@witan/primitives";
import { keyOfName, type TestLedger } from "../ledger/build.ts";

/** The wallet of a name. */
export function walletOf(name: string): Wallet {
  return new Wallet(keyOfName(name).secretKey);
}

/** The address of a name, on chains of tests. */
export function addressOf(name: string): string {
  return walletOf(name).address("wt");
}

/** All coins of a name on a ledger. */
export function coinsOf(ledger: TestLedger, name: string, asset = 0): readonly SpendableCoin[] {
  return ledger.coinsOf(keyOfName(name).policyHash, asset);
}

/** A coin that no ledger has. */
export function madeUpCoin(name: string, amount: bigint, { asset = 0, tag = "" } = {}): SpendableCoin {
  return {
    transaction: sha256Hex(asciiBytes(`coin ${name} ${amount} ${asset} ${tag}`)) as TransactionId,
    index: 0,
    asset: asset as AssetId,
    amount: amount as Amount,
    policyHash: walletOf(name).policyHash,
    height: 1 as SpendableCoin["height"],
    reward: false,
  };
}

/** A request of alice to pay bob 1, without a fee, unless told otherwise. */
export function requestOf(ledger: TestLedger, more: Partial<TransferRequest> = {}): TransferRequest {
  return {
    chain: ledger.chain,
    keys: [walletOf("alice")],
    coins: coinsOf(ledger, "alice"),
    payments: [{ to: addressOf("bob"), amount: 1n }],
    fee: { kind: "exact", amount: 0n },
    changeTo: addressOf("alice"),
    validUntil: ledger.nextTime + 60_000,
    ...more,
  };
}

/** The sum of outputs of an asset. */
export function sumOf(outputs: readonly Pick<Output, "asset" | "amount">[], asset: number): bigint {
  return outputs.filter((one) => one.asset === asset).reduce((sum, one) => sum + one.amount, 0n);
}
