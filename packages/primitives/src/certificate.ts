// Certificates: the votes that make a block final, as they travel with it and as a light client checks them
// (docs/formats.md, section 13). Engines make them, ledger and client read them.
import { type Codec, container, hexVector, list, uint16, uint53, union } from "./codec.ts";
import { TAGS, TaggedHasher } from "./hash.ts";
import type { BlockHash, ChainId, Hash, Height, MemberIndex, Signature, View } from "./ids.ts";
import { LIMITS } from "./limits.ts";

/** One member's signature over a decision. */
export interface MemberSignature {
  readonly member: MemberIndex;
  readonly signature: Signature;
}

/** COMMITs of one view of PBFT (protocols/pbft.md, "Commit certificate"). */
export interface PbftCertificate {
  readonly kind: "pbft";
  /** The height from which the membership counts that decided. */
  readonly membership: Height;
  readonly view: View;
  readonly height: Height;
  readonly blockHash: BlockHash;
  /** By member, strictly ascending. */
  readonly signatures: readonly MemberSignature[];
}

/** Acceptors' signatures, gathered after a decision of BP Fast Paxos (protocols/bp-fast-paxos.md, "Certificates"). */
export interface BpFastPaxosCertificate {
  readonly kind: "bp-fast-paxos";
  /** The height from which the membership counts that decided. */
  readonly membership: Height;
  readonly height: Height;
  readonly blockHash: BlockHash;
  /** By member, strictly ascending. */
  readonly signatures: readonly MemberSignature[];
}

/** What shows a block final. */
export type Certificate = PbftCertificate | BpFastPaxosCertificate;

const memberSignatures = list(
  container<MemberSignature>({ member: uint16(), signature: hexVector(64) }),
  LIMITS.members,
);

/** SSZ of a certificate. */
export const certificateCodec: Codec<Certificate> = union<Certificate>({
  pbft: container<Omit<PbftCertificate, "kind">>({
    membership: uint53(),
    view: uint53(),
    height: uint53(),
    blockHash: hexVector(32),
    signatures: memberSignatures,
  }),
  "bp-fast-paxos": container<Omit<BpFastPaxosCertificate, "kind">>({
    membership: uint53(),
    height: uint53(),
    blockHash: hexVector(32),
    signatures: memberSignatures,
  }),
});

type PbftStatement = Omit<PbftCertificate, "kind" | "signatures">;
type BpFastPaxosStatement = Omit<BpFastPaxosCertificate, "kind" | "signatures">;

const pbftStatement = container<PbftStatement>({
  membership: uint53(),
  view: uint53(),
  height: uint53(),
  blockHash: hexVector(32),
});

const bpFastPaxosStatement = container<BpFastPaxosStatement>({
  membership: uint53(),
  height: uint53(),
  blockHash: hexVector(32),
});

/** The digest that each signature of a certificate is over. */
export function certificateDigest(chainId: ChainId, certificate: Certificate): Hash {
  if (certificate.kind === "pbft") {
    const { membership, view, height, blockHash } = certificate;
    const statement = pbftStatement.encode({ membership, view, height, blockHash });
    return new TaggedHasher(TAGS.pbftCommit, chainId).hash(statement);
  }
  const { membership, height, blockHash } = certificate;
  const statement = bpFastPaxosStatement.encode({ membership, height, blockHash });
  return new TaggedHasher(TAGS.bpFastPaxosDecision, chainId).hash(statement);
}
