// Signing natively, and public keys: the same as noble's, bit for bit.
import assert from "node:assert/strict";
import { createNobleScheme, generateSecretKey, publicKeyOf, sign } from "@witan/crypto";
import { choosePublicKeyOf, chooseSign } from "@witan/crypto/node";
import { bytesToHex, type Hash, sha256 } from "@witan/primitives";

describe("native signing", () => {
  it("signs as noble does, whatever the key and the digest", () => {
    const native = chooseSign();
    assert.notEqual(native, sign, "the addon loads on this platform");
    const scheme = createNobleScheme();
    for (let index = 0; index < 200; index++) {
      const secretKey = generateSecretKey();
      const digest = bytesToHex(sha256(Uint8Array.of(index))) as Hash;
      const signature = native(digest, secretKey);
      assert.equal(signature, sign(digest, secretKey), `key ${secretKey}, digest ${digest}`);
      if (index < 10)
        assert.ok(
          scheme.verify({ digest, publicKey: publicKeyOf(secretKey), signature }),
          `digest ${digest}`,
        );
    }
  });

  it("gives the public keys that noble gives", () => {
    const native = choosePublicKeyOf();
    assert.notEqual(native, publicKeyOf, "the addon loads on this platform");
    for (let index = 0; index < 200; index++) {
      const secretKey = generateSecretKey();
      assert.equal(native(secretKey), publicKeyOf(secretKey), `key ${secretKey}`);
    }
  });
});
