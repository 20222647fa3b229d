// What a node needs of the world and does not make itself, types only. The command line hands in real ones, tests and
// the simulator their own.
import type { Hash, Height, PublicKey, Result, Signature, View } from "@witan/primitives";

/** The votes that a key has signed at the greatest height of all: their slots, ascending by view and step. */
export interface LastVotes {
  readonly height: Height;
  readonly slots: readonly { readonly view: View; readonly step: number }[];
}

/**
 * What a vote is made for: within a lane by height, then view (or round), then step. `vote`: on blocks, in the order in
 * which a correct member speaks. `certificate`: that a height is decided. `checkpoint`: for the state after a height.
 */
export interface VoteSlot {
  readonly lane: "vote" | "certificate" | "checkpoint";
  readonly height: Height;
  readonly view: View;
  /** The protocol's: the order of its steps within a view; 0 to 255. */
  readonly step: number;
}

/** Signs for the voting keys of this node, and refuses what would contradict an earlier vote. */
export interface VoteSigner {
  /** The keys it can sign with. */
  readonly publicKeys: readonly PublicKey[];
  /** What a key has voted for last, as it was when the node started; undefined: it has never voted. */
  lastVotes(publicKey: PublicKey): LastVotes | undefined;
  /**
   * Signs a vote; durable in the guard's record before it answers. Codes: `contradicts`, `regresses`.
   * @throws if the record can't be written: the node must stop
   */
  signVote(
    publicKey: PublicKey,
    slot: VoteSlot,
    digest: Hash,
  ): Promise<Result<Signature, "contradicts" | "regresses">>;
  /**
   * Notes a vote that only its channel authenticates: durable in the guard's record before it answers, and refused as
   * `signVote` refuses, but no signature is made.
   * @throws if the record can't be written: the node must stop
   */
  noteVote(
    publicKey: PublicKey,
    slot: VoteSlot,
    digest: Hash,
  ): Promise<Result<void, "contradicts" | "regresses">>;
  /** Signs what is no vote (STATUS). */
  signStatement(publicKey: PublicKey, digest: Hash): Signature;
}

/**
 * The key that the acceptors of a chain of BP Fast Paxos share, where promises are authenticated by MACs. Whoever has it
 * can make promises of every acceptor: no proposer may.
 */
export interface PromiseSealer {
  /** The HMAC-SHA-256 of the 32 bytes of a digest. */
  seal(digest: Hash): Hash;
  /** Whether `mac` is what `seal` gives; as fast for every wrong one. */
  check(digest: Hash, mac: Hash): boolean;
}

/** What a miner tries nonces for. */
export interface MiningWork {
  /** An encoded header of 128 bytes. The nonce is its last 8, little-endian: whatever is there is replaced. */
  readonly header: Uint8Array;
  /** SHA-256 of SHA-256 of the header, read as a little-endian number, must not be above this. */
  readonly target: bigint;
}

/**
 * Tries nonces, off the main thread. How many threads it has, and how many hashes a second it may try, is its maker's
 * affair.
 */
export interface Miner {
  /** Hashes tried since it was made; as fresh as a second, and never less than before. */
  readonly hashes: number;
  /**
   * Begins to try nonces, in any order and none twice, and drops at once what it was trying before.
   * @param onFound called once, with a nonce that does it, and then this work is over; never called once `mine` or `stop`
   *   was called again, whatever is found on the way
   */
  mine(work: MiningWork, onFound: (nonce: bigint) => void): void;
  /** Drops what it is trying. */
  stop(): void;
}

/** Where log lines go: pino's methods, fields first. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
