// The bound of what the engine keeps in memory, whatever others send: by the number of members and the configuration, not
// by time and not by how far views or heights run.
import type { PbftKept } from "./types.ts";
import { VIEW_WINDOW } from "./votes.ts";

/**
 * The most that an engine keeps of each, at any moment.
 * @param members the greatest number of members that messages may name: those who decide now, or those behind the next
 * block
 * @param bufferedMax as in PbftConfig
 */
export function keptMax(members: number, bufferedMax: number): PbftKept {
  // The present view, and those above it.
  const views = VIEW_WINDOW + 1;
  // COMMITs of views that were left count too.
  const commitViews = views + VIEW_WINDOW;
  return {
    prePrepares: views,
    prepares: views * members,
    commits: commitViews * members,
    viewChanges: members,
    later: bufferedMax * members,
    checkpoints: members,
    asked: members,
    // One for each kind of vote.
    reported: 3 * members,
  };
}
