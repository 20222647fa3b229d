// The normal case of the teaching engine: a proposal, two rounds of votes, a decision. Changes no view.
import { type Ballot, ballotMessage, type PrePrepare } from "@witan/consensus";
import type { BlockHash, MemberIndex, PbftCertificate } from "@witan/primitives";
import type { Proposal, TeachingState } from "./state.ts";

/** The primary proposes what is forced, or what it builds. */
export function maybePropose(state: TeachingState): void {
  const { forced, height, view } = state;
  if (!state.mayVote || !state.isPrimary || state.proposals.size > 0) return;
  if (forced !== undefined) {
    judge(state, { message: prePrepareOf(state, forced) });
    return;
  }
  if (!state.work.pending || state.building === view) return;
  state.building = view;
  state.effects.push({ kind: "buildProposal", height, view });
}

/** The primary's block is built. */
export function proposalBuilt(
  state: TeachingState,
  { height, view, hash }: { height: number; view: number; hash: BlockHash },
): void {
  const asked = state.building === view && state.view === view && state.height === height;
  if (!asked || !state.mayVote || !state.isPrimary || state.proposals.size > 0) return;
  accept(state, { message: prePrepareOf(state, hash) });
}

function prePrepareOf({ membership, view, height }: TeachingState, blockHash: BlockHash): PrePrepare {
  return { kind: "prePrepare", membership: membership.from, view, height, blockHash };
}

/** A backup looks at what the primary of its view proposes. */
export function maybeConsider(state: TeachingState): void {
  if (!state.mayVote || state.isPrimary) return;
  for (const vote of state.votes("prePrepare", { view: state.view })) {
    const { blockHash } = vote.message;
    if (vote.sender !== state.primary || state.proposals.has(blockHash)) continue;
    if (state.rules.oneProposal && state.proposals.size > 0) return;
    const proposed = vote as Proposal["vote"];
    if (state.forced === undefined || state.forced === blockHash) judge(state, proposed);
    else state.proposals.set(blockHash, { vote: proposed, state: "invalid" });
  }
}

function judge(state: TeachingState, vote: Proposal["vote"]): void {
  const { height, view, blockHash: hash } = vote.message;
  state.proposals.set(hash, { vote, state: "judging" });
  const forced = state.forced !== undefined;
  state.effects.push({ kind: "judgeProposal", height, view, hash, forced, holders: holdersOf(state, hash) });
}

/** Who may have a body: the primary, who voted for it, and who was prepared to decide it. */
function holdersOf(state: TeachingState, hash: BlockHash): readonly MemberIndex[] {
  const voters = (["prepare", "commit"] as const).flatMap((kind) => state.votes(kind, { blockHash: hash }));
  const holders = (state.newView?.message.viewChanges ?? []).filter(
    ({ content }) => content.prepared[0]?.blockHash === hash,
  );
  const all = new Set([state.primary, ...[...voters, ...holders].map(({ sender }) => sender)]);
  return [...all].filter((member) => member !== state.me);
}

/** The host has looked at a block. */
export function proposalJudged(
  state: TeachingState,
  { height, view, hash, valid }: { height: number; view: number; hash: BlockHash; valid: boolean },
): void {
  const proposal = state.proposals.get(hash);
  if (proposal?.state !== "judging" || !state.mayVote || state.height !== height || state.view !== view)
    return;
  if (valid) accept(state, proposal.vote);
  else state.proposals.set(hash, { ...proposal, state: "invalid" });
}

/** The vote becomes durable, then leaves. */
function accept(state: TeachingState, vote: Proposal["vote"]): void {
  state.proposals.set(vote.message.blockHash, { vote, state: "accepted" });
  state.persist();
  sayAccepted(state, vote.message);
}

/** Votes for an accepted proposal; also when it is said again. */
export function sayAccepted(state: TeachingState, ballot: Ballot): void {
  if (state.isPrimary) state.broadcast(ballotMessage("prePrepare", ballot));
  else if (state.rules.preparePhase) state.broadcast(ballotMessage("prepare", ballot));
  if (!state.rules.preparePhase) state.broadcast(ballotMessage("commit", ballot));
}

/** The PRE-PREPARE and PREPAREs of q - 1 others: the certificate becomes durable, then COMMIT leaves. */
export function maybePrepare(state: TeachingState): void {
  const { view, quorum, primary } = state;
  if (!state.mayVote || !state.rules.preparePhase) return;
  for (const { vote, state: stage } of [...state.proposals.values()]) {
    const { blockHash, membership, height } = vote.message;
    if (stage !== "accepted" || (state.prepared?.view === view && state.prepared.blockHash === blockHash))
      continue;
    const ballot = { view, blockHash };
    const first = state.votes("prePrepare", ballot).find(({ sender }) => sender === primary);
    const others = state.votes("prepare", ballot).filter(({ sender }) => sender !== primary);
    // Its own PREPARE is among what it has heard: COMMIT never leaves before it, not even after a crash between the two.
    const isSaid = state.isPrimary || others.some(({ sender }) => sender === state.me);
    if (first === undefined || !isSaid || others.length < quorum - 1) continue;
    const prepares = others
      .slice(0, quorum - 1)
      .map(({ sender, signature }) => ({ member: sender, signature }));
    state.prepared = { membership, view, height, blockHash, primary: first.signature, prepares };
    state.persist();
    if (state.rules.commitPhase) {
      state.broadcast(ballotMessage("commit", vote.message));
      continue;
    }
    const signatures = [...prepares, { member: primary, signature: first.signature }];
    signatures.sort((a, b) => a.member - b.member);
    decide(state, { kind: "pbft", membership, view, height, blockHash, signatures });
    return;
  }
}

/** COMMITs of a quorum in one view, whatever the view, decide. */
export function maybeDecide(state: TeachingState): void {
  const { quorum } = state;
  const commits = state.votes("commit", {});
  for (const { message } of commits) {
    const { membership, view, height, blockHash } = message;
    const same = commits.filter((one) => one.message.view === view && one.message.blockHash === blockHash);
    if (same.length < quorum) continue;
    const signatures = same.map(({ sender, signature }) => ({ member: sender, signature }));
    decide(state, { kind: "pbft", membership, view, height, blockHash, signatures });
    return;
  }
}

/** A certificate decides, gathered or received; who signed it has the body. */
export function decide(state: TeachingState, certificate: PbftCertificate): void {
  if (state.deciding || certificate.height !== state.height) return;
  state.deciding = certificate;
  const holders = certificate.signatures.map(({ member }) => member).filter((one) => one !== state.me);
  state.effects.push({ kind: "finalize", certificate, holders });
}
