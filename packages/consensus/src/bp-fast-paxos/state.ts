// What one process knows: the members, the last decided block, the round, the height in progress. The other files of this
// folder read and change it, one rule at a time; it decides nothing by itself.
import {
  type BlockHash,
  crashMax,
  fastQuorum,
  type Height,
  type MemberIndex,
  type Membership,
  type View,
} from "@witan/primitives";
import type { Authentic } from "../engine.ts";
import { Checkpoints, LaterMessages } from "../pbft/gathered.ts";
import { membersWith } from "../pbft/membership-keys.ts";
import { ViewTimer } from "../pbft/view-timer.ts";
import type { Corrections } from "./corrections.ts";
import { Decisions, Promises, Suspicions, ToldVotes } from "./gathered.ts";
import { Instance } from "./instance.ts";
import type { BpfpMessage, SealedPromise } from "./messages.ts";
import { restored } from "./restore.ts";
import { type Cast, castOf, type Part, proposerOf } from "./roles.ts";
import { firstStart, type RoundStart } from "./round-start.ts";
import type { BpfpConfig, BpfpEffect, BpfpRecord, BpfpStart, RoundCause } from "./types.ts";

/** The members that decided the last block, which changed them: acceptors may have been left behind there. */
export interface Before {
  readonly membership: Membership;
  readonly cast: Cast;
  readonly promises: Promises;
}

/** The last decided block. */
export interface LastDecided {
  readonly height: Height;
  readonly hash: BlockHash;
}

/** The state of one engine. */
export class BpfpState {
  readonly config: BpfpConfig;
  readonly corrections: Corrections;
  membership: Membership;
  cast: Cast;
  /** Undefined: an observer. */
  me: MemberIndex | undefined;
  decided: LastDecided;
  /** Until the next block is decided. */
  before: Before | undefined;
  /** Of an acceptor: the one that it promised. Of others: the highest that they heard of. */
  round: View;
  /** Why it went there. */
  cause: RoundCause | undefined;
  /** How the round began; undefined: its proof is not here. */
  start: RoundStart | undefined;
  /** Of a proposer of other rounds, who is shown no proof: an acceptor has said that it holds that of this one. */
  isSaidProven = false;
  /** The promises that `start` follows from; none in round 0. */
  proof: readonly SealedPromise[];
  /** Of a proposer: whether its proof went to all acceptors with a proposal. */
  proofShown = false;
  /** Of a proposer: as its round began, it had decided the block that the promises are about. */
  isAhead = false;
  /** The height in progress. */
  instance = new Instance();
  readonly promises = new Promises();
  readonly suspicions: Suspicions;
  readonly later: LaterMessages<Authentic<BpfpMessage>>;
  readonly checkpoints = new Checkpoints();
  readonly decisions = new Decisions();
  /** Of others than acceptors. */
  readonly votes = new ToldVotes();
  /** Up to which height each member was asked for blocks since own messages were last sent again. */
  readonly asked = new Map<MemberIndex, Height>();
  /** Who was told since then that the proof of its round is lacking. */
  readonly askedProof = new Set<MemberIndex>();
  /** Whether an acceptor has said since then that it has decided the last block that is decided here. */
  isReached = false;
  /** How often each member was sent a block that it lacked since then. */
  readonly helps = new Map<MemberIndex, number>();
  /** The evidence that was told, by name: each is told once a height. */
  readonly reported = new Set<string>();
  readonly timer: ViewTimer;
  /** Whether this acceptor suspects the proposer of its round, and says so. */
  suspects = false;
  /** The proposer of the round keeps throughput down. */
  tooSlow = false;
  work: { readonly pending: boolean; readonly overdue: boolean } = { pending: false, overdue: false };
  ticks = 0;
  ticksSinceResend = 0;
  /** The last decided height when own messages were last sent again: what is older should be certified. */
  heightAtResend: Height;
  #effects: BpfpEffect[] = [];

  constructor(config: BpfpConfig, start: BpfpStart, corrections: Corrections) {
    this.config = config;
    this.corrections = corrections;
    this.later = new LaterMessages(config.bufferedMax);
    this.suspicions = new Suspicions(config.resendTicks);
    this.timer = new ViewTimer(config.roundTicks, config.roundTicksMax);
    this.membership = start.membership;
    this.cast = castOf(start.membership);
    this.me = membersWith(start.membership, config.votingKeys)[0];
    this.decided = start;
    this.heightAtResend = start.height;
    for (const one of start.uncertified) this.decisions.begin(one);
    const last = start.uncertified.find(({ height }) => height === start.height)?.membership;
    if (last !== undefined && last.from !== start.membership.from) this.leave(last);
    const before = restored(start.records, start.membership, this.height, this.part);
    this.round = before.round;
    this.start = before.start;
    this.proof = before.proof;
    this.instance.vote = before.vote;
    this.instance.proposed = before.proposed;
    this.instance.forgotten = start.forgotten;
  }

  // What follows from the rest.

