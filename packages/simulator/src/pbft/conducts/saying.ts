// What liars say, in pieces: other content under their own signature, VIEW-CHANGEs from what they know, prepared
// certificates from what they heard. Signs for liars only.
import {
  type Ballot,
  ballotMessage,
  type PbftMessage,
  type PreparedCertificate,
  primaryOf,
  type SignedMessage,
  type SignedViewChange,
  sameBallot,
  type ViewChange,
  type ViewChangeContent,
} from "@witan/consensus";
import {
  byzantineQuorum,
  type Height,
  type MemberIndex,
  type MemberSignature,
  type Membership,
  type Signature,
  type View,
} from "@witan/primitives";
import type { Liar, Outgoing } from "../conduct.ts";
import type { Conspiracy } from "../conspiracy.ts";

export { inventedHash, moved } from "../../engines/conducts/made-up.ts";

/** The vote messages. */
export const VOTES = ["prePrepare", "prepare", "commit"] as const;

/** A message about one ballot. */
export type Vote = Extract<PbftMessage, { kind: (typeof VOTES)[number] }>;

/** Whether a message votes for a block. */
export function isVote(message: PbftMessage): message is Vote {
  return message.kind === "prePrepare" || message.kind === "prepare" || message.kind === "commit";
}

/** The same letter with another message, under the liar's own signature; the letter itself if the liar is no member. */
export function instead(outgoing: Outgoing, message: PbftMessage, liar: Liar): Outgoing {
  const signed = liar.sign(message);
  return signed === undefined ? outgoing : { ...outgoing, signed };
}

/** Sends to all others at once. */
export function postAll(liar: Liar, signed: SignedMessage | undefined): void {
  if (signed) for (const to of liar.others) liar.post({ to, signed, afterUs: 0 });
}

/** The liar's VIEW-CHANGE for a view, from its chain up to a height, without any prepared certificate. */
export function viewChangeOf(liar: Liar, view: number, decidedHeight = liar.ground.height): ViewChange {
  const decided = liar.chain[decidedHeight - 1]?.certificate;
  return {
    kind: "viewChange",
    membership: liar.ground.membership.from,
    view: view as View,
    decidedHeight: decidedHeight as Height,
    decided: decided ? [decided] : [],
    prepared: [],
  };
}

/** A prepared certificate that really holds, of votes that liars heard and their own; undefined: too few. */
export function assembledCertificate(
  conspiracy: Conspiracy,
  ballot: Ballot,
): PreparedCertificate | undefined {
  const found = votesOfPrepared(conspiracy, ballot);
  return found && found.prepares.length === found.needed ? certificateOf(ballot, found) : undefined;
}

/** One of too few votes, some of them again and again; undefined: there are none, or enough. */
export function paddedCertificate(conspiracy: Conspiracy, ballot: Ballot): PreparedCertificate | undefined {
  const found = votesOfPrepared(conspiracy, ballot);
  const [again, ...others] = found?.prepares ?? [];
  if (found === undefined || again === undefined || found.prepares.length === found.needed) return undefined;
  const padding = Array<MemberSignature>(found.needed - others.length).fill(again);
  return certificateOf(ballot, { ...found, prepares: [...padding, ...others] });
}

interface FoundVotes {
  readonly primary: Signature;
  /** No more than needed. */
  readonly prepares: readonly MemberSignature[];
  readonly needed: number;
}

/** Undefined: no vote of the primary. */
function votesOfPrepared(conspiracy: Conspiracy, ballot: Ballot): FoundVotes | undefined {
  const membership = conspiracy.membershipAt(ballot.membership);
  if (membership === undefined || membership.from !== ballot.membership) return undefined;
  const n = membership.members.length;
  const primary = primaryOf(ballot.view, n);
  const first = voteOf(conspiracy, membership, primary, ballotMessage("prePrepare", ballot));
  if (first === undefined) return undefined;
  const prepares = membership.members.flatMap((_, member) => {
    if (member === primary) return [];
    const vote = voteOf(conspiracy, membership, member, ballotMessage("prepare", ballot));
    return vote ? [{ member: member as MemberIndex, signature: vote.signature }] : [];
  });
  const needed = byzantineQuorum(n) - 1;
  return { primary: first.signature, prepares: prepares.slice(0, needed), needed };
}

function certificateOf(
  { membership, view, height, blockHash }: Ballot,
  { primary, prepares }: FoundVotes,
): PreparedCertificate {
  return { membership, view, height, blockHash, primary, prepares };
}

/** A liar's vote is made, another's must have been heard. */
function voteOf(
  conspiracy: Conspiracy,
  membership: Membership,
  member: number,
  message: Vote,
): SignedMessage | undefined {
  const own = conspiracy.sign(membership, member, message);
  if (own !== undefined) return own;
  return conspiracy
    .heard(message.kind)
    .find((heard) => heard.sender === member && sameBallot(heard.message as Vote, message));
}

/** VIEW-CHANGEs for a view that liars heard, and those that they can make themselves: all of each sender. */
export function askingFor(liar: Liar, from: Height, view: number): readonly SignedViewChange[] {
  const { conspiracy } = liar;
  const heard = conspiracy.heard("viewChange").flatMap(({ sender, signature, message }) => {
    if (message.kind !== "viewChange" || message.view !== view || message.membership !== from) return [];
    const { kind: _, ...content } = message;
    return [{ sender, signature, content }];
  });
  const membership = conspiracy.membershipAt(from);
  if (membership === undefined || membership.from !== liar.ground.membership.from) return heard;
  const made = [liar.ground.height, liar.ground.height - 1].flatMap((height) => {
    if (height < Math.max(0, from - 1)) return [];
    const { kind: _, ...content } = viewChangeOf(liar, view, height);
    return conspiracy.liarsOf(membership).flatMap((member) => {
      const signed = conspiracy.sign(membership, member, { kind: "viewChange", ...content });
      return signed ? [{ sender: signed.sender, signature: signed.signature, content }] : [];
    });
  });
  return [...heard, ...made];
}

/** Of some VIEW-CHANGEs a quorum of distinct senders, ascending, those in front preferred; undefined: too few. */
export function quorumOf(
  asking: readonly SignedViewChange[],
  quorum: number,
): readonly SignedViewChange[] | undefined {
  const bySender = new Map<MemberIndex, SignedViewChange>();
  for (const one of asking)
    if (!bySender.has(one.sender) && bySender.size < quorum) bySender.set(one.sender, one);
  if (bySender.size < quorum) return undefined;
  return [...bySender.values()].sort((a, b) => a.sender - b.sender);
}

/** How much of what was done a VIEW-CHANGE tells: the less, the better it hides. */
export function tells({ decidedHeight, prepared }: ViewChangeContent): number {
  return 2 * decidedHeight + prepared.length;
}
