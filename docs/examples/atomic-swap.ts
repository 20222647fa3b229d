// An atomic swap between two chains: Ann has money on one, Ben on the other. Either both get the other's, or each keeps their
// own, and neither needs to trust the other.
import {
  type Chain,
  hashTimeLock,
  type Lock,
  type RpcSocket,
  sendTransfer,
  spendableCoins,
  swapDigest,
  type Wallet,
  waitForSecret,
} from "@witan/client";

/** A chain, and a node of it over WebSocket. */
export interface Side {
  readonly rpc: RpcSocket;
  readonly chain: Chain;
}

/** The two chains, and two people with keys on both. */
export interface Swap {
  readonly one: Side;
  readonly two: Side;
  readonly ann: Wallet;
  readonly ben: Wallet;
  /** 32 random bytes in hex that only Ann knows. */
  readonly secret: string;
  readonly hourMs: number;
}

/** Swaps Ann's 200,000 on chain one for Ben's 100,000 on chain two. */
export async function swap({ one, two, ann, ben, secret, hourMs }: Swap): Promise<boolean> {
  const digest = swapDigest(secret);
  if (!digest.ok) throw new TypeError(digest.detail);
  const lockFor = (recipient: Wallet, refund: Wallet, timeout: number): Lock => {
    const terms = { digest: digest.value, recipient: recipient.publicKey, refund: refund.publicKey, timeout };
    const lock = hashTimeLock(terms);
    if (!lock.ok) throw new TypeError(lock.detail);
    return lock.value;
  };
  // Ann knows the secret, so her side times out later: Ben has an hour to read it and take his money.
  const annsSide = lockFor(ben, ann, Date.now() + 2 * hourMs);
  const bensSide = lockFor(ann, ben, Date.now() + hourMs);

  // Ann pays first. Ben asks a node that he believes whether her money lies in the lock, final: both made it of the terms.
  await pay(one, ann, annsSide, 200_000n);
  if ((await heldBy(one, annsSide)) < 200_000n) throw new TypeError("Ann has not paid, so Ben does not");
  await pay(two, ben, bensSide, 100_000n);

  // Ben waits for the secret on his chain. Ann takes his money there, which tells it.
  const waiting = waitForSecret(two.rpc, { chain: two.chain, lock: bensSide, digest: digest.value });
  await take(two, ann, bensSide, secret);
  const found = await waiting;
  if (found === undefined) throw new TypeError("Ann took nothing: after the timeout Ben takes his back");
  await take(one, ben, annsSide, found.preimage);
  return found.preimage === secret;
}

const addressOf = (lock: Lock, chain: Chain) => lock.address(chain.genesis.addressPrefix);

async function pay({ rpc, chain }: Side, from: Wallet, lock: Lock, amount: bigint): Promise<void> {
  const sent = await sendTransfer({ rpc, chain, from, payments: [{ to: addressOf(lock, chain), amount }] });
  if (!sent.ok || sent.value.outcome.status !== "final") throw new TypeError("not paid");
}

/** What lies in a lock by the final blocks, and nobody is spending. */
async function heldBy({ rpc, chain }: Side, lock: Lock): Promise<bigint> {
  const found = await spendableCoins(rpc, addressOf(lock, chain), { asset: 0 });
  return found.ok ? found.value.coins.reduce((sum, { amount }) => sum + amount, 0n) : 0n;
}

/** Everything in the lock, less the fee. After the timeout the other side does the same without a secret. */
async function take({ rpc, chain }: Side, who: Wallet, lock: Lock, secret: string): Promise<void> {
  const changeTo = who.address(chain.genesis.addressPrefix);
  const all = { preimages: [secret], payments: [], spend: "all", changeTo } as const;
  const sent = await sendTransfer({ rpc, chain, from: lock, keys: [who], ...all });
  if (!sent.ok || sent.value.outcome.status !== "final") throw new TypeError("not taken");
}
