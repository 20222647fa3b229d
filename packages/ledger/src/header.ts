// Headers, and the roots they hold (docs/formats.md, section 9).
import {
  type BlockHash,
  bytesToHex,
  type Codec,
  container,
  type Hash,
  type HashTree,
  type Height,
  hexToBytes,
  hexVector,
  LIMITS,
  list,
  listRoot,
  type MemberIndex,
  merkleBranch,
  merkleRoot,
  sha256,
  sha256Into,
  type Timestamp,
  uint16,
  uint32,
  uint53,
  uint64,
  writeHex,
} from "@witan/primitives";
import type { TransactionName } from "./transaction.ts";

/** What a block's hash is over: 128 bytes. */
export interface Header {
  /** The rules version. */
  readonly version: number;
  readonly height: Height;
  readonly parent: BlockHash;
  readonly timestamp: Timestamp;
  readonly transactionsRoot: Hash;
  /** Of the governance state after this block. */
  readonly governanceRoot: Hash;
  /** In the members of the state after the parent. */
  readonly proposer: MemberIndex;
  /** 0 outside proof of work. */
  readonly target: number;
  /** 0 outside proof of work. */
  readonly nonce: bigint;
}

/** SSZ of a header. */
export const headerCodec: Codec<Header> = container<Header>({
  version: uint16(),
  height: uint53(),
  parent: hexVector(32),
  timestamp: uint53(),
  transactionsRoot: hexVector(32),
  governanceRoot: hexVector(32),
  proposer: uint16(),
  target: uint32(),
  nonce: uint64(),
});

const namesCodec = list(
  container<TransactionName>({ id: hexVector(32), witnessHash: hexVector(32) }),
  LIMITS.blockTransactions,
);

/** Levels from `transactionsRoot` to a transaction's leaf: 16 of the list and one for its length. */
export const INCLUSION_DEPTH = 17;

/** Roots by the very list they are of: whoever makes a block, or judges one, asks more than once. */
const ROOTS = new WeakMap<readonly TransactionName[], Hash>();

/** The SSZ root over the transactions of a block, in order. Lists never change: a root is found once for each. */
export function transactionsRoot(transactions: readonly TransactionName[]): Hash {
  const known = ROOTS.get(transactions);
  if (known !== undefined) return known;
  const root = rootOf(transactions);
  ROOTS.set(transactions, root);
  return root;
}

function rootOf(transactions: readonly TransactionName[]): Hash {
  const roots = new Uint8Array(32 * transactions.length);
  const name = new Uint8Array(64);
  let at = 0;
  for (const { id, witnessHash } of transactions) {
    writeHex(id, name, 0);
    writeHex(witnessHash, name, 32);
    sha256Into(name, roots, at);
    at += 32;
  }
  return listRoot(roots, INCLUSION_DEPTH - 1);
}

/** Trees by the very list they are over: of one block many branches are asked for, and only the first costs hashing. */
const TREES = new WeakMap<readonly TransactionName[], HashTree>();

/**
 * What shows that the transaction at `index` is in a block: 17 siblings. Lists never change: as long as a list is kept,
 * so is the tree over it.
 * @throws {AssertionError} if there is no such transaction
 */
export function inclusionBranch(transactions: readonly TransactionName[], index: number): readonly Hash[] {
  let tree = TREES.get(transactions);
  if (tree === undefined) {
    tree = namesCodec.tree(transactions);
    TREES.set(transactions, tree);
  }
  return merkleBranch(tree, INCLUSION_DEPTH, index);
}

/** The `transactionsRoot` that a branch leads to from the transaction at `index`. */
export function inclusionRoot(name: TransactionName, index: number, branch: readonly Hash[]): Hash {
  const leaf = bytesToHex(sha256(hexToBytes(`${name.id}${name.witnessHash}`))) as Hash;
  return merkleRoot(leaf, index, branch);
}
