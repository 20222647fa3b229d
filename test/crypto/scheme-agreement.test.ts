import assert from "node:assert/strict";
import { Point } from "@noble/secp256k1";
import {
  type BytesScheme,
  createNobleScheme,
  createWasmScheme,
  generateSecretKey,
  publicKeyOf,
  publicKeyShape,
  sign,
  signatureShape,
} from "@witan/crypto";
import { loadNativeScheme } from "@witan/crypto/node";
import { type Hash, hexToBytes, type SignatureCheck, sha256Hex } from "@witan/primitives";
import fc from "fast-check";
import { KnownKeys } from "../../packages/crypto/src/node/known-keys.ts";
import { answerPacked, packChecks } from "../../packages/crypto/src/node/packed-checks.ts";
import { checkShape } from "../../packages/crypto/src/schemes/scheme.ts";
import vectors from "../vectors/wycheproof-secp256k1.json" with { type: "json" };
import { check, HALF_N, hexOf, holdingWith, mod, N, P, pointFrom, signedWith, times } from "./curve.ts";

const ALL_ONES = 2n ** 256n - 1n;
let schemes: readonly BytesScheme[] = [];
let known: KnownKeys;

/** What a verifier worker answers, which keeps keys: the second time the key is known. */
function fromWorker(question: SignatureCheck): readonly boolean[] {
  if (!checkShape(question)) return [];
  const packed = packChecks([question]);
  return [1, 2].map(() => answerPacked(schemes[0] as BytesScheme, packed, known)[0] === 1);
}

/** The answer that all backends give. */
function agreed(question: SignatureCheck, what = ""): boolean {
  const answers = [...schemes.map((scheme) => scheme.verify(question)), ...fromWorker(question)];
  const names = [...schemes.map(({ name }) => name), "key not known", "key known"];
  const said = answers.map((answer, index) => `${names[index]} ${answer}`).join(", ");
  assert.ok(new Set(answers).size === 1, `${what}: ${said} for ${JSON.stringify(question)}`);
  return answers[0] as boolean;
}

function raw(digest: unknown, publicKey: unknown, signature: unknown): SignatureCheck {
  return { digest, publicKey, signature } as SignatureCheck;
}

before(async () => {
  const native = loadNativeScheme();
  assert.ok(native.ok, "the native backend must load where the tests run");
  schemes = [native.value, await createWasmScheme(), createNobleScheme()];
  known = new KnownKeys(native.value.expandKey ?? assert.fail("the native backend expands keys"));
});

const scalars = fc.oneof(
  fc.bigInt({ min: 1n, max: N - 1n }),
  fc.constantFrom(1n, 2n, 3n, HALF_N, HALF_N + 1n, N - 2n, N - 1n),
);
const digests = fc.oneof(
  fc.bigInt({ min: 0n, max: ALL_ONES }),
  fc.constantFrom(0n, 1n, N - 1n, N, N + 1n, ALL_ONES, P, HALF_N),
);

