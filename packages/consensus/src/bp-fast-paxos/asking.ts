// Who is asked for what is missing here, who is helped, and what is kept until it can be used ("Many instances"). Every
// question is bounded: one at a time for each member.
import type { Height, MemberIndex } from "@witan/primitives";
import type { Authentic } from "../engine.ts";
import type { BpfpMessage, RoundStatus } from "./messages.ts";
import type { BpfpState } from "./state.ts";

/** Where this process stands. */
export function ownStatus({ membership, round, start, decided, instance }: BpfpState): RoundStatus {
  const { vote } = instance;
  return {
    kind: "status",
    membership: membership.from,
    round,
    proven: start === undefined ? "no" : "yes",
    height: decided.height,
    blockHash: decided.hash,
    vote: vote?.round === round ? [vote.blockHash] : [],
  };
}

/** Tells a proposer, once for each time that own messages are sent again, that the proof of its round is lacking. */
export function askProof(state: BpfpState, proposer: MemberIndex): void {
  if (state.askedProof.has(proposer)) return;
  state.askedProof.add(proposer);
  state.emit({ kind: "send", to: proposer, message: ownStatus(state) });
}

/**
 * Asks acceptors for the blocks up to a height that they have decided. Each has one question at a time: another one once
 * that height is here, or on the timer of what is sent again, since a question may come to nothing.
 */
export function ask(state: BpfpState, height: Height, members: readonly MemberIndex[]): void {
  const { asked, decided } = state;
  if (height <= decided.height) return;
  const from = members.filter((one) => one !== state.me && (asked.get(one) ?? 0) <= decided.height);
  if (from.length === 0) return;
  for (const member of from) asked.set(member, height);
  state.emit({ kind: "requestSync", height, from });
}

/** A member that is behind is sent so many blocks until own messages are sent again; who lacks more asks for them. */
const HELPS_MAX = 4;

/**
 * An acceptor sends the block after a height to a member of the membership from `membership` on. So often at most: what is
 * sent waits behind the disk, and whoever says again and again that it is behind must not fill the memory.
 */
export function help(state: BpfpState, sender: MemberIndex, height: number, membership: Height): void {
  if (!state.isAcceptor || height >= state.decided.height) return;
  const helps = state.helps.get(sender) ?? 0;
  if (helps >= HELPS_MAX) return;
  state.helps.set(sender, helps + 1);
  state.emit({ kind: "sendDecided", to: sender, membership, height: (height + 1) as Height });
}

/**
 * Keeps a message for a height or for members that are not reached yet: bounded per sender, the newest stay. One height
 * further is how processes always are; beyond that, blocks are missing here. (A message of members that are known to the
 * host but not here yet asks for nothing: their first block is about to be applied.)
 */
export function keepForLater(state: BpfpState, one: Authentic<BpfpMessage>): void {
  const { message, sender } = one;
  // Where a sender stands is soon said again, and must not push out its votes.
  if (message.kind !== "status") state.later.add(one);
  if (message.membership !== state.membership.from) return;
  const decided = decidedByAcceptor(message);
  if (decided > state.height) ask(state, decided, [sender]);
}

/** The height that the acceptor that says this has decided, at least; what proposers say tells nothing. */
export function decidedByAcceptor(message: BpfpMessage): Height {
  switch (message.kind) {
    case "learn":
      return (message.height - 1) as Height;
    case "promise":
      return message.decidedHeight;
    case "status":
    case "decided":
    case "checkpoint":
      return message.height;
    case "accept":
    case "trustChange":
      return 0 as Height;
  }
}
