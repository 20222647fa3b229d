// The BP Fast Paxos engine: takes one input at a time and hands it to the rule that it is about
// (protocols/bp-fast-paxos.md). One instance per height; `decided` is the last applied block, everything else is about the
// height after it. A proposer, an acceptor and an observer run the same engine: the rules ask which they are.
import { assert, type BlockHash, type Height, type Membership } from "@witan/primitives";
import type { Authentic, Engine } from "../engine.ts";
import type { Checkpoint } from "../pbft/messages.ts";
import { proposalJudged, takeAccept } from "./accepting.ts";
import { decidedByAcceptor, help, keepForLater } from "./asking.ts";
import { CORRECTED, type Corrections } from "./corrections.ts";
import { Instance } from "./instance.ts";
import {
  countVotes,
  decide,
  learnsChecked,
  sayDecided,
  takeCertificate,
  takeDecided,
  takeLearn,
} from "./learning.ts";
import { greet, resend, sayCheckpoint, takeCheckpoint, takeStatus } from "./meeting.ts";
import type { Accept, BpfpMessage, DecidedMessage, Learn, RoundStatus, TrustChange } from "./messages.ts";
import { maybePropose, proposalBuilt, takePromise, takePromiseBefore } from "./proposing.ts";
import { BpfpState } from "./state.ts";
import { maybeSuspect, moveTo, takeBadAccept, takeTrustChange, throughputMeasured } from "./trust.ts";
import type { BpfpConfig, BpfpEffect, BpfpInput, BpfpKept, BpfpStart, BpfpStatus } from "./types.ts";

/** The BP Fast Paxos engine. */
export class BpFastPaxos implements Engine<BpfpInput, BpfpEffect, BpfpStatus> {
  readonly #state: BpfpState;

  /** @param corrections as nodes run them, unless a simulator shows what becomes of a printed rule */
  constructor(config: BpfpConfig, start: BpfpStart, corrections: Corrections = CORRECTED) {
    this.#state = new BpfpState(config, start, corrections);
  }

  step(input: BpfpInput): readonly BpfpEffect[] {
    this.#take(input);
    maybePropose(this.#state);
    return this.#state.takeEffects();
  }

  #take(input: BpfpInput): void {
    const state = this.#state;
    switch (input.kind) {
      case "tick":
        this.#tick();
        return;
      case "workChanged":
        // What was overdue is in a block: whoever is trusted has all its time again.
        if (state.work.overdue && !input.overdue) state.timer.rewind();
        state.work = { pending: input.pending, overdue: input.overdue };
        return;
      case "message":
        this.#message(input.message);
        return;
      case "badAccept":
        takeBadAccept(state, input);
        return;
      case "proposalBuilt":
        proposalBuilt(state, input.height, input.round, input.hash);
        return;
      case "proposalJudged":
        proposalJudged(state, input);
        return;
      case "applied":
        this.#applied(input.height, input.hash, input.membership);
        return;
      case "synced":
        decide(state, { height: input.height, hash: input.hash, certificate: input.certificate }, []);
        return;
      case "certificate":
        takeCertificate(state, input.certificate);
        return;
      case "learnsChecked":
        learnsChecked(state, input);
        return;
      case "throughputMeasured":
        throughputMeasured(state, input.round, input.sharePermille);
        return;
      case "connected":
        greet(state, input.member);
        return;
      case "checkpointHashed":
        sayCheckpoint(state, input.height, input.digest);
        return;
    }
  }

  status(): BpfpStatus {
    const state = this.#state;
    const { round, instance } = state;
    return {
      mode: "bp-fast-paxos",
      membership: state.membership.from,
      height: state.height,
      round,
      phase: this.#phase,
      cause: state.cause,
      proposer: state.proposerIn(round),
      me: state.me,
      part: state.part,
      quorum: state.quorum,
      timeoutTicks: state.waiting ? state.timer.left : undefined,
      learns: instance.learns.voters(round),
      suspicions: state.suspicions.above(round, state.ticks),
      promises: state.promises.for(round).map(({ acceptor }) => acceptor),
      uncertified: state.decisions.size,
    };
  }

