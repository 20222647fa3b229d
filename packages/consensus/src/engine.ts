// What every engine is: a pure state machine. The host feeds inputs one at a time, and carries out effects in order;
// the same inputs give the same effects. No clock, no IO, no randomness, no logging here or in any engine.
import type {
  BlockHash,
  Hash,
  Height,
  MemberIndex,
  Membership,
  Signature,
  SignatureCheck,
} from "@witan/primitives";

/** A consensus engine. */
export interface Engine<Input, Effect, Status> {
  /** Takes in one input. Synchronous, total, no IO; never re-entered. */
  step(input: Input): readonly Effect[];
  /** For logs, metrics, `consensus_explain` and checkers; never an input. */
  status(): Status;
}

declare const verified: unique symbol;

/**
 * A message whose sender signed it and whose certificates hold. Only the host makes one, by `asVerified`, after the
 * questions of the protocol's `checks` were answered with yes. Whether its key may vote at its height is the engine's
 * to judge.
 */
export interface Verified<Message> {
  readonly [verified]: true;
  readonly sender: MemberIndex;
  readonly message: Message;
  readonly signature: Signature;
}

/** Marks a message as verified: for hosts, and for nobody else. */
export function asVerified<Message>(
  sender: MemberIndex,
  message: Message,
  signature: Signature,
): Verified<Message> {
  return { sender, message, signature } as Verified<Message>;
}

declare const authentic: unique symbol;

/**
 * A message whose sender the channel vouches for, and in which everything holds that `checks` asked about. Only the host
 * makes one, by `asAuthentic`. There is no signature of the whole: it can't be shown to others.
 */
export interface Authentic<Message> {
  readonly [authentic]: true;
  readonly sender: MemberIndex;
  readonly message: Message;
}

/** Marks a message as authentic: for hosts, and for nobody else. */
export function asAuthentic<Message>(sender: MemberIndex, message: Message): Authentic<Message> {
  return { sender, message } as Authentic<Message>;
}

/** One question to whoever holds a shared key: is `mac` the HMAC-SHA-256 of `digest` under it? */
export interface MacCheck {
  readonly kind: "mac";
  /** The 32 bytes that were authenticated. */
  readonly digest: Hash;
  readonly mac: Hash;
}

/** A question of a protocol that knows signatures and MACs. */
export type AuthenticationCheck = MacCheck | ({ readonly kind: "signature" } & SignatureCheck);

/** What a protocol's `checks` says of a message before any signature is looked at. */
export type ChecksAnswer<Check = SignatureCheck> =
  /** Wrong for everyone: the sender is to blame. */
  | { readonly kind: "fault"; readonly code: string }
  /** It rests on the membership of a height that is not known here: ask for sync, then again. */
  | { readonly kind: "notYet"; readonly height: Height }
  /** It holds if all of these do. */
  | { readonly kind: "checks"; readonly checks: readonly Check[] };

/** The membership that decides a height: known for every height up to the one after the last applied, else undefined. */
export type Memberships = (height: Height) => Membership | undefined;

/** Time has passed: one tick, 10 ms unless configured otherwise. One too many does no harm. */
export interface TickInput {
  readonly kind: "tick";
}

/** What there is to do. Told whenever it changes. */
export interface WorkChangedInput {
  readonly kind: "workChanged";
  /** There is something to propose: transactions wait, or an empty block is due. */
  readonly pending: boolean;
  /**
   * A transaction that should have been in a block by now was passed over for long. While this is so, blocks that are
   * decided without it do not restart the view timer: whoever leaves it out is replaced.
   */
  readonly overdue: boolean;
}

/** The answer to `buildProposal`. A stale one changes nothing. */
export interface ProposalBuiltInput {
  readonly kind: "proposalBuilt";
  readonly height: Height;
  readonly view: number;
  readonly hash: BlockHash;
}

/** The answer to `judgeProposal`: the body is at hand, and the block valid or not. A stale one changes nothing. */
export interface ProposalJudgedInput {
  readonly kind: "proposalJudged";
  readonly height: Height;
  readonly view: number;
  readonly hash: BlockHash;
  readonly valid: boolean;
}

/** The block of the last `finalize` is durable and applied; `membership` decides the next height. */
export interface AppliedInput {
  readonly kind: "applied";
  readonly height: Height;
  readonly hash: BlockHash;
  readonly membership: Membership;
}

/** The state after a height that is a multiple of the checkpoint interval was hashed. */
export interface CheckpointHashedInput {
  readonly kind: "checkpointHashed";
  readonly height: Height;
  readonly digest: Hash;
}
