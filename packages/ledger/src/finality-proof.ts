// Finality proofs: what shows a transaction final to someone who trusts a membership and no node (docs/formats.md,
// section 13). Checking is pure; signatures are asked of a scheme that is handed in.
import {
  type Certificate,
  type Codec,
  certificateCodec,
  certificateDigest,
  container,
  type Hash,
  type Height,
  hexVector,
  LIMITS,
  list,
  type Member,
  type Membership,
  medianTimestamp,
  meetsTarget,
  merkleBranch,
  merkleRoot,
  nextTarget,
  present,
  quorumOf,
  type SignatureScheme,
  type TransactionId,
  uint32,
  union,
  votingRole,
  type WitnessHash,
} from "@witan/primitives";
import type { Chain } from "./chain.ts";
import type { Broken, RuleCode } from "./codes.ts";
import { type GovernanceState, governanceStateCodec, membersCodec } from "./governance.ts";
import { type Header, headerCodec, INCLUSION_DEPTH, inclusionRoot } from "./header.ts";

/** A block that changed the members, and the members after it. */
export interface MembershipChange {
  readonly header: Header;
  readonly certificate: Certificate;
  readonly members: readonly Member[];
  /** From the members' root to the header's `governanceRoot`: 3 siblings. */
  readonly branch: readonly Hash[];
}

/** Evidence of the permissioned modes: a certificate, and the way to the membership that made it. */
export interface CertifiedEvidence {
  readonly kind: "certified";
  readonly changes: readonly MembershipChange[];
  readonly header: Header;
  readonly certificate: Certificate;
}

/** Evidence of proof of work: the headers after a trusted one, and which of them holds the transaction. */
export interface WorkEvidence {
  readonly kind: "work";
  readonly headers: readonly Header[];
  readonly position: number;
}

/** What shows a transaction final, or in proof of work how deep it lies. */
export interface FinalityProof {
  readonly id: TransactionId;
  readonly witnessHash: WitnessHash;
  /** Of the transaction in its block. */
  readonly index: number;
  /** From the transaction to the header's `transactionsRoot`: 17 siblings. */
  readonly branch: readonly Hash[];
  readonly evidence: CertifiedEvidence | WorkEvidence;
}

const MEMBERS_DEPTH = 3;
const MEMBERS_POSITION = 2;

/** What shows a block final, whatever it holds: an empty one too. */
export type BlockEvidence = CertifiedEvidence | WorkEvidence;

/** SSZ of what shows a block final. */
export const blockEvidenceCodec: Codec<BlockEvidence> = union<BlockEvidence>({
  certified: container<Omit<CertifiedEvidence, "kind">>({
    changes: list(
      container<MembershipChange>({
        header: headerCodec,
        certificate: certificateCodec,
        members: membersCodec,
        branch: list(hexVector<Hash>(32), MEMBERS_DEPTH),
      }),
      LIMITS.proofMembershipChanges,
    ),
    header: headerCodec,
    certificate: certificateCodec,
  }),
  work: container<Omit<WorkEvidence, "kind">>({
    headers: list(headerCodec, LIMITS.proofHeaders),
    position: uint32(),
  }),
});

/** SSZ of a finality proof. */
export const finalityProofCodec: Codec<FinalityProof> = container<FinalityProof>({
  id: hexVector(32),
  witnessHash: hexVector(32),
  index: uint32(),
  branch: list(hexVector<Hash>(32), INCLUSION_DEPTH),
  evidence: blockEvidenceCodec,
});

/** What shows that a state has these members: 3 siblings of `root(members)` below `governanceRoot`. */
export function membersBranch(state: GovernanceState): readonly Hash[] {
  return merkleBranch(governanceStateCodec.tree(state), MEMBERS_DEPTH, MEMBERS_POSITION);
}

/** What certified evidence shows of a block. */
export interface BlockFinality {
  readonly header: Header;
  /** The newest membership verified: a client that keeps it needs no earlier changes next time. */
  readonly membership: Membership;
}

/** What a certified proof shows. */
export interface Finality extends BlockFinality {
  readonly id: TransactionId;
}

/**
 * Checks a finality proof of a permissioned chain.
 * @param trusted the genesis membership, or a later one that was verified before
 */
export function checkFinalityProof(
  chain: Chain,
  proof: FinalityProof,
  trusted: Membership,
  scheme: SignatureScheme,
): { readonly ok: true; readonly value: Finality } | Broken {
  const checked = checkBlockEvidence(chain, proof.evidence, trusted, scheme);
  if (!checked.ok) return checked;
  const wrong = inclusionBroken(proof, checked.value.header);
  return wrong ?? { ok: true, value: { id: proof.id, ...checked.value } };
}

/**
 * Checks what shows a block of a permissioned chain final, whatever it holds.
 * @param trusted as of `checkFinalityProof`
 */
