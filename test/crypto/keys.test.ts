import assert from "node:assert/strict";
import { hashes } from "@noble/secp256k1";
import {
  createFakeScheme,
  createNobleScheme,
  FIELD_ORDER,
  GROUP_ORDER,
  generateSecretKey,
  LOW_S_MAX,
  parsePublicKey,
  parseSecretKey,
  parseSignature,
  publicKeyOf,
  publicKeyShape,
  type SecretKey,
  sign,
  signatureShape,
} from "@witan/crypto";
import {
  AssertionError,
  asciiBytes,
  type Hash,
  hexToBytes,
  type PublicKey,
  sha256Hex,
} from "@witan/primitives";
import fc from "fast-check";

function secretOf(hex: string): SecretKey {
  const parsed = parseSecretKey(hex.padStart(64, "0"));
  assert.ok(parsed.ok);
  return parsed.value;
}

const N_MINUS_1 = `${GROUP_ORDER.slice(0, -1)}0`;

/** Well-known vectors of RFC 6979 on secp256k1 with SHA-256 and low s (bitcointalk 285142, trezor-crypto). */
const RFC6979: readonly (readonly [string, string, string])[] = [
  [
    "1",
    "Satoshi Nakamoto",
    "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d82442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5",
  ],
  [
    "1",
    "All those moments will be lost in time, like tears in rain. Time to die...",
    "8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21",
  ],
  [
    N_MINUS_1,
    "Satoshi Nakamoto",
    "fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d06b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5",
  ],
  [
    "f8b8af8ce3c7cca5e300d33939540c10d45ce001b8f252bfbc57ba0342904181",
    "Alan Turing",
    "7063ae83e7f62bbb171798131b4a0564b956930092b33b07b395615d9ec7e15c58dfcc1e00a35e1572f366ffe34ba0fc47db1e7189759b9fb233c5b05ab388ea",
  ],
  [
    "e91671c46231f833a6406ccbea0e3e392c76c167bac1cb013f6f1013980455c2",
    "There is a computer disease that anybody who works with computers knows about. It's a very serious disease and it interferes completely with the work. The trouble with computers is that you 'play' with them!",
    "b552edd27580141f3b2a5463048cb7cd3e047b97c9f98076c32dbdf85a68718b279fa72dd19bfae05577e06c7c0c1900c371fcd5893f7e1d56a37d30174671f6",
  ],
];

describe("crypto: keys and signing", () => {
  it("signs as RFC 6979 says", () => {
    for (const [secret, message, signature] of RFC6979) {
      assert.equal(sign(sha256Hex(asciiBytes(message)) as Hash, secretOf(secret)), signature, message);
    }
  });

  it("knows the public keys of 1, 2 and n - 1", () => {
    const base = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    assert.equal(publicKeyOf(secretOf("1")), `02${base}`);
    assert.equal(
      publicKeyOf(secretOf("2")),
      "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5",
    );
    assert.equal(publicKeyOf(secretOf(N_MINUS_1)), `03${base}`);
  });

  it("leaves the library's hashes as they were, also after a failure", () => {
    const before = { ...hashes };
    sign("00".repeat(32) as Hash, secretOf("7"));
    assert.deepEqual({ ...hashes }, before);
    hashes.hmacSha256 = () => new Uint8Array(32);
    try {
      const digest = sha256Hex(asciiBytes("Satoshi Nakamoto")) as Hash;
      assert.equal(sign(digest, secretOf("1")), RFC6979[0]?.[2], "a foreign HMAC must not be used");
    } finally {
      Object.assign(hashes, before);
    }
  });

  it("refuses to sign what is no digest", () => {
    for (const digest of ["", "00", "zz".repeat(32), "AA".repeat(32), "00".repeat(33)]) {
      assert.throws(() => sign(digest as Hash, secretOf("1")), AssertionError);
    }
    assert.throws(() => sign("00".repeat(32) as Hash, "00".repeat(32) as SecretKey), AssertionError);
  });

  it("draws again when out of range, and gives up on a broken source", () => {
    const draws = [`${"0".repeat(64)}`, GROUP_ORDER, "ff".repeat(32), N_MINUS_1, "01".repeat(32)];
    assert.equal(
      generateSecretKey(() => hexToBytes(draws.shift() as string)),
      N_MINUS_1,
    );
    assert.equal(draws.length, 1);
    assert.throws(() => generateSecretKey((count) => new Uint8Array(count)), AssertionError);
    assert.throws(() => generateSecretKey(() => new Uint8Array(31).fill(1)), AssertionError);
    assert.notEqual(generateSecretKey(), generateSecretKey());
  });

  it("parses with the code of the first rule that is broken", () => {
    const code = (result: { ok: boolean; code?: string }) => (result.ok ? "ok" : result.code);
    const x = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    assert.equal(code(parseSecretKey("0".repeat(64))), "range");
    assert.equal(code(parseSecretKey(GROUP_ORDER)), "range");
    assert.equal(code(parseSecretKey(N_MINUS_1.toUpperCase())), "encoding");
    assert.equal(code(parsePublicKey(`02${x}`)), "ok");
    assert.equal(code(parsePublicKey(`04${x}`)), "prefix");
    assert.equal(code(parsePublicKey(x)), "encoding");
    assert.equal(code(parsePublicKey(`02${FIELD_ORDER}`)), "range");
    assert.equal(code(parsePublicKey(`02${"0".repeat(63)}5`)), "curve");
    const one = `${"0".repeat(63)}1`;
    assert.equal(code(parseSignature(one + LOW_S_MAX)), "ok");
    assert.equal(code(parseSignature(one + N_MINUS_1)), "high-s");
    assert.equal(code(parseSignature(one + GROUP_ORDER)), "range");
    assert.equal(code(parseSignature(GROUP_ORDER + one)), "range");
    assert.equal(code(parseSignature(`${one}${one}0`)), "encoding");
  });

  it("never quotes a secret in a refusal", () => {
    for (const text of [GROUP_ORDER, "abcdef0123456789".repeat(5), "correct horse"]) {
      const parsed = parseSecretKey(text);
      assert.ok(!parsed.ok && !parsed.detail?.includes(text.slice(0, 8)));
    }
  });
});

describe("crypto: the fake scheme", () => {
  const fake = createFakeScheme();
  const digests = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => sha256Hex(bytes) as Hash);

  it("accepts its own signature only, and no real scheme accepts that", () => {
    const noble = createNobleScheme();
    fc.assert(
      fc.property(digests, fc.string({ unit: "grapheme-ascii" }), (digest, name) => {
        const publicKey = fake.publicKeyOf(name);
        const signature = fake.sign(digest, publicKey);
        assert.ok(publicKeyShape(publicKey) && signatureShape(signature));
        assert.equal(fake.verify({ digest, publicKey, signature }), true);
        const others = [
          { digest: sha256Hex(hexToBytes(digest)) as Hash, publicKey, signature },
          { digest, publicKey: fake.publicKeyOf(`${name}!`), signature },
          {
            digest,
            publicKey,
            signature: `${signature.slice(0, -1)}${signature.endsWith("0") ? 1 : 0}` as typeof signature,
          },
          { digest, publicKey: "02" as PublicKey, signature },
        ];
        for (const other of others) assert.equal(fake.verify(other), false);
        assert.equal(noble.verify({ digest, publicKey, signature }), false);
      }),
      { numRuns: 40 },
    );
  });

  it("has a name that tells", () => {
    assert.equal(fake.name, "fake");
  });
});
