// The PBFT engine (protocols/pbft.md; rule numbers in comments are those of its sections "Normal case" and "View
// change"). One instance per height; `decided` is the last applied block, everything else is about the height after it.
import {
  assert,
  type BlockHash,
  byzantineMax,
  byzantineQuorum,
  type Hash,
  type Height,
  type MemberIndex,
  type Membership,
  type PbftCertificate,
  type View,
} from "@witan/primitives";
import type { Engine, Verified } from "../engine.ts";
import { Checkpoints, LaterMessages, ViewChanges } from "./gathered.ts";
import { Instance, type LastDecided, type Proposal } from "./instance.ts";
import {
  type Ballot,
  ballotMessage,
  type Checkpoint,
  type Commit,
  type NewView,
  type PbftMessage,
  type PrePrepare,
  type Status,
  type ViewChange,
} from "./messages.ts";
import { FIRST_VIEW, restored } from "./restore.ts";
import type { PbftConfig, PbftEffect, PbftInput, PbftRecord, PbftStart, PbftStatus } from "./types.ts";
import { primaryOf, type ViewStart, viewStart } from "./view-change.ts";
import { ViewTimer } from "./view-timer.ts";
import { type Equivocation, VIEW_WINDOW, type VoteMessage } from "./votes.ts";

/** Where the engine stands in its view. */
type Stage =
  /** In the view, by its NEW-VIEW (view 0 needs none): takes and gives votes. */
  | { readonly kind: "voting" }
  /** Has left its view, and asks for `#view`: votes for nothing. */
  | { readonly kind: "changing" };

/** The PBFT engine. */
export class Pbft implements Engine<PbftInput, PbftEffect, PbftStatus> {
  readonly #config: PbftConfig;
  #membership: Membership;
  #me: MemberIndex | undefined;
  #decided: LastDecided;
  #view: View;
  #stage: Stage;
  /** How the present view began. */
  #start: ViewStart;
  #newView: Verified<NewView> | undefined;
  /** The NEW-VIEW that this validator, as primary, begins the view with that is asked for. */
  #announced: NewView | undefined;
  #instance = new Instance();
  readonly #viewChanges = new ViewChanges();
  readonly #later: LaterMessages;
  readonly #checkpoints = new Checkpoints();
  readonly #reported = new Set<string>();
  #work = false;
  readonly #timer: ViewTimer;
  #sinceResend = 0;
  #effects: PbftEffect[] = [];

