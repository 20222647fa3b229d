// Many payments in few transfers: every payment once, no coin twice, and the ledger takes all of them in their order.
import assert from "node:assert/strict";
import { type PaymentsRequest, planPayments } from "@witan/client";
import { keyOf } from "@witan/ledger";
import { MEMPOOL_LIMITS } from "@witan/primitives";
import fc from "fast-check";
import { TestLedger } from "../ledger/build.ts";
import { addressOf, coinsOf, madeUpCoin, sumOf, walletOf } from "./ledger-coins.ts";

function requestFor(ledger: TestLedger, more: Partial<PaymentsRequest>): PaymentsRequest {
  return {
    ...{ chain: ledger.chain, from: walletOf("alice"), coins: coinsOf(ledger, "alice"), payments: [] },
    ...{ fee: { kind: "exact", amount: 10n }, validUntil: ledger.nextTime + 60_000 },
    ...more,
  };
}

function paying(count: number, amount = 1n) {
  return Array.from({ length: count }, () => ({ to: addressOf("bob"), amount }));
}

describe("many payments", () => {
  it("that fit in one transfer are one", () => {
    const planned = planPayments(requestFor(new TestLedger(), { payments: paying(200) }));
    assert.ok(planned.ok && planned.value.length === 1);
  });

  it("beyond that are as few as hold them, and all are made", () => {
    const ledger = new TestLedger();
    const before = sumOf(coinsOf(ledger, "bob"), 0);
    const planned = planPayments(requestFor(ledger, { payments: paying(1_000, 3n) }));
    assert.ok(planned.ok);
    assert.equal(planned.value.length, 4);
    for (const { transaction } of planned.value) ledger.grow(transaction);
    assert.equal(sumOf(coinsOf(ledger, "bob"), 0), before + 3_000n);
    assert.equal(sumOf(coinsOf(ledger, "alice"), 0), 8_000_000n - 3_000n - 40n);
  });

  it("spend what comes back of the transfers before, where other coins do not suffice, in one block too", () => {
    const ledger = new TestLedger();
    const coins = coinsOf(ledger, "alice").slice(0, 1);
    const planned = planPayments(requestFor(ledger, { payments: paying(600), coins }));
    assert.ok(planned.ok);
    assert.equal(planned.value.length, 3);
    ledger.grow(...planned.value.map(({ transaction }) => transaction));
  });

  it("are refused as a whole: for lack of money, or if too many transfers would wait for each other", () => {
    const ledger = new TestLedger();
    const codeOf = (more: Partial<PaymentsRequest>) => {
      const planned = planPayments(requestFor(ledger, more));
      return planned.ok ? "ok" : planned.code;
    };
    assert.equal(codeOf({ payments: paying(600, 20_000n) }), "insufficient-funds");
    assert.equal(codeOf({ payments: [] }), "outputs-empty");
    const one = { coins: [madeUpCoin("alice", 10n ** 12n)], fee: { kind: "exact", amount: 0n } } as const;
    const most = 255 * (MEMPOOL_LIMITS.ancestors + 1);
    assert.equal(codeOf({ payments: paying(most), ...one }), "ok");
    assert.equal(codeOf({ payments: paying(most + 255), ...one }), "chain-too-long");
  }).timeout(60_000);

  it("of any amounts and assets are each made once, from no coin twice", () => {
    const payment = fc.record({
      to: fc.constantFrom("bob", "carol").map(addressOf),
      amount: fc.bigInt(1n, 2_000n),
      asset: fc.constantFrom(0, 0, 0, 1),
    });
    const payments = fc.array(payment, { minLength: 1, maxLength: 700, size: "max" });
    fc.assert(
      fc.property(payments, (asked) => {
        const ledger = new TestLedger();
        const coins = [...coinsOf(ledger, "alice"), ...coinsOf(ledger, "alice", 1)];
        const planned = planPayments(requestFor(ledger, { payments: asked, coins }));
        assert.ok(planned.ok, planned.ok ? "" : planned.code);
        const spent = planned.value.flatMap((one) => one.spent.map(keyOf));
        assert.equal(new Set(spent).size, spent.length);
        const paid = planned.value.flatMap(({ transaction: { body }, change }) =>
          body.kind === "transfer" ? body.outputs.slice(0, body.outputs.length - change.length) : [],
        );
        assert.deepEqual(
          paid.map(({ amount, asset }) => [amount, asset]),
          asked.map(({ amount, asset }) => [amount, asset]),
        );
        ledger.grow(...planned.value.map(({ transaction }) => transaction));
      }),
      { numRuns: 10 },
    );
  }).timeout(60_000);
});
