// The tree of headers against lists that hold the same.
import assert from "node:assert/strict";
import type { ChainHeader } from "@witan/consensus";
import type { BlockHash, Height, Timestamp } from "@witan/primitives";
import {
  ancestorAt,
  forkOf,
  type HeaderNode,
  HeaderTree,
  isOn,
  pathTo,
} from "../../../packages/consensus/src/pow/header-tree.ts";
import { Random } from "../../../packages/simulator/src/random.ts";
import { GENESIS, PARAMETERS } from "./mining.ts";

function child(parent: ChainHeader, name: number): ChainHeader {
  return {
    hash: name.toString(16).padStart(64, "0") as BlockHash,
    height: (parent.height + 1) as Height,
    parent: parent.hash,
    timestamp: parent.timestamp as Timestamp,
    target: name % 3 === 0 ? PARAMETERS.initialTarget : PARAMETERS.targetLimit,
  };
}

/** A tree of some branches, and all its nodes. */
function grown(seed: number, count: number): { tree: HeaderTree; nodes: HeaderNode[] } {
  const random = Random.of(seed, "a tree of headers");
  const tree = new HeaderTree(GENESIS);
  const nodes = [tree.get(GENESIS.hash) as HeaderNode];
  for (let name = 1; name <= count; name++) {
    // Mostly at an end, so that branches are long.
    const parent = random.chance(50) ? random.pick(nodes) : random.pick([...tree.leaves]);
    nodes.push(tree.add(child(parent.header, name)));
  }
  return { tree, nodes };
}

function lineOf(node: HeaderNode): readonly HeaderNode[] {
  const line = [node];
  for (let at = node.parent; at; at = at.parent) line.push(at);
  return line.reverse();
}

describe("the tree of headers", () => {
  it("finds ancestors, forks and paths", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { nodes } = grown(seed, 300);
      const random = Random.of(seed, "pairs");
      for (let pair = 0; pair < 200; pair++) {
        const [a, b] = [random.pick(nodes), random.pick(nodes)];
        const [left, right] = [lineOf(a), lineOf(b)];
        const fork = left.filter((node, at) => right[at] === node).at(-1);
        assert.equal(forkOf(a, b), fork);
        assert.equal(isOn(a, b), fork === a);
        assert.deepEqual(pathTo(b, fork as HeaderNode), right.slice((fork?.header.height ?? 0) + 1));
        const height = random.below(left.length);
        assert.equal(ancestorAt(a, height), left[height]);
      }
    }
  });

  it("reaches any ancestor in few steps", () => {
    const tree = new HeaderTree(GENESIS);
    let tip = tree.get(GENESIS.hash) as HeaderNode;
    for (let name = 1; name <= 20_000; name++) tip = tree.add(child(tip.header, name));
    for (const height of [0, 1, 77, 4_095, 10_000, 19_998]) {
      let steps = 0;
      for (let at = tip; at.header.height > height; steps++)
        at = at.jump.header.height >= height ? at.jump : (at.parent as HeaderNode);
      assert.ok(steps < 60, `${steps} steps to ${height}`);
    }
  });

  it("prunes what has the least work, from the ends inwards, and nothing that is kept", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { tree, nodes } = grown(seed, 200);
      const tip = nodes.reduce((best, node) => (node.work > best.work ? node : best));
      const removed = tree.prune(60, (node) => isOn(node, tip));
      const gone = new Set(removed);
      assert.equal(removed.length, Math.min(60, nodes.length - lineOf(tip).length));
      for (const node of nodes) {
        assert.equal(tree.get(node.header.hash), gone.has(node) ? undefined : node);
        assert.ok(!gone.has(node) || !isOn(node, tip));
        if (!gone.has(node)) assert.ok(node.children.every((each) => !gone.has(each)));
        assert.equal(tree.leaves.has(node), !gone.has(node) && node.children.length === 0);
      }
      const dropped = removed.reduce((most, { work }) => (work > most ? work : most), 0n);
      // What is an end only since the rest of its branch is gone may have less.
      for (const leaf of tree.leaves)
        assert.ok(leaf === tip || leaf.work >= dropped || removed.some((each) => isOn(leaf, each)));
    }
  });

  it("takes out a node with all that is built on it", () => {
    const { tree, nodes } = grown(3, 100);
    const node = nodes.find(({ children, parent }) => children.length > 1 && parent) as HeaderNode;
    const below = nodes.filter((each) => isOn(node, each));
    assert.deepEqual(new Set(tree.remove(node)), new Set(below));
    assert.equal(tree.size, nodes.length - below.length);
    assert.ok(!node.parent?.children.includes(node));
    for (const leaf of tree.leaves)
      assert.ok(tree.get(leaf.header.hash) === leaf && leaf.children.length === 0);
  });
});
