// Money of three people, two of whom must sign. The draft goes from hand to hand as hex, by mail or chat: nobody needs to be
// online at the same time, and no secret key leaves its owner.
import {
  completePartial,
  decodePartial,
  encodePartial,
  fetchChain,
  multiSignature,
  openWallet,
  partialStatus,
  paymentsOf,
  prepareDraft,
  type RpcCaller,
  sendTransfer,
  signPartial,
  submitTransaction,
} from "@witan/client";

/** Three people and where they want to pay. */
export async function payTogether(
  rpc: RpcCaller,
  secretKeys: readonly string[],
  to: string,
): Promise<string> {
  const people = secretKeys
    .map((secretKey) => openWallet(secretKey))
    .map((one) => (one.ok ? one.value : undefined));
  const [ann, ben, cat] = people;
  const chain = await fetchChain(rpc);
  if (!ann || !ben || !cat || !chain.ok) throw new TypeError("three keys, and a node");

  // Everyone makes the same lock from the three public keys, in the same order.
  const lock = multiSignature({ required: 2, publicKeys: [ann, ben, cat].map(({ publicKey }) => publicKey) });
  if (!lock.ok) throw new TypeError(lock.detail);
  const address = lock.value.address(chain.value.genesis.addressPrefix);
  await sendTransfer({ rpc, from: ann, payments: [{ to: address, amount: 400_000n }] });

  // Ann drafts a payment and signs it.
  const draft = await prepareDraft({
    rpc,
    from: lock.value,
    keys: [ann],
    payments: [{ to, amount: 250_000n }],
  });
  if (!draft.ok) throw new TypeError(`${draft.code}: ${draft.detail}`);
  const hex = encodePartial(draft.value.partial);

  // Cat receives it, looks at what it pays, and signs. Her library has checked Ann's signature.
  const received = decodePartial(chain.value, hex);
  if (!received.ok) throw new TypeError(`${received.code}: ${received.detail}`);
  const paid = paymentsOf(received.value).find((payment) => payment.to === to);
  if (paid?.amount !== 250_000n) throw new TypeError("that is not what we said");
  const signed = signPartial(received.value, cat);
  if (!signed.ok) throw new TypeError(signed.detail);
  if (!partialStatus(signed.value).isComplete) throw new TypeError("two are enough");

  const whole = completePartial(signed.value);
  if (!whole.ok) throw new TypeError(`${whole.code}: ${whole.detail}`);
  return (await submitTransaction(rpc, whole.value)).status;
}
