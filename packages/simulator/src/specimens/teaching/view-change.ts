// Changing views in the teaching engine: leaving one, asking for the next, beginning it. Votes for no block.
import type { NewView, Verified, ViewChange } from "@witan/consensus";
import type { View } from "@witan/primitives";
import type { TeachingState } from "./state.ts";

/** Leaves its view for another, durably, and asks for it. */
export function changeView(state: TeachingState, view: View): void {
  state.enterView(view, true);
  state.ticksSinceResend = 0;
  state.persist();
  state.broadcast(ownViewChange(state));
}

/** Asks for its view. */
export function ownViewChange({ membership, view, decided, prepared }: TeachingState): ViewChange {
  return {
    kind: "viewChange",
    membership: membership.from,
    view,
    decidedHeight: decided.height,
    decided: decided.certificate ? [decided.certificate] : [],
    prepared: prepared ? [prepared] : [],
  };
}

/** Another, or this validator itself, asks for a view: of each sender the latest counts. */
export function takeViewChange(state: TeachingState, verified: Verified<ViewChange>): void {
  const { sender, message } = verified;
  const known = state.viewChanges.get(sender)?.message;
  const isOlder =
    known !== undefined &&
    (message.view < known.view ||
      (message.view === known.view && message.decidedHeight < known.decidedHeight));
  if (!isOlder) state.viewChanges.set(sender, verified);
}

/** f + 1 validators ask for views above: at least one of them is correct. Joins the smallest. */
export function maybeJoin(state: TeachingState): void {
  if (state.me === undefined) return;
  const above = [...state.viewChanges.values()]
    .map(({ message }) => message.view)
    .filter((view) => view > state.view);
  if (above.length > state.faultyMax) changeView(state, Math.min(...above) as View);
}

/** The primary of the view that a quorum asks for begins it: one view has one NEW-VIEW. */
export function maybeAnnounce(state: TeachingState): void {
  const { view, membership } = state;
  if (!state.changing || !state.isPrimary || state.announced?.view === view) return;
  const asking = [...state.viewChanges.values()]
    .filter(({ message }) => message.view === view && message.membership === membership.from)
    .sort((a, b) => a.sender - b.sender);
  if (asking.length < state.quorum || !asking.some(({ sender }) => sender === state.me)) return;
  const viewChanges = asking.slice(0, state.quorum).map(({ sender, signature, message }) => {
    const { kind: _, ...content } = message;
    return { sender, signature, content };
  });
  state.announced = { kind: "newView", membership: membership.from, view, viewChanges };
  state.persist();
  state.broadcast(state.announced);
}

/** Enters a view by its NEW-VIEW, durably. The primary does so by its own, handed back. */
export function beginView(state: TeachingState, verified: Verified<NewView>): void {
  const { view } = verified.message;
  if (view < state.view || (view === state.view && !state.changing)) return;
  state.newView = verified;
  state.enterView(view, false);
  for (const [sender, { message }] of state.viewChanges)
    if (message.view <= view) state.viewChanges.delete(sender);
  state.effects.push({ kind: "persist", record: { kind: "newView", message: verified } });
  state.persist();
  const { base } = state.start;
  if (base <= state.decided.height) return;
  const ahead = verified.message.viewChanges.filter(({ content }) => content.decidedHeight === base);
  state.effects.push({ kind: "requestSync", height: base, from: ahead.map(({ sender }) => sender) });
}
