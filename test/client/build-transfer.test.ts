// What the client builds, judged by the ledger: every transfer is valid and conserves value, or the refusal says why.
import assert from "node:assert/strict";
import { type BuiltTransfer, buildTransfer, type SpendableCoin, type TransferRequest } from "@witan/client";
import { keyOf, type Transfer } from "@witan/ledger";
import { AMOUNT_MAX, LIMITS, SIGNATURE_WEIGHT } from "@witan/primitives";
import fc from "fast-check";
import { keyOfName, outputTo, TestLedger, testGenesis } from "../ledger/build.ts";
import { addressOf, coinsOf, madeUpCoin, requestOf, sumOf, walletOf } from "./ledger-coins.ts";

const ledger = new TestLedger();
const NAMES = ["alice", "bob"];

function built(request: TransferRequest): BuiltTransfer {
  const result = buildTransfer(request);
  assert.ok(result.ok, result.ok ? "" : `${result.code}: ${result.detail}`);
  return result.value;
}

function refusal(more: Partial<TransferRequest>) {
  const result = buildTransfer(requestOf(ledger, more));
  assert.ok(!result.ok);
  assert.ok(result.detail !== undefined && result.detail !== "");
  return result;
}

function bodyOf({ transaction }: BuiltTransfer): Transfer {
  assert.equal(transaction.body.kind, "transfer");
  return transaction.body as Transfer;
}

/** The least fee of a transaction at a rate: docs/formats.md, section 7. */
function leastFee(weight: number, rate: number): bigint {
  return (BigInt(rate) * BigInt(weight) + 999n) / 1_000n;
}

