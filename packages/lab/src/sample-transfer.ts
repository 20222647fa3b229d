// The way of one transfer through a network, step by step, for people to see: submitted to one validator, final, proven
// by what another one says, and believed for no node's word but for the genesis alone.
import { readFileSync } from "node:fs";
import {
  buildTransfer,
  type Depth,
  fetchChain,
  fetchProof,
  followConfirmations,
  openWallet,
  RpcClient,
  spendableCoins,
  submitTransaction,
  verifyProof,
  type Wallet,
  waitForTransaction,
} from "@witan/client";
import { LabFailure } from "./lab-failure.ts";
import type { LabAccount } from "./network-files.ts";

/** What a sample transfer pays, in base units. */
const AMOUNT = 150_000_000n;
const VALID_FOR_MS = 600_000;
/** How long the transfer may take to become final, in milliseconds; under proof of work, where it takes blocks. */
const FINAL_MS = 30_000;
const FINAL_BLOCKS_MS = 300_000;

/** The network that the transfer goes through. */
export interface SampleNetwork {
  readonly chainId: string;
  readonly genesisFile: string;
  readonly nodes: readonly { readonly rpc: string }[];
  readonly accounts: readonly LabAccount[];
}

/** A transfer that is about to be submitted. */
export interface SampleTransfer {
  readonly transaction: string;
  /** In base units. */
  readonly amount: string;
  /** The numbers of the accounts, from 1. */
  readonly from: number;
  readonly to: number;
  /** The validator that it is submitted to. */
  readonly rpc: string;
}

/** A transfer that is final. */
export interface SampleFinal {
  readonly transaction: string;
  readonly height: number;
  /** From submitting it until the answer that it is final, in milliseconds. */
  readonly finalityMs: number;
  /** Under proof of work, where nothing is final for good. */
  readonly confirmations?: number;
  readonly reversalProbability?: number;
}

/** What came of its finality proof. */
export interface SampleProof {
  readonly verified: boolean;
  /** Why not; empty if it was. */
  readonly detail: string;
  /** The validator that gave it. */
  readonly rpc: string;
  /** Under proof of work: blocks that it shows, from the transaction's own on. */
  readonly confirmations?: number;
}

/** Hears of each step. */
export interface SampleListener {
  onSubmitted(transfer: SampleTransfer): void;
  /** Under proof of work: it lies deeper, or in no block any more. */
  onDepth?(depth: Depth): void;
  onFinal(final: SampleFinal): void;
}

/**
 * Sends a transfer from one account to the next, waits until it is final, and verifies its finality proof.
 * @throws {LabFailure} `not-final`; `folder-damaged` if an account has no valid key
 * @throws as `RpcClient.call` and `submitTransaction`
 */
export async function sampleTransfer(
  network: SampleNetwork,
  listener: SampleListener,
): Promise<{ readonly final: SampleFinal; readonly proof: SampleProof }> {
  const [first, last] = [network.nodes[0]?.rpc ?? "", network.nodes.at(-1)?.rpc ?? ""];
  const rpc = new RpcClient({ url: first });
  const chain = await fetchChain(rpc, { chainId: network.chainId });
  if (!chain.ok) throw new LabFailure("node-answer", `${chain.detail}`);
  const { from, to } = payerOf(network.accounts);
  const wallet = walletOf(network.accounts[from]);
  const address = network.accounts[from]?.address ?? "";
  const coins = await spendableCoins(rpc, address, { asset: 0, coinsMax: 1_000 });
  const { parameters } = await rpc.call("governance_state", {});
  const built = buildTransfer({
    chain: chain.value,
    keys: [wallet],
    coins: coins.ok ? coins.value.coins : [],
    payments: [{ to: network.accounts[to]?.address ?? "", amount: AMOUNT }],
    fee: { kind: "rate", rate: parameters.feeRateMin },
    changeTo: address,
    validUntil: Date.now() + Math.min(VALID_FOR_MS, parameters.validUntilAheadMsMax / 2),
  });
  if (!built.ok)
    throw new LabFailure(
      "not-final",
      `the sample transfer can't be built: ${built.detail ?? built.code}; --fresh starts over with accounts that have money`,
    );
  const { transaction } = built.value;
  listener.onSubmitted({
    ...{ transaction: transaction.id, amount: `${AMOUNT}` },
    ...{ from: from + 1, to: to + 1, rpc: first },
  });
  const submittedAt = performance.now();
  const timeoutMs = chain.value.mode === "pow" ? FINAL_BLOCKS_MS : FINAL_MS;
  const over = new AbortController();
  const following =
    chain.value.mode === "pow"
      ? // What it can't tell, the answer does.
        followConfirmations(rpc, transaction.id, (depth) => listener.onDepth?.(depth), over).catch(() => {})
      : undefined;
  const outcome = await submitTransaction(rpc, transaction, { timeoutMs }).finally(() => over.abort());
  await following;
  const finalityMs = Math.round((performance.now() - submittedAt) * 10) / 10;
  if (outcome.status !== "final") {
    const why = "message" in outcome ? `: ${outcome.message}` : "";
    const message = `the sample transfer ${transaction.id} is ${outcome.status} after ${Math.round(finalityMs)} ms${why}; the validators' logs say more`;
    throw new LabFailure("not-final", message);
  }
  const { confirmations, reversalProbability } = outcome;
  const final = {
    ...{ transaction: transaction.id, height: outcome.height, finalityMs },
    ...(confirmations === undefined ? {} : { confirmations }),
    ...(reversalProbability === undefined ? {} : { reversalProbability }),
  };
  listener.onFinal(final);
  return { final, proof: await proven(last, transaction.id, network.genesisFile) };
}

/** The first account that can pay, and the one after it; the first two where none can. */
function payerOf(accounts: readonly LabAccount[]): { readonly from: number; readonly to: number } {
  const rich = accounts.findIndex(({ balance }) => BigInt(balance) >= 2n * AMOUNT);
  const from = Math.max(0, rich);
  return { from, to: (from + 1) % accounts.length };
}

function walletOf(account: LabAccount | undefined): Wallet {
  const wallet = openWallet(account?.secretKey ?? "");
  if (wallet.ok) return wallet.value;
  throw new LabFailure(
    "folder-damaged",
    `an account of the network has no valid secret key: ${wallet.detail}; --fresh starts over`,
  );
}

/** Fetches a finality proof from a node, and verifies it by what the genesis file says. */
async function proven(
  url: string,
  transaction: Parameters<typeof waitForTransaction>[1],
  genesisFile: string,
): Promise<SampleProof> {
  const rpc = new RpcClient({ url });
  // Another validator may be a moment behind.
  await waitForTransaction(rpc, transaction, { timeoutMs: FINAL_BLOCKS_MS });
  const { proof } = await fetchProof(rpc, { transaction, timeoutMs: FINAL_MS });
  const verified = await verifyProof({ genesis: readFileSync(genesisFile, "utf8"), proof, transaction });
  if (!verified.verified) return { rpc: url, verified: false, detail: verified.message };
  const { confirmations } = verified;
  return { rpc: url, verified: true, detail: "", ...(confirmations === undefined ? {} : { confirmations }) };
}
