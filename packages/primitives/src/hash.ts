// Hashing with domain separation: SHA-256 over SHA-256(tag) ‖ chainId ‖ bytes. The prefix is exactly one block of
// SHA-256, and nothing signed for one purpose, chain or version serves another. Every tag of the project is here.

import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { HASHING, sha256Hex, sha256Into } from "#platform";
import { assert } from "./assert.ts";
import { bytesToHex, writeHex } from "./hex.ts";
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
  register: "witan/register/1",
} as const;

/** One of the tags in use. */
export type Tag = (typeof TAGS)[keyof typeof TAGS];

/** The chain id under which the genesis and policies are hashed, since they come before any chain: 32 zero bytes. */
export const NO_CHAIN = ZERO_HASH as ChainId;

const PREFIX_BYTES = 64;
/** Inputs up to this size are put together in a buffer that is used again: nothing in it outlives a call. */
const scratch = new Uint8Array(4_096);
/** What stands at its beginning. */
let prefixInScratch: Uint8Array | undefined;

/** The prefix of each tag for the chain that it was asked for last: mostly there is one, and a hasher for each message. */
const prefixes = new Map<Tag, { readonly chainId: ChainId; readonly bytes: Uint8Array }>();

function prefixOf(tag: Tag, chainId: ChainId): Uint8Array {
  const known = prefixes.get(tag);
  if (known?.chainId === chainId) return known.bytes;
  const bytes = new Uint8Array(PREFIX_BYTES);
  sha256Into(asciiBytes(tag), bytes, 0);
  assert(writeHex(chainId, bytes, 32) && chainId.length === 64, `no chain id: ${chainId.slice(0, 80)}`);
  prefixes.set(tag, { chainId, bytes });
  return bytes;
}

/** Hashes for one tag and chain: SHA-256(SHA-256(tag) ‖ chainId ‖ bytes). */
export class TaggedHasher {
  /** Shared, and never written again. */
  readonly #prefix: Uint8Array;
  #prefixState: ReturnType<typeof nobleSha256.create> | undefined;

  /** @param chainId the chain, or `NO_CHAIN` for what comes before any */
  constructor(tag: Tag, chainId: ChainId) {
    this.#prefix = prefixOf(tag, chainId);
  }

  /** The tagged hash of `bytes`, as the kind of hash that is wanted. */
  hash<T extends Hash = Hash>(bytes: Uint8Array): T {
    return HASHING === "node" ? this.oneShot(bytes) : this.fromPrefixState(bytes);
  }

  /** The same hash, of prefix and bytes in one go. */
  oneShot<T extends Hash = Hash>(bytes: Uint8Array): T {
    const length = PREFIX_BYTES + bytes.length;
    let input = scratch;
    if (length > scratch.length) {
      input = new Uint8Array(length);
      input.set(this.#prefix, 0);
    } else if (prefixInScratch !== this.#prefix) {
      scratch.set(this.#prefix, 0);
      prefixInScratch = this.#prefix;
    }
    input.set(bytes, PREFIX_BYTES);
    return sha256Hex(input.subarray(0, length)) as T;
  }

  /**
   * The same hash, from a state that has taken in the prefix already: one compression fewer. Worth it where
   * hashing is done in JavaScript (browsers); under Node the copy costs more than it saves.
   */
  fromPrefixState<T extends Hash = Hash>(bytes: Uint8Array): T {
    this.#prefixState ??= nobleSha256.create().update(this.#prefix);
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