describe("building a transfer", () => {
  it("pays, brings change back, and is taken by the ledger", () => {
    const grown = new TestLedger();
    const payments = [{ to: addressOf("carol"), amount: 1_500_000n }];
    const transfer = built(requestOf(grown, { payments, fee: { kind: "exact", amount: 7n }, memo: "00ff" }));
    assert.equal(transfer.spent.length, 2);
    assert.deepEqual(transfer.change, [outputTo(keyOfName("alice"), 499_993n)]);
    assert.equal(bodyOf(transfer).memo, "00ff");
    grown.grow(transfer.transaction);
    assert.equal(sumOf(coinsOf(grown, "carol"), 0), 1_500_000n);
    assert.equal(sumOf(coinsOf(grown, "alice"), 0), 8_000_000n - 1_500_007n);
  });

  it("is the same for the same request, in whatever order its coins come, and if some come twice", () => {
    const coins = coinsOf(ledger, "alice");
    const bytes = (list: readonly SpendableCoin[]) =>
      built(requestOf(ledger, { coins: list, payments: [{ to: addressOf("bob"), amount: 2_500_000n }] }))
        .transaction.id;
    assert.equal(bytes([...coins].reverse()), bytes(coins));
    assert.equal(bytes([...coins, ...coins]), bytes(coins));
  });

  it("spends the largest coins first, so as few as can be", () => {
    const coins = [5n, 100n, 20n, 1n].map((amount) => madeUpCoin("alice", amount));
    const amountsFor = (amount: bigint) =>
      built(requestOf(ledger, { coins, payments: [{ to: addressOf("bob"), amount }] })).spent.map(
        (coin) => coin.amount,
      );
    assert.deepEqual(amountsFor(1n), [100n]);
    assert.deepEqual(amountsFor(100n), [100n]);
    assert.deepEqual(amountsFor(101n), [100n, 20n]);
    assert.deepEqual(amountsFor(126n), [100n, 20n, 5n, 1n]);
  });

  it("makes no change where nothing is left", () => {
    assert.deepEqual(
      built(requestOf(ledger, { payments: [{ to: addressOf("bob"), amount: 1_000_000n }] })).change,
      [],
    );
  });

  it("signs once for each key, whatever the number of coins", () => {
    const keys = NAMES.map(walletOf);
    const coins = NAMES.flatMap((name) => coinsOf(ledger, name));
    const payments = [{ to: addressOf("carol"), amount: 10_000_000n }];
    const { transaction } = built(requestOf(ledger, { keys, coins, payments }));
    assert.equal(transaction.witness.signatures.length, 2);
    assert.ok(ledger.judge(ledger.block([transaction])).ok);
    const one = built(requestOf(ledger, { keys, coins })).transaction;
    assert.equal(one.witness.signatures.length, 1, "only keys whose coins are spent sign");
  });

  it("moves several assets, with one change for each, in the order of assets", () => {
    const coins = [...coinsOf(ledger, "alice"), ...coinsOf(ledger, "alice", 1)];
    const payments = [
      { to: addressOf("bob"), amount: 1_000_001n, asset: 1 },
      { to: addressOf("carol"), amount: 5n },
      { to: addressOf("carol"), amount: 6n, asset: 1 },
    ];
    const transfer = built(requestOf(ledger, { coins, payments, fee: { kind: "rate", rate: 1_000 } }));
    assert.deepEqual(
      transfer.change.map(({ asset, amount }) => [asset, amount]),
      [
        [0, 999_995n - transfer.fee],
        [1, 999_993n],
      ],
    );
    assert.ok(ledger.judge(ledger.block([transfer.transaction])).ok);
  });

  it("needs no native coin for another asset without a fee", () => {
    const coins = coinsOf(ledger, "alice", 1);
    const payments = [{ to: addressOf("bob"), amount: 1n, asset: 1 }];
    const { transaction } = built(requestOf(ledger, { coins, payments }));
    assert.ok(ledger.judge(ledger.block([transaction])).ok);
  });

  describe("the fee by rate", () => {
    const rate = 12_345;
    const fee = { kind: "rate", rate } as const;
    const leftOf = (left: bigint) => {
      // One coin, one payment, a fee; what is left over is chosen.
      const plain = built(requestOf(ledger, { fee, coins: [madeUpCoin("alice", 10n ** 9n)] }));
      const without = leastFee(plain.transaction.weight - 44, rate);
      const amount = 10n ** 9n - without - left;
      const payments = [{ to: addressOf("bob"), amount }];
      const coins = [madeUpCoin("alice", 10n ** 9n)];
      return { without, ...built(requestOf(ledger, { fee, coins, payments })) };
    };

    it("is the least that the chain takes", () => {
      const charged = new TestLedger(testGenesis("pbft", { parameters: { feeRateMin: rate } }));
      const { transaction, fee: paid } = built(requestOf(charged, { fee }));
      assert.equal(paid, leastFee(transaction.weight, rate));
      assert.equal(transaction.weight, transaction.bytes.length + SIGNATURE_WEIGHT);
      assert.ok(charged.judge(charged.block([transaction])).ok);
      const lower = { kind: "exact", amount: paid - 1n } as const;
      const judged = charged.judge(charged.block([built(requestOf(charged, { fee: lower })).transaction]));
      assert.equal(judged.ok ? "ok" : judged.code, "fee-too-low");
    });

    it("takes what is worth less than the output that would bring it back", () => {
      const changeCost = leastFee(44, rate);
      for (const left of [0n, 1n, changeCost - 1n]) {
        const { change, fee: paid, without } = leftOf(left);
        assert.deepEqual(change, []);
        assert.equal(paid, without + left);
      }
      const { change } = leftOf(changeCost + 1n);
      assert.ok(change.length === 1 && (change[0]?.amount ?? 0n) >= 1n);
    });

    it("of 0 is nothing", () => {
      assert.equal(built(requestOf(ledger, { fee: { kind: "rate", rate: 0 } })).fee, 0n);
    });
  });

  describe("is refused", () => {
    it("insufficient-funds: says how much is there, wanted, and the fee", () => {
      const payments = [{ to: addressOf("bob"), amount: 8_000_000n }];
      assert.deepEqual(refusal({ payments, fee: { kind: "exact", amount: 1n } }), {
        ok: false,
        code: "insufficient-funds",
        detail: "asset 0: 8000000 there, wanted 8000000 and a fee of 1",
        asset: 0,
        available: 8_000_000n,
        wanted: 8_000_000n,
        fee: 1n,
      });
      const byRate = refusal({ payments, fee: { kind: "rate", rate: 1 } });
      assert.ok(byRate.code === "insufficient-funds" && byRate.fee > 0n);
      const other = refusal({ payments: [{ to: addressOf("bob"), amount: 5n, asset: 2 }] });
      assert.ok(other.code === "insufficient-funds" && other.asset === 2 && other.available === 0n);
      assert.equal(refusal({ coins: [] }).code, "insufficient-funds");
    });

    it("coins-too-many: enough, but in more coins than a transfer may spend", () => {
      const coins = Array.from({ length: 300 }, (_, at) => madeUpCoin("alice", 1n, { tag: `${at}` }));
      const pay = (amount: bigint) => ({ coins, payments: [{ to: addressOf("bob"), amount }] });
      assert.equal(built(requestOf(ledger, pay(256n))).spent.length, LIMITS.inputs);
      for (const amount of [257n, 300n]) assert.equal(refusal(pay(amount)).code, "coins-too-many");
      assert.equal(refusal(pay(301n)).code, "insufficient-funds");
      const mixed = [...coins, ...coins.map((_, at) => madeUpCoin("alice", 1n, { asset: 1, tag: `${at}` }))];
      const both = [200n, 57n].map((amount, asset) => ({ to: addressOf("bob"), amount, asset }));
      assert.equal(refusal({ coins: mixed, payments: both }).code, "coins-too-many");
    });

    it("keys-too-many: the coins need more signatures than a transfer may have", () => {
      const names = Array.from({ length: 65 }, (_, at) => `holder ${at}`);
      const keys = names.map(walletOf);
      const coins = names.map((name) => madeUpCoin(name, 1n));
      const pay = (amount: bigint) => ({ keys, coins, payments: [{ to: addressOf("bob"), amount }] });
      assert.equal(
        built(requestOf(ledger, pay(64n))).transaction.witness.signatures.length,
        LIMITS.signatures,
      );
      assert.equal(refusal(pay(65n)).code, "keys-too-many");
    });

    it("outputs-too-many: payments, or payments and change", () => {
      const pay = (count: number) =>
        Array.from({ length: count }, () => ({ to: addressOf("bob"), amount: 1n }));
      assert.equal(bodyOf(built(requestOf(ledger, { payments: pay(255) }))).outputs.length, LIMITS.outputs);
      assert.equal(refusal({ payments: pay(256) }).code, "outputs-too-many");
      assert.equal(refusal({ payments: pay(257) }).code, "outputs-too-many");
      const whole = { payments: pay(256), coins: [madeUpCoin("alice", 256n)] };
      assert.equal(bodyOf(built(requestOf(ledger, whole))).outputs.length, LIMITS.outputs);
    });

    it("values out of range, each by its code", () => {
      const to = addressOf("bob");
      const cases: [string, Partial<TransferRequest>][] = [
        ["outputs-empty", { payments: [] }],
        ["address-invalid", { payments: [{ to: `${to}x`, amount: 1n }] }],
        ["address-invalid", { payments: [{ to: walletOf("bob").address("other"), amount: 1n }] }],
        ["address-invalid", { changeTo: "" }],
        ["amount-invalid", { payments: [{ to, amount: 0n }] }],
        ["amount-invalid", { payments: [{ to, amount: -1n }] }],
        ["amount-invalid", { payments: [{ to, amount: AMOUNT_MAX + 1n }] }],
        ["asset-invalid", { payments: [{ to, amount: 1n, asset: -1 }] }],
        ["asset-invalid", { payments: [{ to, amount: 1n, asset: 0.5 }] }],
        ["fee-invalid", { fee: { kind: "exact", amount: -1n } }],
        ["fee-invalid", { fee: { kind: "exact", amount: AMOUNT_MAX + 1n } }],
        ["fee-invalid", { fee: { kind: "rate", rate: 0.5 } }],
        ["fee-invalid", { fee: { kind: "rate", rate: -1 } }],
        ["memo-invalid", { memo: "hello" }],
        ["memo-invalid", { memo: "00".repeat(257) }],
        ["valid-until-invalid", { validUntil: Number.NaN }],
        ["valid-until-invalid", { validUntil: -1 }],
        ["key-missing", { coins: coinsOf(ledger, "bob") }],
        ["key-missing", { keys: [] }],
        ["coin-invalid", { coins: [{ ...madeUpCoin("alice", 1n), index: 70_000 }] }],
        ["coin-invalid", { coins: [madeUpCoin("alice", 0n)] }],
        ["coin-invalid", { coins: [madeUpCoin("alice", AMOUNT_MAX + 1n)] }],
      ];
      for (const [code, more] of cases)
        assert.equal(refusal(more).code, code, JSON.stringify(more.memo ?? code));
    });

    it("and the refusal is not about amounts at the very top", () => {
      const payments = [{ to: addressOf("bob"), amount: AMOUNT_MAX }];
      const coins = [madeUpCoin("alice", AMOUNT_MAX), madeUpCoin("alice", AMOUNT_MAX, { tag: "second" })];
      const transfer = built(requestOf(ledger, { coins, payments, fee: { kind: "exact", amount: 1n } }));
      assert.equal(sumOf(transfer.change, 0), AMOUNT_MAX - 1n);
    });
  });

  describe("whatever is asked", () => {
    const payment = fc.record({
      to: fc.constantFrom("alice", "bob", "carol").map(addressOf),
      amount: fc.oneof(fc.bigInt(1n, 20n), fc.bigInt(1n, 3_000_000n)),
      asset: fc.constantFrom(0, 0, 1),
    });
    const fee = fc.oneof(
      fc.bigInt(0n, 2_000_000n).map((amount) => ({ kind: "exact" as const, amount })),
      fc.integer({ min: 0, max: 3_000_000 }).map((rate) => ({ kind: "rate" as const, rate })),
    );
    const all = NAMES.flatMap((name) => [...coinsOf(ledger, name), ...coinsOf(ledger, name, 1)]);
    const small = fc.array(fc.bigInt(1n, 50_000n), { maxLength: 40 });

    it("is taken by the ledger and conserves value, or there is too little money", () => {
      const payments = fc.array(payment, { minLength: 1, maxLength: 6 });
      fc.assert(
        fc.property(payments, fee, fc.subarray(all), (asked, choice, coins) => {
          const request = requestOf(ledger, {
            keys: NAMES.map(walletOf),
            coins,
            payments: asked,
            fee: choice,
          });
          const result = buildTransfer(request);
          if (!result.ok) return assertTooLittle(request, result.code);
          const { transaction } = result.value;
          const judged = ledger.judge(ledger.block([transaction]));
          assert.ok(judged.ok, judged.ok ? "" : `${judged.code}: ${judged.detail}`);
          assertConserved(request, result.value);
        }),
        { numRuns: 150 },
      );
    });

    it("of many small coins too", () => {
      fc.assert(
        fc.property(small, fc.bigInt(1n, 500_000n), fee, (amounts, amount, choice) => {
          const coins = amounts.map((one, at) => madeUpCoin("alice", one, { tag: `${at}` }));
          const payments = [{ to: addressOf("bob"), amount }];
          const request = requestOf(ledger, { coins, payments, fee: choice });
          const result = buildTransfer(request);
          if (!result.ok) return assertTooLittle(request, result.code);
          assertConserved(request, result.value);
        }),
        { numRuns: 200 },
      );
    });
  });
});

