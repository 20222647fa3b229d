// Drafts, batches, locks and issues through a node, as people use them: what a node says of coins, rules and assets, made into
// transfers that it takes.
import assert from "node:assert/strict";
import {
  completePartial,
  escrow,
  hashTimeLock,
  type Lock,
  type PaymentRequest,
  prepareDraft,
  preparePayments,
  prepareTransfer,
  sendTransfer,
  signPartial,
} from "@witan/client";
import { keyOfName } from "../ledger/build.ts";
import { addressOf, coinsOf, sumOf, walletOf } from "./ledger-coins.ts";
import { LedgerNode } from "./ledger-node.ts";
import { MadeUpClock } from "./made-up-clock.ts";
import { digestOf, ledgerWith, NOW, SECRETS } from "./made-up-locks.ts";

const made = escrow({
  ...{ buyer: keyOfName("ann").publicKey, seller: keyOfName("ben").publicKey },
  ...{ arbiter: keyOfName("cat").publicKey, timeout: NOW + 5_000 },
});
assert.ok(made.ok);
const lock: Lock = made.value;
const [SECRET = ""] = SECRETS;
const swapped = hashTimeLock({
  ...{ digest: digestOf(SECRET), recipient: keyOfName("ann").publicKey },
  ...{ refund: keyOfName("ben").publicKey, timeout: NOW + 5_000 },
});
assert.ok(swapped.ok);
const swap: Lock = swapped.value;

describe("spending through a node", () => {
  let node: LedgerNode;
  beforeEach(async () => {
    node = new LedgerNode(ledgerWith([lock, swap], 1_000));
    await node.server.start();
  });
  afterEach(() => node.server.stop());

  const requestFor = (more: Partial<PaymentRequest> = {}): PaymentRequest => ({
    ...{ rpc: node.client, from: walletOf("alice"), payments: [], clock: new MadeUpClock() },
    ...more,
  });

  it("empties a lock with the keys at hand, the fee out of what it holds", async () => {
    const [ben, cat] = ["ben", "cat"].map(walletOf);
    assert.ok(ben && cat);
    const emptying = { from: lock, keys: [ben, cat], spend: "all", changeTo: addressOf("carol") } as const;
    const sent = await sendTransfer(requestFor(emptying));
    assert.ok(sent.ok, sent.ok ? "" : sent.code);
    assert.equal(sent.value.outcome.status, "final");
    assert.equal(sent.value.spent.length, 2);
    assert.equal(sumOf(coinsOf(node.ledger, "carol"), 0), 2_000_000n - sent.value.fee);
    const again = await sendTransfer(requestFor(emptying));
    assert.equal(again.ok ? "ok" : again.code, "insufficient-funds");
  });

  it("leaves the change in the lock unless told otherwise, and spends from several at once", async () => {
    const [ben, cat] = ["ben", "cat"].map(walletOf);
    assert.ok(ben && cat);
    const payments = [{ to: addressOf("bob"), amount: 9_500_000n }];
    const sent = await sendTransfer(
      requestFor({ from: [lock, walletOf("alice")], keys: [ben, cat], payments }),
    );
    assert.ok(sent.ok, sent.ok ? "" : `${sent.code} ${sent.detail}`);
    assert.equal(sent.value.transaction.witness.signatures.length, 3);
    assert.equal(sent.value.change[0]?.policyHash, lock.policyHash);
  });

  it("says from when on a lock opens, and what is missing otherwise", async () => {
    const alone = await prepareTransfer(requestFor({ from: lock, keys: [walletOf("ann")], spend: "all" }));
    assert.ok(!alone.ok && alone.code === "too-early" && alone.from === NOW + 5_000);
    const seller = await prepareTransfer(requestFor({ from: lock, keys: [walletOf("ben")], spend: "all" }));
    assert.equal(seller.ok ? "ok" : seller.code, "policy-unsatisfied");
  });

  it("opens a hash lock with its secret", async () => {
    const taking = { from: swap, keys: [walletOf("ann")], spend: "all", changeTo: addressOf("ann") } as const;
    const without = await prepareTransfer(requestFor(taking));
    assert.equal(without.ok ? "ok" : without.code, "policy-unsatisfied");
    const sent = await sendTransfer(requestFor({ ...taking, preimages: [SECRET] }));
    assert.ok(sent.ok && sent.value.outcome.status === "final");
  });

  it("drafts what others sign", async () => {
    const draft = await prepareDraft(
      requestFor({ from: lock, keys: [walletOf("ben")], spend: "all", changeTo: addressOf("ben") }),
    );
    assert.ok(draft.ok);
    const signed = signPartial(draft.value.partial, walletOf("ann"));
    assert.ok(signed.ok);
    const whole = completePartial(signed.value);
    assert.ok(whole.ok);
    assert.equal(node.include(whole.value).status, "final");
  });

  it("makes many payments, each transfer taken in its turn", async () => {
    const payments = Array.from({ length: 400 }, () => ({ to: addressOf("bob"), amount: 7n }));
    const request = requestFor({ payments });
    const planned = await preparePayments({ ...request, from: walletOf("alice") });
    assert.ok(planned.ok, planned.ok ? "" : planned.code);
    assert.equal(planned.value.transfers.length, 2);
    for (const { transaction } of planned.value.transfers)
      assert.equal(node.include(transaction).status, "final");
    assert.equal(sumOf(coinsOf(node.ledger, "bob"), 0), 2_002_800n);
    const dear = await preparePayments({ ...request, from: walletOf("alice"), feeMax: 1n });
    assert.equal(dear.ok ? "ok" : dear.code, "fee-too-high");
  });

  it("issues with the registered assets as the node tells them, and destroys", async () => {
    const issued = [{ asset: 1, amount: 500n }];
    const sent = await sendTransfer(requestFor({ issued, keys: [walletOf("mint")] }));
    assert.ok(sent.ok, sent.ok ? "" : sent.code);
    assert.equal(sumOf(coinsOf(node.ledger, "alice", 1), 1), 2_000_500n);
    const carol = { to: addressOf("carol"), amount: 7n, asset: 1 };
    assert.ok((await sendTransfer(requestFor({ payments: [carol] }))).ok);
    // She has nothing but gold: of what else is issued too, that is the coin that a transfer needs.
    const free = {
      from: walletOf("carol"),
      keys: [walletOf("mint")],
      issued: [{ asset: 2, amount: 5n }],
      fee: 0n,
    };
    const poor = await prepareTransfer(requestFor(free));
    assert.ok(poor.ok && poor.value.spent[0]?.asset === 1);
    const gone = await sendTransfer(requestFor({ destroyed: [{ asset: 1, amount: 500n }] }));
    assert.ok(gone.ok && gone.value.outcome.status === "final");
    const stranger = await sendTransfer(requestFor({ issued }));
    assert.equal(stranger.ok ? "ok" : stranger.code, "issuer-unknown");
    const unknown = await sendTransfer(
      requestFor({ payments: [{ to: addressOf("bob"), amount: 1n, asset: 9 }] }),
    );
    assert.equal(unknown.ok ? "ok" : unknown.code, "asset-unknown");
  });
});
