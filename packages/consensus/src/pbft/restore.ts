// What the durable records of an engine mean after a restart.
import type { Height, View } from "@witan/primitives";
import type { Verified } from "../engine.ts";
import type { Proposal } from "./instance.ts";
import type { NewView, PreparedCertificate } from "./messages.ts";
import type { PbftRecord } from "./types.ts";
import { type ViewStart, viewStart } from "./view-start.ts";

/** Where an engine was when it stopped. */
export interface Restored {
  readonly view: View;
  /** The view was left, or its NEW-VIEW is not here: votes for nothing. */
  readonly changing: boolean;
  readonly start: ViewStart;
  readonly newView: Verified<NewView> | undefined;
  readonly announced: NewView | undefined;
  readonly proposal: Proposal | undefined;
  readonly prepared: PreparedCertificate | undefined;
}

/** View 0 begins with nothing decided or forced, and needs no NEW-VIEW. */
export const FIRST_VIEW: ViewStart = Object.freeze({ base: 0 as Height, forced: undefined });

/**
 * Reads the records.
 * @param membership of the height to be decided: records of others mean nothing
 * @param height to be decided: votes for others mean nothing
 */
export function restored(records: readonly PbftRecord[], membership: Height, height: Height): Restored {
  let newView: Verified<NewView> | undefined;
  let progress: Extract<PbftRecord, { kind: "progress" }> | undefined;
  for (const record of records) {
    if (record.kind === "progress") progress = record.membership === membership ? record : undefined;
    else if (record.message.message.membership === membership) newView = record.message;
  }
  const view = progress?.view ?? (0 as View);
  const begun = view === 0 || newView?.message.view === view;
  const accepted = progress?.accepted;
  const current = accepted?.message.height === height && accepted.message.view === view;
  return {
    view,
    changing: progress?.changing === true || !begun,
    start:
      newView?.message.view === view
        ? viewStart(newView.message.viewChanges.map((one) => one.content))
        : FIRST_VIEW,
    newView,
    announced: progress?.announced,
    proposal: accepted && current ? { vote: accepted, state: "accepted" } : undefined,
    prepared: progress?.prepared?.height === height ? progress.prepared : undefined,
  };
}
