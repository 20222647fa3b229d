// What an operator can do about what consensus waits for. Only what helps: where all is well, nothing.
import { otherPeerKeyAdvice } from "../consensus/peer-key.ts";
import type { MemberState, MemberView, Outlook } from "./outlook.ts";
import { listed } from "./sentences.ts";

/** Members that each get advice of their own. */
const ADVISED_MAX = 4;
/** A member that runs is heard of several times in a view timeout. */
const SILENT_TIMEOUTS = 2;

/** What can be done, the most urgent first. */
export function adviceOf(outlook: Outlook): readonly string[] {
  return [
    ...peerKey(outlook),
    ...quorum(outlook),
    ...sync(outlook),
    ...each(outlook, "disconnected", disconnected),
    ...each(outlook, "silent", (member) => silent(outlook, member)),
    ...each(outlook, "behind", behind),
    ...each(outlook, "equivocating", (member) => equivocating(outlook, member)),
    ...self(outlook),
  ];
}

function peerKey({ otherPeerKey }: Outlook): readonly string[] {
  return otherPeerKey === undefined ? [] : [otherPeerKeyAdvice(otherPeerKey)];
}

function quorum({ waitingFor, me, status, reachable, members }: Outlook): readonly string[] {
  if (waitingFor !== "peers") return [];
  const away = members.filter(({ state }) => state === "disconnected").map(({ name }) => name);
  if (me === undefined)
    return ["Look at network.peers of this node: it needs the address of at least one member that runs."];
  const needed = status.quorum - reachable;
  return [
    `Bring back at least ${needed} of ${listed(away)}. If all of them run, it is this node that is cut off: look at its own line to them.`,
  ];
}

function sync({ waitingFor }: Outlook): readonly string[] {
  if (waitingFor !== "sync") return [];
  return [
    "Wait. If the height of this node does not grow, see witan peers (node_peers): it needs one honest peer that answers.",
  ];
}

/** What the last failure was, the sentence on the member says. */
function disconnected({ name, address }: MemberView): string {
  const where =
    address === undefined ? "from here; its address is not in network.peers" : `at ${address} from here`;
  return `See on the machine of ${name} whether its node runs (witan status), and whether it can be reached ${where}.`;
}

function silent({ now, viewTimeoutMs }: Outlook, { name, lastHeard }: MemberView): string {
  const isGone = lastHeard === undefined || now - lastHeard > SILENT_TIMEOUTS * viewTimeoutMs;
  return isGone
    ? `Look at ${name}: it is connected, and says nothing at all; its process may hang, or its machine be overloaded.`
    : `${name} runs, so its part may be on its way; if it stays missing, look into its log, and compare its clock with others.`;
}

function behind({ name, height }: MemberView): string {
  return `${name} fetches the blocks after ${height} by itself; if its height does not grow, look into its log and at its disk.`;
}

function equivocating({ status: { mode } }: Outlook, { name }: MemberView): string {
  if (mode !== "pbft")
    return `Read consensus_evidence: it says what ${name} did. If it was no mistake of its operator, remove it, or replace its keys, with witan governance propose.`;
  return `Find out who has the voting key of ${name}: two nodes with one key vote twice. consensus_evidence has the proof; replace its key, or remove it, with witan governance propose.`;
}

function self({ status, me, missing, waitingFor, isWanted }: Outlook): readonly string[] {
  if (me === undefined) return [];
  if (status.silentUntil !== undefined)
    return [
      `Nothing need be done: this node votes again by itself after height ${status.silentUntil}. If so many members are silent that nothing is decided, give them their latest data back (docs/operations.md).`,
    ];
  const isOwn =
    missing.includes(me) &&
    (waitingFor === "proposal" || waitingFor === "new-view" || waitingFor === "new-round");
  if (!isOwn || !isWanted) return [];
  return [
    "If this node stays the one that is waited for, look into its log: its disk or its verifier may be slow.",
  ];
}

function each(
  { members }: Outlook,
  state: MemberState,
  advice: (member: MemberView) => string,
): readonly string[] {
  const found = members.filter((member) => member.state === state);
  const told = found.slice(0, ADVISED_MAX).map(advice);
  const rest = found.slice(ADVISED_MAX).map(({ name }) => name);
  return rest.length === 0 ? told : [...told, `The same for ${listed(rest)}.`];
}
