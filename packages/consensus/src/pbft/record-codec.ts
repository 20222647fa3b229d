// The bytes of an engine's records on disk. What is read back is what was written: a record holds only what was verified
// before it was kept, so reading mints `Verified` anew. Never for bytes from a peer.
import {
  boolean,
  container,
  type Height,
  hexVector,
  list,
  type MemberIndex,
  type Signature,
  uint16,
  uint53,
  union,
  type View,
} from "@witan/primitives";
import { asVerified, type Verified } from "../engine.ts";
import { type ByteCodec, mapped } from "./mapped.ts";
import {
  type Ballot,
  ballotCodec,
  ballotMessage,
  type NewView,
  newViewCodec,
  type PrePrepare,
  type PreparedCertificate,
  preparedCodec,
} from "./messages.ts";
import type { OwnProposal, PbftRecord } from "./types.ts";

type NewViewContent = Omit<NewView, "kind">;

/** Who signed. */
interface SignedBy {
  readonly sender: MemberIndex;
  readonly signature: Signature;
}

/** A proposal that was voted for; one's own is not signed yet. */
interface AcceptedShape {
  readonly ballot: Ballot;
  readonly signed: readonly SignedBy[];
}

/** What may be absent is a list of none or one. */
type RecordShape =
  | {
      readonly kind: "progress";
      readonly membership: Height;
      readonly view: View;
      readonly changing: boolean;
      readonly accepted: readonly AcceptedShape[];
      readonly prepared: readonly PreparedCertificate[];
      readonly announced: readonly NewViewContent[];
    }
  | { readonly kind: "newView"; readonly signed: SignedBy; readonly content: NewViewContent };

const signedByCodec = container<SignedBy>({ sender: uint16(), signature: hexVector(64) });

const shapeCodec = union<RecordShape>({
  progress: container<Omit<Extract<RecordShape, { kind: "progress" }>, "kind">>({
    membership: uint53(),
    view: uint53(),
    changing: boolean(),
    accepted: list(container<AcceptedShape>({ ballot: ballotCodec, signed: list(signedByCodec, 1) }), 1),
    prepared: list(preparedCodec, 1),
    announced: list(newViewCodec, 1),
  }),
  newView: container<Omit<Extract<RecordShape, { kind: "newView" }>, "kind">>({
    signed: signedByCodec,
    content: newViewCodec,
  }),
});

/** The bytes of a record, and back: SSZ, every list bounded by the greatest membership. */
export const pbftRecordCodec: ByteCodec<PbftRecord> = mapped(shapeCodec, toShape, ofShape);

function toShape(record: PbftRecord): RecordShape {
  if (record.kind === "newView") {
    const { sender, signature, message } = record.message;
    return { kind: "newView", signed: { sender, signature }, content: contentOf(message) };
  }
  const { kind, membership, view, changing, accepted, prepared, announced } = record;
  return {
    ...{ kind, membership, view, changing },
    accepted: accepted ? [acceptedShape(accepted)] : [],
    prepared: prepared ? [prepared] : [],
    announced: announced ? [contentOf(announced)] : [],
  };
}

function ofShape(shape: RecordShape): PbftRecord {
  if (shape.kind === "newView") {
    const { signed, content } = shape;
    const message = asVerified(signed.sender, newViewOf(content), signed.signature);
    return { kind: "newView", message };
  }
  const { kind, membership, view, changing } = shape;
  const [accepted] = shape.accepted;
  const [prepared] = shape.prepared;
  const [announced] = shape.announced;
  return {
    ...{ kind, membership, view, changing, prepared },
    accepted: accepted && acceptedOf(accepted),
    announced: announced && newViewOf(announced),
  };
}

function contentOf({ membership, view, viewChanges }: NewView): NewViewContent {
  return { membership, view, viewChanges };
}

function newViewOf(content: NewViewContent): NewView {
  return { kind: "newView", ...content };
}

function acceptedShape(vote: Verified<PrePrepare> | OwnProposal): AcceptedShape {
  const { kind: _, ...ballot } = vote.message;
  return { ballot, signed: "signature" in vote ? [{ sender: vote.sender, signature: vote.signature }] : [] };
}

function acceptedOf({ ballot, signed: [by] }: AcceptedShape): Verified<PrePrepare> | OwnProposal {
  const message = ballotMessage("prePrepare", ballot);
  return by ? asVerified(by.sender, message, by.signature) : { message };
}
