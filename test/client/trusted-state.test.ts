// What a verifier keeps from proof to proof: it learns memberships, never goes back, survives being written down, and
// believes no text of another chain.
import assert from "node:assert/strict";
import { membershipSteps, TrustedState } from "@witan/client";
import { createNobleScheme } from "@witan/crypto";
import { openChainBytes } from "@witan/ledger";
import { hexToBytes, type Member, type Membership, present, type SignatureScheme } from "@witan/primitives";
import fc from "fast-check";
import { memberOf } from "../ledger/build.ts";
import { readVectors } from "../vectors/format.ts";

const file = readVectors("finality-proofs");
const opened = openChainBytes(hexToBytes(present(file.shared["pbft"], "a genesis")));
assert.ok(opened.ok);
const chain = opened.value;

const proofOf = (name: string) =>
  present(
    file.cases.find((one) => one.name === name),
    name,
  ).proof;
const early = proofOf("ok: all voters, pbft");
const late = proofOf("ok: three changes, pbft");

describe("a trusted state", () => {
  it("learns the memberships that a proof leads through, and verifies older proofs from the genesis", async () => {
    const state = TrustedState.ofGenesis(chain);
    const genesis = state.membership;
    const first = await state.verify({ proof: early });
    assert.ok(first.verified && first.crossed.length === 0);
    assert.deepEqual(state.membership, genesis);
    const second = await state.verify({ proof: late });
    assert.ok(second.verified);
    assert.equal(second.crossed.length, 3);
    assert.deepEqual(state.membership, second.crossed.at(-1));
    assert.equal(membershipSteps(genesis, second.crossed).length, 3);
    const kept = state.membership;
    assert.ok((await state.verify({ proof: early })).verified);
    assert.deepEqual(state.membership, kept, "it never goes back");
  });

  it("checks no change of members twice", async () => {
    const state = TrustedState.ofGenesis(chain);
    const noble = createNobleScheme();
    let count = 0;
    const scheme: SignatureScheme = {
      name: "counting",
      verify: (check) => {
        count += 1;
        return noble.verify(check);
      },
    };
    await state.verify({ proof: late, scheme });
    const whole = count;
    count = 0;
    const again = await state.verify({ proof: late, scheme });
    assert.ok(again.verified && again.crossed.length === 0);
    assert.ok(count < whole, `${count} of ${whole} signatures`);
  });

  it("keeps nothing of a proof that does not hold, or is about something else", async () => {
    const state = TrustedState.ofGenesis(chain);
    const before = state.toText();
    const broken = hexToBytes(late);
    broken[broken.length - 5] = (broken.at(-5) ?? 0) ^ 1;
    assert.equal((await state.verify({ proof: broken })).verified, false);
    assert.equal((await state.verify({ proof: late, transaction: "00".repeat(32) })).verified, false);
    assert.equal((await state.verify({ proof: "zz" })).verified, false);
    assert.equal(state.toText(), before);
  });

  it("is small, and the same when it was written down and read again", async () => {
    const state = TrustedState.ofGenesis(chain);
    await state.verify({ proof: late });
    const text = state.toText();
    assert.ok(text.length < 5_000, `${text.length} characters`);
    const read = TrustedState.parse(chain, text);
    assert.ok(read.ok);
    assert.deepEqual(read.value.membership, state.membership);
    assert.equal(read.value.toText(), text);
    assert.ok((await read.value.verify({ proof: late })).verified);
  });

  it("is not read from another chain's text, or from anything else", () => {
    const text = TrustedState.ofGenesis(chain).toText();
    const codeOf = (other: string) => {
      const read = TrustedState.parse(chain, other);
      return read.ok ? "ok" : read.code;
    };
    assert.equal(codeOf(text), "ok");
    assert.equal(codeOf(text.replace(chain.chainId, "ab".repeat(32))), "chain-other");
    const fields = JSON.parse(text) as Record<string, unknown>;
    const changed = (change: object) => codeOf(JSON.stringify({ ...fields, ...change }));
    for (const change of [{ members: "" }, { members: "zz" }, { from: -1 }, { from: "0" }, { version: 2 }])
      assert.equal(changed(change), "text-invalid", JSON.stringify(change));
    fc.assert(
      fc.property(fc.nat(text.length - 1), (at) => {
        assert.notEqual(codeOf(text.slice(0, at)), "ok");
      }),
      { numRuns: 50 },
    );
    fc.assert(
      fc.property(fc.string(), fc.json(), (one, two) => [one, two].every((each) => codeOf(each) !== "ok")),
    );
  });
});

describe("steps between memberships", () => {
  it("are told by names: who joined, who left, whose key is new", () => {
    const of = (from: number, ...members: readonly Member[]) =>
      ({ mode: "pbft", from, members }) as Membership;
    const [a, b, c] = ["a", "b", "c"].map((name) => memberOf(name)) as [Member, Member, Member];
    const steps = membershipSteps(of(0, a, b), [of(5, a, b, c), of(9, { ...a, votingKey: b.votingKey }, c)]);
    assert.deepEqual(steps, [
      { from: 5, joined: ["c"], left: [], newKeys: [] },
      { from: 9, joined: [], left: ["b"], newKeys: ["a"] },
    ]);
  });
});
