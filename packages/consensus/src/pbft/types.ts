// What the PBFT engine takes in, gives out, and keeps on disk.
import type {
  BlockHash,
  Hash,
  Height,
  MemberIndex,
  Membership,
  PbftCertificate,
  PublicKey,
  View,
} from "@witan/primitives";
import type {
  AppliedInput,
  CheckpointHashedInput,
  ProposalBuiltInput,
  ProposalJudgedInput,
  TickInput,
  Verified,
  WorkChangedInput,
} from "../engine.ts";
import type { NewView, PbftMessage, PrePrepare, PreparedCertificate } from "./messages.ts";
import type { MessageSlot } from "./slots.ts";
import type { Equivocation } from "./votes.ts";

/** What the engine is told. */
export type PbftInput =
  | TickInput
  | WorkChangedInput
  | ProposalBuiltInput
  | ProposalJudgedInput
  | AppliedInput
  | CheckpointHashedInput
  | { readonly kind: "message"; readonly message: Verified<PbftMessage> }
  /** A connection to a member was made: it is told at once where this validator stands. */
  | { readonly kind: "connected"; readonly member: MemberIndex }
  /** A commit certificate that came with a block; its signatures hold, under the membership of its height. */
  | { readonly kind: "synced"; readonly certificate: PbftCertificate };

/**
 * What the host is to do, in order. Nothing behind a `persist` happens before it is durable. Members are named by their
 * position in the membership that the engine had when `step` gave the effect: a later one may number them otherwise.
 */
export type PbftEffect =
  /**
   * Keep this record in the place of the one of its kind. A vote's body (`progress.accepted`) becomes durable with it,
   * and stays until its height is decided, whatever later records say: another's prepared certificate may force it.
   */
  | { readonly kind: "persist"; readonly record: PbftRecord }
  /** Sign, by the guard if there is a slot, send to all other validators, and feed back as a message from self. */
  | { readonly kind: "broadcast"; readonly message: PbftMessage; readonly slot: MessageSlot | undefined }
  /** Sign, by the guard if there is a slot, and send to one. */
  | {
      readonly kind: "send";
      readonly to: MemberIndex;
      readonly message: PbftMessage;
      readonly slot: MessageSlot | undefined;
    }
  /** Pass on what another signed. */
  | { readonly kind: "forward"; readonly to: MemberIndex; readonly message: Verified<PbftMessage> }
  /** Send a decided block and its certificate. `to` is one of the members from the height `membership` on. */
  | {
      readonly kind: "sendDecided";
      readonly to: MemberIndex;
      readonly membership: Height;
      readonly height: Height;
    }
  /** Answer by `proposalBuilt`. */
  | { readonly kind: "buildProposal"; readonly height: Height; readonly view: View }
  /** Get the body if need be, and answer by `proposalJudged`. Forced: hold the timestamp against no clock. */
  | {
      readonly kind: "judgeProposal";
      readonly height: Height;
      readonly view: View;
      readonly hash: BlockHash;
      readonly forced: boolean;
      /** Who may have the body. */
      readonly holders: readonly MemberIndex[];
    }
  /** Ask these for blocks up to a height. */
  | { readonly kind: "requestSync"; readonly height: Height; readonly from: readonly MemberIndex[] }
  | { readonly kind: "evidence"; readonly evidence: Equivocation }
  /** The block is final: store it with its certificate in one durable batch, apply it, answer by `applied`. */
  | {
      readonly kind: "finalize";
      readonly certificate: PbftCertificate;
      readonly holders: readonly MemberIndex[];
    }
  /** A quorum has the same state after a height. */
  | { readonly kind: "stableCheckpoint"; readonly height: Height; readonly digest: Hash };

/** What must survive a crash. Records of another membership, and votes of a decided height, mean nothing any more. */
export type PbftRecord =
  | {
      readonly kind: "progress";
      readonly membership: Height;
      readonly view: View;
      /** The view was left, or not begun yet: its NEW-VIEW is awaited. */
      readonly changing: boolean;
      /** The proposal that was voted for in `view`. */
      readonly accepted: Verified<PrePrepare> | OwnProposal | undefined;
      /** Of the highest view, for the height after the last decided. */
      readonly prepared: PreparedCertificate | undefined;
      /** The NEW-VIEW that this validator begins `view` with. */
      readonly announced: NewView | undefined;
    }
  | { readonly kind: "newView"; readonly message: Verified<NewView> };

/** The primary's own proposal, before its host has signed it. */
export interface OwnProposal {
  readonly message: PrePrepare;
}

/** How the engine is set up. Times are in ticks. */
export interface PbftConfig {
  /**
   * Votes are made for the member with one of these keys; none, or of no member: an observer. Two while a voting key
   * is replaced: the block that replaces it decides which one counts. They must be keys of one member. No key serves
   * two members, so only an operator who puts keys of two members into one home can have it otherwise; the engine then
   * votes for the first of the two, and the other is silent (`membersWith` finds out, for the host to complain).
   */
  readonly votingKeys: readonly PublicKey[];
  /** T: how long a view may last without a decision. */
  readonly viewTicks: number;
  /** What the doubling of T never exceeds. */
  readonly viewTicksMax: number;
  /** After so long own messages are sent again. */
  readonly resendTicks: number;
  /** Messages for the next height that are kept of one sender. */
  readonly bufferedMax: number;
}

/** What the engine starts from. */
export interface PbftStart {
  readonly membership: Membership;
  /** Last applied. */
  readonly height: Height;
  readonly hash: BlockHash;
  /** None at height 0. */
  readonly certificate: PbftCertificate | undefined;
  /** As persisted; none on a new node. */
  readonly records: readonly PbftRecord[];
}

/** Where the engine stands. */
export interface PbftStatus {
  readonly mode: "pbft";
  readonly membership: Height;
  readonly height: Height;
  readonly view: View;
  readonly phase: "idle" | "proposed" | "prepared" | "deciding" | "changingView";
  readonly primary: MemberIndex;
  readonly me: MemberIndex | undefined;
  readonly quorum: number;
  /** Ticks until the view is given up; undefined: nothing is waited for. */
  readonly timeoutTicks: number | undefined;
  /** Who voted so far in this view, or asked for the view. */
  readonly prepares: readonly MemberIndex[];
  readonly commits: readonly MemberIndex[];
  readonly viewChanges: readonly MemberIndex[];
}

/** How many of each the engine keeps in memory: for metrics, and for checkers, which hold `keptMax` against it. */
export interface PbftKept {
  readonly prePrepares: number;
  readonly prepares: number;
  readonly commits: number;
  readonly viewChanges: number;
  /** Messages for heights or members that are not reached yet. */
  readonly later: number;
  readonly checkpoints: number;
  /** Members that were asked for blocks. */
  readonly asked: number;
  /** Names of the evidence that was told at this height. */
  readonly reported: number;
}
