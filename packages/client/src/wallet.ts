// A wallet: one secret key, the policy that it satisfies alone, and the address of that. Keeps the key to itself: it is in
// no field that logs or JSON would show.
import {
  formatAddress,
  generateSecretKey,
  parseSecretKey,
  publicKeyOf,
  type RandomSource,
  type SecretKey,
  sign,
} from "@witan/crypto";
import { type Policy, policyHash } from "@witan/ledger";
import {
  type Hash,
  ok,
  type PolicyHash,
  type PublicKey,
  present,
  type Result,
  type Signature,
} from "@witan/primitives";
import type { Spender } from "./lock.ts";

/** What pays and signs: one key. */
export class Wallet implements Spender {
  readonly publicKey: PublicKey;
  /** `key(publicKey)`: what its coins pay to. */
  readonly policy: Policy;
  readonly policyHash: PolicyHash;
  readonly #secretKey: SecretKey;

  constructor(secretKey: SecretKey) {
    this.#secretKey = secretKey;
    this.publicKey = publicKeyOf(secretKey);
    this.policy = Object.freeze([Object.freeze({ kind: "key", publicKey: this.publicKey } as const)]);
    this.policyHash = present(policyHash(this.policy), "the hash of a key's policy");
  }

  /** Where others pay to, on the chain of this prefix (`chain.genesis.addressPrefix`). */
  address(prefix: string): string {
    return formatAddress(prefix, this.policyHash);
  }

  /** Signs 32 bytes; the same bytes always get the same signature. */
  sign(digest: Hash): Signature {
    return sign(digest, this.#secretKey);
  }
}

/** Opens a wallet by its secret key, 64 hex digits; codes as `parseSecretKey`. A refusal never quotes the key. */
export function openWallet(secretKey: string): Result<Wallet, "encoding" | "range"> {
  const parsed = parseSecretKey(secretKey);
  return parsed.ok ? ok(new Wallet(parsed.value)) : parsed;
}

/** Makes a new wallet, and hands out its secret key once: without it the wallet's coins are lost. */
export function createWallet(random?: RandomSource): {
  readonly wallet: Wallet;
  readonly secretKey: SecretKey;
} {
  const secretKey = generateSecretKey(random);
  return { wallet: new Wallet(secretKey), secretKey };
}
