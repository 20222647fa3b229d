// The bound of what the engine keeps in memory, whatever others send: by the number of members and the configuration, not
// by time and not by how far rounds or heights run.
import { UNCERTIFIED_MAX } from "./gathered.ts";
import { ROUND_WINDOW } from "./learn-count.ts";
import type { BpfpKept } from "./types.ts";

/** Kinds of evidence, and the question about two LEARNs. */
const REPORTS = 8;

/**
 * The most that an engine keeps of each, at any moment.
 * @param members the greatest number of members that messages may name: those who decide now, or those behind the next
 * block
 * @param bufferedMax as in BpfpConfig
 */
export function bpfpKeptMax(members: number, bufferedMax: number): BpfpKept {
  return {
    // The present round, and those below it: who says LEARN in one above is followed there.
    learns: (ROUND_WINDOW + 1) * members,
    // Of these members, and of those before.
    promises: 2 * members,
    suspicions: members,
    later: bufferedMax * members,
    checkpoints: members,
    asked: members,
    votes: members,
    reported: REPORTS * members,
    signatures: UNCERTIFIED_MAX * members,
  };
}
