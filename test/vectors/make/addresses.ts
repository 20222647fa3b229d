// Vectors for addresses: those that stand for a policy, and every refusal, encoded by the naive validator's bech32m.
import { bech32m, wordsOf } from "../../ledger/naive/address.ts";
import type { AddressCase, VectorFile } from "../format.ts";

const HASH = "751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45";

/** The same words with the checksum of bech32 (BIP 173), as SegWit version 0 has it. */
const BECH32_NOT_M = "wt1qw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zshevguc";

function flip(address: string, at: number): string {
  const other = address[at] === "q" ? "p" : "q";
  return address.slice(0, at) + other + address.slice(at + 1);
}

function valid(name: string, prefix: string, policyHash: string): AddressCase {
  return { name, prefix, address: bech32m(prefix, [0, ...wordsOf(policyHash)]), expected: "ok", policyHash };
}

function refused(name: string, address: string, expected: AddressCase["expected"]): AddressCase {
  return { name, prefix: "wt", address, expected };
}

/** addresses.json */
export function addressVectors(): VectorFile<AddressCase> {
  const words = wordsOf(HASH);
  const good = bech32m("wt", [0, ...words]);
  const withPadding = (bit: number) => words.with(51, (words[51] ?? 0) + bit);
  const cases = [
    valid("address of a policy", "wt", HASH),
    valid("address of 32 zero bytes", "wt", "00".repeat(32)),
    valid("address of 32 bytes ff", "wt", "ff".repeat(32)),
    valid("address under a prefix of one letter", "w", HASH),
    valid("address under a prefix of 12 letters", "abcdefghijkl", HASH),
    valid("address under another prefix is another text", "xy", HASH),
    refused("case: all in upper case, which BIP-350 allows", good.toUpperCase(), "case"),
    refused("case: mixed", good.slice(0, 20) + good.slice(20).toUpperCase(), "case"),
    refused("case: upper prefix", `WT${good.slice(2)}`, "case"),
    refused("checksum: the last character is another", flip(good, good.length - 1), "checksum"),
    refused("checksum: a character in the middle is another", flip(good, 30), "checksum"),
    refused("checksum: a character is missing", good.slice(0, 30) + good.slice(31), "checksum"),
    refused("checksum: two characters change places", swapped(good), "checksum"),
    refused("checksum: that of bech32, not bech32m", BECH32_NOT_M, "checksum"),
    refused("checksum: the prefix was changed", `xx${good.slice(2)}`, "checksum"),
    refused(
      "checksum: a character that bech32 has not",
      `${good.slice(0, 10)}b${good.slice(11)}`,
      "checksum",
    ),
    refused("checksum: no separator", good.replace("1", "q"), "checksum"),
    refused("checksum: an empty text", "", "checksum"),
    refused("checksum: a space behind", `${good} `, "checksum"),
    refused("prefix: of another chain", bech32m("xy", [0, ...words]), "prefix"),
    refused("prefix: longer by a letter", bech32m("wta", [0, ...words]), "prefix"),
    refused("version: 1", bech32m("wt", [1, ...words]), "version"),
    refused("version: 31", bech32m("wt", [31, ...words]), "version"),
    refused("version: none, no word at all", bech32m("wt", []), "version"),
    refused("length: 20 bytes", bech32m("wt", [0, ...words.slice(0, 32)]), "length"),
    refused("length: a word fewer", bech32m("wt", [0, ...words.slice(0, 51)]), "length"),
    refused("length: a word more", bech32m("wt", [0, ...words, 0]), "length"),
    refused("length: version only", bech32m("wt", [0]), "length"),
    refused("padding: its lowest bit set", bech32m("wt", [0, ...withPadding(1)]), "padding"),
    refused("padding: its highest bit set", bech32m("wt", [0, ...withPadding(8)]), "padding"),
  ];
  return { about: "Addresses: docs/formats.md, section 5", shared: {}, cases };
}

function swapped(address: string): string {
  for (let at = 10; at < address.length - 1; at++)
    if (address[at] !== address[at + 1])
      return address.slice(0, at) + address[at + 1] + address[at] + address.slice(at + 2);
  return address;
}
