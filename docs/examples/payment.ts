// A payment, from a new key: make the key, have it funded, pay, and know for sure what became of it.
import { createWallet, fetchChain, openWallet, RpcClient, sendTransfer } from "@witan/client";

/** Funds a new key from another one, and pays from it. Gives the height of the block that holds the payment. */
export async function pay(options: { url: string; secretKey: string; to: string }): Promise<number> {
  const rpc = new RpcClient({ url: options.url });
  const chain = await fetchChain(rpc);
  if (!chain.ok) throw new TypeError(chain.detail);
  const prefix = chain.value.genesis.addressPrefix;

  // Whoever has the secret key has the money: keep it where nobody else can read it.
  const { wallet, secretKey } = createWallet();
  const funder = openWallet(options.secretKey);
  if (!funder.ok) throw new TypeError(funder.detail);
  const funded = await sendTransfer({
    rpc,
    from: funder.value,
    payments: [{ to: wallet.address(prefix), amount: 500_000n }],
  });
  if (!funded.ok) throw new TypeError(`${funded.code}: ${funded.detail}`);

  // The same wallet, opened by its key: as a program does that was started again.
  const again = openWallet(secretKey);
  if (!again.ok) throw new TypeError(again.detail);
  const sent = await sendTransfer({
    rpc,
    from: again.value,
    payments: [{ to: options.to, amount: 123_456n }],
    feeMax: 10_000n, // whatever the node says of fees
  });
  // Not ok: nothing was sent. `insufficient-funds` tells how much there is and how much it takes.
  if (!sent.ok) throw new TypeError(`${sent.code}: ${sent.detail}`);

  const { outcome } = sent.value;
  // Exactly one of: final, rejected, expired, evicted; or pending when the time was up, which is no failure.
  if (outcome.status !== "final") throw new TypeError(`${outcome.transaction} is ${outcome.status}`);
  return outcome.height;
}
