// Signatures of votes: what held is not asked for again, what did not hold never becomes good.
import assert from "node:assert/strict";
import { createFakeScheme } from "@witan/crypto";
import { type Hash, type SignatureCheck, sha256Hex, type VerifierAnswer } from "@witan/primitives";
import { CheckedSignatures } from "../../packages/node/src/consensus/checked-signatures.ts";

const fake = createFakeScheme();

function check(number: number): SignatureCheck {
  const digest = sha256Hex(Uint8Array.of(number)) as Hash;
  const publicKey = fake.publicKeyOf("a");
  return { digest, publicKey, signature: fake.sign(digest, publicKey) };
}

function scene(answer?: VerifierAnswer) {
  const counts = { direct: 0, away: 0 };
  const verify = (one: SignatureCheck): boolean => {
    counts.direct++;
    return fake.verify(one);
  };
  const signatures = new CheckedSignatures(
    { name: "fake", verify },
    {
      name: "fake",
      verify: async (checks) => {
        counts.away += checks.length;
        return answer ?? { ok: true, value: checks.map((one) => fake.verify(one)) };
      },
      close: async () => {},
    },
  );
  return { counts, signatures };
}

describe("checked signatures", () => {
  it("ask once for what holds, and each time for what does not", async () => {
    const { counts, signatures } = scene();
    const [good, bad] = [check(1), { ...check(2), signature: check(1).signature }];
    for (let time = 0; time < 3; time++) assert.equal(await signatures.check([good]), "hold");
    assert.equal(counts.direct, 1);
    for (let time = 0; time < 3; time++) assert.equal(await signatures.check([good, bad]), "broken");
    assert.equal(counts.direct, 4);
  });

  it("hand many over, one broken among them breaks the answer, and those that held are remembered", async () => {
    const { counts, signatures } = scene();
    const many = Array.from({ length: 20 }, (_, index) => check(index));
    const bad = { ...check(30), signature: check(31).signature };
    assert.equal(await signatures.check([...many, bad]), "broken");
    assert.equal(await signatures.check(many), "hold");
    const asked = counts.away;
    assert.equal(await signatures.check(many), "hold");
    assert.deepEqual([counts.away, counts.direct], [asked, 0]);
  });

  it("say that nobody can tell while the verifier is busy", async () => {
    const { signatures } = scene({ ok: false, code: "busy" });
    assert.equal(await signatures.check(Array.from({ length: 20 }, (_, index) => check(index))), "unknown");
  });
});
