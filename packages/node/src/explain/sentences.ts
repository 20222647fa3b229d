// Where consensus stands, in plain words: what it waits for, in whose hands that is, what follows if nothing comes; and
// what an operator can do. Names members and numbers. Says nothing that the outlook does not show.
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

function standing({ tip, now, status, me, primary, members }: Outlook): string {
  const { height, view, quorum } = status;
  const since = tip.height === 0 ? "" : `, made ${spanText(now - tip.timestamp)} ago`;
  const who = me === undefined ? "this node only watches" : `this node is ${me}`;
  return (
    `Block ${tip.height} is final${since}. Height ${height} is decided by ${members.length} members, of whom ${quorum} must ` +
    `agree, in view ${view} with ${primary} as primary; ${who}.`
  );
}

function step(outlook: Outlook): readonly string[] {
  const { waitingFor, status, primary, me, done, votes, target, tip, reachable } = outlook;
  const missing = outlook.missing.length === 0 ? "" : `; missing: ${listed(outlook.missing)}`;
  switch (waitingFor) {
    case "transactions":
      return [idle(outlook)];
    case "proposal":
      return [
        `It waits for ${primary === me ? "this node's own" : `${primary}'s`} proposal: ${work(outlook)}, and no block has been proposed.`,
      ];
    case "prepares":
      return [
        `${primary} has proposed a block; it has ${votes.have} of the ${votes.needed} PREPAREs that it needs (${listed(done)})${missing}.`,
      ];
    case "commits":
      return [
        `A quorum has prepared ${primary}'s block; it has ${votes.have} of the ${votes.needed} COMMITs that make it final (${listed(done)})${missing}.`,
      ];
    case "block":
      return [
        `The block of height ${status.height} is decided; this node fetches its body, or writes it down.`,
      ];
    case "view-changes":
      return [
        `View ${status.view} is asked for, since nothing was decided in time in the view before: ${votes.have} of the ${votes.needed} members that it needs ask for it (${listed(done)})${missing}.`,
      ];
    case "new-view":
      return [
        `${votes.have} members ask for view ${status.view}, which is enough: ${primary === me ? "this node" : primary}, its primary, is to begin it, and has not.`,
      ];
    case "sync":
      return [
        `Members have blocks up to ${target ?? tip.height}; this node is at ${tip.height} and fetches them. It takes part again when it is there.`,
      ];
    case "peers":
      return me === undefined
        ? ["No member can be reached from here, so nothing is heard of new blocks."]
        : [
            `Only ${reachable} of ${outlook.members.length} members can be reached, this node among them; with fewer than ${status.quorum} nothing becomes final. What is final stays so.`,
          ];
  }
}

function idle({ pending, emptyBlockInMs, members, status }: Outlook): string {
  const isWell =
    status.silentUntil === undefined && members.every(({ state }) => state === "me" || state === "ready");
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
function own({ me, status, missing, waitingFor }: Outlook): readonly string[] {
  if (me === undefined) return [];
  if (status.silentUntil !== undefined)
    return [
      `This node signs no vote up to height ${status.silentUntil}: its data are older than its signer guard, so it has forgotten votes that it has sent.`,
    ];
  if (waitingFor === "prepares" && missing.includes(me))
    return ["This node has not voted yet: it fetches the block's body, or judges it."];
  return [];
}

function timer({ timeoutMs, phase, status, nextPrimary, me }: Outlook): readonly string[] {
  if (timeoutMs === undefined || me === undefined) return [];
  const { view } = status;
  const next = `view ${view + 1} with ${nextPrimary} as primary`;
  return [
    phase === "changingView"
      ? `If view ${view} does not begin within ${spanText(timeoutMs)}, this node asks for ${next}.`
      : `If nothing is decided within ${spanText(timeoutMs)}, this node gives up view ${view} and asks for ${next}.`,
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
      what: (many) => `${many ? "have" : "has"} voted twice lately, which signatures prove`,
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

/** How many more may fail. */
function reserve({ reachable, status: { quorum }, members, me, waitingFor }: Outlook): readonly string[] {
  if (me === undefined || waitingFor === "peers" || reachable === members.length) return [];
  const spare = reachable - quorum;
  return [
    spare === 0
      ? `${reachable} of ${members.length} members can be reached, just enough: if one more fails, nothing becomes final.`
      : `${reachable} of ${members.length} members can be reached: ${spare} more may fail before nothing becomes final.`,
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
