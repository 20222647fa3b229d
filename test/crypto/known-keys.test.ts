import assert from "node:assert/strict";
import { KnownKeys } from "../../packages/crypto/src/node/known-keys.ts";

/** A key of 33 bytes that holds a number. */
function key(number: number): Uint8Array {
  const bytes = new Uint8Array(33).fill(2, 0, 1);
  new DataView(bytes.buffer).setUint32(29, number);
  return bytes;
}

function counting() {
  let asked = 0;
  const known = new KnownKeys((publicKey) => {
    asked++;
    return Uint8Array.of(4, ...publicKey.subarray(1), ...new Uint8Array(32));
  });
  return { known, asked: () => asked };
}

describe("crypto: public keys that came before", () => {
  it("expands a key once, also from other bytes of a larger buffer", () => {
    const { known, asked } = counting();
    const first = known.of(key(7));
    assert.equal(first.length, 65);
    const buffer = new Uint8Array(99);
    buffer.set(key(7), 11);
    assert.deepEqual(known.of(buffer.subarray(11, 44)), first);
    assert.equal(asked(), 1);
  });

  it("hands on a key that can't be expanded, and keeps nothing of it", () => {
    const known = new KnownKeys(() => {
      throw new Error("not on the curve");
    });
    assert.deepEqual(known.of(key(1)), key(1));
    assert.equal(known.size, 0);
  });

  it("is bounded, and keeps what is asked for again", () => {
    const { known, asked } = counting();
    for (let number = 1; number <= 40_000; number++) {
      known.of(key(number));
      known.of(key(0));
    }
    assert.ok(known.size <= 16_384, `${known.size} keys`);
    assert.equal(asked(), 40_001);
  });
});
