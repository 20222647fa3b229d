// A small PBFT that is easy to read, and of which one rule can be left out: what the specimens run. It takes an input in,
// then looks through the rules of protocols/pbft.md, one after another, for what is to be done now. No speed, no bounds as
// in the real engine; never used by a node.
import {
  ballotMessage,
  type Engine,
  type PbftConfig,
  type PbftEffect,
  type PbftInput,
  type PbftMessage,
  type PbftStart,
  type PbftStatus,
  type Status,
  type Verified,
  type ViewChange,
} from "@witan/consensus";
import type { Height, MemberIndex, View } from "@witan/primitives";
import {
  decide,
  maybeConsider,
  maybeDecide,
  maybePrepare,
  maybePropose,
  proposalBuilt,
  proposalJudged,
  sayAccepted,
} from "./normal-case.ts";
import type { Rules } from "./rules.ts";
import { TeachingState } from "./state.ts";
import {
  beginView,
  changeView,
  maybeAnnounce,
  maybeJoin,
  ownViewChange,
  takeViewChange,
} from "./view-change.ts";

/** PBFT for teaching. */
export class TeachingPbft implements Engine<PbftInput, PbftEffect, PbftStatus> {
  readonly #state: TeachingState;

  constructor(config: PbftConfig, start: PbftStart, rules: Rules) {
    this.#state = new TeachingState(config, start, rules);
  }

  step(input: PbftInput): readonly PbftEffect[] {
    const state = this.#state;
    state.effects = [];
    this.#take(input);
    maybeJoin(state);
    maybeAnnounce(state);
    maybePropose(state);
    maybeConsider(state);
    maybePrepare(state);
    maybeDecide(state);
    return state.effects;
  }

  #take(input: PbftInput): void {
    const state = this.#state;
    switch (input.kind) {
      case "tick":
        this.#tick();
        return;
      case "workChanged":
        if (state.work.overdue && !input.overdue) state.ticksLeft = state.ticks;
        state.work = { pending: input.pending, overdue: input.overdue };
        return;
      case "message":
        this.#message(input.message);
        return;
      case "proposalBuilt":
        proposalBuilt(state, input);
        return;
      case "proposalJudged":
        proposalJudged(state, input);
        return;
      case "synced":
        decide(state, input.certificate);
        return;
      case "applied": {
        const { height, hash, membership } = input;
        state.enterHeight({ height, hash, certificate: state.deciding }, membership);
        return;
      }
      case "connected":
      case "checkpointHashed":
        // Connections never break here, and nothing that is kept needs a checkpoint to let it go.
        return;
    }
  }

  #tick(): void {
    const state = this.#state;
    if (++state.ticksSinceResend >= state.config.resendTicks) this.#resend();
    const isOverdue = state.work.overdue && state.deciding !== undefined && !state.changing;
    if (state.waits || isOverdue) state.ticksLeft = Math.max(0, state.ticksLeft - 1);
    else state.ticksLeft = state.ticks;
    if (state.waits && state.ticksLeft === 0) changeView(state, (state.view + 1) as View);
  }

  /** Says again what others may have missed, and where this validator stands. */
  #resend(): void {
    const state = this.#state;
    const { view, membership, decided } = state;
    state.ticksSinceResend = 0;
    if (state.me === undefined) return;
    if (state.changing) {
      const announced = state.announced?.view === view ? state.announced : undefined;
      state.broadcast(announced ?? ownViewChange(state));
    } else if (state.mayVote)
      for (const proposal of state.proposals.values()) {
        if (proposal.state !== "accepted") continue;
        const ballot = proposal.vote.message;
        sayAccepted(state, ballot);
        const isPrepared = state.prepared?.view === view && state.prepared.blockHash === ballot.blockHash;
        if (isPrepared && state.rules.commitPhase) state.broadcast(ballotMessage("commit", ballot));
      }
    const { height, hash: blockHash } = decided;
    state.broadcast({ kind: "status", membership: membership.from, view, height, blockHash });
  }

  #message(verified: Verified<PbftMessage>): void {
    const state = this.#state;
    const { message, sender } = verified;
    switch (message.kind) {
      case "prePrepare":
      case "prepare":
      case "commit":
        state.count(verified as Verified<typeof message>);
        return;
      case "status":
        this.#meet(sender, message, message.height);
        return;
      case "viewChange":
        this.#meet(sender, message, message.decidedHeight);
        if (message.membership === state.membership.from)
          takeViewChange(state, verified as Verified<ViewChange>);
        return;
      case "newView": {
        const isOurs = message.membership === state.membership.from;
        const isTaken = isOurs || (!state.rules.viewsOfMembers && message.membership < state.membership.from);
        if (isTaken) beginView(state, verified as Verified<typeof message>);
        return;
      }
      case "checkpoint":
        return;
    }
  }

  /** Helps one who is behind, in height or view; asks one who is ahead. */
  #meet(sender: MemberIndex, { membership, view, kind }: Status | ViewChange, height: Height): void {
    const { effects, decided, newView, changing, me, view: mine, membership: members } = this.#state;
    if (sender === me && membership === members.from) return;
    if (height < decided.height)
      effects.push({ kind: "sendDecided", to: sender, membership, height: (height + 1) as Height });
    if (membership !== members.from) return;
    if (height > decided.height) effects.push({ kind: "requestSync", height, from: [sender] });
    const isBehind = kind === "status" ? view < mine : view <= mine;
    if (isBehind && !changing && newView) effects.push({ kind: "forward", to: sender, message: newView });
  }

  status(): PbftStatus {
    const state = this.#state;
    const { view, height, membership, primary, me, quorum } = state;
    const accepted = [...state.proposals.values()].find((one) => one.state === "accepted")?.vote.message;
    const voters = (kind: "prepare" | "commit") =>
      accepted ? state.votes(kind, { view, blockHash: accepted.blockHash }).map(({ sender }) => sender) : [];
    return {
      ...{ mode: "pbft", membership: membership.from, height, view, phase: this.#phase, primary, me, quorum },
      timeoutTicks: state.waits ? state.ticksLeft : undefined,
      prepares: voters("prepare"),
      commits: voters("commit"),
      viewChanges: state.changing ? state.asking(view) : [],
    };
  }

  get #phase(): PbftStatus["phase"] {
    const { deciding, changing, prepared, proposals, view } = this.#state;
    if (deciding) return "deciding";
    if (changing) return "changingView";
    if (prepared?.view === view) return "prepared";
    return proposals.size > 0 ? "proposed" : "idle";
  }
}
