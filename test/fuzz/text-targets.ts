// What reads text from people: addresses, peer ids, hex, genesis and member files. Any text is read or refused with a
// code; what is read is written the same way again.
import {
  formatAddress,
  formatPeerId,
  parseAddress,
  parsePeerId,
  parsePublicKey,
  parseSecretKey,
  parseSignature,
  peerIdOfEd25519,
} from "@witan/crypto";
import {
  genesisToJson,
  openChain,
  openGenesisFile,
  parseGenesisFile,
  parseMemberFile,
  toJson,
} from "@witan/ledger";
import { bytesToHex, type Hash, hexToBytes, isHex, writeHex } from "@witan/primitives";
import type { Dice } from "../differential/dice.ts";
import { memberOf, testGenesis } from "../ledger/build.ts";
import { bech32m } from "../ledger/naive/address.ts";
import { hold, sameBytes, shapeOf } from "./codec-targets.ts";
import type { Target } from "./fuzzer.ts";

const utf8 = new TextEncoder();
const bytesOf = (text: string): Uint8Array => utf8.encode(text);

/** Bytes as text: as UTF-8, with a mark where they are none; lone surrogates come in by a prefix of their own. */
function textOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff)
    return String.fromCharCode(
      ...new Uint16Array(bytes.slice(1, 2 * (bytes.length >>> 1)).slice(0, 400)),
      0xd800,
    );
  return new TextDecoder().decode(bytes);
}

function runAddress(bytes: Uint8Array): string {
  const text = textOf(bytes);
  const parsed = parseAddress(text, "wt");
  if (!parsed.ok) return `${parsed.code} ${shapeOf(parsed.detail)}`;
  hold(formatAddress("wt", parsed.value) === text, "an address is written in another way than it was read");
  return "read";
}

function runPeerId(bytes: Uint8Array): string {
  const text = textOf(bytes);
  const parsed = parsePeerId(text);
  if (!parsed.ok) return `${parsed.code} ${Math.sign(text.length - 52)}`;
  hold(formatPeerId(parsed.value) === text, "a peer id is written in another way than it was read");
  return "read";
}

function runHex(bytes: Uint8Array): string {
  hold(sameBytes(hexToBytes(bytesToHex(bytes)), bytes), "hex of bytes, and back");
  const text = textOf(bytes);
  const isIt = isHex(text);
  const output = new Uint8Array((text.length >>> 1) + 1);
  hold(writeHex(text, output, 1) === isIt, "writeHex and isHex disagree");
  hold(output[0] === 0, "writeHex wrote before its offset");
  hold(!writeHex(text, output, output.length + 1) || text.length === 0, "writeHex wrote behind the end");
  if (isIt) hold(bytesToHex(hexToBytes(text)) === text, "bytes of hex, and back");
  return `${isIt} ${isHex(text, 32)} ${parsePublicKey(text).ok} ${parseSignature(text).ok} ${parseSecretKey(text).ok}`;
}

function problemsOf(problems: readonly { readonly field: string; readonly expected: string }[]): string {
  hold(problems.length > 0, "refused without a problem");
  return problems
    .map(({ field, expected }) => `${shapeOf(field)}: ${shapeOf(expected)}`)
    .join(", ")
    .slice(0, 200);
}

function runGenesisFile(bytes: Uint8Array): string {
  const parsed = parseGenesisFile(textOf(bytes));
  const told = openGenesisFile(textOf(bytes));
  hold(parsed.ok || !told.ok, "a chain is opened of a file that does not read");
  if (!parsed.ok) return problemsOf(parsed.problems);
  const text = JSON.stringify(toJson(parsed.value));
  const opened = openChain(parsed.value);
  if (!opened.ok) return `read, ${problemsOf(opened.problems)}`;
  const again = parseGenesisFile(JSON.stringify(genesisToJson(parsed.value)));
  hold(
    again.ok && JSON.stringify(toJson(again.value)) === text,
    "a genesis file is read in another way than written",
  );
  return "valid";
}

function runMemberFile(bytes: Uint8Array): string {
  const parsed = parseMemberFile(textOf(bytes));
  return parsed.ok ? "read" : problemsOf(parsed.problems);
}

/** Words of an address, with any padding; now and then another version or length. The checksum will be right. */
function addressWords(dice: Dice): number[] {
  const words = Array.from({ length: dice.chance(80) ? 52 : dice.below(70) }, () => dice.below(32));
  if (dice.chance(60)) words[51] = (words[51] ?? 0) & 16;
  return [dice.chance(90) ? 0 : dice.below(32), ...words];
}

const WORDS = [
  ...[
    "null",
    "true",
    "-1",
    "1e400",
    "0.5",
    "9007199254740993",
    '"\\ud800"',
    '""',
    "[]",
    "{}",
    "[[]]",
    '"__proto__"',
  ],
  ...[
    '{"__proto__":null}',
    '{"constructor":1}',
    '"2026-02-30T00:00:00.000Z"',
    '"-271821-04-20T00:00:00.000Z"',
  ],
  ...['"18446744073709551616"', '"00"', "[".repeat(500), `"${"x".repeat(300)}"`, '{"kind":"pow"}', '"pbft"'],
];

/** JSON with a value somewhere in it put in the place of another. */
function jsonMaker(text: () => string): (dice: Dice) => Uint8Array {
  return (dice) => {
    const whole = text();
    const places = [...whole.matchAll(/(?<=[:[,])(?:"[^"]*"|\d+|true|false)/g)];
    // The head of a genesis file decides how the rest is read.
    const place = dice.pick(dice.chance(30) ? places.slice(0, 5) : places);
    const word = dice.chance(20) ? (dice.pick(places)[0] as string) : dice.pick(WORDS);
    return bytesOf(whole.slice(0, place.index) + word + whole.slice(place.index + place[0].length));
  };
}

const genesisText = (mode: "pbft" | "bp-fast-paxos" | "pow") =>
  JSON.stringify(genesisToJson(testGenesis(mode)));
const memberText = () => JSON.stringify(toJson(memberOf("a")));
const hash = "5a".repeat(32) as Hash;

/** A target for everything that reads text. */
export const TEXT_TARGETS: readonly Target[] = [
  {
    name: "addresses",
    seeds: () => ["00", "ff", "5a"].map((byte) => bytesOf(formatAddress("wt", byte.repeat(32) as never))),
    make: (dice) => bytesOf(bech32m(dice.pick(["wt", "wt", "w"]), addressWords(dice))),
    run: runAddress,
  },
  {
    name: "peer ids",
    seeds: () => ["00", "ff", "5a"].map((byte) => bytesOf(formatPeerId(peerIdOfEd25519(byte.repeat(32))))),
    make: (dice) => bytesOf(formatPeerId(peerIdOfEd25519(dice.hash()))),
    run: runPeerId,
  },
  { name: "hex", seeds: () => [bytesOf(hash), bytesOf(`02${hash}`), bytesOf(hash + hash)], run: runHex },
  {
    name: "genesis files",
    seeds: () => [
      ...(["pbft", "bp-fast-paxos", "pow"] as const).map((mode) => bytesOf(genesisText(mode))),
      ...['""', '"W"', "7", "null"].map((prefix) => bytesOf(genesisText("pow").replace('"wt"', prefix))),
    ],
    make: jsonMaker(() => genesisText("pow")),
    run: runGenesisFile,
  },
  {
    name: "member files",
    seeds: () => [bytesOf(memberText())],
    make: jsonMaker(memberText),
    run: runMemberFile,
  },
];
