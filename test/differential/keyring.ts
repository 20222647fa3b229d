// The key pairs of these tests, found by their public keys: whoever makes a witness signs with whatever it asks for.
import type { SecretKey } from "@witan/crypto";
import { sign } from "@witan/crypto";
import type { Hash, PublicKey, Signature } from "@witan/primitives";
import { keyOfName, type TestKey } from "../ledger/build.ts";

const PERSONS = ["alice", "bob", "carol", "mint", "mallory", "dave"];
/** Names of members; each has a voting and an operator key. */
export const MEMBER_NAMES = ["a", "b", "c", "d", "e", "f", "p", "q", "r"];
/** Names of keys that come into use later, as replacements and new clients. */
export const FRESH_NAMES = Array.from({ length: 8 }, (_, at) => `fresh ${at}`);

const byPublicKey = new Map<string, TestKey>();
for (const name of [
  ...PERSONS,
  ...FRESH_NAMES,
  ...MEMBER_NAMES.flatMap((member) => [`${member} voting`, `${member} operator`]),
])
  knownKey(name);

/** The key of a name, known from now on to `signAs`. */
export function knownKey(name: string): TestKey {
  const key = keyOfName(name);
  byPublicKey.set(key.publicKey, key);
  return key;
}

/** Signs with the key of a public key; where nobody has it (off the curve, misshapen), alice signs in its place. */
export function signAs(publicKey: PublicKey, digest: Hash): Signature {
  const secretKey: SecretKey = (byPublicKey.get(publicKey) ?? keyOfName("alice")).secretKey;
  return sign(digest, secretKey);
}