/** The sums by hand: what goes in comes out, and nobody but the payees, the payer and the fee gets any of it. */
function assertConserved(request: TransferRequest, transfer: BuiltTransfer): void {
  const body = bodyOf(transfer);
  const byKey = new Map(request.coins.map((coin) => [keyOf(coin), coin]));
  const spent = body.inputs.map((input) => byKey.get(keyOf(input)) as SpendableCoin);
  for (const asset of [0, 1]) {
    const fee = asset === 0 ? body.fee : 0n;
    assert.equal(sumOf(spent, asset), sumOf(body.outputs, asset) + fee);
  }
  assert.equal(body.fee, transfer.fee);
  const changeAssets = transfer.change.map((one) => one.asset);
  assert.deepEqual(changeAssets, [...new Set(changeAssets)].sort(), "one change for each asset");
  assert.ok(
    transfer.change.every(
      ({ policyHash, amount }) => policyHash === walletOf("alice").policyHash && amount > 0n,
    ),
  );
  assert.equal(body.outputs.length, request.payments.length + transfer.change.length);
  if (request.fee.kind === "exact") assert.equal(body.fee, request.fee.amount);
  else {
    const least = leastFee(transfer.transaction.weight, request.fee.rate);
    const isChanged = changeAssets.includes(0 as never);
    assert.ok(
      isChanged
        ? body.fee === least
        : body.fee >= least && body.fee <= least + leastFee(45, request.fee.rate),
    );
  }
}

function assertTooLittle(request: TransferRequest, code: string): void {
  assert.equal(code, "insufficient-funds");
  if (request.fee.kind === "rate") return;
  const { amount: fee } = request.fee;
  const short = [0, 1].some((asset) => {
    const paid = request.payments
      .filter((one) => (one.asset ?? 0) === asset)
      .reduce((sum, one) => sum + one.amount, 0n);
    return sumOf(request.coins, asset) < paid + (asset === 0 ? fee : 0n);
  });
  assert.ok(short, "refused although there is enough");
}