export function checkBlockEvidence(
  chain: Chain,
  evidence: BlockEvidence,
  trusted: Membership,
  scheme: SignatureScheme,
): { readonly ok: true; readonly value: BlockFinality } | Broken {
  if (evidence.kind !== "certified" || chain.mode === "pow")
    return broken("proof-kind", `evidence of kind ${evidence.kind} on a chain of kind ${chain.mode}`);
  let membership = trusted;
  for (const change of evidence.changes) {
    const wrong = certificateBroken(chain, change.certificate, change.header, membership, scheme);
    if (wrong) return wrong;
    const leaf = membersCodec.root(change.members);
    const root = merkleRoot(leaf, MEMBERS_POSITION, change.branch);
    const someVote = change.members.some((member) => member.role === votingRole(chain.mode));
    if (change.branch.length !== MEMBERS_DEPTH || root !== change.header.governanceRoot || !someVote)
      return broken("proof-members", `after block ${change.header.height}`);
    membership = { ...membership, from: (change.header.height + 1) as Height, members: change.members };
  }
  const { header, certificate } = evidence;
  const wrong = certificateBroken(chain, certificate, header, membership, scheme);
  return wrong ?? { ok: true, value: { header, membership } };
}

/** Judges whether the branch of a proof leads to a header's `transactionsRoot`; undefined if it does. */
export function inclusionBroken(proof: FinalityProof, header: Header): Broken | undefined {
  const { branch, index } = proof;
  const isIncluded =
    branch.length === INCLUSION_DEPTH &&
    index < LIMITS.blockTransactions &&
    inclusionRoot(proof, index, branch) === header.transactionsRoot;
  return isIncluded ? undefined : broken("proof-inclusion", `transaction ${index} of block ${header.height}`);
}

/** Judges a certificate for a header under a membership; undefined if it holds. */
export function certificateBroken(
  chain: Chain,
  certificate: Certificate,
  header: Header,
  membership: Membership,
  scheme: SignatureScheme,
): Broken | undefined {
  const { mode } = chain;
  if (mode === "pow" || certificate.kind !== mode)
    return broken("proof-kind", `a certificate of ${certificate.kind}`);
  if (certificate.membership !== membership.from || certificate.height < membership.from)
    return broken(
      "proof-membership",
      `${certificate.membership} at ${certificate.height}, expected ${membership.from}`,
    );
  if (certificate.height !== header.height || certificate.blockHash !== chain.blockHash(header))
    return broken("proof-block", `block ${certificate.height} ${certificate.blockHash}`);
  const role = votingRole(mode);
  let last = -1;
  for (const { member } of certificate.signatures) {
    if (member <= last || membership.members[member]?.role !== role)
      return broken("proof-voters", `member ${member}`);
    last = member;
  }
  const voterCount = membership.members.filter((member) => member.role === role).length;
  const quorum = quorumOf(mode, voterCount);
  if (certificate.signatures.length < quorum)
    return broken("proof-quorum", `${certificate.signatures.length} of the ${quorum} needed`);
  const digest = certificateDigest(chain.chainId, certificate);
  const bad = certificate.signatures.find(({ member, signature }) => {
    const publicKey = (membership.members[member] as Member).votingKey;
    return !scheme.verify({ digest, publicKey, signature });
  });
  return bad && broken("proof-signature", `of member ${bad.member}`);
}

/** What headers with work show of a block: no certainty, but how deep it lies. */
export interface BlockDepth {
  readonly header: Header;
  /** Headers from the block's own to the last, both counted. */
  readonly confirmations: number;
}

/** What a proof of work shows. */
export interface Depth extends BlockDepth {
  readonly id: TransactionId;
}

/**
 * Checks a proof of a proof-of-work chain: that its headers follow the trusted ones with the work prescribed, and
 * that the transaction is in one of them.
 * @param trusted all headers from block 0 to the last that was verified before; at first block 0 alone
 */
export function checkWorkProof(
  chain: Chain,
  proof: FinalityProof,
  trusted: readonly Header[],
): { readonly ok: true; readonly value: Depth } | Broken {
  const checked = checkBlockWork(chain, proof.evidence, trusted);
  if (!checked.ok) return checked;
  const wrong = inclusionBroken(proof, checked.value.header);
  return wrong ?? { ok: true, value: { id: proof.id, ...checked.value } };
}

/**
 * Checks the headers of a proof-of-work chain up to a block and beyond, whatever it holds.
 * @param trusted as of `checkWorkProof`
 */
export function checkBlockWork(
  chain: Chain,
  evidence: BlockEvidence,
  trusted: readonly Header[],
): { readonly ok: true; readonly value: BlockDepth } | Broken {
  const parameters = chain.proofOfWork;
  if (evidence.kind !== "work" || parameters === undefined)
    return broken("proof-kind", `evidence of kind ${evidence.kind} on a chain of kind ${chain.mode}`);
  const headers = [...trusted];
  for (const header of evidence.headers) {
    const parent = present(headers.at(-1), "a trusted header");
    const history = { height: parent.height, header: (at: number) => present(headers[at], `header ${at}`) };
    const right =
      header.height === parent.height + 1 &&
      header.parent === chain.blockHash(parent) &&
      header.target === nextTarget(parameters, history) &&
      header.timestamp > medianTimestamp(history) &&
      meetsTarget(chain.blockHash(header), header.target);
    if (!right) return broken("proof-headers", `header ${header.height} after ${parent.height}`);
    headers.push(header);
  }
  const header = evidence.headers[evidence.position];
  if (header === undefined) return broken("proof-headers", `no header at position ${evidence.position}`);
  return { ok: true, value: { header, confirmations: evidence.headers.length - evidence.position } };
}

function broken(code: RuleCode, detail: string): Broken {
  return { ok: false, code, detail };
}
