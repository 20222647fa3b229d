// Who is to blame when more than f validators lied and two blocks were decided at one height (Sheng et al., BFT Protocol
// Forensics, CCS 2021): from what stores hold, pairs of messages that one validator signed and no correct one ever signs
// both of. Pure, and trusts nobody: a proof needs the two signatures and nothing else. It never judges by what is
// missing, so what a store lacks can hide a guilty one and never make one of a correct one. docs/consensus-pbft.md says
// why f + 1 are always found.
import {
  bytesToHex,
  type ChainId,
  type Height,
  type MemberIndex,
  type Membership,
  type PbftCertificate,
  type SignatureCheck,
  sameBytes,
} from "@witan/primitives";
import type { ChecksAnswer, Memberships } from "../engine.ts";
import {
  ballotMessage,
  digestOf,
  type NewView,
  newViewCodec,
  type PbftMessage,
  type PreparedCertificate,
  pbftMessageCodec,
  type ViewChange,
  type ViewChangeContent,
} from "./messages.ts";
import { primaryOf, viewStart } from "./view-start.ts";
import type { VoteMessage } from "./votes.ts";
import type { SignedMessage } from "./wire.ts";

/** What nobody who keeps the rules does. */
export type GuiltKind =
  /** Two votes in one view at one height, for different blocks. */
  | "double-vote"
  /** It was prepared, and later asked for a view as if it were not, or as if only earlier. */
  | "forgotten-lock"
  /** It had decided a height, and later asked for a view as if it had not. */
  | "forgotten-decision"
  /** It asked for one view twice, prepared for different things. */
  | "double-view-change"
  /** It began one view by two different NEW-VIEWs. */
  | "double-new-view"
  /** It voted otherwise than its own NEW-VIEW allows. */
  | "against-new-view";

/** Two messages of one member that together prove it guilty. */
export interface Guilt {
  readonly kind: GuiltKind;
  /** The height from which the membership counts. */
  readonly membership: Height;
  /** Its position there. */
  readonly member: MemberIndex;
  readonly first: SignedMessage;
  readonly second: SignedMessage;
}

/**
 * The NEW-VIEWs that a host keeps for this, the newest: of each view in which its validator has voted, durable with its
 * first vote there. So many are an hour of views that are voted in and fail, one after the other.
 */
export const NEW_VIEWS_KEPT = 1_024;

/** What stores hold that somebody signed. */
export interface Held {
  /** Of decided blocks. */
  readonly certificates: readonly PbftCertificate[];
  readonly prepared: readonly PreparedCertificate[];
  /** NEW-VIEWs by which views were entered. */
  readonly newViews: readonly SignedMessage[];
  /** Pairs of contradicting votes. */
  readonly evidence: readonly { readonly first: SignedMessage; readonly second: SignedMessage }[];
}

/**
 * Everything that what is held says somebody signed, each once. Nothing is checked: whoever has it from another's store
 * asks a signature scheme about each before going on, so that one made up hides no true one.
 * @param memberships of the heights that all stores agree on; what names others is passed over
 */
export function statementsOf(held: Held, memberships: Memberships): readonly SignedMessage[] {
  const found = new Map<string, SignedMessage>();
  const add = (one: SignedMessage) => {
    const { membership } = one.message;
    if (memberships(membership)?.from !== membership) return;
    found.set(`${one.sender} ${one.signature} ${identityOf(one.message)}`, one);
  };
  const addPrepared = (prepared: PreparedCertificate) => {
    const members = memberships(prepared.membership)?.members;
    if (members === undefined) return;
    const sender = primaryOf(prepared.view, members.length);
    add({ sender, signature: prepared.primary, message: ballotMessage("prePrepare", prepared) });
    const message = ballotMessage("prepare", prepared);
    for (const { member, signature } of prepared.prepares) add({ sender: member, signature, message });
  };
  const addCertificate = (certificate: PbftCertificate) => {
    const message = ballotMessage("commit", certificate);
    for (const { member, signature } of certificate.signatures) add({ sender: member, signature, message });
  };
  const addViewChange = (content: ViewChangeContent) => {
    content.decided.forEach(addCertificate);
    content.prepared.forEach(addPrepared);
  };
  held.certificates.forEach(addCertificate);
  held.prepared.forEach(addPrepared);
  for (const { first, second } of held.evidence) {
    add(first);
    add(second);
  }
  for (const signed of held.newViews) {
    add(signed);
    if (signed.message.kind !== "newView") continue;
    for (const { sender, signature, content } of signed.message.viewChanges) {
      add({ sender, signature, message: { kind: "viewChange", ...content } });
      addViewChange(content);
    }
  }
  return [...found.values()];
}

/** All that a message says, as text. Less would let a true signature beside a made up message hide the true one. */
function identityOf(message: PbftMessage): string {
  if (!isVote(message)) return bytesToHex(pbftMessageCodec.encode(message));
  const { kind, membership, view, height, blockHash } = message;
  return `${kind} ${membership} ${view} ${height} ${blockHash}`;
}

/** What to ask of a statement; undefined: whoever is said to have signed it is no member that is known. */
export function statementCheck(
  chainId: ChainId,
  { sender, signature, message }: SignedMessage,
  memberships: Memberships,
): SignatureCheck | undefined {
  const membership = memberships(message.membership);
  if (membership?.from !== message.membership) return undefined;
  const publicKey = membership.members[sender]?.votingKey;
  return publicKey && { digest: digestOf(chainId, message), publicKey, signature };
}

