// All headers that connect to block 0, with the work up to each. A tree: it holds no rule but that a child follows its
// parent, and does not know which of its branches is the chain.
import { assert, type BlockHash, blockWork, present } from "@witan/primitives";
import type { ChainHeader } from "./types.ts";

/** A header in its place. */
export interface HeaderNode {
  readonly header: ChainHeader;
  /** Undefined: block 0. */
  readonly parent: HeaderNode | undefined;
  /** An ancestor farther back (of block 0: itself), so that any can be reached in few steps. */
  readonly jump: HeaderNode;
  /** Of all blocks up to this one. */
  readonly work: bigint;
  readonly children: HeaderNode[];
  /** The body is at hand. */
  body: boolean;
  /** The order in which blocks came to be at hand with all before them; 0: it is not. */
  seen: number;
}

/** The tree of headers. */
export class HeaderTree {
  readonly #nodes = new Map<BlockHash, HeaderNode>();
  readonly #leaves = new Set<HeaderNode>();

  /** @param root block 0 */
  constructor(root: ChainHeader) {
    this.#insert({ header: root, parent: undefined, work: blockWork(root.target) });
  }

  get size(): number {
    return this.#nodes.size;
  }

  get leaves(): ReadonlySet<HeaderNode> {
    return this.#leaves;
  }

  get(hash: BlockHash): HeaderNode | undefined {
    return this.#nodes.get(hash);
  }

  /** Adds a header under its parent, which is there. */
  add(header: ChainHeader): HeaderNode {
    const parent = present(this.#nodes.get(header.parent), "the parent of a header");
    assert(!this.#nodes.has(header.hash), `header ${header.hash} is there already`);
    assert(
      header.height === parent.header.height + 1,
      `header ${header.height} after ${parent.header.height}`,
    );
    return this.#insert({ header, parent, work: parent.work + blockWork(header.target) });
  }

  /** Takes out a node and all that is built on it, and says what that was, each before what is built on it. */
  remove(node: HeaderNode): readonly HeaderNode[] {
    const parent = present(node.parent, "the parent of what is removed");
    const removed = [node];
    for (let at = 0; at < removed.length; at++) removed.push(...(removed[at] as HeaderNode).children);
    for (const each of removed) {
      this.#nodes.delete(each.header.hash);
      this.#leaves.delete(each);
    }
    parent.children.splice(parent.children.indexOf(node), 1);
    if (parent.children.length === 0) this.#leaves.add(parent);
    return removed;
  }

  /**
   * Takes out so many headers, those with the least work first, from the ends of branches inwards.
   * @param isKept of a node and so of all before it
   */
  prune(count: number, isKept: (node: HeaderNode) => boolean): readonly HeaderNode[] {
    const removed: HeaderNode[] = [];
    // What comes to be a leaf has less work than the leaf it was below, and so less than all leaves that follow.
    const leaves = [...this.#leaves].sort((a, b) => compare(a.work, b.work));
    for (const leaf of leaves) {
      let node = leaf;
      while (removed.length < count && node.children.length === 0 && node.parent && !isKept(node)) {
        removed.push(...this.remove(node));
        node = node.parent;
      }
    }
    return removed;
  }

  #insert(place: Pick<HeaderNode, "header" | "parent" | "work">): HeaderNode {
    const { parent } = place;
    const node = { ...place, children: [], body: false, seen: 0 } as unknown as HeaderNode & {
      jump: HeaderNode;
    };
    node.jump = parent === undefined ? node : jumpAbove(parent);
    this.#nodes.set(node.header.hash, node);
    this.#leaves.add(node);
    if (parent) {
      parent.children.push(node);
      this.#leaves.delete(parent);
    }
    return node;
  }
}

/**
 * Where a child of this node jumps to: two jumps of the same length become one (Myers 1983, applicative random-access
 * stacks). So any ancestor is reached in a number of steps that grows as the logarithm of its distance.
 */
function jumpAbove(parent: HeaderNode): HeaderNode {
  const { jump } = parent;
  const length = parent.header.height - jump.header.height;
  return length === jump.header.height - jump.jump.header.height ? jump.jump : parent;
}

/** The ancestor at a height up to the node's own. */
export function ancestorAt(node: HeaderNode, height: number): HeaderNode {
  assert(height >= 0 && height <= node.header.height, `no ancestor at ${height}`);
  let at = node;
  while (at.header.height > height)
    at = at.jump.header.height >= height ? at.jump : (at.parent as HeaderNode);
  return at;
}

/** Whether `node` is `tip` or before it. */
export function isOn(node: HeaderNode, tip: HeaderNode): boolean {
  return node.header.height <= tip.header.height && ancestorAt(tip, node.header.height) === node;
}

/** The last block that two branches share. */
export function forkOf(a: HeaderNode, b: HeaderNode): HeaderNode {
  const height = Math.min(a.header.height, b.header.height);
  let [left, right] = [ancestorAt(a, height), ancestorAt(b, height)];
  while (left !== right) {
    // Jumps depend on heights alone: at the same height both jump as far.
    const isBeyond = left.jump === right.jump;
    left = isBeyond ? (left.parent as HeaderNode) : left.jump;
    right = isBeyond ? (right.parent as HeaderNode) : right.jump;
  }
  return left;
}

/** What comes after `from`, up to `to`, ascending. */
export function pathTo(to: HeaderNode, from: HeaderNode): readonly HeaderNode[] {
  const path: HeaderNode[] = [];
  for (let node = to; node !== from; node = present(node.parent, "a fork")) path.push(node);
  return path.reverse();
}

/** Ascending. */
export function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
