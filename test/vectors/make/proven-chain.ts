// Chains that can prove what is on them: certificates, changes of members, proofs; and cases about them.
import { sign } from "@witan/crypto";
import {
  type CertifiedEvidence,
  type FinalityProof,
  finalityProofCodec,
  genesisCodec,
  type Header,
  inclusionBranch,
  type MembershipChange,
  membersBranch,
  type SealedTransaction,
  type ValidBlock,
} from "@witan/ledger";
import {
  bytesToHex,
  type Certificate,
  certificateDigest,
  type MemberIndex,
  type Membership,
  present,
  type View,
} from "@witan/primitives";
import { keyOfName, type NamedCoin, outputTo, TestLedger, testGenesis } from "../../ledger/build.ts";
import type { ProofCase, Verdict } from "../format.ts";

const alice = keyOfName("alice");
type Mode = "pbft" | "bp-fast-paxos";

/** A chain that can prove what is on it. */
export class ProvenChain {
  readonly ledger: TestLedger;
  readonly mode: Mode;
  readonly changes: MembershipChange[] = [];
  /** What each member signs with, beside the key of its name. */
  readonly votingKeys = new Map<string, string>();

  constructor(mode: Mode) {
    this.mode = mode;
    this.ledger = new TestLedger(testGenesis(mode));
  }

  /** A certificate for a block by the members named, under the membership that decided it. */
  certificate(
    header: Header,
    membership: Membership,
    signers: readonly string[],
    change: Partial<Certificate> = {},
  ): Certificate {
    const at = {
      membership: membership.from,
      height: header.height,
      blockHash: this.ledger.chain.blockHash(header),
    };
    const view = 3 as View;
    const plain = (
      this.mode === "pbft"
        ? { kind: this.mode, view, ...at, signatures: [] }
        : { kind: this.mode, ...at, signatures: [] }
    ) as Certificate;
    const unsigned = { ...plain, ...change } as Certificate;
    const digest = certificateDigest(this.ledger.chain.chainId, unsigned);
    const signatures = signers.map((name) => ({
      member: membership.members.findIndex((member) => member.name === name) as MemberIndex,
      signature: sign(digest, keyOfName(this.votingKeys.get(name) ?? `${name} voting`).secretKey),
    }));
    signatures.sort((a, b) => a.member - b.member);
    return { ...unsigned, signatures };
  }

  /** A block that changes the members, certified by those before. */
  change(transaction: SealedTransaction, signers: readonly string[]): void {
    const { membership } = this.ledger.state.governance;
    const { block, governance } = this.ledger.grow(transaction);
    this.changes.push({
      header: block.header,
      certificate: this.certificate(block.header, membership, signers),
      members: governance.state.members,
      branch: membersBranch(governance.state),
    });
  }

  /** A block with two payments, and a proof of the second. */
  prove(signers: readonly string[]): {
    proof: FinalityProof;
    evidence: CertifiedEvidence;
    membership: Membership;
  } {
    const { membership } = this.ledger.state.governance;
    const coins = this.ledger.coinsOf(alice.policyHash).slice(0, 2);
    const pays = coins.map((coin: NamedCoin) =>
      this.ledger.seal(this.ledger.transfer([coin], [outputTo(alice, coin.amount)]), [alice]),
    );
    const { block } = this.ledger.grow(...pays);
    const { header } = block;
    const evidence = {
      kind: "certified",
      changes: [...this.changes],
      header,
      certificate: this.certificate(header, membership, signers),
    } as const;
    return { proof: proofOf(block, evidence), evidence, membership };
  }
}

/** A proof of the second transaction of a block. */
export function proofOf(block: ValidBlock["block"], evidence: FinalityProof["evidence"]): FinalityProof {
  const { id, witnessHash } = present(block.transactions[1], "a second transaction");
  return { id, witnessHash, index: 1, branch: inclusionBranch(block.transactions, 1), evidence };
}

/** Cases as they are gathered, and the geneses that they name. */
export class ProofCases {
  readonly all: ProofCase[] = [];
  readonly geneses: Record<string, string> = {};

  /** A case of a proof, or of bytes. */
  add(
    mode: string,
    ledger: TestLedger,
    name: string,
    proof: FinalityProof | string,
    expected: Verdict,
  ): void {
    this.geneses[mode] ??= bytesToHex(genesisCodec.encode(ledger.chain.genesis));
    const bytes = typeof proof === "string" ? proof : bytesToHex(finalityProofCodec.encode(proof));
    const evidence = typeof proof === "string" ? undefined : proof.evidence;
    const header = evidence?.kind === "work" ? evidence.headers[evidence.position] : evidence?.header;
    const height = expected === "ok" ? { height: header?.height ?? 0 } : {};
    this.all.push({ name, genesis: mode, proof: bytes, expected, ...height });
  }
}