  /** How much is kept in memory; never an input. */
  kept(): BpfpKept {
    const { before, instance, promises, suspicions, later, checkpoints, asked, reported, decisions, votes } =
      this.#state;
    return {
      learns: instance.learns.size,
      promises: promises.size + (before?.promises.size ?? 0),
      suspicions: suspicions.size,
      later: later.size,
      checkpoints: checkpoints.size,
      asked: asked.size,
      votes: votes.size,
      reported: reported.size,
      signatures: decisions.signatures,
    };
  }

  get #phase(): BpfpStatus["phase"] {
    const { instance, isChangingTrust, round } = this.#state;
    if (instance.deciding) return "deciding";
    if (isChangingTrust) return "changingTrust";
    if (instance.vote?.round === round) return "voted";
    return instance.proposal || instance.proposed?.round === round ? "proposed" : "idle";
  }

  #tick(): void {
    const state = this.#state;
    state.ticks++;
    state.ticksSinceResend++;
    if (state.waiting) state.timer.tick();
    // Time counts, but the proposer is not suspected: the block that is being applied may hold what is overdue.
    else if (state.work.overdue && state.instance.deciding) state.timer.tick();
    else state.timer.rewind();
    maybeSuspect(state);
    if (state.isResendDue) resend(state);
  }

  #message(one: Authentic<BpfpMessage>): void {
    const state = this.#state;
    const { message, sender } = one;
    if (message.membership < state.membership.from) {
      // Signatures under older decisions still make certificates; of older members who are behind, the rest is help.
      if (message.kind === "decided") takeDecided(state, one as Authentic<DecidedMessage>);
      else if (message.kind === "status" || message.kind === "promise")
        help(state, sender, decidedByAcceptor(message), message.membership);
      if (message.kind === "promise") takePromiseBefore(state, message);
      return;
    }
    if (message.membership > state.membership.from) {
      keepForLater(state, one);
      return;
    }
    if (state.isAcceptorAt(sender) && decidedByAcceptor(message) >= state.decided.height)
      state.isReached = true;
    switch (message.kind) {
      case "accept":
        takeAccept(state, one as Authentic<Accept>);
        return;
      case "learn":
        this.#learn(one as Authentic<Learn>);
        return;
      case "promise":
        takePromise(state, message);
        return;
      case "trustChange":
        takeTrustChange(state, one as Authentic<TrustChange>);
        return;
      case "status":
        takeStatus(state, one as Authentic<RoundStatus>);
        return;
      case "decided":
        takeDecided(state, one as Authentic<DecidedMessage>);
        return;
      case "checkpoint":
        takeCheckpoint(state, one as Authentic<Checkpoint>);
    }
  }

  #learn(learn: Authentic<Learn>): void {
    const state = this.#state;
    if (!state.isAcceptor) return;
    // Correction 10: what an acceptor says in a higher round shows that the round was asked for with reason.
    moveTo(state, learn.message.round, "followed");
    const { height } = learn.message;
    if (height > state.height) keepForLater(state, learn);
    else if (height === state.height && !state.instance.deciding) takeLearn(state, learn);
  }

  /** A height ends, and the next begins. */
  #applied(height: Height, hash: BlockHash, membership: Membership): void {
    const state = this.#state;
    const { deciding } = state.instance;
    assert(deciding !== undefined, `block ${height} applied that was not finalized: it comes as \`synced\``);
    assert(
      height === state.height && hash === deciding.hash,
      `block ${height} applied, expected ${state.height}`,
    );
    sayDecided(state);
    state.decided = { height, hash };
    state.isAhead = false;
    state.before = undefined;
    state.instance = new Instance();
    // Of each height anew: one who always misbehaves must not fill the memory.
    state.reported.clear();
    state.timer.decided(state.work.overdue);
    state.suspects = false;
    if (membership.from !== state.membership.from) state.enterMembership(membership);
    for (const message of state.later.take()) this.#message(message);
    countVotes(state);
  }
}
