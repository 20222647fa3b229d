// The messages of BP Fast Paxos, their bytes, and what is authenticated of them (protocols/bp-fast-paxos.md). The channel
// says who sent one; a promise and a decision are authenticated by themselves too, since others are shown them.
import {
  type BlockHash,
  type ChainId,
  type Codec,
  certificateDigest,
  choice,
  container,
  type Hash,
  type Height,
  hexVector,
  LIMITS,
  list,
  type MemberIndex,
  type Result,
  refuse,
  type Signature,
  TAGS,
  TaggedHasher,
  uint16,
  uint53,
  union,
  type View,
} from "@witan/primitives";
import type { Checkpoint } from "../pbft/messages.ts";

/** What an ACCEPT or a LEARN is about. `membership` is the height from which the members count that decide. */
export interface RoundBallot {
  readonly membership: Height;
  readonly round: View;
  readonly height: Height;
  readonly blockHash: BlockHash;
}

/** A vote of an acceptor for the height after its last decided one. */
export interface RoundVote {
  readonly round: View;
  readonly blockHash: BlockHash;
}

/** What an acceptor promises: to vote in no round below `round`; and what it has decided and voted for until then. */
export interface PromiseContent {
  readonly membership: Height;
  /** The one that promises: with one key for all acceptors, a promise without it could be shown as another's. */
  readonly acceptor: MemberIndex;
  readonly round: View;
  readonly decidedHeight: Height;
  readonly decidedHash: BlockHash;
  /** Of the highest round, for the height after the decided one; none or one. */
  readonly vote: readonly RoundVote[];
}

/** How promises of a chain are authenticated: by the key that acceptors share, or by each acceptor's signature. */
export type PromiseAuthentication = "mac" | "signature";

/** What shows a promise to be its acceptor's. */
export type PromiseSeal =
  | { readonly kind: "mac"; readonly mac: Hash }
  | { readonly kind: "signature"; readonly signature: Signature };

/** A promise that others can be shown. */
export interface SealedPromise extends PromiseContent {
  readonly seal: PromiseSeal;
}

/** The proposer of a round proposes; the body travels beside it. */
export interface Accept extends RoundBallot {
  readonly kind: "accept";
  /** By acceptor, strictly ascending; none in round 0, and where the acceptors have seen it. */
  readonly proof: readonly SealedPromise[];
  /** Of the proposer over the ballot, where Byzantine acceptors are to be detected; none or one. */
  readonly signature: readonly Signature[];
}

/** An acceptor has voted, durably. */
export interface Learn extends RoundBallot {
  readonly kind: "learn";
  /** As it came with the ACCEPT. */
  readonly signature: readonly Signature[];
}

/** An acceptor answers the proposer of its round. */
export interface PromiseMessage extends SealedPromise {
  readonly kind: "promise";
}

/** An acceptor asks for a round, since the proposer below it misbehaved or is suspected. */
export interface TrustChange {
  readonly kind: "trustChange";
  readonly membership: Height;
  readonly round: View;
  readonly reason: "evidence" | "suspicion";
}

/** Where the sender stands; sent now and then, and by an acceptor to proposers with each of its votes. */
export interface RoundStatus {
  readonly kind: "status";
  readonly membership: Height;
  readonly round: View;
  /** Whether the sender needs no proof of the round. */
  readonly proven: "no" | "yes";
  /** Last decided. */
  readonly height: Height;
  readonly blockHash: BlockHash;
  /** Of an acceptor, for the height after that: the block that it voted for in this round; none or one. */
  readonly vote: readonly BlockHash[];
}

/** What acceptors sign after a decision. */
export interface DecisionStatement {
  readonly membership: Height;
  readonly height: Height;
  readonly blockHash: BlockHash;
}

/** An acceptor has decided, durably, and signs it. */
export interface DecidedMessage extends DecisionStatement {
  readonly kind: "decided";
  readonly signature: Signature;
}

/** Every message of BP Fast Paxos. */
export type BpfpMessage =
  | Accept
  | Learn
  | PromiseMessage
  | TrustChange
  | RoundStatus
  | DecidedMessage
  | Checkpoint;

/**
 * An acceptor shows to others, as soon as they are connected, that it has the key that they share. For hosts: the engine
 * does not hear of it.
 */
export interface KeyCheck {
  readonly kind: "keyCheck";
  readonly membership: Height;
  /** By that key, of `keyCheckDigest`. */
  readonly mac: Hash;
}

/** In the order of the union below: its selector is the position. */
const KINDS = ["accept", "learn", "promise", "trustChange", "status", "decided", "checkpoint"] as const;

const ballotFields = {
  membership: uint53<Height>(),
  round: uint53<View>(),
  height: uint53<Height>(),
  blockHash: hexVector<BlockHash>(32),
};
const ballotCodec = container<RoundBallot>(ballotFields);
/** SSZ of none or one signature. */
export const signatureCodec: Codec<readonly Signature[]> = list(hexVector<Signature>(64), 1);

const keyCheckCodec = container({ membership: uint53<Height>(), acceptor: uint16<MemberIndex>() });

