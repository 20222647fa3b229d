// The door to SSZ: each kind of type both ways, what each refuses, and trees and branches against plain hashing.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  AssertionError,
  boolean,
  byteList,
  bytesToHex,
  type Codec,
  choice,
  container,
  type Hash,
  hexList,
  hexToBytes,
  hexVector,
  INTEGER_MAX,
  list,
  listRoot,
  merkleBranch,
  merkleRoot,
  none,
  text,
  uint8,
  uint16,
  uint32,
  uint53,
  uint64,
  union,
} from "@witan/primitives";
import fc from "fast-check";

const sha = (hex: string): string => createHash("sha256").update(hex, "hex").digest("hex");

function encodes<T>(codec: Codec<T>, value: T, hex: string): void {
  assert.equal(bytesToHex(codec.encode(value)), hex);
  assert.deepEqual(codec.decode(hexToBytes(hex)), { ok: true, value });
}

function refuses(codec: Codec<never>, ...values: unknown[]): void {
  for (const value of values) {
    const refused = codec.tryEncode(value as never);
    assert.equal(refused.ok ? "ok" : refused.code, "encoding", String(value));
    assert.throws(() => codec.encode(value as never), AssertionError);
  }
}

function undecodable<T>(codec: Codec<T>, ...hexes: string[]): void {
  for (const hex of hexes) {
    const decoded = codec.decode(hexToBytes(hex));
    assert.equal(decoded.ok ? "ok" : decoded.code, "encoding", hex);
  }
}

describe("numbers", () => {
  it("says of bytes that end too early that they do, in no words of its own making", () => {
    for (const codec of [container({ a: uint32(), b: byteList(8) }), uint32()] as const)
      for (const hex of ["00", "0800"]) {
        const read = codec.decode(hexToBytes(hex));
        assert.ok(!read.ok && !/DataView|Offset is/.test(read.detail ?? ""), JSON.stringify(read));
      }
    const read = container({ a: uint32(), b: byteList(8) }).decode(Uint8Array.of(0));
    assert.deepEqual(read, {
      ok: false,
      code: "encoding",
      detail: "too short: the bytes end within a value",
    });
  });

  it("are little-endian, in range and whole", () => {
    encodes(uint8(), 255, "ff");
    encodes(uint16(), 258, "0201");
    encodes(uint32(), 2 ** 32 - 1, "ffffffff");
    encodes(uint64(), 2n ** 64n - 1n, "ffffffffffffffff");
    for (const [codec, max] of [
      [uint8(), 255],
      [uint16(), 65_535],
      [uint32(), 2 ** 32 - 1],
      [uint53(), INTEGER_MAX],
    ] as const)
      refuses(
        codec as Codec<never>,
        max + 1,
        -1,
        0.5,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        "1",
        undefined,
        1n,
      );
    refuses(uint64() as Codec<never>, 2n ** 64n, -1n, 1, "1", undefined);
    undecodable(uint16(), "", "00", "000000");
  });

  it("above 2^53 - 1 are no Number", () => {
    encodes(uint53(), INTEGER_MAX, "ffffffffffff1f00");
    undecodable(uint53(), "0000000000002000", "0100000000002000", "ffffffffffffffff", "0000000000000080");
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
        const bytes = uint64().encode(value);
        const decoded = uint53().decode(bytes);
        assert.equal(decoded.ok, value <= BigInt(INTEGER_MAX));
        if (decoded.ok) assert.equal(BigInt(decoded.value), value);
      }),
    );
  });
});

describe("words, bytes and texts", () => {
  it("booleans and choices are one byte of few", () => {
    encodes(boolean(), true, "01");
    encodes(boolean(), false, "00");
    undecodable(boolean(), "02", "ff", "", "0000");
    refuses(boolean() as Codec<never>, 1, "true", undefined);
    const word = choice(["a", "b", "c"]);
    encodes(word, "c", "02");
    undecodable(word, "03", "ff");
    refuses(word as Codec<never>, "d", 0, undefined);
  });

  it("vectors have exactly their length", () => {
    encodes(hexVector(3), "00abff", "00abff");
    refuses(hexVector(3) as Codec<never>, "00ab", "00abff00", "00ABFF", "zzzzzz", 5, undefined);
    undecodable(hexVector(3), "00ab", "00abff00");
  });

  it("lists of bytes have at most their limit", () => {
    encodes(hexList(2), "", "");
    encodes(hexList(2), "abcd", "abcd");
    refuses(hexList(2) as Codec<never>, "abcdef", "a", "AB", 5);
    undecodable(hexList(2), "abcdef");
    encodes(byteList(2), new Uint8Array([1, 2]), "0102");
    refuses(byteList(2) as Codec<never>, new Uint8Array(3), "0102", [1, 2]);
  });

  it("texts are printable ASCII", () => {
    encodes(text(3), " ~a", "207e61");
    refuses(text(3) as Codec<never>, "abcd", "\n", "\u007f", "é", 5);
    for (let byte = 0; byte < 256; byte++) {
      const decoded = text(1).decode(new Uint8Array([byte]));
      assert.equal(decoded.ok, byte >= 0x20 && byte <= 0x7e, String(byte));
    }
  });
});

