// Headers as they come in: each is refused, waits, or takes its place in the tree.
import type { BlockHash, PeerId } from "@witan/primitives";
import { headerFault, orphanFault } from "./header-rules.ts";
import { compare, forkOf, type HeaderNode, isOn } from "./header-tree.ts";
import type { Peer, PowState } from "./state.ts";
import { type ChainHeader, HEADERS_MAX, type PowFault } from "./types.ts";
import type { Offer } from "./waiting-pool.ts";

/** A block whose parent nobody sends is dropped after it was asked for so often. */
const ORPHAN_RESENDS = 64;

/** Takes in a header, with all that has waited for it. False: it is wrong. */
export function takeHeader(state: PowState, offer: Offer): boolean {
  const { taken, added } = takeOne(state, offer);
  const parents = added ? [added] : [];
  for (let parent = parents.pop(); parent !== undefined; parent = parents.pop()) {
    const { hash } = parent.header;
    for (const waiting of state.orphans.take(({ header }) => header.parent === hash)) {
      const child = takeOne(state, waiting).added;
      if (child) parents.push(child);
    }
  }
  bound(state);
  return taken;
}

/** Takes in the headers of one message. */
export function takeHeaders(state: PowState, from: PeerId, headers: readonly ChainHeader[]): void {
  const peer = state.peers.get(from);
  const { size } = state.tree;
  // What follows a header that is wrong is built on it.
  const areRight = headers.every((header) =>
    takeHeader(state, { header, from, body: false, at: state.ticks }),
  );
  if (!peer) return;
  if (!areRight) {
    peer.more = undefined;
    return;
  }
  const last = headers.length >= HEADERS_MAX ? headers.at(-1) : undefined;
  const more = last && state.tree.get(last.hash);
  const leadsOn = more !== undefined && more.work > peer.ledTo;
  // Who answers with nothing that leads on is asked again after a while only: it could go on so for ever, with what is known
  // here by turns.
  if (state.tree.size > size || leadsOn) peer.askedAt = undefined;
  if (leadsOn) peer.ledTo = more.work;
  peer.more = more?.header.hash;
}

/** Looks again at what waits: what came before its time may have come to it, and some has waited in vain. */
export function lookAtWaiting(state: PowState): void {
  for (const offer of state.early.take(({ header }) => !isEarly(state, header))) takeHeader(state, offer);
  const oldest = state.ticks - ORPHAN_RESENDS * state.config.resendTicks;
  for (const { header, body } of state.orphans.take(({ at }) => at < oldest)) drop(state, header.hash, body);
}

/** Marks a block that broke a rule, and all that is built on it: none of them is tried again, after a restart either. */
export function markInvalid(state: PowState, node: HeaderNode): void {
  const nodes = state.tree.remove(node);
  state.report(state.givers.get(node.header.hash), "invalid-block", node.header.hash);
  // The block itself last: it is the last to be forgotten, and nothing can be built without it.
  for (const { header } of [...nodes].reverse()) state.invalid.add(header.hash);
  for (const hash of state.invalid) {
    if (state.invalid.size <= state.config.invalidMax) break;
    state.invalid.delete(hash);
  }
  state.emit({ kind: "persist", record: { kind: "invalid", hashes: [...state.invalid] } });
  state.removed(nodes);
}

function isEarly({ now, config }: PowState, header: ChainHeader): boolean {
  return header.timestamp > now + config.parameters.maxFutureDriftMs;
}

interface Taken {
  /** False: it is wrong. */
  readonly taken: boolean;
  /** Its place, if it is new in the tree. */
  readonly added?: HeaderNode;
}

function takeOne(state: PowState, offer: Offer): Taken {
  const { header, from, body } = offer;
  const { tree, config } = state;
  const known = tree.get(header.hash);
  if (known) {
    noteTold(state, from, known);
    if (body) addBody(state, known, from);
    return { taken: true };
  }
  if (state.invalid.has(header.hash) || state.invalid.has(header.parent)) {
    return refuse(state, offer, "invalid-block");
  }
  const parent = tree.get(header.parent);
  const fault = parent
    ? headerFault(config.parameters, parent, header)
    : orphanFault(config.parameters, header);
  if (fault) return refuse(state, offer, fault);
  if (!parent || isEarly(state, header)) {
    wait(state, offer, parent !== undefined);
    return { taken: true };
  }
  const node = state.add(header);
  noteTold(state, from, node);
  if (body) addBody(state, node, from);
  return { taken: true, added: node };
}

function refuse(state: PowState, { header, from, body }: Offer, fault: PowFault): Taken {
  state.report(from, fault, header.hash);
  drop(state, header.hash, body);
  return { taken: false };
}

function wait(state: PowState, offer: Offer, isParentKnown: boolean): void {
  const { orphans, early } = state;
  const dropped = (isParentKnown ? early : orphans).add(offer);
  if (dropped) drop(state, dropped.header.hash, dropped.body);
}

function addBody(state: PowState, node: HeaderNode, from: PeerId | undefined): void {
  if (node.body) return;
  if (from !== undefined) state.givers.set(node.header.hash, from);
  state.addBody(node);
}

/** A body that came along is not needed. */
function drop(state: PowState, hash: BlockHash, body: boolean): void {
  if (body) state.emit({ kind: "forgetBodies", hashes: [hash] });
}

function noteTold({ peers, tree }: PowState, from: PeerId | undefined, node: HeaderNode): void {
  const peer: Peer | undefined = from === undefined ? undefined : peers.get(from);
  if (!peer) return;
  const before = peer.told === undefined ? undefined : tree.get(peer.told);
  if (!before || node.work > before.work) peer.told = node.header.hash;
}

/** Keeps memory bounded: what has the least work goes first. */
export function bound(state: PowState): void {
  const { config, tree, tip, switching } = state;
  const excess = state.sideHeaders - config.sideHeadersMax;
  if (excess > 0) {
    const target = switching?.apply.at(-1);
    const isKept = (node: HeaderNode) => isOn(node, tip) || (target !== undefined && isOn(node, target));
    // A sixteenth at once: sorting for each header would cost whoever is flooded more than who floods.
    state.removed(tree.prune(excess + Math.floor(config.sideHeadersMax / 16), isKept));
  }
  boundBodies(state);
}

/** Keeps the bodies off the chain few: those with the least work go first. */
function boundBodies(state: PowState): void {
  const { sideBodies, ahead, switching, config, tip } = state;
  if (sideBodies.size <= state.sideBodiesLooked) return;
  // What is on the way to more work is needed, however much it is: it has cost as much work as the chain.
  const needed = new Set<HeaderNode>(switching?.apply);
  for (const leaf of ahead) {
    const fork = forkOf(leaf, tip);
    for (let node = leaf; node !== fork && !needed.has(node); node = node.parent as HeaderNode)
      needed.add(node);
  }
  const others = [...sideBodies].filter((node) => !needed.has(node)).sort((a, b) => compare(a.work, b.work));
  state.forget(others.slice(0, Math.max(0, others.length - config.sideBodiesMax)));
  // Where many are needed it is not found out anew for each.
  const count = sideBodies.size - Math.min(others.length, config.sideBodiesMax);
  state.sideBodiesLooked = count === 0 ? config.sideBodiesMax : count + 2 * config.sideBodiesMax;
}
