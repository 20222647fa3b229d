// Transfers that several people sign: from hand to hand as bytes, in any order, by whoever the locks name; and bytes that
// come from somebody who means ill.
import assert from "node:assert/strict";
import {
  completePartial,
  type DraftedTransfer,
  decodePartial,
  draftTransfer,
  encodePartial,
  joinPartials,
  keyPolicy,
  multiSignature,
  type PartialTransfer,
  partialStatus,
  paymentsOf,
  revealPreimage,
  signPartial,
} from "@witan/client";
import { transactionCodec } from "@witan/ledger";
import { bytesToHex, hexToBytes, type Signature } from "@witan/primitives";
import fc from "fast-check";
import { keyOfName } from "../ledger/build.ts";
import { addressOf, requestOf, walletOf } from "./ledger-coins.ts";
import { digestOf, HOLDERS, ledgerWith, lockOf, NOW, opens, policy, SECRETS } from "./made-up-locks.ts";

const lock = (() => {
  const made = multiSignature({
    required: 2,
    publicKeys: HOLDERS.slice(0, 3).map((name) => keyOfName(name).publicKey),
  });
  assert.ok(made.ok);
  return made.value;
})();
const ledger = ledgerWith([lock], 1_000);

function drafted(names: readonly string[] = []): DraftedTransfer {
  const draft = draftTransfer(
    requestOf(ledger, {
      ...{ locks: [lock], keys: names.map(walletOf), coins: ledger.coinsOf(lock.policyHash) },
      ...{ payments: [{ to: addressOf("bob"), amount: 700_000n }], changeTo: lock.address("wt") },
      fee: { kind: "rate", rate: 1_000 },
    }),
  );
  assert.ok(draft.ok, draft.ok ? "" : `${draft.code}: ${draft.detail}`);
  return draft.value;
}

/** As it is after it went to someone else as bytes. */
function handed(partial: PartialTransfer): PartialTransfer {
  const decoded = decodePartial(ledger.chain, encodePartial(partial));
  assert.ok(decoded.ok, decoded.ok ? "" : `${decoded.code}: ${decoded.detail}`);
  return decoded.value;
}

function signed(partial: PartialTransfer, name: string): PartialTransfer {
  const result = signPartial(partial, walletOf(name));
  assert.ok(result.ok);
  return result.value;
}

