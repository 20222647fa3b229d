// Branches of SSZ hash trees: what shows that a part belongs to a root. The node at depth d and position i has the
// generalized index 2^d + i; a branch lists the siblings from the node up to below the root.
import { sha256, sha256Hex, sha256Into } from "#platform";
import { assert } from "./assert.ts";
import type { HashTree } from "./codec.ts";
import { bytesToHex, hexToBytes } from "./hex.ts";
import type { Hash } from "./ids.ts";

/**
 * The siblings on the way from a node to the root, the node's own first.
 * @param depth levels between root and node, 1 to 40
 * @param position of the node among its 2^depth
 */
export function merkleBranch(tree: HashTree, depth: number, position: number): readonly Hash[] {
  assert(
    depth >= 1 && depth <= 40 && position >= 0 && position < 2 ** depth,
    `no node ${position} at depth ${depth}`,
  );
  const siblings: Hash[] = [];
  let node = tree;
  for (let level = depth - 1; level >= 0; level--) {
    const right = Math.floor(position / 2 ** level) % 2 === 1;
    siblings.push(bytesToHex((right ? node.left : node.right).root) as Hash);
    node = right ? node.right : node.left;
  }
  return siblings.reverse();
}

/** The root that `leaf` at `position` has by `branch`; compare it with the root that is trusted. */
export function merkleRoot(leaf: Hash, position: number, branch: readonly Hash[]): Hash {
  const pair = new Uint8Array(64);
  let node = hexToBytes(leaf);
  let at = position;
  for (const sibling of branch) {
    const right = at % 2 === 1;
    pair.set(node, right ? 32 : 0);
    pair.set(hexToBytes(sibling), right ? 0 : 32);
    node = sha256(pair);
    at = Math.floor(at / 2);
  }
  return bytesToHex(node) as Hash;
}

/** Roots of trees of zeros: of depth 0, 32 zero bytes; of each further one, the hash of two of the one before. */
const ZERO_ROOTS: Uint8Array[] = [new Uint8Array(32)];
for (let depth = 0; depth < 40; depth++) {
  const below = ZERO_ROOTS[depth] as Uint8Array;
  const pair = new Uint8Array(64);
  pair.set(below, 0);
  pair.set(below, 32);
  ZERO_ROOTS.push(sha256(pair));
}

/**
 * The SSZ root of a list of at most 2^depth elements whose own roots are given: what the codec's `root` computes,
 * several times faster (blocks have thousands of transactions). A test holds the two together.
 * @param roots 32 bytes each, one after another; overwritten
 */
export function listRoot(roots: Uint8Array, depth: number): Hash {
  let count = roots.length / 32;
  const length = count;
  assert(Number.isInteger(count) && count <= 2 ** depth, `${count} elements in a list of depth ${depth}`);
  const pair = new Uint8Array(64);
  for (let level = 0; level < depth; level++) {
    const odd = count % 2 === 1;
    count = Math.ceil(count / 2);
    for (let at = 0; at < count; at++) {
      let both = roots.subarray(64 * at, 64 * at + 64);
      if (odd && at === count - 1) {
        pair.set(both, 0);
        pair.set(ZERO_ROOTS[level] as Uint8Array, 32);
        both = pair;
      }
      sha256Into(both, roots, 32 * at);
    }
  }
  pair.fill(0);
  pair.set(length === 0 ? (ZERO_ROOTS[depth] as Uint8Array) : roots.subarray(0, 32), 0);
  new DataView(pair.buffer).setUint32(32, length, true);
  return sha256Hex(pair) as Hash;
}
