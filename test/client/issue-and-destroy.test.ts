// Issuing and destroying assets, and spending everything at once: whatever is asked, the ledger takes it and every sum is
// right, or the refusal says why.
import assert from "node:assert/strict";
import { type BuiltTransfer, buildTransfer, multiSignature, type TransferRequest } from "@witan/client";
import { AMOUNT_MAX } from "@witan/primitives";
import fc from "fast-check";
import { keyOfName, outputTo, TestLedger, testGenesis } from "../ledger/build.ts";
import { addressOf, coinsOf, madeUpCoin, requestOf, sumOf, walletOf } from "./ledger-coins.ts";

const ledger = new TestLedger();
const { assets } = ledger.chain.genesis;
const keys = ["alice", "mint"].map(walletOf);

function tried(more: Partial<TransferRequest>) {
  return buildTransfer(requestOf(ledger, { keys, assets, payments: [], ...more }));
}

function built(more: Partial<TransferRequest>): BuiltTransfer {
  const result = tried(more);
  assert.ok(result.ok, result.ok ? "" : `${result.code}: ${result.detail}`);
  const judged = ledger.judge(ledger.block([result.value.transaction]));
  assert.ok(judged.ok, judged.ok ? "" : `${judged.code}: ${judged.detail}`);
  return result.value;
}

function codeOf(more: Partial<TransferRequest>): string {
  const result = tried(more);
  return result.ok ? "ok" : result.code;
}

describe("issuing an asset", () => {
  it("pays it out, and what is left of it goes where the change goes; the issuer signs", () => {
    const { transaction, change } = built({
      issued: [{ asset: 1, amount: 500n }],
      payments: [{ to: addressOf("bob"), amount: 300n, asset: 1 }],
    });
    assert.equal(sumOf(change, 1), 200n);
    const signers = transaction.witness.signatures.map(({ publicKey }) => publicKey);
    assert.deepEqual(signers, ["alice", "mint"].map((name) => keyOfName(name).publicKey).sort());
  });

  it("spends one coin though nothing needs it, a native one if there is any", () => {
    assert.equal(built({ issued: [{ asset: 2, amount: 7n }] }).spent.length, 1);
    const { spent, change } = built({
      issued: [{ asset: 2, amount: 7n }],
      coins: coinsOf(ledger, "alice", 1),
    });
    assert.deepEqual([spent.length, sumOf(change, 1), sumOf(change, 2)], [1, 1_000_000n, 7n]);
  });

  it("adds up what is issued of one asset, in the order of assets", () => {
    const issued = [
      { asset: 2, amount: 1n },
      { asset: 1, amount: 5n },
      { asset: 2, amount: 2n },
    ];
    const { body } = built({ issued }).transaction;
    assert.ok(body.kind === "transfer");
    assert.deepEqual(body.issued, [
      { asset: 1, amount: 5n },
      { asset: 2, amount: 3n },
    ]);
  });

  it("by several issuers takes as many as their lock asks for", () => {
    const names = ["ann", "ben", "cat"];
    const lock = multiSignature({ required: 2, publicKeys: names.map((name) => keyOfName(name).publicKey) });
    assert.ok(lock.ok);
    const { policyHash } = lock.value;
    const genesis = testGenesis();
    const shared = genesis.assets.map((asset) =>
      asset.name === "GOLD" ? { ...asset, issuancePolicyHash: policyHash } : asset,
    );
    const own = new TestLedger({ ...genesis, assets: shared });
    const issue = (signers: readonly string[]) =>
      buildTransfer(
        requestOf(own, {
          ...{ keys: ["alice", ...signers].map(walletOf), locks: [lock.value], assets: shared, payments: [] },
          issued: [{ asset: 1, amount: 5n }],
        }),
      );
    const result = issue(["ann", "cat"]);
    assert.ok(result.ok);
    assert.ok(own.judge(own.block([result.value.transaction])).ok);
    const few = issue(["ann"]);
    assert.equal(few.ok ? "ok" : few.code, "policy-unsatisfied");
  });

  it("is refused by code where it is impossible", () => {
    const issued = [{ asset: 1, amount: 5n }];
    assert.equal(codeOf({ issued: [{ asset: 0, amount: 5n }] }), "issued-native");
    assert.equal(codeOf({ issued: [{ asset: 3, amount: 5n }] }), "asset-unknown");
    assert.equal(codeOf({ issued: [{ asset: -1, amount: 5n }] }), "asset-invalid");
    assert.equal(codeOf({ issued: [{ asset: 1, amount: 0n }] }), "amount-invalid");
    assert.equal(codeOf({ issued: [...issued, { asset: 1, amount: AMOUNT_MAX }] }), "amount-invalid");
    assert.equal(codeOf({ issued, keys: [walletOf("alice")] }), "issuer-unknown");
    assert.equal(codeOf({ issued, coins: [] }), "coin-missing");
    const without = buildTransfer(requestOf(ledger, { keys, issued }));
    assert.equal(without.ok ? "ok" : without.code, "issuer-unknown");
    const many = Array.from({ length: 65 }, (_, asset) => ({ asset: asset + 1, amount: 1n }));
    const registered = many.map(() => ({ issuancePolicyHash: keyOfName("mint").policyHash }));
    assert.equal(codeOf({ issued: many, assets: [...registered, ...registered] }), "assets-too-many");
  });
});

