// What one validator of the teaching engine knows. The other files of this folder read and change it, one rule of
// protocols/pbft.md at a time; it decides nothing by itself. It trades the speed of the real engine for being short.
import {
  type Ballot,
  type NewView,
  type PbftConfig,
  type PbftEffect,
  type PbftMessage,
  type PbftRecord,
  type PbftStart,
  type PrePrepare,
  type PreparedCertificate,
  primaryOf,
  slotOf,
  type Verified,
  type ViewChange,
  type VoteMessage,
  viewStart,
} from "@witan/consensus";
import {
  type BlockHash,
  byzantineMax,
  byzantineQuorum,
  type Height,
  type MemberIndex,
  type Membership,
  type PbftCertificate,
  type View,
} from "@witan/primitives";
import type { Rules } from "./rules.ts";

/** A block that the primary of this view proposes for this height. */
export interface Proposal {
  readonly vote: Verified<PrePrepare> | { readonly message: PrePrepare };
  readonly state: "judging" | "accepted" | "invalid";
}

type Progress = Extract<PbftRecord, { kind: "progress" }>;

/** Heights and views ahead of which votes are kept. */
const AHEAD = 4;

/** One validator. */
export class TeachingState {
  readonly config: PbftConfig;
  readonly rules: Rules;
  membership: Membership;
  me: MemberIndex | undefined;
  decided: {
    readonly height: Height;
    readonly hash: BlockHash;
    readonly certificate: PbftCertificate | undefined;
  };
  view = 0 as View;
  /** Its view was left, or has not begun: votes for nothing. */
  changing = false;
  newView: Verified<NewView> | undefined;
  announced: NewView | undefined;
  /** Of this view and height, by block: one, as long as only the first is taken. */
  readonly proposals = new Map<BlockHash, Proposal>();
  /** The view in which a block for this height was asked for. */
  building: View | undefined;
  prepared: PreparedCertificate | undefined;
  /** What is being written to the chain. */
  deciding: PbftCertificate | undefined;
  readonly viewChanges = new Map<MemberIndex, Verified<ViewChange>>();
  work = { pending: false, overdue: false };
  ticksLeft: number;
  failedViews = 0;
  ticksSinceResend = 0;
  effects: PbftEffect[] = [];
  /** By what they vote on and who: each counts once. */
  readonly #votes = new Map<string, Verified<VoteMessage>>();

  constructor(config: PbftConfig, start: PbftStart, rules: Rules) {
    this.config = config;
    this.rules = rules;
    this.membership = start.membership;
    this.me = this.#myIndex();
    this.decided = start;
    this.#restore(start.records);
    this.ticksLeft = this.ticks;
  }

