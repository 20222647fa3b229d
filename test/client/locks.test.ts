// Locks: what the client makes of policies, how it opens them, and that the ledger agrees; against a dumb judge who knows
// what policies mean and nothing of witnesses.
import assert from "node:assert/strict";
import {
  afterPolicy,
  allOf,
  anyOf,
  buildTransfer,
  draftTransfer,
  escrow,
  hashPolicy,
  hashTimeLock,
  keyPolicy,
  type Lock,
  type LockResult,
  multiSignature,
  openLock,
  revealedPreimage,
  swapDigest,
  type TransferRequest,
  thresholdPolicy,
} from "@witan/client";
import { type Policy, policyFaults } from "@witan/ledger";
import fc from "fast-check";
import { keyOfName, type TestLedger } from "../ledger/build.ts";
import { addressOf, requestOf, walletOf } from "./ledger-coins.ts";
import { digestOf, HOLDERS, ledgerWith, lockOf, NOW, opens, policy, SECRETS } from "./made-up-locks.ts";

const publicKeyOf = (name: string) => keyOfName(name).publicKey;
const [SECRET = "", OTHER = ""] = SECRETS;

function made(result: LockResult): Lock {
  assert.ok(result.ok, result.ok ? "" : `${result.code}: ${result.detail}`);
  return result.value;
}

/** Everything of a lock, to bob. */
function emptying(ledger: TestLedger, lock: Lock, more: Partial<TransferRequest>) {
  return buildTransfer(
    requestOf(ledger, {
      ...{ locks: [lock], keys: [], coins: ledger.coinsOf(lock.policyHash), spend: "all", payments: [] },
      ...{ changeTo: addressOf("bob"), fee: { kind: "rate", rate: 1_000 } },
      ...more,
    }),
  );
}

function codeOf(result: { readonly ok: boolean; readonly code?: string }): string {
  return result.ok ? "ok" : (result.code ?? "");
}

