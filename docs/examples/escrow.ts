// An escrow: a buyer's money that any two of buyer, seller and arbiter can move, and after a timeout the buyer alone.
import {
  completePartial,
  decodePartial,
  encodePartial,
  escrow,
  fetchChain,
  paymentsOf,
  prepareDraft,
  prepareTransfer,
  type RpcCaller,
  sendTransfer,
  signPartial,
  submitTransaction,
  type Wallet,
} from "@witan/client";

/** The buyer pays in, the goods come, the seller asks for the money, and the arbiter agrees. Gives what became of it. */
export async function settle(
  rpc: RpcCaller,
  { buyer, seller, arbiter, timeout }: { buyer: Wallet; seller: Wallet; arbiter: Wallet; timeout: number },
): Promise<{ readonly refund: string; readonly release: string }> {
  const chain = await fetchChain(rpc);
  const lock = escrow({
    ...{ buyer: buyer.publicKey, seller: seller.publicKey, arbiter: arbiter.publicKey },
    timeout,
  });
  if (!chain.ok || !lock.ok) throw new TypeError("no chain, or no such escrow");
  const prefix = chain.value.genesis.addressPrefix;

  // All three know the terms, so each can compute the address and see the money there.
  const payments = [{ to: lock.value.address(prefix), amount: 300_000n }];
  const paid = await sendTransfer({ rpc, from: buyer, payments });
  if (!paid.ok) throw new TypeError(`${paid.code}: ${paid.detail}`);

  // Before the timeout the buyer alone can't take it back: the library says from when on.
  const back = await prepareTransfer({ rpc, from: lock.value, keys: [buyer], payments: [], spend: "all" });
  const refund = back.ok ? "possible" : back.code;

  // The seller drafts a transfer of everything to himself, and signs.
  const draft = await prepareDraft({
    ...{ rpc, from: lock.value, keys: [seller], payments: [], spend: "all" },
    changeTo: seller.address(prefix),
  });
  if (!draft.ok) throw new TypeError(`${draft.code}: ${draft.detail}`);

  // The arbiter gets it as hex, has heard both sides, looks at what it does, and signs as well: a signature is for all of it.
  const received = decodePartial(chain.value, encodePartial(draft.value.partial));
  if (!received.ok) throw new TypeError(received.detail);
  const { fee, destroyed } = received.value.body;
  const isForSeller = paymentsOf(received.value).every(({ to }) => to === seller.address(prefix));
  if (!isForSeller || fee > 10_000n || destroyed.length > 0) throw new TypeError("that is not what was said");
  const signed = signPartial(received.value, arbiter);
  const whole = signed.ok ? completePartial(signed.value) : signed;
  if (!whole.ok) throw new TypeError(`${whole.code}: ${whole.detail}`);
  const { status } = await submitTransaction(rpc, whole.value);
  return { refund, release: status };
}
