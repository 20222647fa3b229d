// What the BP Fast Paxos engine takes in, gives out, and keeps on disk.
import type {
  BlockHash,
  BpFastPaxosCertificate,
  Hash,
  Height,
  MemberIndex,
  Membership,
  PublicKey,
  Signature,
  View,
} from "@witan/primitives";
import type {
  AppliedInput,
  Authentic,
  CheckpointHashedInput,
  TickInput,
  WorkChangedInput,
} from "../engine.ts";
import type { Checkpoint } from "../pbft/messages.ts";
import type {
  Accept,
  BpfpMessage,
  DecidedMessage,
  DecisionStatement,
  Learn,
  PromiseContent,
  RoundBallot,
  RoundStatus,
  SealedPromise,
  TrustChange,
} from "./messages.ts";
import type { Part } from "./roles.ts";

/** What the engine is told. */
export type BpfpInput =
  | TickInput
  | WorkChangedInput
  | AppliedInput
  | CheckpointHashedInput
  /** The answer to `buildProposal`. A stale one changes nothing. */
  | {
      readonly kind: "proposalBuilt";
      readonly height: Height;
      readonly round: View;
      readonly hash: BlockHash;
    }
  /**
   * The answer to `judgeProposal`: the body is at hand, and the block valid; or invalid for everyone; or untimely, which
   * is wrong by the clock of this host alone. A stale one changes nothing.
   */
  | {
      readonly kind: "proposalJudged";
      readonly height: Height;
      readonly round: View;
      readonly hash: BlockHash;
      readonly judgement: Judgement;
    }
  | { readonly kind: "message"; readonly message: Authentic<BpfpMessage> }
  /** An ACCEPT that a proposer did send, and that `checks`, or one of the checks it asks for, found wrong. */
  | {
      readonly kind: "badAccept";
      readonly sender: MemberIndex;
      readonly ballot: RoundBallot;
      /** Why: the fault of `checks`, or which check failed. */
      readonly fault: string;
    }
  /** A connection to a member was made: it is told at once where this one stands. */
  | { readonly kind: "connected"; readonly member: MemberIndex }
  /** A block is final: by a certificate that holds, or by the word of the acceptor whose channel it came over. */
  | {
      readonly kind: "synced";
      readonly height: Height;
      readonly hash: BlockHash;
      readonly certificate: BpFastPaxosCertificate | undefined;
    }
  /** A certificate that was asked for; its signatures hold, under the membership of its height. */
  | { readonly kind: "certificate"; readonly certificate: BpFastPaxosCertificate }
  /** The answer to `checkLearns`: which of the two blocks the proposer has signed. */
  | {
      readonly kind: "learnsChecked";
      readonly first: Authentic<Learn>;
      readonly second: Authentic<Learn>;
      readonly signed: readonly [boolean, boolean];
    }
  /**
   * How much the blocks of a round hold, in thousandths of the best of late, as the host measures it while there is work.
   * Below `minimumSharePermille` the proposer is suspected, until a measure says otherwise or the round ends.
   */
  | { readonly kind: "throughputMeasured"; readonly round: View; readonly sharePermille: number };

/** What a host finds of a block. */
export type Judgement = "valid" | "invalid" | "untimely";

/** A message that is complete as the engine gives it. */
export type PlainMessage = Learn | TrustChange | RoundStatus | Checkpoint;

/**
 * What the host is to do, in order. Nothing behind a `persist` happens before it is durable. Members are named by their
 * position in the membership that the engine had when `step` gave the effect: a later one may number them otherwise.
 */
