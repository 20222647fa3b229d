// Verifying finality proofs: trusts the genesis, or a later membership that was verified from it, and no node. A proof is
// bytes from anywhere: whatever they are, the answer is yes with what is shown, or no with a code and a sentence.
import { createNobleScheme, createWasmScheme } from "@witan/crypto";
import {
  Chain,
  checkFinalityProof,
  checkWorkProof,
  type FinalityProof,
  finalityProofCodec,
  genesisBlock,
  genesisGovernance,
  openGenesisFile,
  RULES,
  type RuleCode,
} from "@witan/ledger";
import {
  type BlockHash,
  type ChainId,
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

/** A transaction that is final for good; under proof of work one that is in a block, with others on it. */
export interface VerifiedProof {
  readonly verified: true;
  readonly chainId: ChainId;
  readonly transaction: TransactionId;
  /** Its position in the block. */
  readonly index: number;
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
  const trusted = request.trusted ?? genesisGovernance(opened).membership;
  if (opened.mode !== "pow" && (trusted.mode !== opened.mode || voters(trusted).length === 0))
    return unverified("trusted-invalid", `The trusted membership is none of a chain of ${opened.mode}.`);
  if (request.transaction !== undefined && proof.id !== request.transaction) {
    const message = `The proof is about transaction ${proof.id}, expected ${request.transaction}.`;
    return unverified("transaction-other", message);
  }
  if (opened.mode === "pow") return verifyWork(opened, proof, trusted);
  const rest = afterTrusted(proof, trusted);
  const checked = checkFinalityProof(opened, rest, trusted, request.scheme ?? (await schemeFor(rest)));
  if (!checked.ok) return unverified(checked.code, sentence(checked.code, checked.detail));
  const { header, membership, id } = checked.value;
  return {
    verified: true,
    chainId: opened.chainId,
    transaction: id,
    index: proof.index,
    height: header.height,
    blockHash: opened.blockHash(header),
    timestamp: header.timestamp,
    signers: signersOf(rest, membership),
    membership,
    crossed: crossedBy(rest, trusted),
  };
}

/** From block 0 on: a branch with the work that is prescribed, and the transaction in it. Whether another has more nobody proves. */
function verifyWork(
  chain: Chain,
  proof: FinalityProof,
  membership: Membership,
): VerifiedProof | UnverifiedProof {
  const checked = checkWorkProof(chain, proof, [genesisBlock(chain).block.header]);
  if (!checked.ok) return unverified(checked.code, sentence(checked.code, checked.detail));
  const { header, id, confirmations } = checked.value;
  return {
    ...{ verified: true, chainId: chain.chainId, transaction: id, index: proof.index },
    ...{ height: header.height, blockHash: chain.blockHash(header), timestamp: header.timestamp },
    ...{ confirmations, signers: [], membership, crossed: [] },
  };
}

function crossedBy({ evidence }: FinalityProof, trusted: Membership): readonly Membership[] {
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
  if (typeof proof === "string" && !isHex(proof))
    return unverified("proof-hex", "The proof is not lower-case hex with two digits for each byte.");
  const bytes = typeof proof === "string" ? hexToBytes(proof) : proof;
  const decoded = finalityProofCodec.decode(bytes);
  return decoded.ok
    ? decoded.value
    : unverified(
        "encoding",
        `${bytes.length} bytes that are no finality proof, or not a whole one (${decoded.detail}): fetch it again.`,
      );
}

/** Without the changes that led to the trusted membership: what is trusted needs no evidence. */
function afterTrusted(proof: FinalityProof, trusted: Membership): FinalityProof {
  const { evidence } = proof;
  if (evidence.kind !== "certified") return proof;
  const changes = evidence.changes.filter(({ header }) => header.height >= trusted.from);
  return { ...proof, evidence: { ...evidence, changes } };
}

async function schemeFor({ evidence }: FinalityProof): Promise<SignatureScheme> {
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

function signersOf({ evidence }: FinalityProof, membership: Membership): readonly string[] {
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