  constructor(config: PbftConfig, start: PbftStart) {
    this.#config = config;
    this.#later = new LaterMessages(config.bufferedMax);
    this.#membership = start.membership;
    this.#me = indexOf(start.membership, config);
    this.#decided = start;
    this.#timer = new ViewTimer(config.viewTicks, config.viewTicksMax);
    const before = restored(start.records, start.membership.from, this.#height);
    this.#view = before.view;
    this.#stage = { kind: before.changing ? "changing" : "voting" };
    this.#start = before.start;
    this.#newView = before.newView;
    this.#announced = before.announced;
    this.#instance.proposal = before.proposal;
    this.#instance.prepared = before.prepared;
  }

  step(input: PbftInput): readonly PbftEffect[] {
    this.#effects = [];
    switch (input.kind) {
      case "tick":
        this.#tick();
        break;
      case "workChanged":
        this.#work = input.pending;
        break;
      case "message":
        this.#message(input.message);
        break;
      case "proposalBuilt":
        this.#built(input.height, input.view, input.hash);
        break;
      case "proposalJudged":
        this.#judged(input.height, input.view, input.hash, input.valid);
        break;
      case "applied":
        this.#applied(input.height, input.hash, input.membership);
        break;
      case "synced":
        if (input.certificate.height === this.#height) this.#decide(input.certificate);
        break;
      case "checkpointHashed":
        this.#checkpointHashed(input.height, input.digest);
        break;
    }
    this.#propose();
    return this.#effects;
  }

  status(): PbftStatus {
    const { proposal, prepared, deciding } = this.#instance;
    const [prepares, commits] = proposal
      ? this.#instance.voters(this.#view, proposal.vote.message.blockHash)
      : [[], []];
    let phase: PbftStatus["phase"] = "idle";
    if (deciding) phase = "deciding";
    else if (this.#stage.kind === "changing") phase = "changingView";
    else if (prepared?.view === this.#view) phase = "prepared";
    else if (proposal) phase = "proposed";
    return {
      mode: "pbft",
      membership: this.#membership.from,
      height: this.#height,
      view: this.#view,
      phase,
      primary: this.#primary,
      me: this.#me,
      quorum: this.#quorum,
      timeoutTicks: this.#waiting ? this.#timer.left : undefined,
      prepares,
      commits,
      viewChanges: this.#stage.kind === "changing" ? this.#viewChanges.askingFrom(this.#view) : [],
    };
  }

  // What follows from the membership.

  get #n(): number {
    return this.#membership.members.length;
  }

  get #quorum(): number {
    return byzantineQuorum(this.#n);
  }

  get #primary(): MemberIndex {
    return primaryOf(this.#view, this.#n);
  }

  /** The height that is being decided. */
  get #height(): Height {
    return (this.#decided.height + 1) as Height;
  }

  /** Whether this validator may vote at this height in this view. */
  get #mayVote(): boolean {
    return (
      this.#me !== undefined &&
      this.#stage.kind === "voting" &&
      this.#instance.deciding === undefined &&
      // View change, 5: in a view that began at H, votes are for heights above H only.
      this.#decided.height >= this.#start.base
    );
  }

  /** What the view began with, if it is about this height. */
  get #forced(): BlockHash | undefined {
    return this.#start.base === this.#decided.height ? this.#start.forced : undefined;
  }

  // Time.

  #tick(): void {
    this.#sinceResend++;
    if (this.#sinceResend >= this.#config.resendTicks) this.#resend();
    if (!this.#waiting) this.#timer.rewind();
    else if (this.#timer.tick()) this.#changeView((this.#view + 1) as View);
  }

  /** Whether the view timer runs (view change, 1 and 2). */
  get #waiting(): boolean {
    if (this.#me === undefined || this.#instance.deciding) return false;
    if (this.#stage.kind === "voting") return this.#work || this.#instance.begun;
    // A NEW-VIEW is owed only when a quorum asks for this view or above; a validator alone must not run ahead.
    return this.#viewChanges.askingFrom(this.#view).length >= this.#quorum;
  }

  /** Sends again what others may have missed. */
  #resend(): void {
    this.#sinceResend = 0;
    if (this.#me === undefined) return;
    const { proposal, prepared } = this.#instance;
    if (this.#stage.kind === "changing") {
      this.#broadcast(this.#ownViewChange());
      if (this.#announced?.view === this.#view) this.#broadcast(this.#announced);
    } else if (this.#mayVote && proposal?.state === "accepted") {
      const ballot = proposal.vote.message;
      this.#broadcast(ballotMessage(this.#me === this.#primary ? "prePrepare" : "prepare", ballot));
      if (prepared?.view === this.#view) this.#broadcast(ballotMessage("commit", ballot));
    }
    const { height, hash } = this.#decided;
    const membership = this.#membership.from;
    this.#broadcast({ kind: "status", membership, view: this.#view, height, blockHash: hash });
  }

  // Messages.

  #message(verified: Verified<PbftMessage>): void {
    const { message, sender } = verified;
    if (message.membership < this.#membership.from) {
      // Of older members: they are told what was decided.
      if (message.kind === "viewChange" || message.kind === "status") this.#help(sender, message.membership);
      return;
    }
    if (message.membership > this.#membership.from) this.#buffer(verified);
    else if (message.kind === "viewChange") this.#viewChange(verified as Verified<ViewChange>);
    else if (message.kind === "newView") this.#beginView(verified as Verified<NewView>);
    else if (message.kind === "checkpoint") this.#checkpoint(verified as Verified<Checkpoint>);
    else if (message.kind === "status") this.#statusOf(verified as Verified<Status>);
    else this.#vote(verified as Verified<VoteMessage>);
  }

  #vote(verified: Verified<VoteMessage>): void {
    const { message, sender } = verified;
    if (message.height > this.#height || (message.height === this.#height && this.#instance.deciding)) {
      this.#buffer(verified);
      return;
    }
    if (message.height < this.#height) return;
    if (message.view > this.#view + VIEW_WINDOW) return;
    if (message.kind === "prePrepare" && sender !== primaryOf(message.view, this.#n)) return;
    const evidence = this.#instance.add(verified);
    if (evidence) {
      this.#evidence(evidence);
      return;
    }
    if (message.kind === "commit") this.#maybeDecide(message);
    this.#maybeConsider();
    this.#maybePrepare();
  }

  /** Keeps a message for later: bounded per sender, the newest stay. */
  #buffer(verified: Verified<PbftMessage>): void {
    const { message, sender } = verified;
    this.#later.add(verified);
    if ("height" in message && message.height > this.#height + 1)
      this.#effects.push({ kind: "requestSync", height: (message.height - 1) as Height, from: [sender] });
  }

  // Normal case.

  /** 1: the primary proposes, once per view and height, what is forced or else what it builds. */
  #propose(): void {
    if (!this.#mayVote || this.#me !== this.#primary || this.#instance.proposal) return;
    const forced = this.#forced;
    if (forced !== undefined) {
      this.#consider({ message: this.#prePrepareOf(forced) }, true);
      return;
    }
    if (!this.#work || this.#instance.building === this.#view) return;
    this.#instance.building = this.#view;
    this.#effects.push({ kind: "buildProposal", height: this.#height, view: this.#view });
  }

  #built(height: Height, view: number, hash: BlockHash): void {
    const asked = this.#instance.building === view && this.#view === view && this.#height === height;
    if (!asked || !this.#mayVote || this.#instance.proposal || this.#me !== this.#primary) return;
    this.#instance.proposal = { vote: { message: this.#prePrepareOf(hash) }, state: "judging" };
    this.#accept();
  }

  #prePrepareOf(hash: BlockHash): PrePrepare {
    const membership = this.#membership.from;
    return { kind: "prePrepare", membership, view: this.#view, height: this.#height, blockHash: hash };
  }

  /** 2: looks at the primary's proposal of this view, unless another is looked at or accepted already. */
  #maybeConsider(): void {
    if (!this.#mayVote || this.#instance.proposal || this.#me === this.#primary) return;
    const vote = this.#instance.proposed(this.#view, this.#primary);
    if (vote === undefined) return;
    const forced = this.#forced;
    if (forced !== undefined && vote.message.blockHash !== forced) {
      this.#instance.proposal = { vote, state: "invalid" };
      return;
    }
    this.#consider(vote, forced !== undefined);
  }

  #consider(vote: Proposal["vote"], forced: boolean): void {
    this.#instance.proposal = { vote, state: "judging" };
    const { height, view, blockHash: hash } = vote.message;
    const holders = this.#holders(hash, vote.message);
    this.#effects.push({ kind: "judgeProposal", height, view, hash, forced, holders });
  }

  #judged(height: Height, view: number, hash: BlockHash, valid: boolean): void {
    const { proposal } = this.#instance;
    if (proposal?.state !== "judging" || !this.#mayVote) return;
    const { message } = proposal.vote;
    if (message.height !== height || message.view !== view || message.blockHash !== hash) return;
    if (valid) this.#accept();
    else this.#instance.proposal = { ...proposal, state: "invalid" };
  }

  /** 3: vote and body become durable, then the vote leaves. */
  #accept(): void {
    const { proposal } = this.#instance;
    assert(proposal !== undefined, "nothing to accept");
    this.#instance.proposal = { ...proposal, state: "accepted" };
    this.#persist();
    const kind = this.#me === this.#primary ? "prePrepare" : "prepare";
    this.#broadcast(ballotMessage(kind, proposal.vote.message));
    this.#maybePrepare();
  }

  /** 4: the PRE-PREPARE and PREPAREs of q - 1 others; the certificate becomes durable, then COMMIT leaves. */
  #maybePrepare(): void {
    if (!this.#mayVote || this.#instance.prepared?.view === this.#view) return;
    const prepared = this.#instance.certificateOfPrepared(this.#primary, this.#quorum);
    if (prepared === undefined) return;
    this.#instance.prepared = prepared;
    this.#persist();
    this.#broadcast(ballotMessage("commit", prepared));
  }

  /** 5: COMMITs of a quorum in one view, whatever the view, decide. */
  #maybeDecide(commit: Commit): void {
    const certificate = this.#instance.certificateOfCommit(commit, this.#quorum);
    if (certificate) this.#decide(certificate);
  }

  #decide(certificate: PbftCertificate): void {
    if (this.#instance.deciding || certificate.height !== this.#height) return;
    this.#instance.deciding = certificate;
    const holders = certificate.signatures.map(({ member }) => member).filter((one) => one !== this.#me);
    this.#effects.push({ kind: "finalize", certificate, holders });
  }

  #applied(height: Height, hash: BlockHash, membership: Membership): void {
    assert(height === this.#height, `block ${height} applied, expected ${this.#height}`);
    const { deciding } = this.#instance;
    assert(deciding === undefined || deciding.blockHash === hash, "another block applied than was decided");
    this.#decided = { height, hash, certificate: deciding };
    this.#instance = new Instance();
    this.#timer.decided();
    if (membership.from !== this.#membership.from) this.#enterMembership(membership);
    for (const message of this.#later.take()) this.#message(message);
    this.#maybeConsider();
  }

  /** View change, 6: views are numbered per membership. */
  #enterMembership(membership: Membership): void {
    this.#membership = membership;
    this.#me = indexOf(membership, this.#config);
    this.#view = 0 as View;
    this.#stage = { kind: "voting" };
    this.#start = FIRST_VIEW;
    this.#newView = undefined;
    this.#announced = undefined;
    this.#viewChanges.clear();
    this.#checkpoints.clear();
    this.#reported.clear();
  }

  // View change.

  /** 2: leaves its view for another, durably, and asks for it. */
  #changeView(view: View): void {
    this.#timer.failed(view - this.#view);
    this.#view = view;
    this.#stage = { kind: "changing" };
    this.#instance.proposal = undefined;
    this.#sinceResend = 0;
    this.#persist();
    this.#broadcast(this.#ownViewChange());
    this.#maybeBeginOwnView();
  }

  #ownViewChange(): ViewChange {
    const { height, certificate } = this.#decided;
    const { prepared } = this.#instance;
    return {
      kind: "viewChange",
      membership: this.#membership.from,
      view: this.#view,
      decidedHeight: height,
      decided: certificate ? [certificate] : [],
      prepared: prepared ? [prepared] : [],
    };
  }

  #viewChange(verified: Verified<ViewChange>): void {
    const { message, sender } = verified;
    this.#viewChanges.add(verified);
    this.#meetHeight(sender, message.decidedHeight, message.decided[0]);
    if (message.view <= this.#view && this.#stage.kind === "voting") this.#showView(sender);
    this.#maybeJoin();
    this.#maybeBeginOwnView();
  }

  /** 3: f + 1 validators ask for views above: at least one of them is correct. Join the smallest. */
  #maybeJoin(): void {
    if (this.#me === undefined) return;
    const above = this.#viewChanges.above(this.#view);
    if (above.length <= byzantineMax(this.#n)) return;
    this.#changeView(Math.min(...above) as View);
  }

  /** 4: the new primary begins its view when a quorum asks for it, and it has caught up to them. */
  #maybeBeginOwnView(): void {
    if (this.#stage.kind !== "changing" || this.#me === undefined || this.#me !== this.#primary) return;
    // One view has one NEW-VIEW: which VIEW-CHANGEs it rests on is settled, durably, before it leaves.
    if (this.#announced?.view === this.#view) return;
    const asking = this.#viewChanges.for(this.#view);
    const own = asking.find(({ sender }) => sender === this.#me);
    if (asking.length < this.#quorum || own === undefined) return;
    const chosen = asking.slice(0, this.#quorum);
    const { base } = viewStart(chosen.map(({ message }) => message));
    if (base > this.#decided.height) {
      const ahead = chosen.filter(({ message }) => message.decidedHeight === base);
      const from = ahead.map(({ sender }) => sender);
      this.#effects.push({ kind: "requestSync", height: base, from });
      return;
    }
    const viewChanges = chosen.map(({ sender, signature, message }) => {
      const { kind: _, ...content } = message;
      return { sender, signature, content };
    });
    this.#announced = { kind: "newView", membership: this.#membership.from, view: this.#view, viewChanges };
    this.#persist();
    this.#broadcast(this.#announced);
  }

  /** 5: enters a view by its NEW-VIEW, durably. The primary does so by its own, handed back. */
  #beginView(verified: Verified<NewView>): void {
    const { message } = verified;
    const entered = this.#stage.kind === "voting";
    if (message.view < this.#view || (message.view === this.#view && entered)) return;
    this.#timer.failed(message.view - this.#view);
    this.#view = message.view;
    this.#stage = { kind: "voting" };
    this.#newView = verified;
    this.#start = viewStart(message.viewChanges.map(({ content }) => content));
    this.#instance.enter(message.view);
    this.#viewChanges.forget(message.view);
    this.#effects.push({ kind: "persist", record: { kind: "newView", message: verified } });
    this.#persist();
    const { base } = this.#start;
    if (base > this.#decided.height) {
      const ahead = message.viewChanges.filter(({ content }) => content.decidedHeight === base);
      const from = ahead.map(({ sender }) => sender);
      this.#effects.push({ kind: "requestSync", height: base, from });
    }
    this.#maybeConsider();
  }

  // Meeting others.

  #statusOf({ message, sender }: Verified<Status>): void {
    this.#meetHeight(sender, message.height, undefined);
    if (message.view < this.#view && this.#stage.kind === "voting") this.#showView(sender);
  }

  /** Helps one who is behind, and asks one who is ahead. */
  #meetHeight(sender: MemberIndex, height: Height, certificate: PbftCertificate | undefined): void {
    if (sender === this.#me) return;
    if (height < this.#decided.height) {
      this.#help(sender, height);
      return;
    }
    if (height === this.#height && certificate) {
      this.#decide(certificate);
      return;
    }
    if (height > this.#decided.height) this.#effects.push({ kind: "requestSync", height, from: [sender] });
  }

  /** Sends the block after a height. */
  #help(sender: MemberIndex, height: number): void {
    if (sender === this.#me || height >= this.#decided.height) return;
    this.#effects.push({ kind: "sendDecided", to: sender, height: (height + 1) as Height });
  }

  /** Shows one who is in a lower view how the present one began. */
  #showView(sender: MemberIndex): void {
    if (sender === this.#me || this.#newView === undefined) return;
    this.#effects.push({ kind: "forward", to: sender, message: this.#newView });
  }

  /** Who may have a body: the proposer, and all who voted for it. */
  #holders(hash: BlockHash, { view }: Ballot): readonly MemberIndex[] {
    const [prepares, commits] = this.#instance.voters(view, hash);
    const found = new Set<MemberIndex>([primaryOf(view, this.#n), ...prepares, ...commits]);
    for (const { content, sender } of this.#newView?.message.viewChanges ?? [])
      if (content.prepared[0]?.blockHash === hash) found.add(sender);
    return [...found].filter((member) => member !== this.#me).sort((a, b) => a - b);
  }

  // Checkpoints.

  #checkpointHashed(height: Height, digest: Hash): void {
    if (this.#me === undefined) return;
    this.#broadcast({ kind: "checkpoint", membership: this.#membership.from, height, digest });
  }

  #checkpoint(verified: Verified<Checkpoint>): void {
    const { height, digest } = verified.message;
    if (this.#checkpoints.add(verified, this.#quorum))
      this.#effects.push({ kind: "stableCheckpoint", height, digest });
  }

  // Records and effects.

  #persist(): void {
    const { proposal, prepared } = this.#instance;
    const accepted = proposal?.state === "accepted" ? proposal.vote : undefined;
    const membership = this.#membership.from;
    const changing = this.#stage.kind === "changing";
    const record: PbftRecord = {
      kind: "progress",
      membership,
      view: this.#view,
      changing,
      accepted,
      prepared,
      announced: this.#announced,
    };
    this.#effects.push({ kind: "persist", record });
  }

  #broadcast(message: PbftMessage): void {
    this.#effects.push({ kind: "broadcast", message });
  }

  #evidence(evidence: Equivocation): void {
    const { sender, message } = evidence.first;
    const name = `${sender} ${message.kind} ${message.view} ${message.height}`;
    if (this.#reported.has(name)) return;
    this.#reported.add(name);
    this.#effects.push({ kind: "evidence", evidence });
  }
}

function indexOf(membership: Membership, config: PbftConfig): MemberIndex | undefined {
  const at = membership.members.findIndex((member) => member.votingKey === config.votingKey);
  return at < 0 ? undefined : (at as MemberIndex);
}
