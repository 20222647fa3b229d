// A member's node that runs with another peer key than its membership names: from a change of governance until it is
// started with the new key, or where it was started with that too early. Nothing else shows it: blocks go on without it.
import { formatPeerId } from "@witan/crypto";
import type { Height, Membership } from "@witan/primitives";
import type { NodePorts } from "../settings.ts";

/** Which peer key a membership names for this node, and which it has, as their peer ids. */
export interface OtherPeerKey {
  readonly member: string;
  readonly mode: Membership["mode"];
  /** Since when those members decide. */
  readonly from: Height;
  readonly named: string;
  readonly own: string;
}

/** Where a membership names another peer key for the member that this node is; undefined: it does not. */
export function otherPeerKey(
  { mode, from, members }: Membership,
  { signer, network }: Pick<NodePorts, "signer" | "network">,
): OtherPeerKey | undefined {
  const me = members.find(({ votingKey }) => signer.publicKeys.includes(votingKey));
  if (me === undefined || me.peerId === network.self) return undefined;
  return {
    ...{ member: me.name, mode, from },
    ...{ named: formatPeerId(me.peerId), own: formatPeerId(network.self) },
  };
}

/** What is so, and what to do, for a list of reasons. */
export function otherPeerKeyReason({ member, from, named, own }: OtherPeerKey): string {
  return `the members since height ${from} know ${member} by the peer key ${named}, and this node runs with ${own}: set keys.peer to the file of the key that they know, and restart`;
}

/** What is so, and what follows: one sentence. */
export function otherPeerKeyText({ member, mode, from, named, own }: OtherPeerKey): string {
  const follows =
    mode === "bp-fast-paxos"
      ? "it keeps silent as a member, since the others would not believe it"
      : "the others count it as not connected, and hear it only while their network.peers lists the key that it has";
  return `The members since height ${from} know ${member} by the peer key ${named}, and this node runs with ${own}: ${follows}.`;
}

/** What can be done: one sentence, and another for when the key is lost. */
export function otherPeerKeyAdvice({ member, named }: OtherPeerKey): string {
  return (
    `Set keys.peer of this node to the file of the key ${named} (witan keys show FILE tells which it is), and restart it. ` +
    `If nobody has that file, make a new peer key and have it named: witan governance propose replace-key ${member} --peer-id ID.`
  );
}
