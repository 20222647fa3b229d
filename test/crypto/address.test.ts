import assert from "node:assert/strict";
import { base58, bech32, bech32m } from "@scure/base";
import {
  addressPrefixShape,
  formatAddress,
  formatPeerId,
  parseAddress,
  parsePeerId,
  peerIdOfEd25519,
  peerIdShape,
} from "@witan/crypto";
import { AssertionError, hexToBytes, type PeerId, type PolicyHash } from "@witan/primitives";
import fc from "fast-check";

const KNOWN = {
  zero: "witan1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq4aejfl",
  ones: "a1qlllllllllllllllllllllllllllllllllllllllllllllllllllsujx9um",
  digits: "abcdefghijkl1qqy352euf40x77qfrg4ncn27dauqjx3t83x4ummcpydzk0zdtehhseaj5rn",
};

const hashes = fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => hex as PolicyHash);
const prefixes = fc.stringMatching(/^[a-z]{1,12}$/);

function codeOf(text: string, prefix: string): string {
  const parsed = parseAddress(text, prefix);
  return parsed.ok ? "ok" : parsed.code;
}

function words(hex: string): number[] {
  return bech32m.toWords(hexToBytes(hex));
}

describe("crypto: addresses", () => {
  it("gives known answers", () => {
    // Made by an independent implementation of BIP 350 (its reference code, in Python).
    assert.equal(formatAddress("witan", "00".repeat(32) as PolicyHash), KNOWN.zero);
    assert.equal(formatAddress("a", "ff".repeat(32) as PolicyHash), KNOWN.ones);
    assert.equal(formatAddress("abcdefghijkl", "0123456789abcdef".repeat(4) as PolicyHash), KNOWN.digits);
  });

  it("reads what it writes, for its chain only", () => {
    fc.assert(
      fc.property(prefixes, hashes, prefixes, (prefix, hash, other) => {
        const text = formatAddress(prefix, hash);
        assert.deepEqual(parseAddress(text, prefix), { ok: true, value: hash });
        if (other !== prefix) assert.equal(codeOf(text, other), "prefix");
      }),
    );
  });

  it("refuses every wrong character, and any two exchanged", () => {
    fc.assert(
      fc.property(
        hashes,
        fc.nat(),
        fc.constantFrom(..."qpzry9x8gf2tvdw0s3jn54khce6mua7l"),
        fc.nat(),
        (hash, at, character, other) => {
          const text = formatAddress("witan", hash);
          const [i, j] = [6 + (at % (text.length - 6)), 6 + (other % (text.length - 6))];
          const letters = [...text];
          letters[i] = character;
          if (letters.join("") !== text) assert.equal(codeOf(letters.join(""), "witan"), "checksum");
          const swapped = [...text];
          [swapped[i], swapped[j]] = [text[j] as string, text[i] as string];
          if (swapped.join("") !== text) assert.equal(codeOf(swapped.join(""), "witan"), "checksum");
        },
      ),
      { numRuns: 500 },
    );
  });

  it("refuses everything that would be a second text of the same address", () => {
    const hash = "0123456789abcdef".repeat(4);
    const text = formatAddress("witan", hash as PolicyHash);
    const padded = words(hash);
    const last = padded.at(-1) as number;
    assert.equal(codeOf(text.toUpperCase(), "witan"), "case");
    assert.equal(codeOf(`W${text.slice(1)}`, "witan"), "case");
    assert.equal(codeOf(` ${text}`, "witan"), "checksum");
    assert.equal(codeOf(`${text}\n`, "witan"), "checksum");
    for (let bits = 1; bits < 16; bits++) {
      assert.equal(
        codeOf(bech32m.encode("witan", [0, ...padded.slice(0, -1), last | bits]), "witan"),
        "padding",
      );
    }
    assert.equal(codeOf(bech32.encode("witan", [0, ...padded]), "witan"), "checksum");
    for (let version = 1; version < 32; version++) {
      assert.equal(codeOf(bech32m.encode("witan", [version, ...padded]), "witan"), "version");
    }
    assert.equal(codeOf(bech32m.encode("witan", []), "witan"), "version");
    for (const length of [0, 20, 31, 33, 40]) {
      assert.equal(codeOf(bech32m.encode("witan", [0, ...words("11".repeat(length))]), "witan"), "length");
    }
    assert.equal(codeOf(bech32m.encode("witan", [0, ...padded, 0]), "witan"), "length");
    assert.equal(codeOf(bech32m.encode("witan", [0, ...padded.slice(0, -1)]), "witan"), "length");
  });

  it("refuses BIP 350's invalid strings", () => {
    const invalid = [
      "\x201xj0phk",
      "\x7f1g6xzxy",
      "\x801vctc34",
      "qyrz8wqd2c9m",
      "1qyrz8wqd2c9m",
      "y1b0jsk6g",
      "lt1igcx5c0",
      "in1muywd",
      "mm1crxm3i",
      "au1s5cgom",
      "M1VUXWEZ",
      "16plkw9",
      "1p2gdwpf",
      "an84characterslonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11d6pts4",
      "",
      "1",
      "witan1",
      "witan",
      "🜁1xj0phk",
    ];
    for (const text of invalid) assert.ok(!parseAddress(text, "witan").ok, text);
    assert.equal(codeOf("a1lqfn3a", "a"), "version");
    assert.equal(codeOf("split1checkupstagehandshakeupstreamerranterredcaperredlc445v", "split"), "version");
  });

  it("accepts no text that it would not write", () => {
    const near = fc.tuple(
      fc.integer({ min: 0, max: 2 }),
      fc.array(fc.nat(31), { minLength: 50, maxLength: 54 }),
    );
    fc.assert(
      fc.property(near, ([version, data]) => {
        const text = bech32m.encode("w", [version, ...data]);
        const parsed = parseAddress(text, "w");
        if (parsed.ok) assert.equal(formatAddress("w", parsed.value), text);
      }),
      { numRuns: 1000 },
    );
  });

  it("takes prefixes of 1 to 12 letters, and asserts so", () => {
    for (const prefix of ["a", "witan", "abcdefghijkl"]) assert.ok(addressPrefixShape(prefix));
    for (const prefix of ["", "abcdefghijklm", "A", "w1", "wi-tan", "é", "a\n"]) {
      assert.ok(!addressPrefixShape(prefix));
      assert.throws(() => formatAddress(prefix, "00".repeat(32) as PolicyHash), AssertionError);
      assert.throws(() => parseAddress("", prefix), AssertionError);
    }
  });
});