  get part(): Part | undefined {
    if (this.me === undefined) return undefined;
    const { role } = this.membership.members[this.me] ?? {};
    return role === "proposer" || role === "acceptor" ? role : undefined;
  }

  get isAcceptor(): boolean {
    return this.part === "acceptor";
  }

  get quorum(): number {
    return fastQuorum(this.cast.acceptors.length);
  }

  /** t_a: how many acceptors may crash. */
  get crashMax(): number {
    return crashMax(this.cast.acceptors.length);
  }

  /** The proposer of a round of these members. */
  proposerIn(round: number): MemberIndex | undefined {
    return proposerOf(round, this.cast);
  }

  /** Whether the present round is this proposer's. */
  get isTrusted(): boolean {
    return this.part === "proposer" && this.proposerIn(this.round) === this.me;
  }

  isAcceptorAt(member: MemberIndex): boolean {
    return this.cast.acceptors.includes(member);
  }

  /** The height that is being decided. */
  get height(): Height {
    return (this.decided.height + 1) as Height;
  }

  /** The blocks that the start of the round lets be proposed now; none: free. */
  get forced(): readonly BlockHash[] {
    return this.start?.base === this.decided.height ? this.start.allowed : [];
  }

  /** Whether this acceptor may vote at this height in this round: below D it first catches up. */
  get mayVote(): boolean {
    return (
      this.isAcceptor &&
      this.instance.deciding === undefined &&
      this.start !== undefined &&
      this.decided.height >= this.start.base
    );
  }

  /** Whether the round was asked for, and has not begun as far as this one can know. Observers are shown no rounds. */
  get isChangingTrust(): boolean {
    return this.part !== undefined && this.start === undefined && !this.isSaidProven;
  }

  /** Whether the timer of the detector runs: an admitted transaction is not final, or a round is in progress. */
  get waiting(): boolean {
    if (!this.isAcceptor || this.instance.deciding) return false;
    return this.work.pending || this.work.overdue || this.instance.begun;
  }

  /**
   * Whether own messages are sent again now: every `resendTicks`, and once in a round's time while nothing is under way. All
   * that is said then is where this one stands; who lacks something says it more often, and is answered.
   */
  get isResendDue(): boolean {
    const { resendTicks, roundTicks } = this.config;
    if (this.ticksSinceResend % resendTicks !== 0) return false;
    return !this.#isQuiet || this.ticksSinceResend >= roundTicks;
  }

  get #isQuiet(): boolean {
    const { deciding, begun, proposed } = this.instance;
    const hasWork = this.work.pending || this.work.overdue;
    if (hasWork || deciding || begun || proposed) return false;
    if (this.isChangingTrust || this.isAhead || this.suspects) return false;
    const lacks = this.asked.size + this.askedProof.size + this.helps.size + this.decisions.size;
    return lacks === 0 && this.checkpoints.unsettled === undefined;
  }

  /** Another round than before: its proof is not here. */
  enterRound(round: View, cause?: RoundCause): void {
    this.round = round;
    this.cause = cause;
    this.start = undefined;
    this.isSaidProven = false;
    this.proof = [];
    this.proofShown = false;
    this.isAhead = false;
    this.tooSlow = false;
    this.suspects = false;
    this.askedProof.clear();
    this.suspicions.forget(round);
    this.instance.enter(round);
  }

  /** Others than these decide from now on. */
  leave(membership: Membership): void {
    this.before = { membership, cast: castOf(membership), promises: new Promises() };
  }

  /** Rounds are numbered per membership. */
  enterMembership(membership: Membership): void {
    this.leave(this.membership);
    this.membership = membership;
    this.cast = castOf(membership);
    this.me = membersWith(membership, this.config.votingKeys)[0];
    this.enterRound(0 as View);
    this.start = firstStart(membership.from);
    this.promises.clear();
    this.suspicions.clear();
    this.checkpoints.clear();
    this.votes.clear();
    this.asked.clear();
    this.timer.rewind();
  }

  /** Own messages are sent again now, and next after `resendTicks`: until then no member is asked twice for the same. */
  restartResend(): void {
    this.ticksSinceResend = 0;
    this.isReached = false;
    this.asked.clear();
    this.askedProof.clear();
    this.helps.clear();
  }

  // Effects.

  emit(effect: BpfpEffect): void {
    this.#effects.push(effect);
  }

  /** The effects since the last call. */
  takeEffects(): readonly BpfpEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  /** Makes a record durable. */
  persist(record: BpfpRecord): void {
    if (this.corrections.keeps(record)) this.emit({ kind: "persist", record });
  }

  /** Makes durable where this acceptor stands (correction 7). */
  persistProgress(): void {
    const { vote } = this.instance;
    this.persist({ kind: "progress", membership: this.membership.from, round: this.round, vote });
  }

  /** Makes durable how the round began. */
  persistProof(): void {
    const { membership, round, proof } = this;
    this.persist({ kind: "proof", membership: membership.from, round, promises: proof });
  }
}
