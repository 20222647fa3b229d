// The small model of registers that is searched through: what is in it, and its states as numbers. Four replicas, one of them bad.
import {
  NO_CLIENT,
  type PrepareProof,
  type RegisterRules,
  type RegisterVariant,
  type RegisterVersion,
  type WriteProof,
} from "@witan/consensus";
import { type Hash, type PublicKey, type Signature, toHeight } from "@witan/primitives";

/** What is searched. Four replicas, of which one signs whatever bad clients want. */
export interface RegisterModel {
  readonly variant: RegisterVariant;
  readonly rules: RegisterRules;
  readonly clients: number;
  /** Counters of timestamps: 1 to so many. */
  readonly timestamps: number;
  readonly values: number;
  /**
   * Leaves out what can't be worse than something that is looked at: a request that gets bad clients nothing they lack, and one
   * with less than the greatest write proof there is, since that makes most room. Tests hold it against all there is.
   */
  readonly isReduced: boolean;
}

/** The worst that was found so far. */
export interface RegisterBounds {
  /** States, those that differ only in which replica is which counted once. */
  readonly states: number;
  /** Writes of one client that reads may still return one after another, once it may write no more. */
  readonly lurking: number;
  /** Writes of good clients, one after another, after which none of those is seen any more. */
  readonly overwrites: number;
  /** Whether two values of one timestamp could ever both be written. */
  readonly twoValues: boolean;
  /** What bad clients sent to come to the worst: to which replica, and what. */
  readonly path: readonly string[];
}

/** All replicas that keep the rules, and what bad clients have proofs for: bits, by version. */
export interface Place {
  readonly seats: readonly number[];
  readonly proven: number;
}

/** Stands for every signature. */
export const SIGNATURE = "00".repeat(64) as Signature;
export const MEMBERSHIP = toHeight(1);
/** Replicas that keep the rules. */
export const CORRECT = 3;
/** Of them so many make a quorum with the bad one; so many that hold something later are in every quorum. */
export const HELPED = 2;
/** Ids of states of one replica are below the first, sets of proofs below the second: all fit into one number. */
export const IDS = 2 ** 14;
export const PROOF_SETS = 2 ** 10;

/** A value that nobody looks at. */
export const NOTHING = new Uint8Array(0);

/** A client by number. */
export function keyOf(client: number): PublicKey {
  return `02${String(client + 1).padStart(64, "0")}` as PublicKey;
}

/** The hash of a value: they sort as the values do. */
export function hashOf(value: number): Hash {
  return String(value + 1).padStart(64, "0") as Hash;
}

/** A value by its hash: A, B. */
export function letterOf(hash: Hash): string {
  return String.fromCharCode(64 + Number(hash));
}

/** `2.1A`: counter, client, value. */
export function wordsOf({ timestamp, hash }: RegisterVersion): string {
  if (timestamp.client === NO_CLIENT) return "0";
  return `${timestamp.counter}.${Number(timestamp.client.slice(2))}${letterOf(hash)}`;
}

const PROOFS = new Map<RegisterVersion, PrepareProof>();

/** A proof of a version, without what replicas here do not look at. */
export function proofOf(version: RegisterVersion): PrepareProof {
  const known = PROOFS.get(version);
  if (known !== undefined) return known;
  const made: PrepareProof = {
    ...{ version, membership: MEMBERSHIP, list: "prepared", authorization: SIGNATURE, signatures: [] },
  };
  PROOFS.set(version, made);
  return made;
}

/** The same of its having been written. */
export function writeProofOf(version: RegisterVersion): WriteProof {
  return { version, membership: MEMBERSHIP, signatures: [] };
}

/** Which seat goes where: which of the replicas is which makes no difference. */
export function orderOf({ seats }: Place): readonly number[] {
  return [...seats.keys()].sort((a, b) => (seats[a] as number) - (seats[b] as number));
}

/** A place as a number, its seats in order. */
export function keyOfPlace({ seats, proven }: Place): number {
  const [a = 0, b = 0, c = 0] = seats.toSorted((x, y) => x - y);
  return ((proven * IDS + a) * IDS + b) * IDS + c;
}

/** The place of a number. */
export function placeOf(key: number): Place {
  const top = Math.floor(key / IDS);
  const seats = [Math.floor(top / IDS) % IDS, top % IDS, key % IDS];
  return { seats, proven: Math.floor(top / (IDS * IDS)) };
}
