// Branches of SSZ hash trees: what shows that a part belongs to a root. The node at depth d and position i has the
// generalized index 2^d + i; a branch lists the siblings from the node up to below the root.
import { sha256 } from "#platform";
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
