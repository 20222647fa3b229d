// What a node needs of the world and does not make itself, types only. The command line hands in real ones, tests and
// the simulator their own.
import type { MessageSlot } from "@witan/consensus";
import type { Hash, Height, PublicKey, Result, Signature, View } from "@witan/primitives";

/** The votes that a key has signed at the greatest height of all: their slots, ascending by view and step. */
export interface LastVotes {
  readonly height: Height;
  readonly slots: readonly { readonly view: View; readonly step: number }[];
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
    slot: MessageSlot,
    digest: Hash,
  ): Promise<Result<Signature, "contradicts" | "regresses">>;
  /** Signs what is no vote (STATUS). */
  signStatement(publicKey: PublicKey, digest: Hash): Signature;
}

/** Where log lines go: pino's methods, fields first. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
