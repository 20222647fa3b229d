// Where consensus stands, in plain words: what it waits for, in whose hands that is, what follows if nothing comes; and
// what an operator can do. Names members and numbers. Says nothing that the outlook does not show.
import { otherPeerKeyText } from "../consensus/peer-key.ts";
import type { MemberState, MemberView, Outlook } from "./outlook.ts";

/** Names that are told one by one. */
const NAMED_MAX = 6;

/** What there is to say, the most important first. */
export function sentencesOf(outlook: Outlook): readonly string[] {
  return [
    standing(outlook),
    ...step(outlook),
    ...own(outlook),
    ...timer(outlook),
    ...troubles(outlook),
    ...reserve(outlook),
  ];
}

function standing(outlook: Outlook): string {
  const { tip, now, status, me, leader, voters, words, number } = outlook;
  const { height, quorum } = status;
  const since = tip.height === 0 ? "" : `, made ${spanText(now - tip.timestamp)} ago`;
  const who = me === undefined ? "this node only watches" : `this node is ${me}`;
  return (
    `Block ${tip.height} is final${since}. Height ${height} is decided by ${voters} ${deciders(outlook)}, of whom ${quorum} must ` +
    `agree, in ${words.turn} ${number} with ${leader} as ${words.leader}; ${who}.`
  );
}

function step(outlook: Outlook): readonly string[] {
  const { waitingFor, status, leader, me, done, votes, target, tip, reachable, number, voters } = outlook;
  const missing = outlook.missing.length === 0 ? "" : `; missing: ${listed(outlook.missing)}`;
  switch (waitingFor) {
    case "transactions":
      return [idle(outlook)];
    case "proposal":
      return [
        `It waits for ${leader === me ? "this node's own" : `${leader}'s`} proposal: ${work(outlook)}, and no block has been proposed.`,
      ];
    case "prepares":
      return [
        `${leader} has proposed a block; it has ${votes.have} of the ${votes.needed} PREPAREs that it needs (${listed(done)})${missing}.`,
      ];
    case "commits":
      return [
        `A quorum has prepared ${leader}'s block; it has ${votes.have} of the ${votes.needed} COMMITs that make it final (${listed(done)})${missing}.`,
      ];
    case "block":
      return [
        `The block of height ${status.height} is decided; this node fetches its body, or writes it down.`,
      ];
    case "learns":
      return [
        status.mode === "bp-fast-paxos" && status.part !== "acceptor"
          ? `${leader} has proposed a block; acceptors vote for it among themselves, and this node hears of it when they have decided.`
          : `${leader} has proposed a block; ${votes.have} of the ${votes.needed} acceptors that make it final have voted (${listed(done)})${missing}.`,
      ];
    case "promises":
      return [
        `Acceptors ask for round ${number}, which is this node's: it has ${votes.have} of the ${votes.needed} promises that begin it (${listed(done)})${missing}.`,
      ];
    case "new-round":
      return [
        `Acceptors trust the proposer of the round before no more: ${leader === me ? "this node" : leader}, the proposer of round ${number}, is to begin it, and has not.`,
      ];
    case "view-changes":
      return [
        `View ${number} is asked for, since nothing was decided in time in the view before: ${votes.have} of the ${votes.needed} members that it needs ask for it (${listed(done)})${missing}.`,
      ];
    case "new-view":
      return [
        `${votes.have} members ask for view ${number}, which is enough: ${leader === me ? "this node" : leader}, its primary, is to begin it, and has not.`,
      ];
    case "sync":
      return [
        `Members have blocks up to ${target ?? tip.height}; this node is at ${tip.height} and fetches them. It takes part again when it is there.`,
      ];
    case "peers":
      return me === undefined
        ? ["No member can be reached from here, so nothing is heard of new blocks."]
        : [
            `Only ${reachable} of ${voters} ${deciders(outlook)} can be reached${status.mode === "pbft" ? ", this node among them" : ""}; with fewer than ${status.quorum} nothing becomes final. What is final stays so.`,
          ];
  }
}

function idle({ pending, emptyBlockInMs, members, status, otherPeerKey }: Outlook): string {
  const isWell =
    (status.silentUntil ?? otherPeerKey) === undefined &&
    members.every(({ state }) => state === "me" || state === "ready");
  const empty =
    emptyBlockInMs === undefined ? "" : ` Without one, an empty block is due in ${spanText(emptyBlockInMs)}.`;
  const held =
    pending === 0
      ? "no transaction is pending"
      : `${pendingText(pending)}, which may not stand in a block yet`;
  return `${isWell ? "Nothing is amiss" : "It waits for transactions only"}: ${held}. A block is made as soon as there is a transaction for it.${empty}`;
}

