// Verifies a transaction's finality proof in this page, and tells each step in words. The node is asked for bytes and
// believed in nothing but this: that its genesis is that of the chain that is meant, which is said.
import {
  fetchProof,
  type Membership,
  membershipSteps,
  quorumOf,
  TrustedState,
  type VerifiedProof,
  verifyProof,
  voters,
} from "@witan/client";
import { countText, grouped, shortText, spanText } from "../words.ts";
import type { NodeLink } from "./node-link.ts";

/** One step of a check. */
export interface ProofStep {
  readonly title: string;
  readonly text: string;
  /** Hashes, names: to be compared. */
  readonly details: readonly string[];
  readonly state: "trusted" | "shown" | "failed";
}

/** What a check came to. */
export interface ProofReport {
  readonly verified: boolean;
  /** In a word or two. */
  readonly verdict: string;
  readonly steps: readonly ProofStep[];
}

/** Fetches the proof, and verifies it. @throws as `RpcClient.call` */
export async function checkProof(link: NodeLink, transaction: string): Promise<ProofReport> {
  const chain = await link.chain();
  const trusted: ProofStep = {
    title: "Trusted: the genesis",
    text:
      "The genesis that this node gave has this chain id, computed here. It is all that is trusted: compare it with one " +
      "that you have from somebody else.",
    details: [chain.chainId],
    state: "trusted",
  };
  const file = await fetchProof(link.rpc, { transaction });
  const begun = performance.now();
  const result = await verifyProof({ genesis: chain, proof: file.proof, transaction });
  const tookMs = performance.now() - begun;
  const bytes: ProofStep = {
    title: "Fetched: the proof",
    text: `${grouped(file.proof.length / 2)} bytes. Whoever gave them, what follows is computed from them.`,
    details: [],
    state: "shown",
  };
  if (!result.verified) {
    const failed: ProofStep = {
      title: `It shows nothing: ${result.code}`,
      text: `${result.message} Do not believe that the transaction is final; ask another node.`,
      details: [],
      state: "failed",
    };
    return { verified: false, verdict: "Not verified", steps: [trusted, bytes, failed] };
  }
  if (result.confirmations !== undefined) return depthReport([trusted, bytes], result, result.confirmations);
  const { crossed, membership, signers } = result;
  const changes = membershipSteps(TrustedState.ofGenesis(chain).membership, crossed);
  const steps: ProofStep[] = [
    trusted,
    bytes,
    {
      title: "Memberships: from the genesis to this block",
      text:
        changes.length === 0
          ? "The members of the genesis decided this block: no change had to be crossed."
          : `${countText(changes.length, "change")} of the members crossed, each signed by a quorum of the members before it.`,
      details: changes.map(stepText),
      state: "shown",
    },
    {
      title: "Certificate: who signed the block",
      text: `${signers.length} of ${quorumText(membership)} Each signature was checked here.`,
      details: signers,
      state: "shown",
    },
    {
      title: "Inclusion: the transaction is in the block",
      text: `It is at position ${grouped(result.index)} of block ${grouped(result.height)}, by a Merkle branch up to the root that the signed header names. The block's hash:`,
      details: [result.blockHash],
      state: "shown",
    },
    {
      title: "So it is final",
      text: `Transaction ${shortText(result.transaction)} is final for good. Checking took ${spanText(tookMs)} in this page.`,
      details: [],
      state: "shown",
    },
  ];
  return { verified: true, verdict: "Verified: final", steps };
}

/** Under proof of work nobody signs, and nothing is final for good. */
function depthReport(
  before: readonly ProofStep[],
  { transaction, index, height, blockHash }: VerifiedProof,
  confirmations: number,
): ProofReport {
  const steps: ProofStep[] = [
    ...before,
    {
      title: "Inclusion: the transaction is in the block",
      text: `It is at position ${grouped(index)} of block ${grouped(height)}, by a Merkle branch up to the root that the header names. The block's hash:`,
      details: [blockHash],
      state: "shown",
    },
    {
      title: "Work: the headers from the genesis on",
      text: `Each follows the one before, with the work that is prescribed there. ${countText(confirmations, "block")} from its own to the last.`,
      details: [],
      state: "shown",
    },
    {
      title: "So it is that deep, and not final for good",
      text: `Whoever undoes ${shortText(transaction)} has to come with a branch of more work. That there is none yet, no proof shows: ask several nodes.`,
      details: [],
      state: "shown",
    },
  ];
  return { verified: true, verdict: `Verified: ${countText(confirmations, "confirmation")}`, steps };
}

function quorumText(membership: Membership): string {
  const count = voters(membership).length;
  const quorum = membership.mode === "pow" ? count : quorumOf(membership.mode, count);
  return `${count} members that vote; ${quorum} are a quorum.`;
}

function stepText(step: ReturnType<typeof membershipSteps>[number]): string {
  const part = (names: readonly string[], what: string): readonly string[] =>
    names.length === 0 ? [] : [`${what} ${names.join(", ")}`];
  const parts = [
    ...part(step.joined, "joined:"),
    ...part(step.left, "left:"),
    ...part(step.newKeys, "new voting key:"),
  ];
  return `from block ${grouped(step.from)} on: ${parts.length === 0 ? "other data of members" : parts.join("; ")}`;
}