describe("crypto: peer ids", () => {
  const keys = fc.stringMatching(/^[0-9a-f]{64}$/);

  it("gives a known answer", () => {
    // Of libp2p's specification, peer-ids: the Ed25519 key of its test vectors.
    const key = "1ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e";
    assert.equal(formatPeerId(peerIdOfEd25519(key)), "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq");
  });

  it("reads what it writes", () => {
    fc.assert(
      fc.property(keys, (key) => {
        const peerId = peerIdOfEd25519(key);
        const text = formatPeerId(peerId);
        assert.ok(peerIdShape(peerId) && text.startsWith("12D3KooW") && text.length === 52);
        assert.deepEqual(parsePeerId(text), { ok: true, value: peerId });
      }),
    );
    for (const key of ["00".repeat(32), "ff".repeat(32)]) {
      assert.deepEqual(parsePeerId(formatPeerId(peerIdOfEd25519(key))), {
        ok: true,
        value: peerIdOfEd25519(key),
      });
    }
  });

  it("refuses other kinds, lengths and alphabets", () => {
    const code = (text: string) => {
      const parsed = parsePeerId(text);
      return parsed.ok ? "ok" : parsed.code;
    };
    const good = formatPeerId(peerIdOfEd25519("ab".repeat(32)));
    assert.equal(code("QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N"), "length");
    assert.equal(code(""), "length");
    assert.equal(code("1".repeat(100_000)), "length");
    assert.equal(code(good.replace("K", "0")), "encoding");
    assert.equal(code(good.replace("K", "L")), "kind");
    assert.equal(code(`1${good.slice(0, -1)}`), "kind");
    assert.equal(
      code(
        base58
          .encode(hexToBytes(`002508021221${"02".repeat(33)}`))
          .slice(0, 52)
          .padEnd(52, "1"),
      ),
      "kind",
    );
  });

  it("knows the shape, and asserts it", () => {
    for (const hex of [
      "",
      "00",
      `002408011220${"0".repeat(62)}`,
      `002408021220${"0".repeat(64)}`,
      `002408011220${"G".repeat(64)}`,
    ]) {
      assert.ok(!peerIdShape(hex));
      assert.throws(() => formatPeerId(hex as PeerId), AssertionError);
    }
    assert.throws(() => peerIdOfEd25519("00"), AssertionError);
  });
});
