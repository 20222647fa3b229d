// Where the keys of a new network come from: chance; or, for development, names, so that everyone can make the same network
// and nobody takes it for one with secrets.
import { generateSecretKey, type SecretKey } from "@witan/crypto";
import {
  type AcceptorsKey,
  acceptorsKeyOf,
  createAcceptorsKey,
  createKey,
  type KeyPair,
  type KeyPurpose,
  keyOfSecret,
} from "@witan/crypto/node";
import { asciiBytes, sha256Hex } from "@witan/primitives";

/** Makes the keys of a network. */
export interface KeySource {
  /** Of a node. */
  key(node: string, purpose: KeyPurpose): KeyPair;
  /** Of all acceptors. */
  acceptors(): AcceptorsKey;
  /** Of account number `at`, from 1. */
  account(at: number): SecretKey;
}

/** Keys that nobody knows. */
export const FRESH_KEYS: KeySource = {
  key: (_, purpose) => createKey(purpose),
  acceptors: createAcceptorsKey,
  account: () => generateSecretKey(),
};

/**
 * Keys that everyone knows: each is the SHA-256 of what it is for, in words (docs/operations.md). A hash that were no secret
 * key of secp256k1 would have no file: of 2^256 there are some 2^128.
 */
export const DEVELOPMENT_KEYS: KeySource = {
  key: (node, purpose) => keyOfSecret(purpose, secretOf(`${purpose} key of ${node}`)),
  acceptors: () => acceptorsKeyOf(secretOf("key of the acceptors")),
  account: (at) => secretOf(`key of account ${at}`) as string as SecretKey,
};

function secretOf(what: string): string {
  return sha256Hex(asciiBytes(`witan development: ${what}`));
}
