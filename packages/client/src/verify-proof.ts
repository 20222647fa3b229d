// Verifying finality proofs: trusts the genesis, or a later membership that was verified from it, and no node. A proof is
// bytes from anywhere: whatever they are, the answer is yes with what is shown, or no with a code and a sentence.
import { createNobleScheme, createWasmScheme } from "@witan/crypto";
import {
  type BlockEvidence,
  blockEvidenceCodec,
  Chain,
  checkBlockEvidence,
  checkBlockWork,
  type FinalityProof,
  finalityProofCodec,
  genesisBlock,
  genesisGovernance,
  type Header,
  inclusionBroken,
  openGenesisFile,
  RULES,
  type RuleCode,
} from "@witan/ledger";
import {
  type BlockHash,
  type ChainId,
  type Codec,
  type Height,
  hexToBytes,
  isHex,
  type Membership,
  type SignatureScheme,
  type Timestamp,
  type TransactionId,
  voters,
} from "@witan/primitives";

/** What is to be verified, and what is trusted. */
export interface ProofRequest {
  /** The text of the genesis file, or the chain that was opened from it. */
  readonly genesis: string | Chain;
  /** The proof, as bytes or in hex. */
  readonly proof: Uint8Array | string;
  /** The transaction that it should be about; without it, whichever it is. */
  readonly transaction?: string;
  /** A membership that was verified before: earlier changes are passed over. The genesis' by default. */
  readonly trusted?: Membership;
  /** What checks signatures; one that runs everywhere by default. */
  readonly scheme?: SignatureScheme;
}

/** A block that is final for good; under proof of work one with others on it. */
export interface VerifiedBlock {
  readonly verified: true;
  readonly chainId: ChainId;
  readonly height: Height;
  readonly blockHash: BlockHash;
  readonly timestamp: Timestamp;
  /**
   * Under proof of work alone: headers from its block to the last of the proof, both counted, each with the work that is
   * prescribed. How likely it is to be undone all the same is `rosenfeld`'s to say, of @witan/consensus.
   */
  readonly confirmations?: number;
  /** Names of the members whose signatures make the block final; under proof of work none. */
  readonly signers: readonly string[];
  /** The newest membership that the proof leads to: keep it, and verify later proofs from it. */
  readonly membership: Membership;
  /** The memberships that it led through from the trusted one, the newest last: each decided the change to the next. */
  readonly crossed: readonly Membership[];
}

/** A transaction that is final for good; under proof of work one that is in a block, with others on it. */
export interface VerifiedProof extends VerifiedBlock {
  readonly transaction: TransactionId;
  /** Its position in the block. */
  readonly index: number;
}

/**
 * Why a proof shows nothing: the codes of docs/formats.md, section 13, and `genesis-invalid` (the genesis begins no chain),
 * `proof-hex` (no hex), `trusted-invalid` (the trusted membership is none of this chain's kind), `transaction-other` (the
 * proof is about another transaction), `chain-other` and `height-other` (a proof file says what its proof does not).
 */
export type ProofFault =
  | RuleCode
  | "genesis-invalid"
  | "proof-hex"
  | "trusted-invalid"
  | "transaction-other"
  | "chain-other"
  | "height-other";

/** A proof that shows nothing. */
export interface UnverifiedProof {
  readonly verified: false;
  readonly code: ProofFault;
  /** A sentence for people. */
  readonly message: string;
}

/** Above so many signatures loading WASM takes less time than it saves (150 ms; noble checks 440 to 800 a second). */
const NOBLE_SIGNATURES_MAX = 60;

/** Verifies a finality proof. */
export async function verifyProof(request: ProofRequest): Promise<VerifiedProof | UnverifiedProof> {
  const opened = openChainOf(request.genesis);
  if (!(opened instanceof Chain)) return opened;
  const proof = decodeProof(request.proof);
  if ("verified" in proof) return proof;
  const { id, index } = proof;
  const untrusted = trustedFault(opened, request.trusted);
  if (untrusted !== undefined) return untrusted;
  if (request.transaction !== undefined && id !== request.transaction) {
    const message = `The proof is about transaction ${id}, expected ${request.transaction}.`;
    return unverified("transaction-other", message);
  }
  const block = await verifyEvidence(opened, proof.evidence, request);
  if (!block.verified) return block;
  const { header, ...shown } = block;
  const wrong = inclusionBroken(proof, header);
  if (wrong !== undefined) return unverified(wrong.code, sentence(wrong.code, wrong.detail));
  return { ...shown, transaction: id, index };
}

/** What is to be verified of a block, whatever it holds, and what is trusted. */
export type BlockProofRequest = Omit<ProofRequest, "transaction">;

/** Verifies what shows a block final: `chain_proof` gives it by height. */
export async function verifyBlock(request: BlockProofRequest): Promise<VerifiedBlock | UnverifiedProof> {
  const opened = openChainOf(request.genesis);
  if (!(opened instanceof Chain)) return opened;
  const evidence = decodeBlockProof(request.proof);
  if ("verified" in evidence) return evidence;
  const untrusted = trustedFault(opened, request.trusted);
  if (untrusted !== undefined) return untrusted;
  const block = await verifyEvidence(opened, evidence, request);
  if (!block.verified) return block;
  const { header: _, ...shown } = block;
  return shown;
}

function trustedFault(chain: Chain, trusted: Membership | undefined): UnverifiedProof | undefined {
  if (trusted === undefined || chain.mode === "pow") return undefined;
  if (trusted.mode === chain.mode && voters(trusted).length > 0) return undefined;
  return unverified("trusted-invalid", `The trusted membership is none of a chain of ${chain.mode}.`);
}