  #myIndex(): MemberIndex | undefined {
    const at = this.membership.members.findIndex(({ votingKey }) =>
      this.config.votingKeys.includes(votingKey),
    );
    return at < 0 ? undefined : (at as MemberIndex);
  }

  #restore(records: readonly PbftRecord[]): void {
    const counts = (from: Height) => from === this.membership.from || !this.rules.viewsOfMembers;
    let progress: Progress | undefined;
    for (const record of records) {
      if (record.kind === "progress") progress = counts(record.membership) ? record : undefined;
      else if (counts(record.message.message.membership)) this.newView = record.message;
    }
    if (progress === undefined) return;
    const { view, changing, accepted, prepared, announced } = progress;
    this.view = view;
    this.changing = changing || (view > 0 && this.newView?.message.view !== view);
    this.announced = announced;
    if (prepared?.height === this.height) this.prepared = prepared;
    if (accepted?.message.height === this.height && accepted.message.view === view)
      this.proposals.set(accepted.message.blockHash, { vote: accepted, state: "accepted" });
  }

  // What follows from the rest.

  get quorum(): number {
    return byzantineQuorum(this.membership.members.length);
  }

  get faultyMax(): number {
    return byzantineMax(this.membership.members.length);
  }

  /** The height that is being decided. */
  get height(): Height {
    return (this.decided.height + 1) as Height;
  }

  get primary(): MemberIndex {
    return primaryOf(this.view, this.membership.members.length);
  }

  get isPrimary(): boolean {
    return this.me === this.primary;
  }

  /** What this view began with: nothing, in view 0. */
  get start(): ReturnType<typeof viewStart> {
    const begun = this.newView?.message;
    if (begun?.view !== this.view) return { base: 0 as Height, forced: undefined };
    return viewStart(begun.viewChanges.map(({ content }) => content));
  }

  /** What must be proposed at this height. */
  get forced(): BlockHash | undefined {
    const { base, forced } = this.start;
    return base === this.decided.height ? forced : undefined;
  }

  get mayVote(): boolean {
    if (this.me === undefined || this.changing || this.deciding) return false;
    return !this.rules.aboveBase || this.decided.height >= this.start.base;
  }

  /** T, doubled with each view that failed since the last decision, up to its cap. */
  get ticks(): number {
    return Math.min(this.config.viewTicks * 2 ** Math.min(this.failedViews, 30), this.config.viewTicksMax);
  }

  /** Whether the view timer runs. */
  get waits(): boolean {
    if (this.me === undefined || this.deciding) return false;
    if (!this.changing) return this.work.pending || this.work.overdue || this.#begun;
    return !this.rules.owedByQuorum || this.asking(this.view).length >= this.quorum;
  }

  /** A proposal is here, or votes of more than can lie. */
  get #begun(): boolean {
    if (this.proposals.size > 0) return true;
    const voters = [...this.#votes.values()].filter(({ message }) => message.height === this.height);
    return new Set(voters.map(({ sender }) => sender)).size > this.faultyMax;
  }

  // Votes and VIEW-CHANGEs.

  count(vote: Verified<VoteMessage>): void {
    const { kind, height, view, blockHash } = vote.message;
    if (height <= this.decided.height || height > this.height + AHEAD || view > this.view + AHEAD) return;
    const which = this.rules.oneProposal ? "" : blockHash;
    const name = `${kind} ${height} ${view} ${vote.sender} ${which}`;
    if (!this.#votes.has(name)) this.#votes.set(name, vote);
  }

  /** The votes of one kind for this height, in one view or all, ascending by sender. */
  votes<Kind extends VoteMessage["kind"]>(
    kind: Kind,
    like: Partial<Ballot>,
  ): readonly Verified<VoteMessage>[] {
    return [...this.#votes.values()]
      .filter(({ message }) => message.kind === kind && message.height === this.height)
      .filter(({ message }) => message.membership === this.membership.from)
      .filter(({ message }) => like.view === undefined || message.view === like.view)
      .filter(({ message }) => like.blockHash === undefined || message.blockHash === like.blockHash)
      .sort((a, b) => a.sender - b.sender);
  }

  /** Who asks for a view or one above. */
  asking(from: number): readonly MemberIndex[] {
    return [...this.viewChanges].filter(([, { message }]) => message.view >= from).map(([sender]) => sender);
  }

  // Changes.

  /** A height is decided. */
  enterHeight(decided: TeachingState["decided"], membership: Membership): void {
    this.decided = decided;
    this.proposals.clear();
    this.building = undefined;
    this.prepared = undefined;
    this.deciding = undefined;
    this.failedViews = 0;
    // What somebody leaves out for long is not excused by other decisions.
    this.ticksLeft = this.work.overdue ? Math.min(this.ticksLeft, this.ticks) : this.ticks;
    for (const [name, { message }] of this.#votes)
      if (message.height <= decided.height) this.#votes.delete(name);
    if (membership.from !== this.membership.from) this.#enterMembership(membership);
  }

  #enterMembership(membership: Membership): void {
    this.membership = membership;
    this.me = this.#myIndex();
    this.viewChanges.clear();
    if (!this.rules.viewsOfMembers) return;
    this.view = 0 as View;
    this.changing = false;
    this.newView = undefined;
    this.announced = undefined;
    this.ticksLeft = this.ticks;
  }

  /** The view is another: what was proposed and voted in earlier ones goes, but COMMITs, which always count. */
  enterView(view: View, changing: boolean): void {
    this.failedViews += view - this.view;
    this.view = view;
    this.changing = changing;
    this.ticksLeft = this.ticks;
    this.proposals.clear();
    this.building = undefined;
    for (const [name, { message }] of this.#votes)
      if (message.kind !== "commit" && message.view < view) this.#votes.delete(name);
  }

  // Effects.

  broadcast(message: PbftMessage): void {
    this.effects.push({ kind: "broadcast", message, slot: slotOf(message, this.decided.height) });
  }

  /** Makes durable where this validator stands. */
  persist(): void {
    const accepted = [...this.proposals.values()].findLast(({ state }) => state === "accepted");
    const { view, changing, prepared, announced } = this;
    this.effects.push({
      kind: "persist",
      record: {
        ...{ kind: "progress", membership: this.membership.from, view, changing, prepared, announced },
        accepted: accepted?.vote,
      },
    });
  }
}
