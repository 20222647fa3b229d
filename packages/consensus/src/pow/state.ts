// What one node knows of headers, and where its chain stands. The other files of this folder read and change it, one rule at
// a time; it decides nothing by itself.
import { assert, type BlockHash, type PeerId, present, type Timestamp } from "@witan/primitives";
import { type HeaderNode, HeaderTree, isOn } from "./header-tree.ts";
import type { PowConfig, PowEffect, PowFault, PowStart } from "./types.ts";
import { WaitingPool } from "./waiting-pool.ts";

/** What is known of a connected peer. */
export interface Peer {
  /** The header with the most work that it told of and that is in the tree. */
  told: BlockHash | undefined;
  /** The last header of an answer behind which there are more. */
  more: BlockHash | undefined;
  /** The most work up to such a header, of all its answers. */
  ledTo: bigint;
  /** The tick when it was asked for headers; undefined: it has answered. */
  askedAt: number | undefined;
}

/** A switch that the host is carrying out. */
export interface Switch {
  readonly apply: readonly HeaderNode[];
  readonly undo: readonly HeaderNode[];
}

/** The state of one engine. */
export class PowState {
  readonly config: PowConfig;
  readonly tree: HeaderTree;
  /** Where the chain stands, durably. */
  tip: HeaderNode;
  /** The most work of all that is at hand with everything before it, the first seen of those; at least the tip. */
  best: HeaderNode;
  switching: Switch | undefined;
  /** Ends of branches with more work than the chain, at hand or not. */
  readonly ahead = new Set<HeaderNode>();
  /** Off the chain, their bodies at hand. */
  readonly sideBodies = new Set<HeaderNode>();
  /** With so many of them it is found out next which are needed. */
  sideBodiesLooked: number;
  readonly orphans: WaitingPool;
  readonly early: WaitingPool;
  /** In the order in which they were found out. */
  readonly invalid: Set<BlockHash>;
  /** Bodies asked for: when last, and how often. */
  readonly asked = new Map<BlockHash, { readonly at: number; readonly tries: number }>();
  readonly peers = new Map<PeerId, Peer>();
  /** Who gave a block that is not judged yet. */
  readonly givers = new Map<BlockHash, PeerId>();
  now: Timestamp;
  ticks = 0;
  ticksSinceAnnounced = 0;
  announced: HeaderNode;
  miningOn: HeaderNode | undefined;
  #seen = 0;
  #effects: PowEffect[] = [];

  constructor(config: PowConfig, start: PowStart) {
    this.config = config;
    this.now = start.now;
    this.sideBodiesLooked = config.sideBodiesMax;
    this.orphans = new WaitingPool(config.waitingMax);
    this.early = new WaitingPool(config.waitingMax);
    this.invalid = new Set(start.records.flatMap(({ hashes }) => hashes));
    const [root, ...others] = start.headers;
    this.tree = new HeaderTree(present(root, "block 0"));
    for (const header of others) this.tree.add(header);
    for (const { hash } of start.headers)
      this.#markSeen(present(this.tree.get(hash), "a header of the chain"));
    const tip = present(start.headers.at(-1), "block 0");
    this.tip = present(this.tree.get(tip.hash), "the tip");
    assert(this.tree.size === this.tip.header.height + 1, "the headers at the start are no chain");
    this.best = this.tip;
    this.announced = this.tip;
  }

  /** Headers that are not on the chain. */
  get sideHeaders(): number {
    return this.tree.size - this.tip.header.height - 1;
  }

  /** Adds a header to the tree. */
  add(header: HeaderNode["header"]): HeaderNode {
    const node = this.tree.add(header);
    if (node.parent) this.ahead.delete(node.parent);
    if (node.work > this.tip.work) this.ahead.add(node);
    return node;
  }

  /** The body of a header came to be at hand. */
  addBody(node: HeaderNode): void {
    if (node.body) return;
    node.body = true;
    this.asked.delete(node.header.hash);
    this.sideBodies.add(node);
    const complete = node.parent?.seen ? [node] : [];
    for (let at = complete.pop(); at !== undefined; at = complete.pop()) {
      this.#markSeen(at);
      if (at.work > this.best.work) this.best = at;
      complete.push(...at.children.filter(({ body }) => body));
    }
  }

  /** Bodies of nodes off the chain are no longer at hand. What was built on them is not complete any more. */
  forget(nodes: readonly HeaderNode[]): void {
    for (const node of nodes) {
      node.body = false;
      this.sideBodies.delete(node);
      this.givers.delete(node.header.hash);
    }
    const incomplete = [...nodes];
    for (let at = incomplete.pop(); at !== undefined; at = incomplete.pop()) {
      at.seen = 0;
      incomplete.push(...at.children.filter(({ seen }) => seen > 0));
    }
    if (nodes.length > 0) this.emit({ kind: "forgetBodies", hashes: nodes.map(({ header }) => header.hash) });
  }

  /** What was taken out of the tree is in no list any more. */
  removed(nodes: readonly HeaderNode[]): void {
    const bodies = nodes.filter(({ body }) => body);
    for (const node of nodes) {
      this.ahead.delete(node);
      this.asked.delete(node.header.hash);
    }
    this.forget(bodies);
    if (nodes.length > 0) this.restack();
  }

  /** Finds out anew which ends of branches have more work than the chain, and which is the best that is at hand. */
  restack(): void {
    this.ahead.clear();
    this.best = this.tip;
    for (const leaf of this.tree.leaves) {
      if (leaf.work <= this.tip.work) continue;
      this.ahead.add(leaf);
      let node = leaf;
      while (!node.seen) node = present(node.parent, "block 0");
      const { work } = this.best;
      // Of equals the first; the tip before all.
      if (node.work > work || (node.work === work && this.best !== this.tip && node.seen < this.best.seen))
        this.best = node;
    }
  }

  /** The chain stands somewhere else. */
  moveTo(tip: HeaderNode, { undo, apply }: Switch): void {
    for (const node of undo) this.sideBodies.add(node);
    for (const node of apply) {
      if (!isOn(node, tip)) break;
      this.sideBodies.delete(node);
      this.givers.delete(node.header.hash);
    }
    this.tip = tip;
    this.sideBodiesLooked = this.config.sideBodiesMax;
    this.restack();
  }

  report(peer: PeerId | undefined, code: PowFault, hash: BlockHash): void {
    if (peer !== undefined) this.emit({ kind: "reportPeer", peer, code, hash });
  }

  emit(effect: PowEffect): void {
    this.#effects.push(effect);
  }

  /** The effects since the last call. */
  takeEffects(): readonly PowEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  #markSeen(node: HeaderNode): void {
    node.body = true;
    node.seen = ++this.#seen;
  }
}
