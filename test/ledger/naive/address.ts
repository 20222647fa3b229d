// Addresses, section 5 of docs/formats.md: bech32m by hand (BIP-350).
import { unhex } from "./bytes.ts";

const ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const BECH32M = 0x2bc830a3;

function polymod(words: readonly number[]): number {
  let check = 1;
  for (const word of words) {
    const top = check >>> 25;
    check = ((check & 0x1ffffff) << 5) ^ word;
    for (let i = 0; i < 5; i++) if ((top >>> i) & 1) check ^= GENERATORS[i]!;
  }
  return check >>> 0;
}

function expanded(prefix: string): number[] {
  const codes = [...prefix].map((character) => character.charCodeAt(0));
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
}

/** Bech32m of words of five bits. */
export function bech32m(prefix: string, words: readonly number[]): string {
  const checksum = polymod([...expanded(prefix), ...words, 0, 0, 0, 0, 0, 0]) ^ BECH32M;
  const all = [...words];
  for (let i = 5; i >= 0; i--) all.push((checksum >>> (5 * i)) & 31);
  return `${prefix}1${all.map((word) => ALPHABET[word]).join("")}`;
}

/** The 52 words of 32 bytes. */
export function wordsOf(hash: string): number[] {
  let bits = "";
  for (const byte of unhex(hash)) bits += byte.toString(2).padStart(8, "0");
  bits += "0000";
  const words: number[] = [];
  for (let at = 0; at < bits.length; at += 5) words.push(Number.parseInt(bits.slice(at, at + 5), 2));
  return words;
}

/** The address of a policy hash. */
export function naiveAddress(prefix: string, policyHashHex: string): string {
  return bech32m(prefix, [0, ...wordsOf(policyHashHex)]);
}
