// Why a node can't start on its database, or can't go on with it: one typed error with what was found, what was
// expected, and what to do.
import { type ChainId, type Height, RULES_VERSIONS } from "@witan/primitives";
import type { Damage } from "@witan/storage";

/** What to do about a database that is not whole. */
const RESTORE =
  "check the disk, move the data directory away, or start on another: the node fetches the chain from its peers. A validator keeps its voting key with the guard beside it, and votes again by itself; it needs a new key, by `witan governance`, only where the guard is lost too";

const SHOWN_DAMAGES = 3;

/**
 * `other-chain`: the database holds another chain. `damaged`: records are missing, spoilt, or at odds with each other.
 * `rules-unknown`: the chain has rules that this program does not know. `keys`: the keys of this node do not fit its part in the chain.
 */
export type ChainErrorCode = "other-chain" | "damaged" | "rules-unknown" | "keys";

/** An operational failure of the chain that a node keeps. */
export class ChainError extends Error {
  override readonly name = "ChainError";
  readonly code: ChainErrorCode;
  /** What is wrong with the database; empty unless `damaged`. */
  readonly damages: readonly Damage[];

  constructor(code: ChainErrorCode, message: string, damages: readonly Damage[] = []) {
    super(message);
    this.code = code;
    this.damages = damages;
  }
}

/** The database belongs to another chain. */
export function otherChain(found: ChainId, expected: ChainId): ChainError {
  return new ChainError(
    "other-chain",
    `the database holds the chain ${found}, the genesis of this node is of ${expected}; give the node the home of its chain, or the genesis of the other`,
  );
}

/** The database is not whole. */
export function damaged(damages: readonly Damage[]): ChainError {
  const shown = damages.slice(0, SHOWN_DAMAGES).map(({ detail }) => detail);
  const more = damages.length - shown.length;
  const rest = more > 0 ? `; and ${more} more` : "";
  return new ChainError(
    "damaged",
    `the database is damaged (${shown.join("; ")}${rest}); ${RESTORE}`,
    damages,
  );
}

/** The chain is governed by rules of a later program. */
export function rulesUnknown(height: Height, rulesVersion: number): ChainError {
  const known = RULES_VERSIONS.join(", ");
  return new ChainError(
    "rules-unknown",
    `block ${height} and those behind it have rules ${rulesVersion}, this program knows ${known}; install a newer one`,
  );
}

/** The node has keys that its part in the chain forbids, or lacks one that it needs. @param what with what to do */
export function wrongKeys(what: string): ChainError {
  return new ChainError("keys", what);
}
