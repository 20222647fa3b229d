// A proposal as people read it before they approve or submit it.
import { changeText } from "../governance-change.ts";
import type { ProposalFile } from "../governance-file.ts";
import type { NodeGovernance } from "../governance-state.ts";
import { table } from "../output.ts";
import { timeText } from "../time.ts";

type Members = NodeGovernance["members"];

/**
 * A proposal for people.
 * @param members as a node tells them, where one was asked: then approvals go by name
 */
export function proposalLines(
  { chainId, sealed, body, approvals }: ProposalFile,
  members?: Members,
): readonly string[] {
  const by = approvals.map(({ publicKey }) => signerText(publicKey, members));
  return table([
    ["proposal", `${sealed.id} (compare it: the same id is the same change)`],
    ["would", changeText(body.change)],
    ["chain id", chainId],
    ["sequence", `${body.sequence}`],
    ["valid until", timeText(body.validUntil)],
    ["approved by", by.join(", ") || "nobody yet"],
  ]);
}

/** Whose key it is; the key alone where nobody was asked. */
function signerText(publicKey: string, members: Members | undefined): string {
  if (members === undefined) return publicKey;
  const member = members.find(({ operatorKey }) => operatorKey === publicKey);
  return member === undefined
    ? `${publicKey}, which is no member's operator key`
    : `${member.name} (${publicKey})`;
}
