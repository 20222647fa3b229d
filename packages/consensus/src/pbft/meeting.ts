// How validators that stand at different heights or in different views meet (protocols/pbft.md, "Lost messages"): what
// is said again, who is helped, who is asked. Votes for nothing new.
import type { Hash, Height, MemberIndex, PbftCertificate } from "@witan/primitives";
import type { Verified } from "../engine.ts";
import {
  ballotMessage,
  type Checkpoint,
  type PbftMessage,
  type Status,
  type ViewChange,
} from "./messages.ts";
import { decide, sayVote } from "./normal-case.ts";
import { slotOf } from "./slots.ts";
import type { PbftState } from "./state.ts";

/** Sends again what others may have missed. */
export function resend(state: PbftState): void {
  state.restartResend();
  if (state.me === undefined) return;
  const { proposal, prepared } = state.instance;
  if (state.stage.kind === "changing") {
    // Once its NEW-VIEW is made, a primary asks for the view no more: at a later height that would be another message,
    // and go back behind the NEW-VIEW in the order of slots.
    const announced = state.announced?.view === state.view ? state.announced : undefined;
    state.broadcast(announced ?? ownViewChange(state));
  } else if (state.mayVote && proposal?.state === "accepted") {
    sayVote(state, proposal);
    if (prepared?.view === state.view) state.broadcast(ballotMessage("commit", prepared));
  }
  const checkpoint = state.checkpoints.unsettled;
  if (checkpoint) state.broadcast(checkpoint);
  state.broadcast(ownStatus(state));
}

/** Tells a member that was just connected where this validator stands, and what the state was at the last checkpoint. */
export function greet(state: PbftState, member: MemberIndex): void {
  // What was asked of it by the connection before came to nothing.
  state.asked.delete(member);
  if (state.me === undefined || member === state.me) return;
  const { own } = state.checkpoints;
  for (const message of own ? [own, ownStatus(state)] : [ownStatus(state)]) tell(state, member, message);
}

/** Sends what this validator has said, or says of where it stands, to one member. */
export function tell(state: PbftState, to: MemberIndex, message: Checkpoint | Status): void {
  state.emit({ kind: "send", to, message, slot: slotOf(message, state.decided.height) });
}

/** Says what the state is after a height; again on the timer until a quorum has said the same, and on connecting. */
export function sayCheckpoint(state: PbftState, height: Height, digest: Hash): void {
  if (state.me === undefined) return;
  const message: Checkpoint = { kind: "checkpoint", membership: state.membership.from, height, digest };
  state.checkpoints.say(message);
  state.broadcast(message);
}

function ownStatus({ membership, view, decided }: PbftState): Status {
  return {
    kind: "status",
    membership: membership.from,
    view,
    height: decided.height,
    blockHash: decided.hash,
  };
}

/** This validator asks for its view. Always the same for one height and view: what it rests on is durable. */
export function ownViewChange({ membership, view, decided, instance }: PbftState): ViewChange {
  return {
    kind: "viewChange",
    membership: membership.from,
    view,
    decidedHeight: decided.height,
    decided: decided.certificate ? [decided.certificate] : [],
    prepared: instance.prepared ? [instance.prepared] : [],
  };
}

/** Another says where it stands. */
export function takeStatus(state: PbftState, { message, sender }: Verified<Status>): void {
  meetHeight(state, sender, message.height, undefined);
  if (message.view < state.view && state.stage.kind === "voting") showView(state, sender);
}

/** Helps one who is behind, and asks one who is ahead. */
export function meetHeight(
  state: PbftState,
  sender: MemberIndex,
  height: Height,
  certificate: PbftCertificate | undefined,
): void {
  if (sender === state.me) return;
  if (height < state.decided.height) help(state, sender, height, state.membership.from);
  else if (height === state.height && certificate) decide(state, certificate);
  else ask(state, height, [sender]);
}

/**
 * Asks members for the blocks up to a height that they have decided. Each has one question at a time: another one once
 * that height is here, or on the timer of what is sent again, since a question may come to nothing. (A member that is
 * ahead shows it by every message; and what would be asked for each of them waits behind the disk, without a bound.)
 */
export function ask(state: PbftState, height: Height, members: readonly MemberIndex[]): void {
  const { asked, decided } = state;
  if (height <= decided.height) return;
  const from = members.filter((member) => (asked.get(member) ?? 0) <= decided.height);
  if (from.length === 0) return;
  for (const member of from) asked.set(member, height);
  state.emit({ kind: "requestSync", height, from });
}

/** Sends the block after a height to a member of the membership from `membership` on. */
export function help(state: PbftState, sender: MemberIndex, height: number, membership: Height): void {
  if (height >= state.decided.height) return;
  state.emit({ kind: "sendDecided", to: sender, membership, height: (height + 1) as Height });
}

/** Shows one who is in a lower view how the present one began. */
export function showView(state: PbftState, sender: MemberIndex): void {
  if (sender === state.me || state.newView === undefined) return;
  state.emit({ kind: "forward", to: sender, message: state.newView });
}

/**
 * Keeps a message for a height or for members that are not reached yet: bounded per sender, the newest stay. One height
 * further is how validators always are; beyond that, blocks are missing here. (A message of members that are known to
 * the host but not here yet asks for nothing: their first block is about to be applied.)
 */
export function keepForLater(state: PbftState, verified: Verified<PbftMessage>): void {
  const { message, sender } = verified;
  // Where a sender stands is soon said again, and must not push out its votes.
  if (message.kind !== "status") state.later.add(verified);
  const decided = decidedBySender(message);
  if (message.membership === state.membership.from && decided > state.height) ask(state, decided, [sender]);
}

/** The height that the sender of a message has decided, at least. */
export function decidedBySender(message: PbftMessage): Height {
  switch (message.kind) {
    case "prePrepare":
    case "prepare":
    case "commit":
      return (message.height - 1) as Height;
    case "viewChange":
      return message.decidedHeight;
    case "status":
    case "checkpoint":
      return message.height;
    case "newView":
      return 0 as Height;
  }
}