describe("crypto: all backends accept the same set", () => {
  it("accepts what was signed", () => {
    fc.assert(
      fc.property(digests, (digest) => {
        const secret = generateSecretKey();
        const hash = hexOf(digest) as Hash;
        assert.equal(agreed(raw(hash, publicKeyOf(secret), sign(hash, secret))), true);
      }),
      { numRuns: 30 },
    );
  });

  it("accepts any nonce, key and digest with low s, and refuses high s", () => {
    fc.assert(
      fc.property(scalars, scalars, digests, (secret, nonce, digest) => {
        const { publicKey, signature } = signedWith(secret, nonce, digest);
        const [r, s] = [BigInt(`0x${signature.slice(0, 64)}`), BigInt(`0x${signature.slice(64)}`)];
        fc.pre(s !== 0n);
        const low = s <= HALF_N ? s : N - s;
        assert.equal(agreed(check(digest, publicKey, r, low), "low s"), true);
        assert.equal(agreed(check(digest, publicKey, r, N - low), "high s"), false);
      }),
      { numRuns: 60 },
    );
  });

  it("agrees on every single flipped bit of digest, key and signature, and refuses it", () => {
    const good = signedWith(0xabcdefn, 0x123456789n, 77n);
    const low = agreed(good)
      ? good
      : check(
          77n,
          good.publicKey,
          BigInt(`0x${good.signature.slice(0, 64)}`),
          N - BigInt(`0x${good.signature.slice(64)}`),
        );
    assert.equal(agreed(low), true);
    const flips = fc.constantFrom("digest" as const, "publicKey" as const, "signature" as const);
    fc.assert(
      fc.property(flips, fc.nat(527), (field, bit) => {
        const text = low[field];
        const at = bit % (4 * text.length);
        const digit = (Number.parseInt(text[at >> 2] as string, 16) ^ (1 << (at & 3))).toString(16);
        const flipped = text.slice(0, at >> 2) + digit + text.slice((at >> 2) + 1);
        assert.equal(agreed({ ...low, [field]: flipped }), false);
      }),
      { numRuns: 200 },
    );
  });

  it("agrees on special r and s", () => {
    const key = publicKeyOf(generateSecretKey());
    const special = [
      0n,
      1n,
      2n,
      HALF_N,
      HALF_N + 1n,
      P - N - 1n,
      P - N,
      P - N + 1n,
      N - 1n,
      N,
      N + 1n,
      P - 1n,
      P,
      ALL_ONES,
    ];
    for (const digest of [0n, 1n, N, ALL_ONES]) {
      for (const r of special) for (const s of special) assert.equal(agreed(check(digest, key, r, s)), false);
    }
  });

  it("accepts a chosen R: small x, x that wraps past n, s at its edges, digests at theirs", () => {
    const points = [
      pointFrom(1n),
      pointFrom(2n),
      pointFrom(N + 1n),
      pointFrom(N + 1000n),
      pointFrom(P - 1000n),
      Point.BASE,
      pointFrom(HALF_N),
    ];
    let held = 0;
    for (const R of points.flatMap((point) => [point, point.negate()])) {
      for (const s of [1n, 2n, HALF_N]) {
        for (const digest of [0n, 1n, N - 1n, N, N + 1n, ALL_ONES]) {
          const question = holdingWith(R, s, digest);
          if (question === undefined) continue;
          assert.equal(agreed(question, `R.x = ${R.toAffine().x}`), true);
          held++;
        }
      }
    }
    assert.ok(held > 200);
  });

  it("refuses r + n where r wraps, since r is not below n then", () => {
    const question = holdingWith(pointFrom(N + 1n), 5n, 9n) as SignatureCheck;
    const r = BigInt(`0x${question.signature.slice(0, 64)}`);
    assert.ok(r + N < P);
    assert.equal(agreed(question), true);
    assert.equal(agreed(check(9n, question.publicKey, r + N, 5n)), false);
  });

  it("refuses where u1 G + u2 Q is the point at infinity", () => {
    fc.assert(
      fc.property(scalars, scalars, fc.bigInt({ min: 1n, max: HALF_N }), (secret, r, s) => {
        const key = times(Point.BASE, secret).toHex();
        assert.equal(agreed(check(mod(-r * secret), key, r, s)), false);
      }),
      { numRuns: 30 },
    );
  });

  it("accepts where the sum of u1 G and u2 Q is a doubling, and where Q is G or -G", () => {
    for (const secret of [1n, N - 1n, 2n, 12345n]) {
      for (const nonce of [2n, 7n, 99999n, N - 3n]) {
        const r = mod(times(Point.BASE, nonce).toAffine().x);
        for (const digest of [mod(r * secret), 0n, N]) {
          const { publicKey, signature } = signedWith(secret, nonce, digest);
          const s = BigInt(`0x${signature.slice(64)}`);
          assert.equal(agreed(check(digest, publicKey, r, s <= HALF_N ? s : N - s)), true);
        }
      }
    }
  });

  it("refuses keys off the curve, out of range, uncompressed, hybrid, with other prefixes or lengths", () => {
    const good = holdingWith(pointFrom(1n), 1n, 1n) as SignatureCheck;
    assert.equal(agreed(good), true);
    const x = good.publicKey.slice(2);
    const y = hexOf(Point.fromHex(good.publicKey).toAffine().y);
    const keys = [
      `04${x}${y}`,
      `06${x}${y}`,
      `07${x}${y}`,
      `04${x}`,
      `00${x}`,
      `05${x}`,
      `ff${x}`,
      x,
      "",
      "00",
      `02${x}00`,
      good.publicKey.slice(0, 64),
      good.publicKey.toUpperCase(),
      `0x${x}`,
      ...[0n, 5n, P - 1n, P, P + 1n, ALL_ONES].flatMap((value) => [`02${hexOf(value)}`, `03${hexOf(value)}`]),
    ];
    for (const key of keys)
      if (key !== good.publicKey) assert.equal(agreed({ ...good, publicKey: key as never }, key), false);
    const small = pointFrom(1n).toAffine();
    assert.equal(agreed(raw(good.digest, `02${hexOf(small.x + P)}`, good.signature), "x + p"), false);
  });

  it("is total: anything at all is answered, and false", () => {
    const good = holdingWith(pointFrom(1n), 1n, 1n) as SignatureCheck;
    const junk = fc.oneof(fc.anything(), fc.string(), fc.stringMatching(/^[0-9a-f]{0,140}$/));
    fc.assert(
      fc.property(junk, fc.nat(2), (value, which) => {
        const fields = [good.digest, good.publicKey, good.signature].map((v, i) => (i === which ? value : v));
        assert.equal(agreed(raw(fields[0], fields[1], fields[2])), false);
      }),
    );
  });

  it("never lets bytes that a backend dislikes through as an exception", () => {
    for (const scheme of schemes) {
      const bytes = (length: number) => new Uint8Array(length).fill(255);
      assert.equal(scheme.verifyBytes(bytes(32), bytes(33), bytes(64)), false);
      assert.equal(scheme.verifyBytes(bytes(31), bytes(32), bytes(63)), false);
    }
  });

  it("answers Wycheproof's cases alike, refuses their high s and accepts it lowered", () => {
    let lowered = 0;
    for (const { tcId, publicKey, message, signature, result } of vectors.cases) {
      const digest = sha256Hex(hexToBytes(message)) as Hash;
      const s = BigInt(`0x${signature.slice(64)}`);
      const low = signatureShape(signature);
      assert.equal(
        agreed(raw(digest, publicKey, signature), `${tcId}`),
        result === "valid" && low,
        `${tcId}`,
      );
      if (result !== "valid" || low) continue;
      lowered++;
      const other = signature.slice(0, 64) + hexOf(N - s);
      assert.equal(agreed(raw(digest, publicKey, other), `${tcId} lowered`), true, `${tcId} lowered`);
    }
    assert.ok(lowered >= 10 && vectors.cases.length >= 35);
  });
});

describe("crypto: shape rules", () => {
  it("compares text as a dumb check compares numbers", () => {
    const near = fc
      .constantFrom(0n, N, P, HALF_N, ALL_ONES)
      .chain((middle) => fc.integer({ min: -3, max: 3 }).map((step) => middle + BigInt(step)));
    const numbers = fc
      .oneof(near, fc.bigInt({ min: 0n, max: ALL_ONES }))
      .filter((v) => v >= 0n && v <= ALL_ONES);
    fc.assert(
      fc.property(numbers, numbers, fc.nat(5), (a, b, prefix) => {
        const shaped = a > 0n && a < N && b > 0n && b <= HALF_N;
        assert.equal(signatureShape(hexOf(a) + hexOf(b)), shaped);
        assert.equal(publicKeyShape(`0${prefix}${hexOf(a)}`), (prefix === 2 || prefix === 3) && a < P);
      }),
      { numRuns: 500 },
    );
  });
});
