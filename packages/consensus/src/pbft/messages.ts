// The messages of PBFT, their bytes and what is signed of them (protocol page: docs/consensus-pbft.md). Each digest has
// a tag of its own and names chain, membership, view and height: a signature serves one purpose only.
import {
  type BlockHash,
  type ChainId,
  type Codec,
  certificateCodec,
  certificateDigest,
  container,
  type Hash,
  type Height,
  hexVector,
  LIMITS,
  list,
  type MemberIndex,
  type MemberSignature,
  type PbftCertificate,
  type Signature,
  TAGS,
  type Tag,
  TaggedHasher,
  uint16,
  uint53,
  union,
  type View,
} from "@witan/primitives";

/** What a vote is about. `membership` is the height from which the members count that vote. */
export interface Ballot {
  readonly membership: Height;
  readonly view: View;
  readonly height: Height;
  readonly blockHash: BlockHash;
}

/** The primary proposes; the body travels beside it. Counts as the primary's PREPARE. */
export interface PrePrepare extends Ballot {
  readonly kind: "prePrepare";
}

/** A backup has accepted the proposal, and its body is durable. */
export interface Prepare extends Ballot {
  readonly kind: "prepare";
}

/** The sender is prepared, durably. */
export interface Commit extends Ballot {
  readonly kind: "commit";
}

/** The primary's PRE-PREPARE and PREPAREs of q - 1 other validators, all for one ballot. */
export interface PreparedCertificate extends Ballot {
  readonly primary: Signature;
  /** By member, strictly ascending, the primary not among them. */
  readonly prepares: readonly MemberSignature[];
}

/** What a VIEW-CHANGE says. */
export interface ViewChangeContent {
  readonly membership: Height;
  /** The view that is asked for. */
  readonly view: View;
  /** The last decided height, with its certificate; block 0 needs none. */
  readonly decidedHeight: Height;
  readonly decided: readonly PbftCertificate[];
  /** For the height after the decided one; none or one. */
  readonly prepared: readonly PreparedCertificate[];
}

/** The sender has left its view and asks for another. */
export interface ViewChange extends ViewChangeContent {
  readonly kind: "viewChange";
}

/** A VIEW-CHANGE with who signed it, as a NEW-VIEW carries it. */
export interface SignedViewChange {
  readonly sender: MemberIndex;
  readonly signature: Signature;
  readonly content: ViewChangeContent;
}

/** The new primary begins a view; the VIEW-CHANGEs justify what it must propose. */
export interface NewView {
  readonly kind: "newView";
  readonly membership: Height;
  readonly view: View;
  /** Of q distinct senders, ascending. */
  readonly viewChanges: readonly SignedViewChange[];
}

/** The state after a height has this digest. */
export interface Checkpoint {
  readonly kind: "checkpoint";
  readonly membership: Height;
  readonly height: Height;
  readonly digest: Hash;
}

/** Where the sender stands; sent now and then. */
export interface Status {
  readonly kind: "status";
  readonly membership: Height;
  readonly view: View;
  /** Last decided. */
  readonly height: Height;
  readonly blockHash: BlockHash;
}

/** Every message of PBFT. */
export type PbftMessage = PrePrepare | Prepare | Commit | ViewChange | NewView | Checkpoint | Status;

const ballotFields = {
  membership: uint53<Height>(),
  view: uint53<View>(),
  height: uint53<Height>(),
  blockHash: hexVector<BlockHash>(32),
};
/** SSZ of a ballot. */
export const ballotCodec = container<Ballot>(ballotFields);

/** SSZ of a prepared certificate. */
export const preparedCodec: Codec<PreparedCertificate> = container<PreparedCertificate>({
  ...ballotFields,
  primary: hexVector(64),
  prepares: list(container<MemberSignature>({ member: uint16(), signature: hexVector(64) }), LIMITS.members),
});

const viewChangeCodec = container<ViewChangeContent>({
  membership: uint53(),
  view: uint53(),
  decidedHeight: uint53(),
  decided: list(certificateCodec as Codec<PbftCertificate>, 1),
  prepared: list(preparedCodec, 1),
});

/** SSZ of a NEW-VIEW. */
export const newViewCodec = container<Omit<NewView, "kind">>({
  membership: uint53(),
  view: uint53(),
  viewChanges: list(
    container<SignedViewChange>({ sender: uint16(), signature: hexVector(64), content: viewChangeCodec }),
    LIMITS.members,
  ),
});

const checkpointCodec = container<Omit<Checkpoint, "kind">>({
  membership: uint53(),
  height: uint53(),
  digest: hexVector(32),
});

/** SSZ of a message, for the wire. */
export const pbftMessageCodec: Codec<PbftMessage> = union<PbftMessage>({
  prePrepare: ballotCodec,
  prepare: ballotCodec,
  commit: ballotCodec,
  viewChange: viewChangeCodec,
  newView: newViewCodec,
  checkpoint: checkpointCodec,
  status: ballotCodec,
});

const SIGNED: Readonly<Record<Exclude<PbftMessage["kind"], "commit">, readonly [Tag, Codec<never>]>> = {
  prePrepare: [TAGS.pbftPrePrepare, ballotCodec as Codec<never>],
  prepare: [TAGS.pbftPrepare, ballotCodec as Codec<never>],
  viewChange: [TAGS.pbftViewChange, viewChangeCodec as Codec<never>],
  newView: [TAGS.pbftNewView, newViewCodec as Codec<never>],
  checkpoint: [TAGS.pbftCheckpoint, checkpointCodec as Codec<never>],
  status: [TAGS.pbftStatus, ballotCodec as Codec<never>],
};

/** The digest that a message's sender signs. */
export function digestOf(chainId: ChainId, message: PbftMessage): Hash {
  if (message.kind === "commit")
    return certificateDigest(chainId, { ...message, kind: "pbft", signatures: [] });
  const [tag, codec] = SIGNED[message.kind];
  return new TaggedHasher(tag, chainId).hash(codec.encode(message as never));
}

/** The PRE-PREPARE, PREPARE or COMMIT of a ballot. */
export function ballotMessage<Kind extends "prePrepare" | "prepare" | "commit">(
  kind: Kind,
  { membership, view, height, blockHash }: Ballot,
): Ballot & { readonly kind: Kind } {
  return { kind, membership, view, height, blockHash };
}

/** Whether two ballots are the same vote. */
export function sameBallot(a: Ballot, b: Ballot): boolean {
  return (
    a.membership === b.membership && a.view === b.view && a.height === b.height && a.blockHash === b.blockHash
  );
}
