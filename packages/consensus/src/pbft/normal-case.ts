// The normal case (protocols/pbft.md; the numbers are those of its rules): a proposal, two rounds of votes, a decision.
// Changes no view.
import {
  assert,
  type BlockHash,
  type Height,
  type MemberIndex,
  type PbftCertificate,
} from "@witan/primitives";
import type { Verified } from "../engine.ts";
import type { Proposal } from "./instance.ts";
import { type Ballot, ballotMessage, type Commit, type PrePrepare } from "./messages.ts";
import type { PbftState } from "./state.ts";
import { type Equivocation, VIEW_WINDOW, type VoteMessage } from "./votes.ts";

/** 1: the primary proposes, once per view and height, what is forced or else what it builds. */
export function maybePropose(state: PbftState): void {
  const { instance, forced } = state;
  if (!state.mayVote || !state.isPrimary || instance.proposal) return;
  if (forced !== undefined) {
    consider(state, { message: prePrepareOf(state, forced) }, true);
    return;
  }
  if (!state.work.pending || instance.building === state.view) return;
  instance.building = state.view;
  state.emit({ kind: "buildProposal", height: state.height, view: state.view });
}

/** 1: the primary's block was built: it is valid, since its host built it. */
export function proposalBuilt(state: PbftState, height: Height, view: number, hash: BlockHash): void {
  const asked = state.instance.building === view && state.view === view && state.height === height;
  if (!asked || !state.mayVote || state.instance.proposal || !state.isPrimary) return;
  state.instance.proposal = { vote: { message: prePrepareOf(state, hash) }, state: "judging" };
  accept(state);
}

function prePrepareOf({ membership, view, height }: PbftState, blockHash: BlockHash): PrePrepare {
  return { kind: "prePrepare", membership: membership.from, view, height, blockHash };
}

/** Counts a vote of the members that decide now. */
export function takeVote(state: PbftState, verified: Verified<VoteMessage>): void {
  const { message, sender } = verified;
  if (message.height !== state.height || state.instance.deciding) return;
  if (!inWindow(state, message)) return;
  if (message.kind === "prePrepare" && sender !== state.primaryIn(message.view)) return;
  const evidence = state.instance.add(verified);
  if (evidence) {
    report(state, evidence);
    return;
  }
  if (message.kind === "commit") maybeDecide(state, message);
  maybeConsider(state);
  maybePrepare(state);
}

/** Views of which votes are kept: of those left behind, only COMMITs can still do something. */
function inWindow(state: PbftState, { kind, view }: VoteMessage): boolean {
  const lowest = kind === "commit" ? state.view - VIEW_WINDOW : state.view;
  return view >= lowest && view <= state.view + VIEW_WINDOW;
}

/** 2: looks at the primary's proposal of this view, unless another is looked at or accepted already. */
export function maybeConsider(state: PbftState): void {
  const { instance, forced } = state;
  if (!state.mayVote || instance.proposal || state.isPrimary) return;
  const vote = instance.proposed(state.view, state.primaryIn(state.view));
  if (vote === undefined) return;
  if (forced !== undefined && vote.message.blockHash !== forced) {
    instance.proposal = { vote, state: "invalid" };
    return;
  }
  consider(state, vote, forced !== undefined);
}

function consider(state: PbftState, vote: Proposal["vote"], forced: boolean): void {
  state.instance.proposal = { vote, state: "judging" };
  const { height, view, blockHash: hash } = vote.message;
  const holders = holdersOf(state, vote.message);
  state.emit({ kind: "judgeProposal", height, view, hash, forced, holders });
}

/** 2: the host has looked at the block. */
export function proposalJudged(
  state: PbftState,
  { height, view, hash, valid }: { height: Height; view: number; hash: BlockHash; valid: boolean },
): void {
  const { proposal } = state.instance;
  if (proposal?.state !== "judging" || !state.mayVote) return;
  const { message } = proposal.vote;
  if (message.height !== height || message.view !== view || message.blockHash !== hash) return;
  if (valid) accept(state);
  else state.instance.proposal = { ...proposal, state: "invalid" };
}

/** 3: vote and body become durable, then the vote leaves. */
function accept(state: PbftState): void {
  const { proposal } = state.instance;
  assert(proposal !== undefined, "nothing to accept");
  state.instance.proposal = { ...proposal, state: "accepted" };
  state.persist();
  sayVote(state, proposal);
  maybePrepare(state);
}

/** Votes for the proposal that was accepted, or says so again. */
export function sayVote(state: PbftState, { vote }: Pick<Proposal, "vote">): void {
  state.owesVote = false;
  state.broadcast(ballotMessage(state.isPrimary ? "prePrepare" : "prepare", vote.message));
}

/** 4: the PRE-PREPARE and PREPAREs of q - 1 others; the certificate becomes durable, then COMMIT leaves. */
function maybePrepare(state: PbftState): void {
  const { instance, view } = state;
  const { proposal } = instance;
  if (!state.mayVote || proposal === undefined || instance.prepared?.view === view) return;
  const prepared = instance.certificateOfPrepared(state.primaryIn(view), state.quorum);
  if (prepared === undefined) return;
  instance.prepared = prepared;
  state.persist();
  // Behind the COMMIT it would come too late: slots are in the order of votes.
  if (state.owesVote) sayVote(state, proposal);
  state.broadcast(ballotMessage("commit", prepared));
}

/** 5: COMMITs of a quorum in one view, whatever the view, decide. */
function maybeDecide(state: PbftState, commit: Commit): void {
  const certificate = state.instance.certificateOfCommit(commit, state.quorum);
  if (certificate) decide(state, certificate);
}

/** 5 and 6: a certificate decides, gathered or received; who signed it has the body. */
export function decide(state: PbftState, certificate: PbftCertificate): void {
  if (state.instance.deciding || certificate.height !== state.height) return;
  state.instance.deciding = certificate;
  const holders = certificate.signatures.map(({ member }) => member).filter((one) => one !== state.me);
  state.emit({ kind: "finalize", certificate, holders });
}

/** Who may have a body: the proposer, and all who voted for it. */
function holdersOf(state: PbftState, { view, blockHash }: Ballot): readonly MemberIndex[] {
  const [prepares, commits] = state.instance.voters(view, blockHash);
  const found = new Set<MemberIndex>([state.primaryIn(view), ...prepares, ...commits]);
  for (const { content, sender } of state.newView?.message.viewChanges ?? [])
    if (content.prepared[0]?.blockHash === blockHash) found.add(sender);
  return [...found].filter((member) => member !== state.me).sort((a, b) => a - b);
}

/** One member signed two different votes for one slot: told once for each kind and height, whatever the view. */
function report(state: PbftState, evidence: Equivocation): void {
  const { sender, message } = evidence.first;
  const name = `${sender} ${message.kind} ${message.height}`;
  if (state.reported.has(name)) return;
  state.reported.add(name);
  state.emit({ kind: "evidence", evidence });
}
