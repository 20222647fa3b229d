// What the worlds of BP Fast Paxos have in the place of cryptography, of blocks and of their bodies: names that nobody can
// make who has not the key, and blocks that say of themselves whether they are valid.
import type { AuthenticationCheck } from "@witan/consensus";
import {
  asciiBytes,
  type BlockHash,
  type ChainId,
  type Hash,
  type Height,
  type Membership,
  type PublicKey,
  type Signature,
  sha256Hex,
  ZERO_HASH,
} from "@witan/primitives";

export const CHAIN = "c4".repeat(32) as ChainId;
export const GENESIS = ZERO_HASH as BlockHash;

const hashOf = (text: string): Hash => sha256Hex(asciiBytes(text)) as Hash;

/** What the acceptors' key makes of a digest. */
export function macOf(digest: Hash): Hash {
  return hashOf(`the acceptors' key ${digest}`);
}

/** What the owner of a key makes of a digest. */
export function signatureOf(publicKey: PublicKey, digest: Hash): Signature {
  const half = hashOf(`the key of ${publicKey} ${digest}`);
  return `${half}${half}` as Signature;
}

/** Whether a check holds. */
export function holds(check: AuthenticationCheck): boolean {
  if (check.kind === "mac") return check.mac === macOf(check.digest);
  return check.signature === signatureOf(check.publicKey, check.digest);
}

/** A block, as far as consensus asks. */
export interface Block {
  readonly hash: BlockHash;
  readonly height: Height;
  readonly parent: BlockHash;
  readonly valid: boolean;
  /** The members from the next height on, if others than before. */
  readonly members: Membership["members"] | undefined;
}

/** All blocks of a world, by their hashes. Who has a body knows what is here. */
export class Blocks {
  readonly #all = new Map<BlockHash, Block>();

  make(fields: Omit<Block, "hash" | "members"> & { readonly members?: Block["members"] }, by: string): Block {
    const hash = hashOf(`${by} ${fields.height} ${fields.parent} ${this.#all.size}`) as BlockHash;
    const block = { members: undefined, ...fields, hash };
    this.#all.set(hash, block);
    return block;
  }

  get(hash: BlockHash): Block | undefined {
    return this.#all.get(hash);
  }

  /** The blocks that stand on another. */
  after(parent: BlockHash): readonly Block[] {
    return [...this.#all.values()].filter((block) => block.parent === parent);
  }
}
