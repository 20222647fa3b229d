// Addresses: bech32m (BIP 350) of a version, 0, and the 32 bytes of a policy hash; the prefix names the chain.
// One policy has one address per chain: every text that is accepted is what `formatAddress` gives.
import { bech32m } from "@scure/base";
import { assert, bytesToHex, hexToBytes, ok, type PolicyHash, type Result, refuse } from "@witan/primitives";

const VERSION = 0;
/** 32 bytes in words of 5 bits: 52 words, the last 4 bits of the last are padding and zero. */
const HASH_WORDS = 52;
const PADDING_MASK = 0b1111;

/** Whether a text can be the prefix of a chain's addresses: 1 to 12 letters from a to z. */
export function addressPrefixShape(prefix: string): boolean {
  return /^[a-z]{1,12}$/.test(prefix);
}

/**
 * The address of a policy.
 * @param prefix the chain's, 1 to 12 letters from a to z
 * @throws {AssertionError} for another prefix
 */
export function formatAddress(prefix: string, policyHash: PolicyHash): string {
  assert(addressPrefixShape(prefix), `an address prefix is 1 to 12 letters from a to z: ${prefix}`);
  return bech32m.encode(prefix, [VERSION, ...bech32m.toWords(hexToBytes(policyHash))]);
}

/** Why an address is refused. */
export type AddressFault = "case" | "checksum" | "prefix" | "version" | "length" | "padding";

/**
 * Reads an address of the chain whose prefix is given.
 * Codes: `case` (upper case), `checksum` (mistyped: not bech32m, or its checksum is wrong), `prefix` (another
 * chain's), `version` (not 0), `length` (not 32 bytes), `padding` (bits set behind them).
 * @throws {AssertionError} if `prefix` is none
 */
export function parseAddress(text: string, prefix: string): Result<PolicyHash, AddressFault> {
  assert(addressPrefixShape(prefix), `an address prefix is 1 to 12 letters from a to z: ${prefix}`);
  if (/[A-Z]/.test(text)) return refuse("case", "an address has no upper-case letters");
  const decoded = bech32m.decodeUnsafe(text);
  if (decoded === undefined) return refuse("checksum", "not an address, or a character is wrong or missing");
  if (decoded.prefix !== prefix) {
    return refuse("prefix", `found an address of ${JSON.stringify(decoded.prefix)}, expected ${prefix}`);
  }
  const [version, ...words] = decoded.words;
  if (version !== VERSION) {
    return refuse("version", `found version ${version ?? "none"}, expected ${VERSION}: a newer format?`);
  }
  if (words.length !== HASH_WORDS) {
    return refuse("length", `found ${Math.floor((words.length * 5) / 8)} bytes, expected 32`);
  }
  if (((words[HASH_WORDS - 1] ?? 0) & PADDING_MASK) !== 0)
    return refuse("padding", "bits behind the policy hash");
  return ok(bytesToHex(bech32m.fromWords(words)) as PolicyHash);
}
