// What one validator knows: the members, the last decided block, the view, the height in progress. The other files of
// this folder read and change it, one rule at a time; it decides nothing by itself.
import {
  type BlockHash,
  byzantineMax,
  byzantineQuorum,
  type Height,
  type MemberIndex,
  type Membership,
  type View,
} from "@witan/primitives";
import type { Verified } from "../engine.ts";
import { Checkpoints, LaterMessages, ViewChanges } from "./gathered.ts";
import { Instance, type LastDecided } from "./instance.ts";
import { membersWith } from "./membership-keys.ts";
import type { NewView, PbftMessage } from "./messages.ts";
import { FIRST_VIEW, restored } from "./restore.ts";
import { slotOf } from "./slots.ts";
import type { PbftConfig, PbftEffect, PbftStart } from "./types.ts";
import { primaryOf, type ViewStart } from "./view-start.ts";
import { ViewTimer } from "./view-timer.ts";

/** Where the engine stands in its view. */
export type Stage =
  /** In the view, by its NEW-VIEW (view 0 needs none): takes and gives votes. */
  | { readonly kind: "voting" }
  /** Has left its view, and asks for `view`: votes for nothing. */
  | { readonly kind: "changing" };

/** The state of one engine. */
export class PbftState {
  readonly config: PbftConfig;
  membership: Membership;
  /** Undefined: an observer. */
  me: MemberIndex | undefined;
  decided: LastDecided;
  view: View;
  stage: Stage;
  /** How the present view began. */
  start: ViewStart;
  newView: Verified<NewView> | undefined;
  /** The NEW-VIEW that this validator, as primary, begins the view with that is asked for. */
  announced: NewView | undefined;
  /** The height in progress. */
  instance = new Instance();
  readonly viewChanges = new ViewChanges();
  readonly later: LaterMessages;
  readonly checkpoints = new Checkpoints();
  /** Up to which height each member was asked for blocks since own messages were last sent again. */
  readonly asked = new Map<MemberIndex, Height>();
  /** The evidence that was told, by name: each is told once. */
  readonly reported = new Set<string>();
  /** The vote for `instance.proposal` was made durable before a restart: nobody knows whether it left. */
  owesVote: boolean;
  readonly timer: ViewTimer;
  work: { readonly pending: boolean; readonly overdue: boolean } = { pending: false, overdue: false };
  ticksSinceResend = 0;
  #effects: PbftEffect[] = [];

  constructor(config: PbftConfig, start: PbftStart) {
    this.config = config;
    this.later = new LaterMessages(config.bufferedMax);
    this.timer = new ViewTimer(config.viewTicks, config.viewTicksMax);
    this.membership = start.membership;
    this.me = membersWith(start.membership, config.votingKeys)[0];
    this.decided = start;
    const before = restored(start.records, start.membership.from, this.height);
    this.view = before.view;
    this.stage = { kind: before.changing ? "changing" : "voting" };
    this.start = before.start;
    this.newView = before.newView;
    this.announced = before.announced;
    this.instance.proposal = before.proposal;
    this.owesVote = before.proposal !== undefined;
    this.instance.prepared = before.prepared;
  }

  // What follows from the rest.

  get quorum(): number {
    return byzantineQuorum(this.membership.members.length);
  }

  /** f: how many members may be Byzantine. */
  get faultyMax(): number {
    return byzantineMax(this.membership.members.length);
  }

  /** The primary of a view of these members. */
  primaryIn(view: number): MemberIndex {
    return primaryOf(view, this.membership.members.length);
  }

  get isPrimary(): boolean {
    return this.me === this.primaryIn(this.view);
  }

  /** The height that is being decided. */
  get height(): Height {
    return (this.decided.height + 1) as Height;
  }

  /** Whether this validator may vote at this height in this view. */
  get mayVote(): boolean {
    return (
      this.me !== undefined &&
      this.stage.kind === "voting" &&
      this.instance.deciding === undefined &&
      // View change, 5: in a view that began at H, votes are for heights above H only.
      this.decided.height >= this.start.base
    );
  }

  /** What the view began with, if it is about this height. */
  get forced(): BlockHash | undefined {
    return this.start.base === this.decided.height ? this.start.forced : undefined;
  }

  /** Whether the view timer runs (view change, 1 and 2). */
  get waiting(): boolean {
    if (this.me === undefined || this.instance.deciding) return false;
    if (this.stage.kind === "voting")
      return this.work.pending || this.work.overdue || this.instance.begun(this.faultyMax);
    // A NEW-VIEW is owed only when a quorum asks for this view or above; a validator alone must not run ahead.
    return this.viewChanges.askingFrom(this.view).length >= this.quorum;
  }

  /**
   * Whether own messages are sent again now: every `resendTicks`, and once in a view's time while nothing is under way. All
   * that is said then is where this validator stands; who lacks something says it more often, and is answered.
   */
  get isResendDue(): boolean {
    const { resendTicks, viewTicks } = this.config;
    if (this.ticksSinceResend % resendTicks !== 0) return false;
    return !this.#isQuiet || this.ticksSinceResend >= viewTicks;
  }

  get #isQuiet(): boolean {
    const { asked, checkpoints, instance, stage, waiting } = this;
    const isIdle = !waiting && !instance.deciding && stage.kind === "voting";
    return isIdle && asked.size === 0 && checkpoints.unsettled === undefined;
  }

  /** View change, 6: views are numbered per membership. */
  enterMembership(membership: Membership): void {
    this.membership = membership;
    this.me = membersWith(membership, this.config.votingKeys)[0];
    this.view = 0 as View;
    this.stage = { kind: "voting" };
    this.start = FIRST_VIEW;
    this.newView = undefined;
    this.announced = undefined;
    this.viewChanges.clear();
    this.checkpoints.clear();
    this.asked.clear();
    this.reported.clear();
    this.timer.rewind();
  }

  /** Own messages are sent again now, and next after `resendTicks`: until then no member is asked twice for the same. */
  restartResend(): void {
    this.ticksSinceResend = 0;
    this.asked.clear();
  }

  // Effects.

  emit(effect: PbftEffect): void {
    this.#effects.push(effect);
  }

  /** The effects since the last call. */
  takeEffects(): readonly PbftEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  /** Asks for a signature and sends to all. The slot is that of now: the host may sign later, when heights are others. */
  broadcast(message: PbftMessage): void {
    this.emit({ kind: "broadcast", message, slot: slotOf(message, this.decided.height) });
  }

  /** Makes durable where this validator stands. */
  persist(): void {
    const { proposal, prepared } = this.instance;
    this.emit({
      kind: "persist",
      record: {
        kind: "progress",
        membership: this.membership.from,
        view: this.view,
        changing: this.stage.kind === "changing",
        accepted: proposal?.state === "accepted" ? proposal.vote : undefined,
        prepared,
        announced: this.announced,
      },
    });
  }
}
