// Hashing and hex: Node's and the portable ones give the same answers, and tagged hashes are what the page says.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ByteVectorType, ListCompositeType } from "@chainsafe/ssz";
import {
  AssertionError,
  asciiBytes,
  bytesToHex,
  type ChainId,
  certificateDigest,
  HASHING,
  type Hash,
  type Height,
  hexToBytes,
  isHex,
  NO_CHAIN,
  sha256,
  sha256Hex,
  TAGS,
  TaggedHasher,
  toAmount,
  toAssetId,
  toHash,
  toHeight,
  toTimestamp,
  type View,
  writeHex,
} from "@witan/primitives";
import fc from "fast-check";
import * as node from "../../packages/primitives/src/platform/node.ts";
import * as portable from "../../packages/primitives/src/platform/portable.ts";

const bytes = fc.uint8Array({ maxLength: 300 });

describe("platforms", () => {
  it("hash alike", () => {
    fc.assert(
      fc.property(bytes, (input) => {
        const expected = createHash("sha256").update(input).digest();
        for (const platform of [node, portable]) {
          assert.deepEqual(Array.from(platform.sha256(input)), Array.from(expected));
          assert.equal(platform.sha256Hex(input), expected.toString("hex"));
        }
      }),
    );
  });

  it("give plain bytes, of their own", () => {
    for (const platform of [node, portable]) {
      const digest = platform.sha256(new Uint8Array(3));
      assert.ok(
        !Buffer.isBuffer(digest) && digest.length === 32 && digest.byteLength === digest.buffer.byteLength,
      );
    }
  });

  it("read hex alike, parts of it too, also in the middle of a larger pool", () => {
    fc.assert(
      fc.property(bytes, fc.nat(20), fc.nat(300), fc.nat(300), (input, offset, a, b) => {
        const pool = new Uint8Array(input.length + 40).fill(0xee);
        pool.set(input, offset);
        const view = pool.subarray(offset, offset + input.length);
        const [start, end] = [Math.min(a, b, input.length), Math.min(Math.max(a, b), input.length)];
        const expected = Buffer.from(input)
          .toString("hex")
          .slice(2 * start, 2 * end);
        for (const platform of [node, portable]) assert.equal(platform.hexReader(view)(start, end), expected);
      }),
    );
  });

  it("compare bytes alike", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 3, max: 1 }),
        fc.uint8Array({ maxLength: 3, max: 1 }),
        (a, b) => {
          const expected = Buffer.from(a).equals(Buffer.from(b));
          for (const platform of [node, portable]) assert.equal(platform.sameBytes(a, b), expected);
        },
      ),
    );
  });

  it("make types of SSZ alike, and leave nothing behind where there is no Buffer", () => {
    const make = () => new ListCompositeType(new ByteVectorType(32), 300);
    const values = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte));
    const expected = node.makeType(make).hashTreeRoot(values);
    const place = globalThis as { Buffer?: typeof Buffer };
    const { Buffer: before } = place;
    delete place.Buffer;
    try {
      const type = portable.makeType(make);
      assert.equal(place.Buffer, undefined);
      assert.throws(() => portable.makeType(() => assert.fail("made wrongly")), /made wrongly/);
      assert.equal(place.Buffer, undefined);
      if (before !== undefined) place.Buffer = before;
      assert.deepEqual(type.hashTreeRoot(values), expected);
    } finally {
      if (before !== undefined) place.Buffer = before;
    }
    assert.deepEqual(portable.makeType(make).hashTreeRoot(values), expected, "what is there is used");
  });

  it("say which they are", () => {
    assert.deepEqual([node.HASHING, portable.HASHING, HASHING], ["node", "noble", "node"]);
  });
});

