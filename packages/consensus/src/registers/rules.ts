// What replicas of registers hold to, one switch for each rule: so that a search can ask which rules a bound needs, and a
// simulator's specimen can be the replica without one. No configuration reaches these: nodes run `REGISTER_RULES`.
import { ZERO_HASH } from "@witan/primitives";
import type { RegisterStatement } from "./messages.ts";
import { compareTimestamps, compareVersions, type RegisterVariant, type RegisterVersion } from "./types.ts";

/** The rules. The last four are not in the paper: docs/registers.md says what each is for. */
export interface RegisterRules {
  /** A client has one entry that is not shown to be written. Without: any number of prepared writes may be kept for later. */
  readonly oneOpenEntry: boolean;
  /** Only a write proof makes room for the next entry. Without: the client's next PREPARE does. */
  readonly roomNeedsProof: boolean;
  /** An entry is the same only with the same hash. Without: one timestamp may be prepared for two values. */
  readonly oneValue: boolean;
  /** A timestamp follows a proven one. Without: any greater one does, and the timestamps can be used up. */
  readonly successor: boolean;
  /** Statements name chain, register and type. Without: what was signed for one serves for all. */
  readonly boundStatements: boolean;
  /** M: to a client a replica acknowledges, per list, the very same entry or greater timestamps. */
  readonly onlyGreater: boolean;
  /** L: a prepare proof is of one list. */
  readonly proofOfOneList: boolean;
  /** H: what a replica says of having written names the hash, and entries are cleared in the order of versions. */
  readonly writesNameHash: boolean;
  /** X, not in use: an entry of one list is refused if the other has its timestamp with another hash. */
  readonly oneHashForTimestamp: boolean;
}

/** The rules as nodes run them. */
export const REGISTER_RULES: RegisterRules = Object.freeze({
  oneOpenEntry: true,
  roomNeedsProof: true,
  oneValue: true,
  successor: true,
  boundStatements: true,
  onlyGreater: true,
  proofOfOneList: true,
  writesNameHash: true,
  // Refuses good clients whose last write left an entry behind, and the bound of two needs it not.
  oneHashForTimestamp: false,
});

/** The rules to the letter of the paper. */
export const PRINTED_RULES: RegisterRules = Object.freeze({
  ...REGISTER_RULES,
  onlyGreater: false,
  proofOfOneList: false,
  writesNameHash: false,
});

/** The order in which versions replace each other: in optimized registers one timestamp may come with two values. */
export function holdsOrder(variant: RegisterVariant): (a: RegisterVersion, b: RegisterVersion) => number {
  return variant === "optimized" ? compareVersions : (a, b) => compareTimestamps(a.timestamp, b.timestamp);
}

/** Whether who has written one version has written the other as well, or a later one. */
export function covers(rules: RegisterRules, written: RegisterVersion, entry: RegisterVersion): boolean {
  const order = rules.writesNameHash
    ? compareVersions(entry, written)
    : compareTimestamps(entry.timestamp, written.timestamp);
  return order <= 0;
}

const ANY = { name: "any", variant: "base" } as const;

/** A statement as it is signed under these rules: as it is, unless a rule is left out. */
export function underRules(rules: RegisterRules, statement: RegisterStatement): RegisterStatement {
  const bound = rules.boundStatements ? statement : { ...statement, register: ANY };
  if (bound.kind === "prepared" && !rules.proofOfOneList) return { ...bound, list: "prepared" };
  if (bound.kind === "written" && !rules.writesNameHash)
    return { ...bound, version: { ...bound.version, hash: ZERO_HASH } };
  return bound;
}
