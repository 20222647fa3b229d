// Finality proofs, put together from what the chain keeps (docs/formats.md, section 13). Checks nothing: who asks does,
// trusting no node.
import {
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

/**
 * The proof of the transaction at `position` of a block; undefined if a certificate that it needs is not at hand. It
 * holds all changes of the members from the genesis on, or the newest 1,024 of more: for who trusts a later membership.
 * @throws {ChainError} `damaged`, if what an earlier change of the members needs is gone
 */
export function finalityProof(
  sources: ProofSources,
  block: NamedBlock,
  position: number,
): FinalityProof | undefined {
  const { header, transactions } = block;
  const certificate = sources.records.certificate(header.height);
  const changes = membershipChanges(sources, header.height);
  if (certificate === undefined || changes === undefined) return undefined;
  const { id, witnessHash } = present(
    transactions[position],
    `transaction ${position} of block ${header.height}`,
  );
  const branch = inclusionBranch(transactions, position);
  return {
    id,
    witnessHash,
    index: position,
    branch,
    evidence: { kind: "certified", changes, header, certificate },
  };
}

/**
 * The proof of the transaction at `position` of a block of proof of work: its place, and headers from block 1 on to the tip,
 * or as many as a proof may have, for who trusts a later one.
 */
export function workProof(
  headerAt: (height: Height) => Header | undefined,
  tip: Height,
  { block: { header, transactions }, position }: { readonly block: NamedBlock; readonly position: number },
): FinalityProof {
  const { id, witnessHash } = present(
    transactions[position],
    `transaction ${position} of block ${header.height}`,
  );
  const first = Math.min(header.height, Math.max(1, tip - LIMITS.proofHeaders + 1));
  const last = Math.min(tip, first + LIMITS.proofHeaders - 1);
  const headers: Header[] = [];
  for (let height = first; height <= last; height++)
    headers.push(present(headerAt(height as Height), `header ${height}`));
  const evidence = { kind: "work", headers, position: header.height - first } as const;
  return { id, witnessHash, index: position, branch: inclusionBranch(transactions, position), evidence };
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
