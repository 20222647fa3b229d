// The choice between branches: the most work that is at hand wins, and of equals the first seen. One switch at a time; the
// chain never comes to stand on less work than before.
import { assert, medianTimestamp, nextTarget, present } from "@witan/primitives";
import { historyOf } from "./header-rules.ts";
import { forkOf, type HeaderNode, isOn, pathTo } from "./header-tree.ts";
import { bound, markInvalid } from "./headers.ts";
import type { PowState, Switch } from "./state.ts";
import type { PowInput } from "./types.ts";

/** Blocks that one switch applies beyond those that it needs for more work than before. */
const APPLY_MAX = 32;

/** Switches if there is something better; else tells others where the chain stands, and mines on it. */
export function choose(state: PowState): void {
  if (state.switching) return;
  if (state.best.work > state.tip.work) {
    begin(state);
    return;
  }
  if (state.announced !== state.tip) announce(state);
  maybeMine(state);
}

/** Tells all peers of the tip. */
export function announce(state: PowState): void {
  state.announced = state.tip;
  state.ticksSinceAnnounced = 0;
  state.emit({ kind: "announce", hash: state.tip.header.hash });
}

/** The host has carried out a switch, or found out that it can't be. */
export function switched(state: PowState, answer: Extract<PowInput, { readonly kind: "switched" }>): void {
  const { switching, tip } = state;
  assert(switching !== undefined, `the chain moved to ${answer.tip}, and nobody asked for it`);
  const { apply, undo } = switching;
  const now = present(state.tree.get(answer.tip), "where the chain stands");
  const moved = now !== tip;
  assert(!moved || (apply.includes(now) && now.work > tip.work), `the chain stands at ${answer.tip}`);
  assert(moved || answer.invalid !== undefined, "a switch that was not carried out, and no reason");
  state.switching = undefined;
  if (moved) state.moveTo(now, { apply, undo });
  if (answer.invalid !== undefined) {
    const invalid = present(state.tree.get(answer.invalid), "the invalid block");
    assert(apply.includes(invalid) && !isOn(invalid, now), `block ${answer.invalid} was not to be applied`);
    markInvalid(state, invalid);
  }
  // A chain with more work may have fewer blocks: then more headers than before are beside it.
  if (moved) bound(state);
}

function begin(state: PowState): void {
  const { tip, best } = state;
  if (state.miningOn) {
    state.miningOn = undefined;
    state.emit({ kind: "stopMining" });
  }
  const fork = forkOf(tip, best);
  const path = pathTo(best, fork);
  const needed = path.findIndex(({ work }) => work > tip.work) + 1;
  const next: Switch = {
    undo: [...pathTo(tip, fork)].reverse(),
    // Short steps: what is to become durable at once, and is undone again if one block is wrong, is no more than it must be.
    apply: path.slice(0, Math.max(needed, APPLY_MAX)),
  };
  state.switching = next;
  state.emit({ kind: "switchTip", undo: hashesOf(next.undo), apply: hashesOf(next.apply) });
}

function maybeMine(state: PowState): void {
  const { config, tip, miningOn } = state;
  if (!config.mines || miningOn === tip) return;
  state.miningOn = tip;
  const history = historyOf(tip);
  state.emit({
    kind: "mine",
    parent: tip.header.hash,
    height: (tip.header.height + 1) as typeof tip.header.height,
    target: nextTarget(config.parameters, history),
    laterThan: medianTimestamp(history),
  });
}

function hashesOf(nodes: readonly HeaderNode[]): HeaderNode["header"]["hash"][] {
  return nodes.map(({ header }) => header.hash);
}
