// What a member says at its start, if its data are older than what its signer guard knows.
import type { Height } from "@witan/primitives";
import type { Log } from "../../ports.ts";
import type { GuardedEngine } from "./guarded-engine.ts";

/** Said of a key whose guard is newer than the data. */
const SILENT =
  "the data are older than the signer guard: they were lost, or restored from a copy, so this member has forgotten what it has promised and voted for. It follows the chain and says nothing up to the height `until`; once that is decided by the others it takes part again by itself. If so many acceptors are silent that no quorum is left, nothing is decided there until enough of them have their latest data back (docs/operations.md)";

/** Said by a proposer whose guard knows of a proposal that its records do not tell of. */
const FORGOTTEN =
  "the signer guard knows of a proposal of this member, and its data do not: the power went while it was written, or the data were restored from a copy. It proposes nothing up to round `round` at height `height`, and goes on with the next of either";

/** Says for how long a member is silent, and what it may not propose; nothing where its data are what they were. */
export function warnOfOlderData(engine: GuardedEngine, height: Height, log: Log): void {
  for (const silence of engine.silences) {
    const until = engine.lastWithout(silence);
    log.warn({ votingKey: silence.key, why: silence.why, until, votesFrom: until + 1 }, SILENT);
  }
  const { forgotten } = engine;
  if (forgotten !== undefined) log.warn({ height: height + 1, round: forgotten }, FORGOTTEN);
}