describe("locks", () => {
  describe("multi-signature", () => {
    const three = HOLDERS.slice(0, 3);
    const lock = made(multiSignature({ required: 2, publicKeys: three.map(publicKeyOf) }));

    it("opens for any two of three, and shows no more than two", () => {
      const ledger = ledgerWith([lock], 1_000);
      for (const names of [["ann", "ben"], ["ann", "cat"], ["ben", "cat"], three]) {
        const built = emptying(ledger, lock, { keys: names.map(walletOf) });
        assert.ok(built.ok, codeOf(built));
        assert.equal(built.value.transaction.witness.signatures.length, 2);
        assert.ok(ledger.judge(ledger.block([built.value.transaction])).ok);
      }
    });

    it("stays shut for one, and for strangers", () => {
      const ledger = ledgerWith([lock]);
      for (const names of [[], ["ann"], ["ann", "dan"], ["dan", "eve"]])
        assert.equal(codeOf(emptying(ledger, lock, { keys: names.map(walletOf) })), "policy-unsatisfied");
    });

    it("is refused where it could never be spent, or a key would count twice", () => {
      const keys = three.map(publicKeyOf);
      assert.equal(codeOf(multiSignature({ required: 4, publicKeys: keys })), "policy-threshold");
      assert.equal(codeOf(multiSignature({ required: 0, publicKeys: keys })), "policy-threshold");
      assert.equal(codeOf(multiSignature({ required: 1, publicKeys: [] })), "policy-threshold");
      const [first = ""] = keys;
      assert.equal(codeOf(multiSignature({ required: 2, publicKeys: [first, first] })), "lock-roles");
      assert.equal(codeOf(multiSignature({ required: 1, publicKeys: ["00".repeat(33)] })), "policy-key");
      const many = Array.from({ length: 17 }, (_, at) => publicKeyOf(`holder ${at}`));
      assert.equal(codeOf(multiSignature({ required: 1, publicKeys: many })), "policy-threshold");
    });
  });

  describe("escrow", () => {
    const timeout = NOW + 500;
    const lock = made(
      escrow({
        ...{ buyer: publicKeyOf("ann"), seller: publicKeyOf("ben"), arbiter: publicKeyOf("cat") },
        timeout,
      }),
    );
    const ledger = ledgerWith([lock]);
    const tried = (names: readonly string[], time: number) =>
      codeOf(emptying(ledger, lock, { keys: names.map(walletOf), time }));

    it("opens for two of the three at any time, for the buyer alone after the timeout", () => {
      for (const names of [
        ["ann", "ben"],
        ["ann", "cat"],
        ["ben", "cat"],
      ])
        assert.equal(tried(names, NOW), "ok");
      assert.equal(tried(["ann"], timeout), "ok");
      for (const name of ["ben", "cat"]) assert.equal(tried([name], timeout + 1), "policy-unsatisfied");
      const early = emptying(ledger, lock, { keys: [walletOf("ann")], time: timeout - 1 });
      assert.ok(!early.ok && early.code === "too-early");
      assert.equal(early.from, timeout);
    });

    it("goes back by a block after the timeout, and by none before", () => {
      const built = emptying(ledger, lock, { keys: [walletOf("ann")], time: timeout });
      assert.ok(built.ok);
      const at = (timestamp: number) =>
        ledger.judge(ledger.block([built.value.transaction], { timestamp: timestamp as never }));
      assert.equal(codeOf(at(timeout - 1)), "premature");
      assert.equal(codeOf(at(timeout)), "ok");
    });

    it("has three different people", () => {
      const [a, b] = [publicKeyOf("ann"), publicKeyOf("ben")];
      assert.equal(codeOf(escrow({ buyer: a, seller: b, arbiter: a, timeout })), "lock-roles");
    });
  });

  describe("hash-and-time swap", () => {
    const timeout = NOW + 500;
    const [recipient, refund] = [publicKeyOf("ann"), publicKeyOf("ben")];
    const lock = made(hashTimeLock({ digest: digestOf(SECRET), recipient, refund, timeout }));
    const ledger = ledgerWith([lock]);

    it("opens for the recipient with the secret, which the chain then shows", () => {
      const built = emptying(ledger, lock, { keys: [walletOf("ann")], preimages: [SECRET] });
      assert.ok(built.ok);
      const { transaction } = built.value;
      assert.ok(ledger.judge(ledger.block([transaction])).ok);
      assert.equal(revealedPreimage(transaction, digestOf(SECRET)), SECRET);
      assert.equal(revealedPreimage(transaction, digestOf(OTHER)), undefined);
    });

    it("stays shut with another secret, and opens for the other side after the timeout, without the secret", () => {
      const keys = [walletOf("ann")];
      assert.equal(codeOf(emptying(ledger, lock, { keys, preimages: [OTHER] })), "policy-unsatisfied");
      const back = { keys: [walletOf("ben")], preimages: [SECRET] };
      assert.equal(codeOf(emptying(ledger, lock, { ...back, time: timeout - 1 })), "too-early");
      const built = emptying(ledger, lock, { ...back, time: timeout });
      assert.ok(built.ok);
      assert.deepEqual(built.value.transaction.witness.preimages, [], "no secret is told without need");
    });

    it("tells the digest of a secret, and refuses what is none", () => {
      assert.deepEqual(swapDigest(SECRET), { ok: true, value: digestOf(SECRET) });
      assert.equal(codeOf(swapDigest("secret")), "preimage-invalid");
      assert.equal(codeOf(hashTimeLock({ digest: "00", recipient, refund, timeout })), "policy-tree");
      assert.equal(codeOf(emptying(ledger, lock, { preimages: ["00"] })), "preimage-invalid");
      const wrong = { digest: digestOf(SECRET), recipient, refund, timeout: 0.5 };
      assert.equal(codeOf(hashTimeLock(wrong)), "policy-tree");
    });
  });

  it("are refused where no witness could show them", () => {
    const key = keyPolicy(publicKeyOf("ann"));
    const deep = allOf(anyOf(allOf(anyOf(key))));
    const large = allOf(
      ...Array.from({ length: 4 }, () =>
        thresholdPolicy(
          1,
          Array.from({ length: 8 }, () => key),
        ),
      ),
    );
    const cases: readonly [string, Policy][] = [
      ["policy-tree", []],
      ["policy-tree", [...key, ...key]],
      ["policy-depth", deep],
      ["policy-large", large],
      ["policy-root-hidden", [{ kind: "hidden", hash: lockOf(key).policyHash }]],
    ];
    for (const [code, nodes] of cases) assert.equal(codeOf(openLock(nodes)), code);
    assert.equal(codeOf(openLock(anyOf(key, hashPolicy(digestOf(SECRET))))), "ok");
  });

  describe("of a transfer that would be too large", () => {
    const emptied = (locks: readonly Lock[], more: Partial<TransferRequest> = {}) => {
      const ledger = ledgerWith(locks);
      const coins = locks.flatMap((lock) => ledger.coinsOf(lock.policyHash).slice(0, 1));
      const request = requestOf(ledger, {
        ...{ locks, keys: [walletOf("ann")], coins, spend: "all", payments: [], changeTo: addressOf("bob") },
        ...more,
      });
      return [codeOf(buildTransfer(request)), codeOf(draftTransfer(request))];
    };
    const wide = (count: number) =>
      Array.from({ length: count }, (_, at) => {
        const others = Array.from({ length: 15 }, (__, other) => afterPolicy(NOW + 100 * at + other + 1));
        return lockOf(anyOf(keyPolicy(publicKeyOf("ann")), ...others));
      });

    it("are refused: too many bytes", () => {
      assert.deepEqual(emptied(wide(100)), ["ok", "ok"]);
      assert.deepEqual(emptied(wide(120)), ["transfer-too-large", "transfer-too-large"]);
    });

    it("are refused: too many preimages", () => {
      const secrets = Array.from({ length: 65 }, (_, at) => at.toString(16).padStart(64, "0"));
      const locks = secrets.map((secret) =>
        lockOf(allOf(keyPolicy(publicKeyOf("ann")), hashPolicy(digestOf(secret)))),
      );
      assert.deepEqual(emptied(locks.slice(1), { preimages: secrets.slice(1) }), ["ok", "ok"]);
      assert.deepEqual(emptied(locks, { preimages: secrets }), ["preimages-too-many", "preimages-too-many"]);
    });
  });

  it("open for exactly those who satisfy them, and the ledger takes it, at the least fee", () => {
    const hand = fc.record({
      names: fc.subarray([...HOLDERS]),
      secrets: fc.subarray([...SECRETS]),
      time: fc.constantFrom(0, NOW),
    });
    fc.assert(
      fc.property(policy, policy, hand, (one, two, { names, secrets, time }) => {
        const locks = [one, two].map(lockOf);
        const ledger = ledgerWith(locks, 1_000);
        const coins = locks.flatMap((lock) => ledger.coinsOf(lock.policyHash));
        const distinct = coins.filter(
          (coin, at) =>
            coins.findIndex(
              (other) => other.transaction === coin.transaction && other.index === coin.index,
            ) === at,
        );
        const built = buildTransfer(
          requestOf(ledger, {
            ...{ locks, keys: names.map(walletOf), preimages: secrets, time, coins: distinct, spend: "all" },
            ...{ payments: [], changeTo: addressOf("bob"), fee: { kind: "rate", rate: 1_000 } },
          }),
        );
        const expected = [one, two].every((nodes) => opens(nodes, { names, secrets, time }));
        if (!built.ok) {
          const inTime = [one, two].every((nodes) => opens(nodes, { names, secrets, time: NOW + 500 }));
          assert.equal(expected, false, built.code);
          return assert.equal(built.code, inTime ? "too-early" : "policy-unsatisfied");
        }
        assert.ok(expected, "opened by who can't");
        const { transaction, fee } = built.value;
        const judged = ledger.judge(ledger.block([transaction]));
        assert.ok(judged.ok, judged.ok ? "" : `${judged.code}: ${judged.detail}`);
        assert.equal(fee, BigInt(transaction.weight));
        for (const shown of transaction.witness.policies) assert.deepEqual(policyFaults(shown), []);
      }),
      { numRuns: 150 },
    );
  });
});