type ShownBlock = VerifiedBlock & { readonly header: Header };

async function verifyEvidence(
  chain: Chain,
  evidence: BlockEvidence,
  { trusted = genesisGovernance(chain).membership, scheme }: Pick<ProofRequest, "trusted" | "scheme">,
): Promise<ShownBlock | UnverifiedProof> {
  const of = (header: Header) => ({
    ...{ verified: true as const, chainId: chain.chainId, header, height: header.height },
    ...{ blockHash: chain.blockHash(header), timestamp: header.timestamp },
  });
  if (chain.mode === "pow") {
    // From block 0 on: a branch with the work that is prescribed. Whether another has more nobody proves.
    const checked = checkBlockWork(chain, evidence, [genesisBlock(chain).block.header]);
    if (!checked.ok) return unverified(checked.code, sentence(checked.code, checked.detail));
    const { header, confirmations } = checked.value;
    return { ...of(header), confirmations, signers: [], membership: trusted, crossed: [] };
  }
  const rest = afterTrusted(evidence, trusted);
  const checked = checkBlockEvidence(chain, rest, trusted, scheme ?? (await schemeFor(rest)));
  if (!checked.ok) return unverified(checked.code, sentence(checked.code, checked.detail));
  const { header, membership } = checked.value;
  const crossed = crossedBy(rest, trusted);
  return { ...of(header), signers: signersOf(rest, membership), membership, crossed };
}

function crossedBy(evidence: BlockEvidence, trusted: Membership): readonly Membership[] {
  if (evidence.kind !== "certified") return [];
  return evidence.changes.map(({ header, members }) => ({
    mode: trusted.mode,
    from: (header.height + 1) as Height,
    members,
  }));
}

/** The chain of a genesis, or why there is none. */
export function openChainOf(genesis: string | Chain): Chain | UnverifiedProof {
  if (typeof genesis !== "string") return genesis;
  const opened = openGenesisFile(genesis);
  if (opened.ok) return opened.value;
  const told = opened.problems
    .slice(0, 3)
    .map(
      ({ field, found, expected }) =>
        `${field === "" ? "" : `${field}: `}found ${found}, expected ${expected}`,
    );
  return unverified("genesis-invalid", `The genesis begins no chain: ${told.join("; ")}.`);
}

/** Reads the bytes of a proof. */
export function decodeProof(proof: Uint8Array | string): FinalityProof | UnverifiedProof {
  return decoded(finalityProofCodec, proof);
}

/** Reads the bytes of what shows a block final. */
export function decodeBlockProof(proof: Uint8Array | string): BlockEvidence | UnverifiedProof {
  return decoded(blockEvidenceCodec, proof);
}

function decoded<T>(codec: Codec<T>, proof: Uint8Array | string): T | UnverifiedProof {
  if (typeof proof === "string" && !isHex(proof))
    return unverified("proof-hex", "The proof is not lower-case hex with two digits for each byte.");
  const bytes = typeof proof === "string" ? hexToBytes(proof) : proof;
  const read = codec.decode(bytes);
  return read.ok
    ? read.value
    : unverified(
        "encoding",
        `${bytes.length} bytes that are no finality proof, or not a whole one (${read.detail}): fetch it again.`,
      );
}

/** Without the changes that led to the trusted membership: what is trusted needs no evidence. */
function afterTrusted(evidence: BlockEvidence, trusted: Membership): BlockEvidence {
  if (evidence.kind !== "certified") return evidence;
  const changes = evidence.changes.filter(({ header }) => header.height >= trusted.from);
  return { ...evidence, changes };
}

async function schemeFor(evidence: BlockEvidence): Promise<SignatureScheme> {
  if (evidence.kind !== "certified") return createNobleScheme();
  const certificates = [evidence.certificate, ...evidence.changes.map((change) => change.certificate)];
  const count = certificates.reduce((sum, { signatures }) => sum + signatures.length, 0);
  if (count <= NOBLE_SIGNATURES_MAX) return createNobleScheme();
  try {
    return await createWasmScheme();
  } catch {
    return createNobleScheme(); // Where there is no WASM, as in builds for browsers: slower, the same answer.
  }
}

function signersOf(evidence: BlockEvidence, membership: Membership): readonly string[] {
  if (evidence.kind !== "certified") return [];
  return evidence.certificate.signatures.flatMap(({ member }) => membership.members[member]?.name ?? []);
}

/** What people should think of beside the rule itself. */
const HINTS: Partial<Readonly<Record<RuleCode, string>>> = {
  "proof-kind": "Is the genesis that of the right chain? In proof of work nothing is final.",
  "proof-membership":
    "Is the genesis that of the right chain, and the trusted membership not later than the block?",
  "proof-block": "Is the genesis that of the right chain?",
  "proof-voters": "Is the genesis that of the right chain?",
  "proof-quorum": "Is the genesis that of the right chain?",
  "proof-signature": "Is the genesis that of the right chain?",
};

function sentence(code: RuleCode, detail: string | undefined): string {
  const rule = RULES[code];
  const found = detail ? ` (${detail})` : "";
  const hint = HINTS[code];
  return `${rule.charAt(0).toUpperCase()}${rule.slice(1)}${found}.${hint === undefined ? "" : ` ${hint}`}`;
}

/** A no, with its reason. */
export function unverified(code: ProofFault, message: string): UnverifiedProof {
  return { verified: false, code, message };
}