export type BpfpEffect =
  /**
   * Keep this record in the place of the one of its kind. A vote's body (`progress.vote`) becomes durable with it, and
   * stays until its height is decided, whatever later records say: a proposer may have to propose it again.
   */
  | { readonly kind: "persist"; readonly record: BpfpRecord }
  /** Send to all others of these, over their channels, and feed back as a message from self. */
  | {
      readonly kind: "broadcast";
      /** Everyone: all members, and observers that are connected. */
      readonly to: "acceptors" | "proposers" | "everyone";
      readonly message: PlainMessage;
    }
  | { readonly kind: "send"; readonly to: MemberIndex; readonly message: PlainMessage }
  /** Send an ACCEPT to members from its `membership` on; first, if `sign` is set, sign `proposalDigest` and put the signature in. The body goes beside it. */
  | {
      readonly kind: "sendAccept";
      readonly to: "acceptors" | MemberIndex;
      readonly message: Accept;
      readonly sign: boolean;
    }
  /** Seal `promiseDigest` as the chain does (shared key or signature), and send the PROMISE. */
  | { readonly kind: "sendPromise"; readonly to: MemberIndex; readonly content: PromiseContent }
  /** Sign `decisionDigest`, off the critical path; send DECIDED to everyone, and feed it back as a message from self. */
  | { readonly kind: "sayDecided"; readonly statement: DecisionStatement }
  /** Send a decided block, with its certificate if there is one. `to` is one of the members from `membership` on. */
  | {
      readonly kind: "sendDecided";
      readonly to: MemberIndex;
      readonly membership: Height;
      readonly height: Height;
    }
  /** Answer by `proposalBuilt`. */
  | { readonly kind: "buildProposal"; readonly height: Height; readonly round: View }
  /** Get the body if need be, and answer by `proposalJudged`. Forced: hold the timestamp against no clock. */
  | {
      readonly kind: "judgeProposal";
      readonly height: Height;
      readonly round: View;
      readonly hash: BlockHash;
      readonly forced: boolean;
      /** Who may have the body. */
      readonly holders: readonly MemberIndex[];
    }
  /** Ask these acceptors for blocks up to a height: answered by `synced`, one after another. */
  | { readonly kind: "requestSync"; readonly height: Height; readonly from: readonly MemberIndex[] }
  /** Ask these acceptors what certifies these heights: answered by `certificate`, or by their DECIDEDs as messages. */
  | {
      readonly kind: "requestCertificates";
      readonly heights: readonly Height[];
      readonly from: readonly MemberIndex[];
    }
  /** Check by `learnChecks` which of the two the proposer signed; answer by `learnsChecked`. */
  | { readonly kind: "checkLearns"; readonly first: Authentic<Learn>; readonly second: Authentic<Learn> }
  | { readonly kind: "evidence"; readonly evidence: BpfpEvidence }
  /** The block is final: get its body if need be, store it in one durable batch, apply it, answer by `applied`. */
  | {
      readonly kind: "finalize";
      readonly height: Height;
      readonly hash: BlockHash;
      /** If it came with one; otherwise `certify` follows. */
      readonly certificate: BpFastPaxosCertificate | undefined;
      readonly holders: readonly MemberIndex[];
    }
  /** Store the certificate of a block that is final already. */
  | { readonly kind: "certify"; readonly certificate: BpFastPaxosCertificate }
  /** A quorum has the same state after a height. */
  | { readonly kind: "stableCheckpoint"; readonly height: Height; readonly digest: Hash };

/** Misbehaviour, and what shows it. What only channels vouch for convinces whoever saw it, and nobody else. */
export type BpfpEvidence =
  /** Two blocks in one round and height: by two LEARNs (with the proposer's signatures, if it signs, for others too). */
  | {
      readonly kind: "twoBlocks";
      readonly proposer: MemberIndex;
      readonly first: RoundBallot & { readonly signature: readonly Signature[] };
      readonly second: RoundBallot & { readonly signature: readonly Signature[] };
    }
  /** A proof that does not hold, or does not let the block be proposed. */
  | {
      readonly kind: "badAccept";
      readonly proposer: MemberIndex;
      readonly ballot: RoundBallot;
      readonly fault: string;
    }
  | { readonly kind: "invalidBlock"; readonly proposer: MemberIndex; readonly ballot: RoundBallot }
  /** An acceptor said that it voted for a block which the proposer of the round never signed. */
  | { readonly kind: "falseLearn"; readonly acceptor: MemberIndex; readonly learn: Learn }
  /** An acceptor said of one round that it voted for this block, and then for that one. */
  | {
      readonly kind: "twoLearns";
      readonly acceptor: MemberIndex;
      readonly first: Learn;
      readonly second: Learn;
    }
  /** An acceptor promised as if it had not voted as it said. */
  | {
      readonly kind: "falsePromise";
      readonly acceptor: MemberIndex;
      readonly learn: Learn;
      readonly promise: SealedPromise;
    }
  /** An acceptor signed a decision that is not the one known here. */
  | { readonly kind: "otherDecision"; readonly acceptor: MemberIndex; readonly message: DecidedMessage };

