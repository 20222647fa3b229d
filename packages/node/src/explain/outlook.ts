// What consensus waits for, as this node sees it: the step it is in, whose part in it is missing, and who of the members
// can be reached. Facts only: `sentences.ts` puts them into words.
import { primaryOf } from "@witan/consensus";
import { type Height, type Member, type MemberIndex, present, type Timestamp } from "@witan/primitives";
import type { MEMBER_STATES, ResultOf, WAITING_FOR } from "@witan/rpc";
import type { VotingStatus } from "../consensus/voting-engine.ts";
import type { ServiceContext } from "../service/context.ts";

/** What consensus may wait for. */
export type WaitingFor = (typeof WAITING_FOR)[number];

/** How a member stands to it. */
export type MemberState = (typeof MEMBER_STATES)[number];

/** One who votes twice is named so for so many heights: later it may have another key, or have been mended. */
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
  readonly status: VotingStatus;
  readonly phase: ResultOf<"consensus_status">["phase"];
  /** The name of this node among the members. */
  readonly me: string | undefined;
  readonly primary: string;
  /** Of the view after this one. */
  readonly nextPrimary: string;
  readonly waitingFor: WaitingFor;
  /** Who has done its part in what is waited for, and who has not. */
  readonly done: readonly string[];
  readonly missing: readonly string[];
  readonly votes: { readonly have: number; readonly needed: number };
  readonly members: readonly MemberView[];
  /** Members that this node can reach, itself among them. */
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
export function outlookOf(context: ServiceContext): Outlook {
  const { chain, mempool, ports, settings } = context;
  const now = ports.clock.now();
  const { height, header } = chain.tip;
  const status = context.consensusStatus();
  const { members } = present(chain.memberships((height + 1) as Height), "the members of the next height");
  const nameOf = (index: MemberIndex): string => members[index]?.name ?? `${index}`;
  const me = status.me === undefined ? undefined : nameOf(status.me);
  const earliest = Math.max(now, header.timestamp + 1) as Timestamp;
  const isWanted = mempool.firstWanted(earliest) !== undefined;
  const connected = members.filter(({ peerId }) => ports.network.isConnected(peerId)).length;
  const reachable = connected + (me === undefined ? 0 : 1);
  const waitingFor = waitedFor(context, status, { reachable, isWanted });
  const done = doneIn(waitingFor, status).map(nameOf);
  const expected =
    waitingFor === "proposal" || waitingFor === "new-view" ? [nameOf(status.primary)] : undefined;
  const isStep = expected !== undefined || done.length > 0 || waitingFor === "view-changes";
  const missing = (expected ?? (isStep ? members.map(({ name }) => name) : [])).filter(
    (name) => waitingFor === "new-view" || !done.includes(name),
  );
  const { emptyBlockIntervalMs } = chain.governance.state.parameters;
  return {
    ...{ now, status, me, waitingFor, done, missing, reachable, isWanted },
    tip: { height, timestamp: header.timestamp },
    phase: status.phase,
    primary: nameOf(status.primary),
    nextPrimary: nameOf(primaryOf(status.view + 1, members.length)),
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
  { phase, me, quorum, timeoutTicks, viewChanges }: VotingStatus,
  { reachable, isWanted }: { readonly reachable: number; readonly isWanted: boolean },
): WaitingFor {
  // An observer need not reach a quorum: one member that tells it of blocks is enough.
  if (reachable < (me === undefined ? 1 : quorum)) return "peers";
  const behind = (syncTarget() ?? 0) - chain.tip.height;
  // One block behind while that block is being applied here is how nodes always are.
  if (behind > (phase === "deciding" ? 1 : 0)) return "sync";
  switch (phase) {
    case "deciding":
      return "block";
    case "prepared":
      return "commits";
    case "proposed":
      return "prepares";
    case "changingView":
      return viewChanges.length < quorum ? "view-changes" : "new-view";
    case "idle":
      return isWanted || timeoutTicks !== undefined ? "proposal" : "transactions";
  }
}

/** Who has done its part. The proposal stands for its primary's PREPARE. */
function doneIn(waitingFor: WaitingFor, status: VotingStatus): readonly MemberIndex[] {
  switch (waitingFor) {
    case "prepares":
      return [...new Set([status.primary, ...status.prepares])];
    case "commits":
    case "block":
      return status.commits;
    case "view-changes":
    case "new-view":
      return status.viewChanges;
    default:
      return [];
  }
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

function isEquivocating({ evidence, chain }: ServiceContext, { votingKey }: Member): boolean {
  return evidence.all.some(({ first: { message, sender } }) => {
    if (message.height <= chain.tip.height - EQUIVOCATION_HEIGHTS) return false;
    return chain.memberships(message.height)?.members[sender]?.votingKey === votingKey;
  });
}
