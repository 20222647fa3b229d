// Finality proofs, section 13 of docs/formats.md.
import { firstBroken, H, hex, type Rule, sha, strictlyAscending } from "./bytes.ts";
import {
  type Certificate,
  FinalityProof,
  type Header,
  type Kind,
  type Member,
  Members,
  PaxosDecision,
  PbftVote,
  type ProofOfWork,
} from "./formats.ts";
import { blockHash, blockZero, naiveChainId, validGenesis } from "./genesis.ts";
import { quorum, votes } from "./governance.ts";
import { signatureHolds } from "./keys.ts";
import { isAboveTarget, median, nextTarget } from "./pow.ts";
import { decode } from "./ssz.ts";

type ProofVerdict = { ok: true; height: number } | { ok: false; code: string };

interface Membership {
  from: bigint;
  members: readonly Member[];
}

function leads(
  leaf: string,
  branch: readonly string[],
  depth: number,
  position: bigint,
  root: string,
): boolean {
  if (branch.length !== depth) return false;
  let node = leaf;
  for (let level = 0; level < depth; level++) {
    const isRight = (position >> BigInt(level)) % 2n === 1n;
    node = isRight ? sha(branch[level]! + node) : sha(node + branch[level]!);
  }
  return node === root;
}

function digestOf(certificate: Certificate, chainId: string): string {
  if (certificate.kind === "pbft")
    return H("witan/pbft-commit/1", chainId, PbftVote.encode(certificate.value));
  return H("witan/bp-fast-paxos-decision/1", chainId, PaxosDecision.encode(certificate.value));
}

function certificateRules(
  certificate: Certificate,
  header: Header,
  membership: Membership,
  kind: Kind,
  chainId: string,
): Rule[] {
  const { value } = certificate;
  const { from, members } = membership;
  const memberAt = (position: bigint): Member | undefined => members[Number(position)];
  const isVoter = (member: Member | undefined): boolean => member !== undefined && votes(member, kind);
  return [
    ["proof-kind", () => certificate.kind !== kind],
    ["proof-membership", () => value.membership !== from || value.height < from],
    [
      "proof-block",
      () => value.height !== header.height || value.blockHash !== blockHash(header, kind, chainId),
    ],
    [
      "proof-voters",
      () =>
        !strictlyAscending(value.signatures.map(({ member }) => member)) ||
        value.signatures.some(({ member }) => !isVoter(memberAt(member))),
    ],
    ["proof-quorum", () => value.signatures.length < quorum(members, kind)],
    [
      "proof-signature",
      () =>
        value.signatures.some(
          ({ member, signature }) =>
            !signatureHolds(memberAt(member)!.votingKey, signature, digestOf(certificate, chainId)),
        ),
    ],
  ];
}

function inclusionRule(proof: FinalityProof, header: Header): Rule {
  const leaf = sha(proof.id + proof.witnessHash);
  return [
    "proof-inclusion",
    () => proof.index >= 65536n || !leads(leaf, proof.branch, 17, proof.index, header.transactionsRoot),
  ];
}

/** The rules of headers that follow one another from block 0 on. */
function headersRule(headers: readonly Header[], zero: Header, pow: ProofOfWork, chainId: string): Rule {
  return [
    "proof-headers",
    () => {
      const before = [zero];
      for (const header of headers) {
        const parent = before.at(-1)!;
        if (header.parent !== blockHash(parent, "pow", chainId)) return true;
        if (header.height !== parent.height + 1n) return true;
        if (header.target !== nextTarget(before, pow)) return true;
        if (isAboveTarget(blockHash(header, "pow", chainId), header.target)) return true;
        if (header.timestamp <= median(before)) return true;
        before.push(header);
      }
      return false;
    },
  ];
}

function verdict(rules: readonly Rule[], height: bigint): ProofVerdict {
  const code = firstBroken(rules);
  return code === undefined ? { ok: true, height: Number(height) } : { ok: false, code };
}

/** Checks a finality proof for someone who trusts the genesis; in proof of work, from block 0 on. */
export function naiveFinalityProof(genesisBytes: Uint8Array, proofBytes: Uint8Array): ProofVerdict {
  const genesis = validGenesis(genesisBytes);
  const chainId = naiveChainId(genesisBytes);
  const { consensus } = genesis;
  const proof = decode(FinalityProof, proofBytes);
  if (proof === undefined) return { ok: false, code: "encoding" };
  const { evidence } = proof;
  if (evidence.kind === "work") {
    if (consensus.kind !== "pow") return { ok: false, code: "proof-kind" };
    const { headers, position } = evidence.value;
    const zero = blockZero(genesis, chainId).header;
    const rule = headersRule(headers, zero, consensus.value, chainId);
    const header = headers[Number(position)];
    if (header === undefined) return { ok: false, code: "proof-headers" };
    return verdict([rule, inclusionRule(proof, header)], header.height);
  }
  if (consensus.kind === "pow") return { ok: false, code: "proof-kind" };
  let membership: Membership = { from: 1n, members: genesis.members };
  const rules: Rule[] = [];
  for (const { header, certificate, members, branch } of evidence.value.changes) {
    rules.push(...certificateRules(certificate, header, membership, consensus.kind, chainId));
    const leaf = hex(Members.root(members));
    rules.push([
      "proof-members",
      () =>
        !leads(leaf, branch, 3, 2n, header.governanceRoot) ||
        !members.some((member) => votes(member, consensus.kind)),
    ]);
    membership = { from: header.height + 1n, members };
  }
  const { header, certificate } = evidence.value;
  rules.push(...certificateRules(certificate, header, membership, consensus.kind, chainId));
  rules.push(inclusionRule(proof, header));
  return verdict(rules, header.height);
}
