// What is asked of peers, and what they are told: headers that lead to what they have, bodies of branches with more work.
import type { BlockHash, PeerId } from "@witan/primitives";
import { ancestorAt, compare, type HeaderNode, isOn } from "./header-tree.ts";
import type { PowState } from "./state.ts";
import { HEADERS_MAX } from "./types.ts";

/** So far may headers be ahead of the chain before more are asked for: what is ahead takes memory until it is applied. */
const AHEAD_MAX = 4_000;
/** Waiting for an answer doubles with each try, so often. */
const DOUBLINGS_MAX = 4;

/** Answers who asks for headers: what follows the first block of the locator that is on the chain. */
export function sendHeaders(state: PowState, to: PeerId, locator: readonly BlockHash[]): void {
  const { tip, tree } = state;
  const known = locator.map((hash) => tree.get(hash)).find((node) => node !== undefined && isOn(node, tip));
  const from = (known?.header.height ?? 0) + 1;
  const last = Math.min(tip.header.height, from + HEADERS_MAX - 1);
  const hashes: BlockHash[] = [];
  for (let height = last, node = tip; height >= from; height--) {
    node = ancestorAt(node, height);
    hashes.push(node.header.hash);
  }
  state.emit({ kind: "sendHeaders", to, hashes: hashes.reverse() });
}

/** Asks those for headers who have some that are not here. */
export function askHeaders(state: PowState): void {
  const senders = orphanSenders(state);
  for (const [to, peer] of state.peers) {
    const isDue = peer.askedAt === undefined || state.ticks - peer.askedAt >= state.config.resendTicks;
    const more = peer.more === undefined ? undefined : state.tree.get(peer.more);
    if (!isDue || !(senders.has(to) || (more && isWanted(state, more)))) continue;
    peer.askedAt = state.ticks;
    const told = peer.told === undefined ? undefined : state.tree.get(peer.told);
    state.emit({ kind: "requestHeaders", to, locator: locatorOf(more ?? told ?? state.tip) });
  }
}

/**
 * Who sent a block whose parent is unknown: it is asked for what lies between. Also if the parent waits, too: that may have
 * come from someone who never answers.
 */
function orphanSenders({ orphans, early }: PowState): ReadonlySet<PeerId | undefined> {
  const senders = new Set<PeerId | undefined>();
  for (const { header, from } of orphans.offers) if (!early.has(header.parent)) senders.add(from);
  return senders;
}

/** A branch that is behind may come to be ahead with more headers; one that is far ahead has time. */
function isWanted({ tip }: PowState, { work, header }: HeaderNode): boolean {
  return work <= tip.work || header.height < tip.header.height + AHEAD_MAX;
}

/** Blocks back from a node: ten, then ever fewer, and block 0. */
function locatorOf(from: HeaderNode): readonly BlockHash[] {
  const locator: BlockHash[] = [];
  let height = from.header.height as number;
  for (let step = 1; height > 0; height -= step) {
    locator.push(ancestorAt(from, height).header.hash);
    if (locator.length >= 10) step *= 2;
  }
  locator.push(ancestorAt(from, 0).header.hash);
  return locator;
}

/** Asks for bodies on branches with more work than the chain, those with the most work first, oldest first. */
export function fetchBodies(state: PowState): void {
  const { asked, ahead, config, ticks } = state;
  if (ahead.size === 0) return;
  let free = config.fetchMax;
  for (const { at } of asked.values()) if (ticks - at < config.resendTicks) free--;
  // Many at once: to find what is missing takes a walk along the branch.
  if (free < config.fetchMax / 2) return;
  const branches = [...ahead].sort((a, b) => compare(b.work, a.work));
  for (const leaf of branches) {
    const missing: HeaderNode[] = [];
    for (let node = leaf; free > 0 && !node.seen; node = node.parent as HeaderNode)
      if (!node.body) missing.push(node);
    for (const { header } of missing.reverse()) {
      if (free <= 0) return;
      if (maybeFetch(state, header.hash)) free--;
    }
  }
}

/** Blocks that nobody gives are asked for ever less often, so that they don't keep others from being fetched. */
function maybeFetch(state: PowState, hash: BlockHash): boolean {
  const before = state.asked.get(hash);
  const tries = before?.tries ?? 0;
  const patience = state.config.resendTicks * 2 ** Math.min(tries - 1, DOUBLINGS_MAX);
  if (before && state.ticks - before.at < patience) return false;
  state.asked.set(hash, { at: state.ticks, tries: tries + 1 });
  state.emit({ kind: "fetchBody", hash, from: holdersOf(state, hash) });
  return true;
}

/** Who told of the block, or of one that is built on it. */
function holdersOf({ peers, tree }: PowState, hash: BlockHash): readonly PeerId[] {
  const node = tree.get(hash) as HeaderNode;
  const holders: PeerId[] = [];
  for (const [id, { told }] of peers) {
    const theirs = told === undefined ? undefined : tree.get(told);
    if (theirs && isOn(node, theirs)) holders.push(id);
  }
  return holders;
}
