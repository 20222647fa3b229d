// Finality proofs, put together from what the chain keeps (docs/formats.md, section 13). Checks nothing: who asks does,
// trusting no node.
import {
  type BlockEvidence,
  type FinalityProof,
  type Header,
  inclusionBranch,
  type MembershipChange,
  membersBranch,
} from "@witan/ledger";
import { type Certificate, type Height, LIMITS, type Membership, present } from "@witan/primitives";
import { damageOf, keyOf } from "@witan/storage";
import { type ChainError, damaged } from "./chain-error.ts";
import type { ChainRecords } from "./chain-records.ts";
import type { GovernanceHistory } from "./governance-history.ts";
import type { NamedBlock } from "./named-blocks.ts";

/** What a proof is made from. */
export interface ProofSources {
  readonly records: ChainRecords;
  readonly governance: GovernanceHistory;
  /** All, in ascending order. */
  readonly memberships: readonly Membership[];
}

/** The proof of the transaction at `position` of a block, by what shows that block. */
export function finalityProof(
  { header, transactions }: NamedBlock,
  position: number,
  evidence: BlockEvidence,
): FinalityProof {
  const { id, witnessHash } = present(
    transactions[position],
    `transaction ${position} of block ${header.height}`,
  );
  return { id, witnessHash, index: position, branch: inclusionBranch(transactions, position), evidence };
}

/**
 * What shows a block final; undefined if a certificate that it needs is not at hand. It holds all changes of the members from
 * the genesis on, or the newest 1,024 of more: for who trusts a later membership.
 * @throws {ChainError} `damaged`, if the block, or what an earlier change of the members needs, is gone
 */
export function certifiedEvidence(sources: ProofSources, height: Height): BlockEvidence | undefined {
  const certificate = sources.records.certificate(height);
  if (certificate === undefined) return undefined;
  const header = sources.records.header(height);
  if (header === undefined)
    throw damaged([damageOf("missing", keyOf("block", height), "its certificate is there")]);
  const changes = membershipChanges(sources, height);
  return changes && { kind: "certified", changes, header, certificate };
}

/**
 * What shows a block of proof of work: headers from block 1 on to the tip, or as many as a proof may have, for who trusts a
 * later one.
 */
export function workEvidence(
  headerAt: (height: Height) => Header | undefined,
  tip: Height,
  height: Height,
): BlockEvidence {
  const first = Math.min(height, Math.max(1, tip - LIMITS.proofHeaders + 1));
  const last = Math.min(tip, first + LIMITS.proofHeaders - 1);
  const headers: Header[] = [];
  for (let at = first; at <= last; at++) headers.push(present(headerAt(at as Height), `header ${at}`));
  return { kind: "work", headers, position: height - first };
}

function membershipChanges(sources: ProofSources, height: Height): readonly MembershipChange[] | undefined {
  const [, ...later] = sources.memberships;
  const changes: MembershipChange[] = [];
  for (const { from } of later.filter((one) => one.from <= height).slice(-LIMITS.proofMembershipChanges)) {
    const at = (from - 1) as Height;
    const certificate: Certificate | undefined = sources.records.certificate(at);
    if (certificate === undefined) return undefined;
    const state = sources.governance.madeAt(at)?.state;
    const header = sources.records.header(at);
    if (state === undefined) throw gone(keyOf("governance", at));
    if (header === undefined) throw gone(keyOf("block", at));
    changes.push({ header, certificate, members: state.members, branch: membersBranch(state) });
  }
  return changes;
}

function gone(key: Uint8Array): ChainError {
  return damaged([damageOf("missing", key, "the members changed there")]);
}