describe("a transfer of several people", () => {
  it("goes from hand to hand as bytes, and is whole when two of three have signed", () => {
    const first = drafted(["ann"]);
    assert.equal(partialStatus(first.partial).isComplete, false);
    const second = signed(handed(first.partial), "cat");
    const { signed: by, open, isComplete } = partialStatus(second);
    assert.deepEqual([by.length, open, isComplete], [2, [keyOfName("ben").publicKey], true]);
    const whole = completePartial(handed(second));
    assert.ok(whole.ok);
    assert.equal(whole.value.id, first.partial.id);
    assert.equal(first.fee, BigInt(whole.value.weight), "the fee was exact before anyone else signed");
    assert.ok(ledger.judge(ledger.block([whole.value])).ok);
  });

  it("is put together from what was signed apart, and leaves out a third signature", () => {
    const { partial } = drafted();
    const apart = ["ann", "ben", "cat"].map((name) => handed(signed(handed(partial), name)));
    const joined = joinPartials(partial, ...apart, partial);
    assert.ok(joined.ok);
    assert.equal(joined.value.signatures.length, 3);
    const whole = completePartial(joined.value);
    assert.ok(whole.ok);
    assert.equal(whole.value.witness.signatures.length, 2);
    assert.ok(ledger.judge(ledger.block([whole.value])).ok);
  });

  it("shows to whoever signs what it pays", () => {
    const { partial, fee } = drafted();
    assert.deepEqual(paymentsOf(handed(partial)), [
      { to: addressOf("bob"), amount: 700_000n, asset: 0 },
      { to: lock.address("wt"), amount: 300_000n - fee, asset: 0 },
    ]);
  });

  it("is not signed by a stranger, not joined with another, not whole too soon", () => {
    const { partial } = drafted(["ann"]);
    const stranger = signPartial(partial, walletOf("dan"));
    assert.equal(stranger.ok ? "" : stranger.code, "key-foreign");
    const other = { ...partial, id: lock.policyHash as never };
    const joined = joinPartials(partial, other);
    assert.equal(joined.ok ? "" : joined.code, "transfer-other");
    const whole = completePartial(partial);
    assert.equal(whole.ok ? "" : whole.code, "policy-unsatisfied");
    const [secret = ""] = SECRETS;
    const revealed = revealPreimage(partial, secret);
    assert.equal(revealed.ok ? "" : revealed.code, "preimage-foreign");
    const wrong = revealPreimage(partial, "00");
    assert.equal(wrong.ok ? "" : wrong.code, "preimage-invalid");
  });

  it("is not joined with one that shows other policies, or holds a signature that does not hold", () => {
    const { partial } = drafted(["ann"]);
    const joinedCode = (other: PartialTransfer) => {
      const joined = joinPartials(partial, other);
      return joined.ok ? "ok" : joined.code;
    };
    assert.equal(joinedCode(signed(drafted().partial, "ben")), "ok");
    const foreign = keyPolicy(keyOfName("dan").publicKey);
    assert.equal(joinedCode({ ...partial, policies: [foreign], signatures: [] }), "policies-other");
    assert.equal(joinedCode({ ...partial, policies: [], signatures: [] }), "policies-other");
    const [one] = partial.signatures;
    assert.ok(one);
    const bad = { ...one, signature: walletOf("ann").sign(lock.policyHash as never) };
    assert.equal(joinedCode({ ...partial, signatures: [bad] }), "signature-invalid");
    const dan = { publicKey: keyOfName("dan").publicKey, signature: walletOf("dan").sign(partial.id) };
    assert.equal(joinedCode({ ...partial, signatures: [dan] }), "signature-invalid");
  });

  it("is looked at once more when it is made whole: without policies, or with a signature of something else", () => {
    const { partial } = drafted(["ann", "ben"]);
    const wholeCode = (change: Partial<PartialTransfer>) => {
      const whole = completePartial({ ...partial, ...change });
      assert.equal(partialStatus({ ...partial, ...change }).isComplete, whole.ok);
      return whole.ok ? "ok" : whole.code;
    };
    assert.equal(wholeCode({}), "ok");
    assert.equal(wholeCode({ policies: [], signatures: [] }), "policy-invalid");
    assert.equal(wholeCode({ policies: [lock.policy, lock.policy] }), "policy-invalid");
    const [one, two] = partial.signatures;
    assert.ok(one && two);
    assert.equal(wholeCode({ signatures: [one, { ...two, signature: one.signature }] }), "signature-invalid");
    // Signed was another body than this one, whatever the id says.
    const { body } = partial;
    const other = { ...body, validUntil: body.validUntil + 1 } as typeof body;
    assert.equal(wholeCode({ body: other }), "signature-invalid");
  });

  describe("that came as bytes from someone is refused", () => {
    const { partial } = drafted(["ann", "ben"]);
    const codeOf = (encoded: string) => {
      const decoded = decodePartial(ledger.chain, encoded);
      return decoded.ok ? "ok" : decoded.code;
    };
    const changed = (change: Partial<PartialTransfer>) => codeOf(encodePartial({ ...partial, ...change }));

    it("with a signature that does not hold, of nobody named, or out of order", () => {
      const [one, two] = partial.signatures;
      assert.ok(one && two);
      assert.equal(changed({}), "ok");
      assert.equal(changed({ signatures: [{ ...one, signature: two.signature }] }), "signature-invalid");
      const dan = { publicKey: keyOfName("dan").publicKey, signature: walletOf("dan").sign(partial.id) };
      assert.equal(changed({ signatures: [dan] }), "signature-invalid");
      assert.equal(changed({ signatures: [two, one] }), "signature-invalid");
      assert.equal(changed({ signatures: [one, one] }), "signature-invalid");
      assert.equal(
        changed({ signatures: [{ ...one, signature: "00".repeat(64) as Signature }] }),
        "signature-invalid",
      );
    });

    it("with another body under the same signatures", () => {
      const { body } = partial;
      assert.equal(changed({ body: { ...body, fee: (body.fee + 1n) as never } }), "signature-invalid");
      assert.equal(changed({ body: { ...body, inputs: [] } }), "transfer-invalid");
      assert.equal(
        changed({ body: { ...body, inputs: [...body.inputs, ...body.inputs] } }),
        "transfer-invalid",
      );
    });

    it("with policies that are none, or that stand twice, or with none at all", () => {
      assert.equal(changed({ policies: [], signatures: [] }), "policy-invalid");
      assert.equal(changed({ policies: [[]], signatures: [] }), "policy-invalid");
      assert.equal(changed({ policies: [lock.policy, lock.policy] }), "policy-invalid");
    });

    it("as anything but a transfer", () => {
      const reward = { kind: "reward", height: 1, outputs: [] } as never;
      const bytes = transactionCodec.encode({
        body: reward,
        witness: { policies: [], signatures: [], preimages: [] },
      });
      for (const encoded of [
        "",
        "0",
        "zz",
        encodePartial(partial).slice(2),
        bytesToHex(bytes),
        "00".repeat(70_000),
      ])
        assert.equal(codeOf(encoded), "encoding");
    });

    it("wherever one of its bytes was changed, or it is still a transfer that was signed by nobody", () => {
      const bytes = hexToBytes(encodePartial(partial));
      fc.assert(
        fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
          const bad = bytes.slice();
          bad[at] = (bad[at] ?? 0) ^ flip;
          const decoded = decodePartial(ledger.chain, bad);
          assert.ok(!decoded.ok || decoded.value.id === partial.id);
        }),
        { numRuns: 200 },
      );
    });
  });

  it("of any locks is whole exactly when they are satisfied, and then the ledger takes it", () => {
    const signers = fc.shuffledSubarray([...HOLDERS]);
    fc.assert(
      fc.property(
        policy,
        signers,
        fc.subarray([...SECRETS]),
        fc.boolean(),
        (nodes, names, secrets, apart) => {
          const own = lockOf(nodes);
          const grown = ledgerWith([own], 1_000);
          const draft = draftTransfer(
            requestOf(grown, {
              ...{ locks: [own], keys: [], coins: grown.coinsOf(own.policyHash), spend: "all", payments: [] },
              ...{ changeTo: addressOf("bob"), fee: { kind: "rate", rate: 1_000 } },
            }),
          );
          assert.ok(draft.ok);
          let partial = draft.value.partial;
          const pieces: PartialTransfer[] = [];
          for (const name of names) {
            const result = signPartial(apart ? draft.value.partial : partial, walletOf(name));
            if (!result.ok) continue;
            const back = decodePartial(grown.chain, encodePartial(result.value));
            assert.ok(back.ok);
            if (apart) pieces.push(back.value);
            else partial = back.value;
          }
          const joined = joinPartials(partial, ...pieces);
          assert.ok(joined.ok);
          partial = joined.value;
          for (const secret of secrets) {
            const revealed = revealPreimage(partial, secret);
            if (revealed.ok) partial = revealed.value;
            else assert.ok(!nodes.some((node) => node.kind === "hash" && node.digest === digestOf(secret)));
          }
          const whole = completePartial(partial, NOW);
          assert.equal(whole.ok, opens(nodes, { names, secrets, time: NOW }));
          if (!whole.ok) return;
          const judged = grown.judge(grown.block([whole.value]));
          assert.ok(judged.ok, judged.ok ? "" : `${judged.code}: ${judged.detail}`);
        },
      ),
      { numRuns: 100 },
    );
  });
});