/**
 * Who contradicted itself: of each member at most one proof of each kind, in the order of memberships and members.
 * Takes the square of the number of statements of one member.
 * @param statements whose signatures hold
 */
export function guiltsOf(statements: readonly SignedMessage[]): readonly Guilt[] {
  const bySender = new Map<string, SignedMessage[]>();
  for (const one of statements) {
    const name = `${one.message.membership} ${one.sender}`;
    const theirs = bySender.get(name) ?? [];
    bySender.set(name, theirs);
    theirs.push(one);
  }
  return [...bySender.values()]
    .flatMap(guiltsOfOne)
    .sort((a, b) => a.membership - b.membership || a.member - b.member);
}

function guiltsOfOne(theirs: readonly SignedMessage[]): readonly Guilt[] {
  const found = new Map<GuiltKind, Guilt>();
  for (const [at, first] of theirs.entries())
    for (const second of theirs.slice(at + 1)) {
      const kind = contradiction(first.message, second.message);
      if (kind === undefined || found.has(kind)) continue;
      const { sender: member, message } = first;
      found.set(kind, { kind, membership: message.membership, member, first, second });
    }
  return [...found.values()];
}

/**
 * What a proof rests on, to one who knows the membership that it names: it proves if these signatures hold. A fault: it
 * proves nothing, whoever signed.
 */
export function guiltChecks(chainId: ChainId, guilt: Guilt, membership: Membership): ChecksAnswer {
  const { kind, member, first, second } = guilt;
  const key = membership.members[member]?.votingKey;
  if (membership.from !== guilt.membership || key === undefined) return fault("membership");
  if (first.sender !== member || second.sender !== member) return fault("sender");
  if (first.message.membership !== membership.from) return fault("membership");
  if (contradiction(first.message, second.message) !== kind) return fault("no-contradiction");
  const checks = [first, second].map(({ message, signature }) => ({
    digest: digestOf(chainId, message),
    publicKey: key,
    signature,
  }));
  return { kind: "checks", checks };
}

function fault(code: string): ChecksAnswer {
  return { kind: "fault", code };
}

/** What one member has done wrong if it signed both, in whatever order; undefined: nothing. */
function contradiction(a: PbftMessage, b: PbftMessage): GuiltKind | undefined {
  if (a.membership !== b.membership) return undefined;
  return inOrder(a, b) ?? inOrder(b, a);
}

function inOrder(a: PbftMessage, b: PbftMessage): GuiltKind | undefined {
  if (isVote(a)) {
    if (isVote(b)) return ofVotes(a, b);
    if (b.kind === "viewChange") return ofVoteAndViewChange(a, b);
    if (b.kind === "newView") return ofVoteAndNewView(a, b);
  }
  if (a.kind === "viewChange" && b.kind === "viewChange") return ofViewChanges(a, b);
  if (a.kind === "newView" && b.kind === "newView") return ofNewViews(a, b);
  return undefined;
}

function isVote(message: PbftMessage): message is VoteMessage {
  return message.kind === "prePrepare" || message.kind === "prepare" || message.kind === "commit";
}

/** Whatever the kinds: PREPARE and COMMIT in one view are for the one block that was accepted there. */
function ofVotes(a: VoteMessage, b: VoteMessage): GuiltKind | undefined {
  return a.view === b.view && a.height === b.height && a.blockHash !== b.blockHash
    ? "double-vote"
    : undefined;
}

/** Whoever asks for a view has voted for the last time below it: all those votes were given before. */
function ofVoteAndViewChange(vote: VoteMessage, asked: ViewChange): GuiltKind | undefined {
  if (vote.view >= asked.view || asked.decidedHeight > vote.height - 1) return undefined;
  if (asked.decidedHeight < vote.height - 1) return "forgotten-decision";
  return vote.kind === "commit" && !shows(asked, vote) ? "forgotten-lock" : undefined;
}

function ofViewChanges(a: ViewChange, b: ViewChange): GuiltKind | undefined {
  const [prepared] = a.prepared;
  if (a.view === b.view) {
    if (a.decidedHeight !== b.decidedHeight) return undefined;
    const [other] = b.prepared;
    const same = prepared?.view === other?.view && prepared?.blockHash === other?.blockHash;
    return same ? undefined : "double-view-change";
  }
  if (a.view > b.view || a.decidedHeight < b.decidedHeight) return undefined;
  if (a.decidedHeight > b.decidedHeight) return "forgotten-decision";
  return prepared && !shows(b, prepared) ? "forgotten-lock" : undefined;
}

/** Whether a VIEW-CHANGE shows that its sender was prepared in this view for this block, or in a later one. */
function shows(
  { prepared: [shown] }: ViewChange,
  { view, blockHash }: Pick<PreparedCertificate, "view" | "blockHash">,
): boolean {
  if (shown === undefined || shown.view < view) return false;
  return shown.view > view || shown.blockHash === blockHash;
}

function ofNewViews(a: NewView, b: NewView): GuiltKind | undefined {
  if (a.view !== b.view || sameBytes(newViewCodec.encode(a), newViewCodec.encode(b))) return undefined;
  return "double-new-view";
}

/** A primary's votes in the view that it has begun itself. */
function ofVoteAndNewView(vote: VoteMessage, begun: NewView): GuiltKind | undefined {
  if (vote.view !== begun.view || begun.viewChanges.length === 0) return undefined;
  const { base, forced } = viewStart(begun.viewChanges.map(({ content }) => content));
  if (vote.height <= base) return "against-new-view";
  const isOther = vote.height === base + 1 && forced !== undefined && vote.blockHash !== forced;
  return isOther ? "against-new-view" : undefined;
}
