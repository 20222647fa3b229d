// What a sender does not take from a node, nor from its own clock: a fee that the node has made up, dust in place of money, a
// time that is too far ahead; and numbers where amounts are bigints.
import assert from "node:assert/strict";
import { prepareDraft, preparePayments, type SendRequest, sendTransfer } from "@witan/client";
import { toJson } from "@witan/ledger";
import { TestLedger, testGenesis } from "../ledger/build.ts";
import { addressOf, coinsOf, walletOf } from "./ledger-coins.ts";
import { LedgerNode } from "./ledger-node.ts";
import type { MadeUpClock } from "./made-up-clock.ts";
import { PayingSender } from "./paying-sender.ts";
import { sendJson } from "./scripted-node.ts";

describe("a sender who is told something strange", () => {
  let sender: PayingSender;
  let node: LedgerNode;
  let clock: MadeUpClock;
  beforeEach(async () => {
    sender = new PayingSender(1_000n);
    ({ node, clock } = sender);
    await node.server.start();
  });
  afterEach(() => node.server.stop());

  const requestFor = (more?: Partial<SendRequest>) => sender.requestFor(more);
  const sent = (more?: Partial<SendRequest>) => sender.sent(more);
  const refused = (more: Partial<SendRequest>) => sender.refused(more);

  it("pays no fee that only a node says the chain asks for, unless told how much it may be", async () => {
    let rate = 1_000_000;
    askingRate(node, () => rate);
    const refusal = await refused({});
    assert.equal(refusal.code, "fee-too-high");
    assert.match(refusal.detail ?? "", /1000000 .* at most 10000 is believed .*fee or feeMax/);
    const many = await preparePayments({ ...requestFor(), from: walletOf("alice") });
    assert.equal(many.ok ? "ok" : many.code, "fee-too-high");
    assert.equal((await prepareDraft(requestFor())).ok, false);
    rate = 10_001;
    assert.equal((await refused({})).code, "fee-too-high");
    rate = 10_000;
    const { fee, transaction } = await sent();
    assert.equal(fee, 10n * BigInt(transaction.weight));
    rate = 1_000_000;
    assert.equal((await sent({ fee: 7n })).fee, 7n);
    assert.ok(
      (await sent({ feeMax: 1_000_000n, payments: [{ to: addressOf("bob"), amount: 1n }] })).fee > 400_000n,
      "told that it may be so much",
    );
  });

  it("pays up to ten times the fee of the genesis", async () => {
    const charged = new LedgerNode(
      new TestLedger(testGenesis("pbft", { parameters: { feeRateMin: 2_000 } })),
    );
    await charged.server.start();
    try {
      let rate = 20_000;
      askingRate(charged, () => rate);
      const { fee, transaction } = await sent({ rpc: charged.client });
      assert.equal(fee, 20n * BigInt(transaction.weight));
      rate = 20_001;
      const result = await sendTransfer(requestFor({ rpc: charged.client }));
      assert.equal(result.ok ? "ok" : result.code, "fee-too-high");
    } finally {
      await charged.server.stop();
    }
  });

  it("says of a time that is too far ahead that the clock may be", async () => {
    node.onSubmit = ({ id }) => {
      return { transaction: id, status: "rejected", code: "valid-until-too-far", message: "Too far." };
    };
    const { outcome } = await sent();
    assert.ok(outcome.status === "rejected");
    const now = new Date(clock.now()).toISOString();
    assert.match(outcome.message, /^Too far\. .*clock, which says (.*): set it/);
    assert.ok(outcome.message.includes(now));
  });

  it("refuses numbers where amounts are bigints", async () => {
    const number = 5 as unknown as bigint;
    assert.equal(
      (await refused({ payments: [{ to: addressOf("bob"), amount: number }] })).code,
      "amount-invalid",
    );
    const refusal = await refused({ fee: number });
    assert.equal(refusal.code, "fee-invalid");
    assert.match(refusal.detail ?? "", /^found 5, which is no bigint/);
  });

  it("brings the largest coins together first, so that dust does not stand in the way", async () => {
    const charged = new LedgerNode(
      new TestLedger(testGenesis("pbft", { parameters: { feeRateMin: 1_000 } })),
    );
    await charged.server.start();
    try {
      const { client: rpc } = charged;
      const dust = Array.from({ length: 150 }, () => ({ to: addressOf("carol"), amount: 1n }));
      const pages = [dust, dust, [{ to: addressOf("carol"), amount: 1_000_000n }]];
      for (const payments of pages) await sent({ rpc, payments });
      charged.pageMax = 1_000;
      const first = coinsOf(charged.ledger, "carol").slice(0, 256);
      assert.ok(!first.some(({ amount }) => amount > 1n), "it stands behind as many as a transfer may spend");
      const carols = { rpc, from: walletOf("carol"), payments: [], spend: "all" } as const;
      const { spent, outcome } = await sent(carols);
      assert.deepEqual([outcome.status, spent.length], ["final", 256]);
      assert.ok(spent.some(({ amount }) => amount === 1_000_000n));
    } finally {
      await charged.server.stop();
    }
  });
});

/** Has a node ask for another fee rate than that of its chain. */
function askingRate({ server, ledger }: LedgerNode, rate: () => number): void {
  const { answer } = server;
  server.answer = async (received, response) => {
    const { method, id } = received.json as { readonly method: string; readonly id: number };
    if (method !== "governance_state") return answer(received, response);
    const { sequence, members, parameters, assets, clients } = ledger.state.governance.state;
    const { clientsMode } = ledger.chain.genesis;
    const told = { height: 0, sequence, members, assets, clients, clientsMode };
    const result = toJson({ ...told, parameters: { ...parameters, feeRateMin: rate() } });
    sendJson(response, { jsonrpc: "2.0", id, result });
  };
}
