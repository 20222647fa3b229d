// The proof-of-work engine: takes one input at a time and hands it to the rule that it is about
// (protocols/proof-of-work.md). It chooses between branches by their headers; no block is ever final to it.
import { nextTarget } from "@witan/primitives";
import type { Engine } from "../engine.ts";
import { askHeaders, fetchBodies, sendHeaders } from "./asking.ts";
import { announce, choose, switched } from "./choice.ts";
import { historyOf } from "./header-rules.ts";
import { lookAtWaiting, takeHeader, takeHeaders } from "./headers.ts";
import { PowState } from "./state.ts";
import type { PowConfig, PowEffect, PowInput, PowKept, PowStart, PowStatus } from "./types.ts";

/** The proof-of-work engine. */
export class ProofOfWork implements Engine<PowInput, PowEffect, PowStatus> {
  readonly #state: PowState;

  constructor(config: PowConfig, start: PowStart) {
    this.#state = new PowState(config, start);
  }

  step(input: PowInput): readonly PowEffect[] {
    const state = this.#state;
    this.#take(input);
    choose(state);
    askHeaders(state);
    fetchBodies(state);
    return state.takeEffects();
  }

  #take(input: PowInput): void {
    const state = this.#state;
    switch (input.kind) {
      case "tick":
        this.#tick(input.now);
        return;
      case "connected":
        state.peers.set(input.peer, { told: undefined, more: undefined, ledTo: 0n, askedAt: undefined });
        state.emit({ kind: "sendHeaders", to: input.peer, hashes: [state.tip.header.hash] });
        return;
      case "disconnected":
        state.peers.delete(input.peer);
        return;
      case "headers":
        takeHeaders(state, input.from, input.headers);
        return;
      case "headersAsked":
        sendHeaders(state, input.from, input.locator);
        return;
      case "block":
        takeHeader(state, { header: input.header, from: input.from, body: true, at: state.ticks });
        return;
      case "mined":
        takeHeader(state, { header: input.header, from: undefined, body: true, at: state.ticks });
        return;
      case "switched":
        switched(state, input);
    }
  }

  status(): PowStatus {
    const { tip, switching, ahead, tree, orphans, config, miningOn } = this.#state;
    let best = tip;
    for (const leaf of ahead) if (leaf.work > best.work) best = leaf;
    return {
      mode: "pow",
      height: tip.header.height,
      hash: tip.header.hash,
      work: tip.work,
      phase: switching ? "switching" : ahead.size > 0 ? "fetching" : "settled",
      best: { height: best.header.height, hash: best.header.hash, work: best.work },
      nextTarget: nextTarget(config.parameters, historyOf(tip)),
      searching: miningOn !== undefined,
      branches: tree.leaves.size - (tip.children.length === 0 ? 1 : 0),
      orphans: orphans.size,
    };
  }

  /** How much is kept in memory; never an input. */
  kept(): PowKept {
    const { sideHeaders, sideBodies, orphans, early, invalid, asked, peers } = this.#state;
    return {
      sideHeaders,
      sideBodies: sideBodies.size,
      orphans: orphans.size,
      early: early.size,
      invalid: invalid.size,
      asked: asked.size,
      peers: peers.size,
    };
  }

  #tick(now: PowStart["now"]): void {
    const state = this.#state;
    state.now = now;
    state.ticks++;
    state.ticksSinceAnnounced++;
    lookAtWaiting(state);
    // Whoever missed the last announcement hears this one.
    if (!state.switching && state.ticksSinceAnnounced >= state.config.resendTicks) announce(state);
  }
}