const promiseFields = {
  membership: uint53<Height>(),
  acceptor: uint16<MemberIndex>(),
  round: uint53<View>(),
  decidedHeight: uint53<Height>(),
  decidedHash: hexVector<BlockHash>(32),
  vote: list(container<RoundVote>({ round: uint53(), blockHash: hexVector(32) }), 1),
};
const promiseContentCodec = container<PromiseContent>(promiseFields);
const sealCodec = union<PromiseSeal>({
  mac: container<{ readonly mac: Hash }>({ mac: hexVector(32) }),
  signature: container<{ readonly signature: Signature }>({ signature: hexVector(64) }),
});
const sealedPromiseCodec = container<SealedPromise>({ ...promiseFields, seal: sealCodec });
/** SSZ of the promises that begin a round. */
export const proofCodec: Codec<readonly SealedPromise[]> = list(sealedPromiseCodec, LIMITS.members);

const kinds = {
  accept: container<Omit<Accept, "kind">>({
    ...ballotFields,
    proof: proofCodec,
    signature: signatureCodec,
  }),
  learn: container<Omit<Learn, "kind">>({ ...ballotFields, signature: signatureCodec }),
  promise: sealedPromiseCodec,
  trustChange: container<Omit<TrustChange, "kind">>({
    membership: uint53(),
    round: uint53(),
    reason: choice(["evidence", "suspicion"]),
  }),
  status: container<Omit<RoundStatus, "kind">>({
    membership: uint53(),
    round: uint53(),
    proven: choice(["no", "yes"]),
    height: uint53(),
    blockHash: hexVector(32),
    vote: list(hexVector<BlockHash>(32), 1),
  }),
  decided: container<Omit<DecidedMessage, "kind">>({
    membership: uint53(),
    height: uint53(),
    blockHash: hexVector(32),
    signature: hexVector(64),
  }),
  checkpoint: container<Omit<Checkpoint, "kind">>({
    membership: uint53(),
    height: uint53(),
    digest: hexVector(32),
  }),
};

/** SSZ of a message, for the wire. */
export const bpfpMessageCodec: Codec<BpfpMessage> = union<BpfpMessage>(kinds);

/** SSZ of whatever members send to each other. */
export const bpfpFrameCodec: Codec<BpfpMessage | KeyCheck> = union<BpfpMessage | KeyCheck>({
  ...kinds,
  keyCheck: container<Omit<KeyCheck, "kind">>({ membership: uint53(), mac: hexVector(32) }),
});

/** What the first bytes of a message say. */
export interface BpfpMessageHead {
  readonly kind: BpfpMessage["kind"];
  /** The height from which the members count that it names. */
  readonly membership: Height;
}

// 1 kind | 8 membership, little-endian; then what the kind has.
const HEAD_BYTES = 9;

/**
 * What a message is, from its first bytes: for queues, which must choose what to drop before anything is decoded. What it
 * says of a message that decodes is true; of others it may be anything.
 */
export function peekBpfpMessage(bytes: Uint8Array): Result<BpfpMessageHead, "encoding"> {
  if (bytes.length < HEAD_BYTES)
    return refuse("encoding", `${bytes.length} bytes, expected ${HEAD_BYTES} or more`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = KINDS[view.getUint8(0)];
  if (kind === undefined) return refuse("encoding", `no message has selector ${view.getUint8(0)}`);
  const membership = view.getBigUint64(1, true);
  if (membership > BigInt(Number.MAX_SAFE_INTEGER))
    return refuse("encoding", `membership ${membership} out of range`);
  return { ok: true, value: { kind, membership: Number(membership) as Height } };
}

/** The bytes of a promise that its seal is about: all that it says. */
export function promiseStatement(promise: PromiseContent): Uint8Array {
  const { membership, acceptor, round, decidedHeight, decidedHash, vote } = promise;
  return promiseContentCodec.encode({ membership, acceptor, round, decidedHeight, decidedHash, vote });
}

/** The digest that an acceptor seals: of chain, members, acceptor, round, what it decided, and its vote. */
export function promiseDigest(
  chainId: ChainId,
  promise: PromiseContent,
  statement: (promise: PromiseContent) => Uint8Array = promiseStatement,
): Hash {
  return new TaggedHasher(TAGS.bpFastPaxosPromise, chainId).hash(statement(promise));
}

/** The digest that an acceptor seals to show that it has the key. */
export function keyCheckDigest(
  chainId: ChainId,
  acceptor: { readonly membership: Height; readonly acceptor: MemberIndex },
): Hash {
  return new TaggedHasher(TAGS.bpFastPaxosKeyCheck, chainId).hash(keyCheckCodec.encode(acceptor));
}

/** The digest that a proposer signs where Byzantine acceptors are to be detected. */
export function proposalDigest(chainId: ChainId, ballot: RoundBallot): Hash {
  return new TaggedHasher(TAGS.bpFastPaxosProposal, chainId).hash(ballotCodec.encode(ballotOf(ballot)));
}

/** The digest that an acceptor signs when it has decided. */
export function decisionDigest(chainId: ChainId, statement: DecisionStatement): Hash {
  return certificateDigest(chainId, { ...statement, kind: "bp-fast-paxos", signatures: [] });
}

/** The ballot of a message, and nothing else of it. */
export function ballotOf({ membership, round, height, blockHash }: RoundBallot): RoundBallot {
  return { membership, round, height, blockHash };
}

/** The vote that a message tells of; undefined: of none. */
export function voteIn(message: BpfpMessage): RoundBallot | undefined {
  if (message.kind === "learn") return ballotOf(message);
  if (message.kind !== "status") return undefined;
  const { membership, round, height, vote } = message;
  const [blockHash] = vote;
  return blockHash && { membership, round, height: (height + 1) as Height, blockHash };
}
