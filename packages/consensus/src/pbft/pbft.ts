// The PBFT engine: takes one input at a time and hands it to the rule that it is about (protocols/pbft.md). One instance
// per height; `decided` is the last applied block, everything else is about the height after it.
import { assert, type BlockHash, type Height, type Membership, type View } from "@witan/primitives";
import type { Engine, Verified } from "../engine.ts";
import { Instance } from "./instance.ts";
import {
  decidedBySender,
  greet,
  help,
  keepForLater,
  resend,
  sayCheckpoint,
  takeStatus,
  tell,
} from "./meeting.ts";
import type { Checkpoint, NewView, PbftMessage, Status, ViewChange } from "./messages.ts";
import {
  decide,
  maybeConsider,
  maybePropose,
  proposalBuilt,
  proposalJudged,
  takeVote,
} from "./normal-case.ts";
import { PbftState } from "./state.ts";
import type { PbftConfig, PbftEffect, PbftInput, PbftKept, PbftStart, PbftStatus } from "./types.ts";
import { beginView, changeView, takeViewChange } from "./view-change.ts";
import type { VoteMessage } from "./votes.ts";

/** The PBFT engine. */
export class Pbft implements Engine<PbftInput, PbftEffect, PbftStatus> {
  readonly #state: PbftState;

  constructor(config: PbftConfig, start: PbftStart) {
    this.#state = new PbftState(config, start);
  }

  step(input: PbftInput): readonly PbftEffect[] {
    this.#take(input);
    maybePropose(this.#state);
    return this.#state.takeEffects();
  }

  #take(input: PbftInput): void {
    const state = this.#state;
    switch (input.kind) {
      case "tick":
        this.#tick();
        return;
      case "workChanged":
        // What was overdue is in a block: whoever is primary has all its time again.
        if (state.work.overdue && !input.overdue) state.timer.rewind();
        state.work = { pending: input.pending, overdue: input.overdue };
        return;
      case "message":
        this.#message(input.message);
        return;
      case "proposalBuilt":
        proposalBuilt(state, input.height, input.view, input.hash);
        return;
      case "proposalJudged":
        proposalJudged(state, input);
        return;
      case "applied":
        this.#applied(input.height, input.hash, input.membership);
        return;
      case "synced":
        decide(state, input.certificate);
        return;
      case "connected":
        greet(state, input.member);
        return;
      case "checkpointHashed":
        sayCheckpoint(state, input.height, input.digest);
        return;
    }
  }

  status(): PbftStatus {
    const state = this.#state;
    const { proposal } = state.instance;
    const [prepares, commits] = proposal
      ? state.instance.voters(state.view, proposal.vote.message.blockHash)
      : [[], []];
    return {
      mode: "pbft",
      membership: state.membership.from,
      height: state.height,
      view: state.view,
      phase: this.#phase,
      primary: state.primaryIn(state.view),
      me: state.me,
      quorum: state.quorum,
      timeoutTicks: state.waiting ? state.timer.left : undefined,
      prepares,
      commits,
      viewChanges: state.stage.kind === "changing" ? state.viewChanges.askingFrom(state.view) : [],
    };
  }

  /** How much is kept in memory; never an input. */
  kept(): PbftKept {
    const { instance, viewChanges, later, checkpoints, asked, reported } = this.#state;
    return {
      ...instance.kept,
      viewChanges: viewChanges.size,
      later: later.size,
      checkpoints: checkpoints.size,
      asked: asked.size,
      reported: reported.size,
    };
  }

  get #phase(): PbftStatus["phase"] {
    const { instance, stage, view } = this.#state;
    if (instance.deciding) return "deciding";
    if (stage.kind === "changing") return "changingView";
    if (instance.prepared?.view === view) return "prepared";
    return instance.proposal ? "proposed" : "idle";
  }

  #tick(): void {
    const state = this.#state;
    state.ticksSinceResend++;
    if (state.isResendDue) resend(state);
    if (state.waiting) {
      if (state.timer.tick()) changeView(state, (state.view + 1) as View);
    } else if (state.work.overdue && state.instance.deciding && state.stage.kind === "voting") {
      // Time counts, but the view is not given up: the block that is being applied may hold what is overdue.
      state.timer.tick();
    } else state.timer.rewind();
  }

  #message(verified: Verified<PbftMessage>): void {
    const state = this.#state;
    const { message, sender } = verified;
    if (message.membership < state.membership.from) {
      // Of older members: they are told what was decided.
      if (message.kind === "viewChange" || message.kind === "status")
        help(state, sender, decidedBySender(message), message.membership);
      return;
    }
    if (message.membership > state.membership.from) {
      keepForLater(state, verified);
      return;
    }
    switch (message.kind) {
      case "viewChange":
        takeViewChange(state, verified as Verified<ViewChange>);
        return;
      case "newView":
        beginView(state, verified as Verified<NewView>);
        return;
      case "checkpoint":
        this.#checkpoint(verified as Verified<Checkpoint>);
        return;
      case "status":
        takeStatus(state, verified as Verified<Status>);
        return;
      default: {
        const early =
          message.height > state.height || (message.height === state.height && state.instance.deciding);
        if (early) keepForLater(state, verified);
        else takeVote(state, verified as Verified<VoteMessage>);
      }
    }
  }

  #checkpoint(verified: Verified<Checkpoint>): void {
    const state = this.#state;
    const { height, digest } = verified.message;
    const lacked = verified.sender === state.me ? undefined : state.checkpoints.lackedBy(verified);
    if (lacked !== undefined) tell(state, verified.sender, lacked);
    if (state.checkpoints.add(verified, state.quorum))
      state.emit({ kind: "stableCheckpoint", height, digest });
  }

  /** A height ends, and the next begins. */
  #applied(height: Height, hash: BlockHash, membership: Membership): void {
    const state = this.#state;
    const { deciding } = state.instance;
    assert(
      deciding !== undefined,
      `block ${height} applied that was not finalized: its certificate comes as \`synced\``,
    );
    assert(
      height === state.height && hash === deciding.blockHash,
      `block ${height} applied, expected ${state.height}`,
    );
    state.decided = { height, hash, certificate: deciding };
    state.instance = new Instance();
    // Of each height anew: one who always votes twice must not fill the memory.
    state.reported.clear();
    state.timer.decided(state.work.overdue);
    if (membership.from !== state.membership.from) state.enterMembership(membership);
    for (const message of state.later.take()) this.#message(message);
    maybeConsider(state);
  }
}