interface Pair {
  readonly name: string;
  readonly number: number;
}
const pair = container<Pair>({ name: text(4), number: uint16() });
type Either =
  | { readonly kind: "nothing" }
  | { readonly kind: "pair"; readonly name: string; readonly number: number };
const either = union<Either>({ nothing: none, pair: pair as never });

describe("containers, lists and unions", () => {
  it("have minimal offsets in order", () => {
    encodes(pair, { name: "ab", number: 5 }, "0600000005006162");
    undecodable(
      pair,
      "0500000005006162",
      "0700000005006162",
      "070000000500ff6162",
      "",
      "06000000",
      "ffffffff05006162",
    );
    const pairs = list(pair, 2);
    encodes(pairs, [], "");
    encodes(
      pairs,
      [
        { name: "a", number: 1 },
        { name: "", number: 2 },
      ],
      "080000000f000000" + "06000000010061" + "060000000200",
    );
    refuses(pairs as Codec<never>, [1], {}, "no", [undefined]);
    const three = [1, 2, 3].map((number) => ({ name: "", number }));
    refuses(pairs as Codec<never>, three);
    undecodable(
      pairs,
      bytesToHex(list(pair, 3).encode(three)),
      "00000000",
      "04000000",
      "03000000",
      "0800000004000000060000000100",
    );
  });

  it("unions say which, and nothing follows an empty variant", () => {
    encodes(either, { kind: "nothing" }, "00");
    encodes(either, { kind: "pair", name: "a", number: 1 }, "0106000000010061");
    undecodable(either, "", "0000", "02", "80", "01");
    refuses(either as Codec<never>, { kind: "both" }, {}, null, undefined);
  });
});

describe("trees", () => {
  const leaf = (byte: number): string => byte.toString(16).padStart(2, "0").repeat(32);
  const leaves = list(hexVector<Hash>(32), 8);

  /** The root of up to 8 leaves and their number, by plain hashing. */
  function rootOf(values: readonly string[]): string {
    let level = Array.from({ length: 8 }, (_, at) => values[at] ?? "00".repeat(32));
    while (level.length > 1)
      level = level.filter((_, at) => at % 2 === 0).map((one, at) => sha(one + level[2 * at + 1]));
    return sha(`${level[0]}${values.length.toString(16).padStart(2, "0")}${"00".repeat(31)}`);
  }

  for (let count = 0; count <= 8; count++)
    it(`of ${count} leaves has the root and branches of plain hashing`, () => {
      const values = Array.from({ length: count }, (_, at) => leaf(at + 1) as Hash);
      const root = leaves.root(values);
      assert.equal(root, rootOf(values));
      const packed = hexToBytes(values.join(""));
      assert.equal(listRoot(packed, 3), root, "listRoot");
      values.forEach((value, at) => {
        const branch = merkleBranch(leaves.tree(values), 4, at);
        assert.equal(branch.length, 4);
        assert.equal(merkleRoot(value, at, branch), root);
        assert.notEqual(merkleRoot(value, at + 1, branch), root);
        assert.notEqual(merkleRoot(leaf(99) as Hash, at, branch), root);
      });
    });

  it("of a list is the same by its own function, at any length", () => {
    const many = list(hexVector<Hash>(32), 65_536);
    // Every remainder of the four pairs that the library hashes at once, and more levels of them.
    for (const count of [...Array(34).keys(), 127, 128, 129, 1_000]) {
      const values = Array.from({ length: count }, (_, at) => sha(at.toString(16).padStart(8, "0")) as Hash);
      assert.equal(listRoot(hexToBytes(values.join("")), 16), many.root(values), String(count));
    }
    assert.throws(() => listRoot(new Uint8Array(32 * 9), 3), AssertionError);
    assert.throws(() => listRoot(new Uint8Array(33), 3), AssertionError);
  });

  it("have no node outside", () => {
    const tree = leaves.tree([]);
    for (const [depth, position] of [
      [0, 0],
      [41, 0],
      [3, 8],
      [3, -1],
    ] as const)
      assert.throws(() => merkleBranch(tree, depth, position), AssertionError);
  });

  it("of values that can't be encoded there are none", () => {
    assert.throws(() => leaves.root(["00" as Hash]), AssertionError);
  });
});
