// What consensus waits for, as this node sees it: the step it is in, whose part in it is missing, and who of the members
// can be reached. Facts only: `sentences.ts` puts them into words.
import { type Height, type Member, type MemberIndex, present, type Timestamp } from "@witan/primitives";
import type { MEMBER_STATES } from "@witan/rpc";
import type { VoteStatus } from "../consensus/consensus-host.ts";
import { type OtherPeerKey, otherPeerKey } from "../consensus/peer-key.ts";
import type { ServiceContext } from "../service/context.ts";
import { type Course, courseOf, type WaitingFor, type Words } from "./course.ts";

/** How a member stands to it. */
export type MemberState = (typeof MEMBER_STATES)[number];

/** One who votes twice, or misbehaves otherwise, is named so for so many heights: later it may have another key, or have been mended. */
const EQUIVOCATION_HEIGHTS = 100;

/** A member, as this node sees it. */
export interface MemberView {
  readonly name: string;
  readonly state: MemberState;
  readonly lastHeard: Timestamp | undefined;
  readonly height: Height | undefined;
  /** Why there is no connection to it, and where it was looked for. */
  readonly failure: string | undefined;
  readonly address: string | undefined;
}

/** Where consensus stands, for people. */
export interface Outlook {
  readonly now: Timestamp;
  /** The last final block. */
  readonly tip: { readonly height: Height; readonly timestamp: Timestamp };
  readonly status: VoteStatus;
  readonly words: Words;
  /** The view, or the round. */
  readonly number: number;
  /** It was asked for, and has not begun. */
  readonly isChanging: boolean;
  readonly proposalSeen: boolean;
  /** The name of this node among the members. */
  readonly me: string | undefined;
  /** Where the members know this node by another peer key than it has. */
  readonly otherPeerKey: OtherPeerKey | undefined;
  /** The primary, or the proposer. */
  readonly leader: string;
  /** Of the view or round after this one. */
  readonly nextLeader: string;
  readonly waitingFor: WaitingFor;
  /** Who has done its part in what is waited for, and who has not. */
  readonly done: readonly string[];
  readonly missing: readonly string[];
  readonly votes: { readonly have: number; readonly needed: number };
  readonly members: readonly MemberView[];
  /** How many members decide, and how many of them this node can reach, itself among them. */
  readonly voters: number;
  readonly reachable: number;
  /** The height that members have, if it is above the tip. */
  readonly target: Height | undefined;
  readonly timeoutMs: number | undefined;
  /** Pending transactions, and whether one may stand in a block now. */
  readonly pending: number;
  readonly isWanted: boolean;
  /** Milliseconds until an empty block is due; undefined: none ever is. */
  readonly emptyBlockInMs: number | undefined;
  readonly viewTimeoutMs: number;
}

/** Looks at a node. */
export function outlookOf(context: ServiceContext, status: VoteStatus): Outlook {
  const { chain, mempool, ports, settings } = context;
  const now = ports.clock.now();
  const { height, header } = chain.tip;
  const membership = present(chain.memberships((height + 1) as Height), "the members of the next height");
  const { members } = membership;
  const course = courseOf(status, membership);
  const nameOf = (index: MemberIndex | undefined): string => members[index ?? -1]?.name ?? `${index}`;
  const me = status.me === undefined ? undefined : nameOf(status.me);
  const earliest = Math.max(now, header.timestamp + 1) as Timestamp;
  const isWanted = mempool.firstWanted(earliest) !== undefined;
  const reachable = course.voters.filter((voter) => {
    const peer = members[voter]?.peerId;
    return voter === status.me || (peer !== undefined && ports.network.isConnected(peer));
  }).length;
  const waitingFor = waitedFor(context, { course, status }, { reachable, isWanted });
  const done = course.done(waitingFor).map(nameOf);
  const missing = course
    .expected(waitingFor)
    .map(nameOf)
    .filter((name) => waitingFor === "new-view" || !done.includes(name));
  const { emptyBlockIntervalMs } = chain.governance.state.parameters;
  const { words, number, isChanging, proposalSeen } = course;
  return {
    ...{ now, status, me, waitingFor, done, missing, reachable, isWanted },
    ...{ words, number, isChanging, proposalSeen, voters: course.voters.length },
    // Who fetches blocks of before runs with a key that is named later.
    otherPeerKey: waitingFor === "sync" ? undefined : otherPeerKey(membership, ports),
    tip: { height, timestamp: header.timestamp },
    leader: nameOf(course.leader),
    nextLeader: nameOf(course.nextLeader),
    votes: { have: waitingFor === "peers" ? reachable : done.length, needed: status.quorum },
    members: members.map((member) => memberView(context, member, { me, waitingFor, done, missing })),
    target: context.syncTarget(),
    timeoutMs: status.timeoutTicks === undefined ? undefined : status.timeoutTicks * settings.tickMs,
    pending: mempool.status().transactions,
    emptyBlockInMs:
      emptyBlockIntervalMs === 0 ? undefined : Math.max(0, header.timestamp + emptyBlockIntervalMs - now),
    viewTimeoutMs: settings.viewTimeoutMs,
  };
}

/** The step that consensus is in. */
function waitedFor(
  { chain, syncTarget }: ServiceContext,
  { course, status }: { readonly course: Course; readonly status: VoteStatus },
  { reachable, isWanted }: { readonly reachable: number; readonly isWanted: boolean },
): WaitingFor {
  // An observer need not reach a quorum: one member that tells it of blocks is enough.
  if (reachable < (course.takesPart ? status.quorum : 1)) return "peers";
  const behind = (syncTarget() ?? 0) - chain.tip.height;
  // One block behind while that block is being applied here is how nodes always are.
  if (behind > (status.phase === "deciding" ? 1 : 0)) return "sync";
  return course.step(isWanted);
}

function memberView(
  context: ServiceContext,
  member: Member,
  step: Pick<Outlook, "me" | "waitingFor" | "done" | "missing">,
): MemberView {
  const { ports, heard, chain } = context;
  const { name, peerId } = member;
  const last = heard.of(peerId);
  const isMe = name === step.me;
  const peer = isMe ? undefined : ports.network.peers().find(({ id }) => id === peerId);
  const isConnected = ports.network.isConnected(peerId);
  const height = isMe ? chain.tip.height : last?.height;
  const state = (): MemberState => {
    if (isMe) return "me";
    if (isEquivocating(context, member)) return "equivocating";
    if (!isConnected) return "disconnected";
    // One who is a block behind is about to apply it.
    if (height !== undefined && height < chain.tip.height - 1) return "behind";
    if (step.missing.includes(name)) return "silent";
    return step.done.includes(name) ? "voted" : "ready";
  };
  return {
    ...{ name, height, state: state() },
    lastHeard: isMe ? undefined : last?.at,
    failure: isConnected ? undefined : peer?.lastFailure,
    address: peer?.address,
  };
}

function isEquivocating({ consensus, chain }: ServiceContext, { votingKey }: Member): boolean {
  return consensus.evidence.some(
    (one) => one.votingKey === votingKey && one.height > chain.tip.height - EQUIVOCATION_HEIGHTS,
  );
}