describe("destroying an asset", () => {
  it("takes it out of the coins, pays nobody, and brings the rest back", () => {
    const coins = [...coinsOf(ledger, "alice"), ...coinsOf(ledger, "alice", 1)];
    const { transaction, change } = built({ coins, destroyed: [{ asset: 1, amount: 400n }] });
    assert.deepEqual(change, [outputTo(keyOfName("alice"), 999_600n, 1)]);
    assert.ok(transaction.body.kind === "transfer" && transaction.body.destroyed.length === 1);
    assert.deepEqual(built({ destroyed: [{ asset: 0, amount: 1_000_000n }] }).change, []);
    assert.equal(codeOf({ destroyed: [{ asset: 1, amount: 1n }] }), "insufficient-funds");
  });
});

describe("spending all coins", () => {
  it("brings them together, one output for each asset", () => {
    const coins = [...coinsOf(ledger, "alice"), ...coinsOf(ledger, "alice", 1)];
    const { spent, change } = built({ coins, spend: "all" });
    assert.equal(spent.length, 10);
    assert.deepEqual(
      change.map(({ asset, amount }) => [asset, amount]),
      [
        [0, 8_000_000n],
        [1, 2_000_000n],
      ],
    );
    const many = Array.from({ length: 257 }, (_, at) => madeUpCoin("alice", 1n, { tag: `${at}` }));
    assert.equal(codeOf({ coins: many, spend: "all" }), "coins-too-many");
    assert.equal(codeOf({ coins: [], spend: "all" }), "coin-missing");
  });

  it("splits what no output can hold", () => {
    const coins = [1, 2, 3].map((tag) => madeUpCoin("alice", AMOUNT_MAX, { tag: `${tag}` }));
    const result = tried({ coins, spend: "all", fee: { kind: "rate", rate: 1_000 } });
    assert.ok(result.ok);
    const { change, fee } = result.value;
    assert.equal(change.length, 3);
    assert.equal(sumOf(change, 0), 3n * AMOUNT_MAX - fee);
  });
});

describe("whatever is issued, destroyed and paid", () => {
  const amounts = fc.array(
    fc.record({ asset: fc.constantFrom(0, 1, 2), amount: fc.bigInt(1n, 3_000_000n) }),
    { maxLength: 4 },
  );
  const all = [...coinsOf(ledger, "alice"), ...coinsOf(ledger, "alice", 1)];
  const shape = fc.record({
    paid: amounts,
    issued: amounts.map((list) => list.filter(({ asset }) => asset !== 0)),
    destroyed: amounts,
    coins: fc.subarray([...all]),
    spend: fc.constantFrom("least" as const, "all" as const),
    rate: fc.constantFrom(0, 1_000),
  });

  it("is taken by the ledger with every sum right, or there is too little of something", () => {
    fc.assert(
      fc.property(shape, ({ paid, issued, destroyed, coins, spend, rate }) => {
        const payments = paid.map((one) => ({ ...one, to: addressOf("bob") }));
        const result = tried({ payments, issued, destroyed, coins, spend, fee: { kind: "rate", rate } });
        if (!result.ok) {
          const isLack = ["insufficient-funds", "coin-missing", "outputs-empty"].includes(result.code);
          return assert.ok(isLack, `${result.code}: ${result.detail}`);
        }
        const { transaction, spent, fee } = result.value;
        const judged = ledger.judge(ledger.block([transaction]));
        assert.ok(judged.ok, judged.ok ? "" : `${judged.code}: ${judged.detail}`);
        const { body } = transaction;
        assert.ok(body.kind === "transfer");
        for (const asset of [0, 1, 2])
          assert.equal(
            sumOf(spent, asset) + sumOf(issued as never, asset),
            sumOf(body.outputs, asset) + sumOf(destroyed as never, asset) + (asset === 0 ? fee : 0n),
          );
        if (spend === "all") assert.equal(spent.length, coins.length);
      }),
      { numRuns: 200 },
    );
  });
});
