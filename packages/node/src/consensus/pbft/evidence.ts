// What evidence is in PBFT: two votes of one member that contradict each other, signed both.
import type { Equivocation, Memberships } from "@witan/consensus";
import type { EvidenceView } from "../consensus-host.ts";
import type { EvidenceForm } from "../evidence-log.ts";
import { putEvidence, readEvidence } from "./records.ts";

/** How equivocations are kept. @param memberships of every height that evidence may be about */
export function pbftEvidence(memberships: Memberships): EvidenceForm<Equivocation> {
  return {
    read: readEvidence,
    put: putEvidence,
    // One for each kind of vote, membership and height.
    nameOf: ({ first: { sender, message } }) =>
      `${message.kind} ${message.membership} ${message.height} ${sender}`,
    keyOf: ({ first: { sender, message } }) => memberships(message.membership)?.members[sender]?.votingKey,
    viewOf: (evidence) => equivocationView(evidence, memberships),
  };
}

function equivocationView(
  { first, second }: Equivocation,
  memberships: Memberships,
): EvidenceView | undefined {
  const member = memberships(first.message.height)?.members[first.sender];
  if (member === undefined) return undefined;
  const { name, votingKey } = member;
  return {
    votingKey,
    height: first.message.height,
    told: {
      ...{ member: name, votingKey },
      first: { ...first.message, signature: first.signature },
      second: { ...second.message, signature: second.signature },
    },
  };
}
