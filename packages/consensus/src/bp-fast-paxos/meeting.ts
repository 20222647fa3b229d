// How processes that stand at different heights or in different rounds meet (correction 10, "Many instances"): what is
// said again, who is helped, who is asked. Votes for nothing new.
import type { Hash, Height, MemberIndex } from "@witan/primitives";
import type { Authentic } from "../engine.ts";
import type { Checkpoint } from "../pbft/messages.ts";
import { sayLearn } from "./accepting.ts";
import { help, ownStatus } from "./asking.ts";
import { countVotes, takeWord } from "./learning.ts";
import type { RoundStatus } from "./messages.ts";
import { proposeDecided, sayProposed, showProof } from "./proposing.ts";
import type { BpfpState } from "./state.ts";
import { moveTo, sayPromise, saySuspicion } from "./trust.ts";

/** Sends again what others may have missed. */
export function resend(state: BpfpState): void {
  const reached = state.isReached;
  state.restartResend();
  const { vote } = state.instance;
  if (state.isAcceptor) {
    if (state.start === undefined) sayPromise(state);
    if (vote?.round === state.round && !state.instance.deciding) sayLearn(state, vote);
    if (state.suspects) saySuspicion(state);
    const checkpoint = state.checkpoints.unsettled;
    if (checkpoint) state.emit({ kind: "broadcast", to: "acceptors", message: checkpoint });
  } else {
    sayProposed(state, "acceptors");
    if (!reached) proposeDecided(state);
  }
  askCertificates(state);
  if (state.me !== undefined) state.emit({ kind: "broadcast", to: "everyone", message: ownStatus(state) });
}

/** Asks what certifies the heights that were decided long enough ago: DECIDEDs get lost. */
function askCertificates(state: BpfpState): void {
  const heights = state.decisions.waiting(state.heightAtResend);
  state.heightAtResend = state.decided.height;
  const from = state.cast.acceptors.filter((one) => one !== state.me);
  if (heights.length > 0 && from.length > 0) state.emit({ kind: "requestCertificates", heights, from });
}

/** Tells a member that was just connected where this one stands, and what the state was at the last checkpoint. */
export function greet(state: BpfpState, member: MemberIndex): void {
  // What was asked of it by the connection before came to nothing.
  state.asked.delete(member);
  if (state.me === undefined || member === state.me) return;
  const { own } = state.checkpoints;
  if (own && state.isAcceptorAt(member)) state.emit({ kind: "send", to: member, message: own });
  state.emit({ kind: "send", to: member, message: ownStatus(state) });
}

/** Says what the state is after a height; again on the timer until a quorum has said the same, and on connecting. */
export function sayCheckpoint(state: BpfpState, height: Height, digest: Hash): void {
  if (!state.isAcceptor) return;
  const message: Checkpoint = { kind: "checkpoint", membership: state.membership.from, height, digest };
  state.checkpoints.say(message);
  state.emit({ kind: "broadcast", to: "acceptors", message });
}

/** An acceptor says what the state is after a height. */
export function takeCheckpoint(state: BpfpState, checkpoint: Authentic<Checkpoint>): void {
  if (!state.isAcceptor) return;
  const { message, sender } = checkpoint;
  const lacked = sender === state.me ? undefined : state.checkpoints.lackedBy(checkpoint);
  if (lacked !== undefined) state.emit({ kind: "send", to: sender, message: lacked });
  const { height, digest } = message;
  if (state.checkpoints.add(checkpoint, state.quorum))
    state.emit({ kind: "stableCheckpoint", height, digest });
}

/** Another says where it stands. Proposers are not believed: of them it matters only that they are behind. */
export function takeStatus(state: BpfpState, { message, sender }: Authentic<RoundStatus>): void {
  if (sender === state.me) return;
  if (message.height < state.decided.height) help(state, sender, message.height, state.membership.from);
  if (!state.isAcceptorAt(sender)) return;
  if (state.isAcceptor) moveTo(state, message.round, "followed");
  else if (message.round > state.round) state.enterRound(message.round, "followed");
  else showProof(state, sender, message);
  // Of a round of its own a proposer knows by itself.
  const isOfOthers = !state.isAcceptor && !state.isTrusted && message.round === state.round;
  if (isOfOthers && message.proven === "yes") state.isSaidProven = true;
  takeWord(state, sender, message);
  if (state.isAcceptor) return;
  state.votes.add(sender, message);
  countVotes(state);
}
