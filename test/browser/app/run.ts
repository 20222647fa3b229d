// What an application does with the packed client, from a new key to a verified proof: the same code in Chromium and in
// Node, built from an empty project into which the packages were installed. Uses nothing of this repository.
import {
  createWallet,
  fetchChain,
  fetchProof,
  openWallet,
  prepareTransfer,
  RpcSocket,
  sendTransfer,
  submitTransaction,
  TrustedState,
} from "@witan/client";

/** A devnet, and who pays for the new key. */
export interface Task {
  readonly url: string;
  readonly secretKey: string;
  readonly to: string;
}

/** What came of it, as JSON. */
export interface Report {
  readonly events: readonly string[];
  readonly verified: boolean;
  readonly signers: number;
  readonly transaction: string;
  readonly kept: number;
}

/** What it has done so far, in order: where it stands is told by the last. */
const steps: string[] = [];

/** Makes a key, funds it, pays from it, waits by subscription, fetches the proof and verifies it. */
export async function run({ url, secretKey, to }: Task): Promise<Report> {
  const rpc = new RpcSocket({ url });
  try {
    const opened = await fetchChain(rpc);
    if (!opened.ok) throw new TypeError(opened.code);
    const chain = opened.value;
    steps.push("knows the chain");
    const rich = openWallet(secretKey);
    if (!rich.ok) throw new TypeError(rich.code);
    const { wallet } = createWallet();
    const address = wallet.address(chain.genesis.addressPrefix);
    const funded = await sendTransfer({
      rpc,
      chain,
      from: rich.value,
      payments: [{ to: address, amount: 5_000_000n }],
    });
    if (!funded.ok) throw new TypeError(funded.detail);
    steps.push(`was funded: ${funded.value.outcome.status}`);
    const paid = await prepareTransfer({ rpc, chain, from: wallet, payments: [{ to, amount: 1_000_000n }] });
    if (!paid.ok) throw new TypeError(paid.detail);
    const { transaction } = paid.value;
    const events: string[] = [];
    const onState = ({ connected }: { readonly connected: boolean }) => steps.push(`listens: ${connected}`);
    const stream = rpc.subscribe({ to: "transactions", transactions: [transaction.id] }, { onState });
    const heard = (async () => {
      for await (const { event } of stream) {
        events.push(event.type);
        steps.push(`heard: ${event.type}`);
        if (event.type === "final") return;
      }
    })();
    const { status } = await submitTransaction(rpc, transaction, { waitFor: "admitted" });
    steps.push(`submitted: ${status}`);
    await heard;
    const { proof } = await fetchProof(rpc, { transaction: transaction.id });
    steps.push("has the proof");
    const trusted = TrustedState.ofGenesis(chain);
    const result = await trusted.verify({ proof, transaction: transaction.id });
    return {
      events,
      verified: result.verified,
      signers: result.verified ? result.signers.length : 0,
      transaction: transaction.id,
      kept: trusted.toText().length,
    };
  } finally {
    rpc.close();
  }
}

// Where a page, or a script, finds them.
Object.assign(globalThis, { run, steps });
