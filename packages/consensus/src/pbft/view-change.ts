// Changing views (protocols/pbft.md, "View change"; the numbers are those of its rules): leaving one, asking for the
// next, beginning it. Votes for no block.
import type { View } from "@witan/primitives";
import type { Verified } from "../engine.ts";
import { ask, meetHeight, ownViewChange, showView } from "./meeting.ts";
import type { NewView, SignedViewChange, ViewChange } from "./messages.ts";
import { maybeConsider } from "./normal-case.ts";
import type { PbftState } from "./state.ts";
import { viewStart } from "./view-start.ts";

/** 2: leaves its view for another, durably, and asks for it. */
export function changeView(state: PbftState, view: View): void {
  state.timer.failed(view - state.view);
  state.view = view;
  state.stage = { kind: "changing" };
  state.instance.leave(view);
  state.restartResend();
  state.persist();
  state.broadcast(ownViewChange(state));
  maybeBeginOwnView(state);
}

/** Another, or this validator itself, asks for a view. */
export function takeViewChange(state: PbftState, verified: Verified<ViewChange>): void {
  const { message, sender } = verified;
  state.viewChanges.add(verified);
  meetHeight(state, sender, message.decidedHeight, message.decided[0]);
  if (message.view <= state.view && state.stage.kind === "voting") showView(state, sender);
  maybeJoin(state);
  maybeBeginOwnView(state);
}

/** 3: f + 1 validators ask for views above: at least one of them is correct. Join the smallest. */
function maybeJoin(state: PbftState): void {
  if (state.me === undefined) return;
  const above = state.viewChanges.above(state.view);
  if (above.length <= state.faultyMax) return;
  changeView(state, Math.min(...above) as View);
}

/** 4: the new primary begins its view when a quorum asks for it, and it has caught up to them. */
function maybeBeginOwnView(state: PbftState): void {
  if (state.stage.kind !== "changing" || state.me === undefined || !state.isPrimary) return;
  // One view has one NEW-VIEW: which VIEW-CHANGEs it rests on is settled, durably, before it leaves.
  if (state.announced?.view === state.view) return;
  const asking = state.viewChanges.for(state.view);
  const own = asking.find(({ sender }) => sender === state.me);
  if (asking.length < state.quorum || own === undefined) return;
  const chosen = asking.slice(0, state.quorum).map(({ sender, signature, message }): SignedViewChange => {
    const { kind: _, ...content } = message;
    return { sender, signature, content };
  });
  if (maybeCatchUp(state, chosen)) return;
  state.announced = {
    kind: "newView",
    membership: state.membership.from,
    view: state.view,
    viewChanges: chosen,
  };
  state.persist();
  state.broadcast(state.announced);
}

/** 5: enters a view by its NEW-VIEW, durably. The primary does so by its own, handed back. */
export function beginView(state: PbftState, verified: Verified<NewView>): void {
  const { message } = verified;
  const entered = state.stage.kind === "voting";
  if (message.view < state.view || (message.view === state.view && entered)) return;
  state.timer.failed(message.view - state.view);
  state.view = message.view;
  state.stage = { kind: "voting" };
  state.newView = verified;
  state.start = viewStart(message.viewChanges.map(({ content }) => content));
  state.instance.enter(message.view);
  state.viewChanges.forget(message.view);
  state.emit({ kind: "persist", record: { kind: "newView", message: verified } });
  state.persist();
  maybeCatchUp(state, message.viewChanges);
  maybeConsider(state);
}

/** Whether this validator is behind the VIEW-CHANGEs that begin a view; it then asks those who are ahead. */
function maybeCatchUp(state: PbftState, viewChanges: readonly SignedViewChange[]): boolean {
  const { base } = viewStart(viewChanges.map(({ content }) => content));
  if (base <= state.decided.height) return false;
  const ahead = viewChanges.filter(({ content }) => content.decidedHeight === base);
  ask(
    state,
    base,
    ahead.map(({ sender }) => sender),
  );
  return true;
}