function work({ pending, isWanted }: Outlook): string {
  return isWanted ? pendingText(pending) : "an empty block is due";
}

/** What keeps this node itself from voting. */
function own({ me, status, missing, waitingFor, otherPeerKey }: Outlook): readonly string[] {
  if (otherPeerKey !== undefined) return [otherPeerKeyText(otherPeerKey)];
  if (me === undefined) return [];
  if (status.silentUntil !== undefined)
    return [
      `This node signs no vote up to height ${status.silentUntil}: its data are older than its signer guard, so it has forgotten votes that it has sent.`,
    ];
  if (waitingFor === "prepares" && missing.includes(me))
    return ["This node has not voted yet: it fetches the block's body, or judges it."];
  return [];
}

function timer({ timeoutMs, isChanging, number, nextLeader, words, me }: Outlook): readonly string[] {
  if (timeoutMs === undefined || me === undefined) return [];
  const { turn } = words;
  const next = `${turn} ${number + 1} with ${nextLeader} as ${words.leader}`;
  return [
    isChanging
      ? `If ${turn} ${number} does not begin within ${spanText(timeoutMs)}, this node asks for ${next}.`
      : `If nothing is decided within ${spanText(timeoutMs)}, this node ${words.givesUp} ${turn} ${number} and asks for ${next}.`,
  ];
}

function troubles(outlook: Outlook): readonly string[] {
  const { now, tip } = outlook;
  const heard = ({ lastHeard }: MemberView): string =>
    lastHeard === undefined ? "never heard of" : `last heard of ${spanText(now - lastHeard)} ago`;
  const why = ({ failure }: MemberView): string => (failure === undefined ? "" : `; ${failure}`);
  const far = ({ height }: MemberView): string =>
    `at height ${height ?? 0}, ${tip.height - (height ?? 0)} blocks back`;
  return [
    ...told(outlook, "disconnected", {
      detail: (one) => heard(one) + why(one),
      what: (many) => `${many ? "are" : "is"} not connected to this node`,
    }),
    ...told(outlook, "silent", {
      detail: heard,
      what: (many) => `${many ? "are" : "is"} connected, and what is waited for has not come`,
    }),
    ...told(outlook, "behind", { detail: far, what: (many) => `${many ? "are" : "is"} behind` }),
    ...told(outlook, "equivocating", {
      detail: heard,
      what: (many) => `${many ? "have" : "has"} ${misdeed(outlook)}`,
    }),
  ];
}

function told(
  { members }: Outlook,
  state: MemberState,
  words: {
    readonly detail: (member: MemberView) => string;
    readonly what: (many: boolean) => string;
  },
): readonly string[] {
  const found = members.filter((member) => member.state === state);
  if (found.length === 0) return [];
  const named = found.slice(0, NAMED_MAX).map((member) => `${member.name} (${words.detail(member)})`);
  return [`${joined(named, found.length)} ${words.what(found.length > 1)}.`];
}

/** What it is that evidence is of. */
function misdeed({ status: { mode } }: Outlook): string {
  return mode === "pbft"
    ? "voted twice lately, which signatures prove"
    : "misbehaved lately, as consensus_evidence says";
}

/** Who decides, in the plural. */
function deciders({ words }: Outlook): string {
  return words.leader === "primary" ? "members" : "acceptors";
}

/** How many more may fail. */
function reserve(outlook: Outlook): readonly string[] {
  const { reachable, status, voters, me, waitingFor } = outlook;
  if (me === undefined || waitingFor === "peers" || reachable === voters) return [];
  const spare = reachable - status.quorum;
  const reached = `${reachable} of ${voters} ${deciders(outlook)} can be reached`;
  return [
    spare === 0
      ? `${reached}, just enough: if one more fails, nothing becomes final.`
      : `${reached}: ${spare} more may fail before nothing becomes final.`,
  ];
}

/** Names, the first of them one by one. */
export function listed(names: readonly string[]): string {
  return names.length === 0 ? "nobody" : joined(names.slice(0, NAMED_MAX), names.length);
}

function joined(first: readonly string[], all: number): string {
  if (all > first.length) return `${first.join(", ")} and ${all - first.length} more`;
  return first.length < 2 ? first.join("") : `${first.slice(0, -1).join(", ")} and ${first.at(-1)}`;
}

function pendingText(count: number): string {
  return count === 1 ? "1 transaction is pending" : `${count} transactions are pending`;
}

/** A span of time for people. */
export function spanText(ms: number): string {
  const seconds = Math.max(0, ms) / 1_000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const minutes = seconds / 60;
  return minutes < 120 ? `${Math.round(minutes)} min` : `${Math.round(minutes / 60)} h`;
}