/** A vote as it is kept. */
export interface KeptVote {
  readonly height: Height;
  readonly round: View;
  readonly blockHash: BlockHash;
  /** The proposer's, to be passed on; none or one. */
  readonly signature: readonly Signature[];
}

/** What must survive a crash. Records of another membership, and what is of a decided height, mean nothing any more. */
export type BpfpRecord =
  /** Of an acceptor. */
  | {
      readonly kind: "progress";
      readonly membership: Height;
      readonly round: View;
      /** For the height after the last decided one. */
      readonly vote: KeptVote | undefined;
    }
  /** How a round began; of acceptors and proposers. */
  | {
      readonly kind: "proof";
      readonly membership: Height;
      readonly round: View;
      readonly promises: readonly SealedPromise[];
    }
  /** Of a proposer: what it proposed last. */
  | ({ readonly kind: "proposed" } & RoundBallot);

/** How the engine is set up. Times are in ticks. */
export interface BpfpConfig {
  /** The part follows from the member with one of these keys; none, or of no member: an observer. As in PbftConfig. */
  readonly votingKeys: readonly PublicKey[];
  /** T: how long a proposer is trusted without a decision. */
  readonly roundTicks: number;
  /** What the doubling of T never exceeds. */
  readonly roundTicksMax: number;
  /** After so long own messages are sent again. */
  readonly resendTicks: number;
  /** Messages for the next height that are kept of one sender. */
  readonly bufferedMax: number;
  /** A proposer that keeps throughput below so many thousandths of the best of late is suspected; 0: none is. */
  readonly minimumSharePermille: number;
  /** As the genesis says: proposers sign what they propose, and LEARNs that differ are looked at. */
  readonly detectByzantineAcceptors: boolean;
}

/** A decided block whose certificate was not complete. */
export interface Uncertified {
  /** That decided it. */
  readonly membership: Membership;
  readonly height: Height;
  readonly hash: BlockHash;
}

/** What the engine starts from. */
export interface BpfpStart {
  readonly membership: Membership;
  /** Last applied. */
  readonly height: Height;
  readonly hash: BlockHash;
  /** Blocks without a certificate, ascending; block 0 needs none. Only the newest `UNCERTIFIED_MAX` are followed. */
  readonly uncertified: readonly Uncertified[];
  /** As persisted; none on a new node. */
  readonly records: readonly BpfpRecord[];
  /**
   * Of a proposer, at the height after the last applied: the last round in which it may have proposed what no record
   * tells of. It proposes in no round up to it. Undefined: none.
   */
  readonly forgotten?: View | undefined;
}

/**
 * Why the round before was left: its proposer misbehaved, as somebody has seen; enough acceptors suspect it; or others were
 * further, and were followed.
 */
export type RoundCause = "misbehaviour" | "suspicion" | "followed";

/** Where the engine stands. */
export interface BpfpStatus {
  readonly mode: "bp-fast-paxos";
  readonly membership: Height;
  readonly height: Height;
  readonly round: View;
  readonly phase: "idle" | "proposed" | "voted" | "deciding" | "changingTrust";
  /** Why this round was gone to; undefined in the first. */
  readonly cause: RoundCause | undefined;
  readonly proposer: MemberIndex | undefined;
  readonly me: MemberIndex | undefined;
  readonly part: Part | undefined;
  readonly quorum: number;
  /** Ticks until the proposer is suspected; undefined: nothing is waited for. */
  readonly timeoutTicks: number | undefined;
  /** Who voted so far in this round. */
  readonly learns: readonly MemberIndex[];
  /** Who suspects the proposer of this round. */
  readonly suspicions: readonly MemberIndex[];
  /** Whose promises for the round are here. */
  readonly promises: readonly MemberIndex[];
  /** Heights that are decided, and whose certificate is not complete. */
  readonly uncertified: number;
}

/** How many of each the engine keeps in memory: for metrics, and for checkers, which hold `bpfpKeptMax` against it. */
export interface BpfpKept {
  readonly learns: number;
  readonly promises: number;
  readonly suspicions: number;
  /** Messages for heights or members that are not reached yet. */
  readonly later: number;
  readonly checkpoints: number;
  /** Members that were asked for blocks. */
  readonly asked: number;
  /** Votes of acceptors as they tell those who hear no LEARNs. */
  readonly votes: number;
  /** Names of the evidence that was told at this height. */
  readonly reported: number;
  /** Signatures under decisions that are not certified. */
  readonly signatures: number;
}
