// A proposal as people read it before they approve or submit it.
import { changeText } from "../governance-change.ts";
import type { ProposalFile } from "../governance-file.ts";
import { table } from "../output.ts";
import { timeText } from "../time.ts";

/** A proposal for people. */
export function proposalLines({ chainId, sealed, body, approvals }: ProposalFile): readonly string[] {
  return table([
    ["proposal", `${sealed.id} (compare it: the same id is the same change)`],
    ["would", changeText(body.change)],
    ["chain id", chainId],
    ["sequence", `${body.sequence}`],
    ["valid until", timeText(body.validUntil)],
    ["approved by", approvals.map(({ publicKey }) => publicKey).join(", ") || "nobody yet"],
  ]);
}