describe("tagged hashes", () => {
  const chains = [NO_CHAIN, "ab".repeat(32) as ChainId];

  it("are the same in one shot, from the prefix's state, and by hand", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(TAGS)),
        fc.constantFrom(...chains),
        bytes,
        (tag, chain, input) => {
          const hasher = new TaggedHasher(tag, chain);
          const prefix = createHash("sha256").update(tag).digest();
          const expected = createHash("sha256")
            .update(prefix)
            .update(chain, "hex")
            .update(input)
            .digest("hex");
          assert.equal(hasher.hash(input), expected);
          assert.equal(hasher.oneShot(input), expected);
          assert.equal(hasher.fromPrefixState(input), expected);
          assert.equal(hasher.fromPrefixState(input), expected, "a second time");
        },
      ),
    );
  });

  it("are the same whichever were made before, and however long what is hashed", () => {
    const made = Object.values(TAGS).flatMap((tag) =>
      chains.map((chain) => ({ tag, chain, hasher: new TaggedHasher(tag, chain) })),
    );
    const at = fc.nat({ max: made.length - 1 });
    const length = fc.oneof(fc.nat({ max: 100 }), fc.integer({ min: 4_000, max: 4_200 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(at, length), { maxLength: 20 }), (calls) => {
        for (const [which, size] of calls) {
          const { tag, chain, hasher } = made[which] as (typeof made)[number];
          const input = new Uint8Array(size).fill(size);
          const prefix = createHash("sha256").update(tag).digest();
          const by = createHash("sha256").update(prefix).update(chain, "hex").update(input);
          assert.equal(hasher.hash(input), by.digest("hex"));
        }
      }),
    );
  });

  it("differ by tag and by chain", () => {
    const all = Object.values(TAGS).flatMap((tag) =>
      chains.map((chain) => new TaggedHasher(tag, chain).hash(new Uint8Array())),
    );
    assert.equal(new Set(all).size, all.length);
    assert.equal(new Set(Object.values(TAGS)).size, Object.values(TAGS).length);
  });

  it("of certificates cover membership, view, height and hash", () => {
    const base = {
      kind: "pbft",
      membership: 1 as Height,
      view: 2 as View,
      height: 3 as Height,
      blockHash: "11".repeat(32) as never,
      signatures: [],
    } as const;
    const chain = "ab".repeat(32) as ChainId;
    const le = (value: number) => `${value.toString(16).padStart(2, "0")}${"00".repeat(7)}`;
    const prefix = createHash("sha256").update("witan/pbft-commit/1").digest("hex") + chain;
    const statement = le(1) + le(2) + le(3) + "11".repeat(32);
    const expected = createHash("sha256")
      .update(prefix + statement, "hex")
      .digest("hex");
    assert.equal(certificateDigest(chain, base), expected);
    const others = [
      { ...base, membership: 2 as Height },
      { ...base, view: 3 as View },
      { ...base, height: 4 as Height },
      { ...base, blockHash: "12".repeat(32) as never },
    ];
    for (const other of others) assert.notEqual(certificateDigest(chain, other), expected);
    const paxos = {
      kind: "bp-fast-paxos",
      membership: base.membership,
      height: base.height,
      blockHash: base.blockHash,
      signatures: [],
    } as const;
    const paxosPrefix = createHash("sha256").update("witan/bp-fast-paxos-decision/1").digest("hex") + chain;
    const paxosExpected = createHash("sha256")
      .update(paxosPrefix + le(1) + le(3) + "11".repeat(32), "hex")
      .digest("hex");
    assert.equal(certificateDigest(chain, paxos), paxosExpected);
  });
});

describe("hex", () => {
  it("goes there and back", () => {
    fc.assert(
      fc.property(bytes, (input) => {
        const text = bytesToHex(input);
        assert.equal(text, Buffer.from(input).toString("hex"));
        assert.ok(isHex(text) && isHex(text, input.length) && !isHex(text, input.length + 1));
        assert.deepEqual(hexToBytes(text), Uint8Array.from(input));
      }),
    );
  });

  it("is lower-case, whole bytes, and nothing else", () => {
    for (const text of ["0", "0g", "AB", "0x00", " 00", "00 ", "é0", "00\n", "\u{1d7d8}", "\u0130\u0130"]) {
      assert.ok(!isHex(text), JSON.stringify(text));
      assert.throws(() => hexToBytes(text), AssertionError, JSON.stringify(text));
    }
    for (const other of [undefined, null, 5, new Uint8Array(2), ["00"]]) assert.ok(!isHex(other));
  });

  it("sorts as the bytes do", () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const order = bytesToHex(a) < bytesToHex(b);
        assert.equal(order, Buffer.compare(a, b) < 0);
      }),
    );
  });

  it("is not written beyond the end", () => {
    const output = new Uint8Array(3);
    assert.ok(writeHex("0102", output, 1));
    assert.deepEqual(Array.from(output), [0, 1, 2]);
    for (const [text, offset] of [
      ["0102", 2],
      ["01", 3],
      ["0", 0],
      ["0G", 0],
    ] as const)
      assert.ok(!writeHex(text, output, offset), text);
  });
});

describe("ids", () => {
  it("are branded only in range", () => {
    assert.equal(toHash("00".repeat(32)), "00".repeat(32));
    assert.equal(toHeight(2 ** 53 - 1), 2 ** 53 - 1);
    assert.equal(toTimestamp(0), 0);
    assert.equal(toAssetId(2 ** 32 - 1), 2 ** 32 - 1);
    assert.equal(toAmount(2n ** 64n - 1n), 2n ** 64n - 1n);
    const wrong = [
      () => toHash("00".repeat(31)),
      () => toHash("AB".repeat(32)),
      () => toHeight(2 ** 53),
      () => toHeight(-1),
      () => toTimestamp(0.5),
      () => toAssetId(2 ** 32),
      () => toAmount(2n ** 64n),
      () => toAmount(-1n),
    ];
    for (const one of wrong) assert.throws(one, AssertionError);
  });

  it("take ASCII only as bytes", () => {
    assert.deepEqual(Array.from(asciiBytes("az~")), [97, 122, 126]);
    assert.throws(() => asciiBytes("é"), AssertionError);
    assert.equal(sha256Hex(asciiBytes("abc")), bytesToHex(sha256(asciiBytes("abc"))) as Hash);
  });
});
