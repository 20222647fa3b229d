// Hashing with domain separation: SHA-256 over SHA-256(tag) ‖ chainId ‖ bytes. The prefix is exactly one block of
// SHA-256, and nothing signed for one purpose, chain or version serves another. Every tag of the project is here.

import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { HASHING, sha256, sha256Hex } from "#platform";
import { assert } from "./assert.ts";
import { bytesToHex, hexToBytes } from "./hex.ts";
import { type ChainId, type Hash, ZERO_HASH } from "./ids.ts";

export { HASHING, sha256, sha256Hex, sha256Into } from "#platform";

/** Every tag in use. A tag names a purpose and a version; a changed format takes a new one. */
export const TAGS = {
  genesis: "witan/genesis/1",
  policy: "witan/policy/1",
  transaction: "witan/transaction/1",
  witness: "witan/witness/1",
  block: "witan/block/1",
  retiredKey: "witan/retired-key/1",
  checkpointPiece: "witan/checkpoint-piece/1",
  pbftPrePrepare: "witan/pbft-pre-prepare/1",
  pbftPrepare: "witan/pbft-prepare/1",
  pbftCommit: "witan/pbft-commit/1",
  pbftViewChange: "witan/pbft-view-change/1",
  pbftNewView: "witan/pbft-new-view/1",
  pbftCheckpoint: "witan/pbft-checkpoint/1",
  pbftStatus: "witan/pbft-status/1",
  bpFastPaxosProposal: "witan/bp-fast-paxos-proposal/1",
  bpFastPaxosPromise: "witan/bp-fast-paxos-promise/1",
  bpFastPaxosDecision: "witan/bp-fast-paxos-decision/1",
  bpFastPaxosKeyCheck: "witan/bp-fast-paxos-key-check/1",
} as const;

/** One of the tags in use. */
export type Tag = (typeof TAGS)[keyof typeof TAGS];

/** The chain id under which the genesis and policies are hashed, since they come before any chain: 32 zero bytes. */
export const NO_CHAIN = ZERO_HASH as ChainId;

/** Inputs up to this size are put together in a buffer that is used again. */
const SCRATCH_BYTES = 4_096;

/** Hashes for one tag and chain: SHA-256(SHA-256(tag) ‖ chainId ‖ bytes). */
export class TaggedHasher {
  /** The prefix of 64 bytes, then room for what is hashed; nothing in it outlives a call. */
  readonly #scratch = new Uint8Array(SCRATCH_BYTES);
  #prefixState: ReturnType<typeof nobleSha256.create> | undefined;

  /** @param chainId the chain, or `NO_CHAIN` for what comes before any */
  constructor(tag: Tag, chainId: ChainId) {
    this.#scratch.set(sha256(asciiBytes(tag)), 0);
    this.#scratch.set(hexToBytes(chainId), 32);
  }

  /** The tagged hash of `bytes`, as the kind of hash that is wanted. */
  hash<T extends Hash = Hash>(bytes: Uint8Array): T {
    return HASHING === "node" ? this.oneShot(bytes) : this.fromPrefixState(bytes);
  }

  /** The same hash, of prefix and bytes in one go. */
  oneShot<T extends Hash = Hash>(bytes: Uint8Array): T {
    const length = 64 + bytes.length;
    let input = this.#scratch;
    if (length > SCRATCH_BYTES) {
      input = new Uint8Array(length);
      input.set(this.#scratch.subarray(0, 64), 0);
    }
    input.set(bytes, 64);
    return sha256Hex(input.subarray(0, length)) as T;
  }

  /**
   * The same hash, from a state that has taken in the prefix already: one compression fewer. Worth it where
   * hashing is done in JavaScript (browsers); under Node the copy costs more than it saves.
   */
  fromPrefixState<T extends Hash = Hash>(bytes: Uint8Array): T {
    this.#prefixState ??= nobleSha256.create().update(this.#scratch.subarray(0, 64));
    return bytesToHex(this.#prefixState.clone().update(bytes).digest()) as T;
  }
}

/** The bytes of a text of ASCII characters. @throws {AssertionError} if there are others */
export function asciiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    assert(code < 128, `not ASCII: ${text}`);
    bytes[at] = code;
  }
  return bytes;
}
