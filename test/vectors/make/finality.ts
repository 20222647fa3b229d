// Vectors for finality proofs: chains whose members change up to three times, and each way for a proof to fail.
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
  type Hash,
  type Height,
  type MemberIndex,
  type Membership,
  present,
  type View,
  ZERO_HASH,
} from "@witan/primitives";
import {
  keyOfName,
  memberOf,
  type NamedCoin,
  outputTo,
  TestLedger,
  testGenesis,
} from "../../ledger/build.ts";
import type { ProofCase, VectorFile, Verdict } from "../format.ts";

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

function proofOf(block: ValidBlock["block"], evidence: FinalityProof["evidence"]): FinalityProof {
  const { id, witnessHash } = present(block.transactions[1], "a second transaction");
  return { id, witnessHash, index: 1, branch: inclusionBranch(block.transactions, 1), evidence };
}

class Cases {
  readonly all: ProofCase[] = [];
  readonly geneses: Record<string, string> = {};

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

const VOTERS = ["a", "b", "c", "d"];

/** The ways of the last certificate of a proof to fail. */
function certificates(cases: Cases, chain: ProvenChain): void {
  const { mode } = chain;
  const { proof, evidence, membership } = chain.prove(VOTERS.slice(0, 3));
  const { header } = evidence;
  const add = (name: string, expected: Verdict, certificate: Certificate) =>
    cases.add(
      mode,
      chain.ledger,
      `${expected}: ${name}, ${mode}`,
      { ...proof, evidence: { ...evidence, certificate } },
      expected,
    );
  const three = (change: Partial<Certificate> = {}, signers = VOTERS.slice(0, 3)) =>
    chain.certificate(header, membership, signers, change);
  const good = three();
  const [first, second, third] = good.signatures;
  if (!first || !second || !third) throw new TypeError("three signed");
  add("a quorum", "ok", good);
  add("all voters", "ok", three({}, VOTERS));
  add("one too few", "proof-quorum", three({}, ["a", "b"]));
  add("nobody", "proof-quorum", { ...good, signatures: [] });
  add("another membership", "proof-membership", three({ membership: 2 as Height }));
  add("membership 0", "proof-membership", three({ membership: 0 as Height }));
  add("a height below the membership", "proof-membership", three({ height: 0 as Height }));
  add("another height", "proof-block", three({ height: (header.height + 1) as Height }));
  add("another block", "proof-block", three({ blockHash: ZERO_HASH as never }));
  add("a member twice", "proof-voters", { ...good, signatures: [first, first, second] });
  add("members descending", "proof-voters", { ...good, signatures: [second, first, third] });
  add("a member behind the last", "proof-voters", {
    ...good,
    signatures: [first, second, { ...third, member: 200 as MemberIndex }],
  });
  add("told before the quorum", "proof-voters", { ...good, signatures: [second, first] });
  add("a signature by another member", "proof-signature", {
    ...good,
    signatures: [first, second, { ...third, signature: first.signature }],
  });
  add("a signature of zeros", "proof-signature", {
    ...good,
    signatures: [first, second, { ...third, signature: "00".repeat(64) as never }],
  });
  add("signatures over another membership", "proof-signature", {
    ...three({ membership: 5 as Height }),
    membership: 1 as Height,
  });
  if (good.kind === "pbft")
    add("signatures over another view", "proof-signature", {
      ...(three({ view: 4 as View } as never) as typeof good),
      view: 3 as View,
    });
  const operators = {
    ...good,
    signatures: good.signatures.map(({ member }) => ({
      member,
      signature: sign(
        certificateDigest(chain.ledger.chain.chainId, good),
        keyOfName(`${membership.members[member]?.name} operator`).secretKey,
      ),
    })),
  };
  add("signatures by operator keys", "proof-signature", operators);
  const { signatures, membership: from, height, blockHash } = good;
  const other: Certificate =
    mode === "pbft"
      ? { kind: "bp-fast-paxos", membership: from, height, blockHash, signatures }
      : { kind: "pbft", view: 0 as View, membership: from, height, blockHash, signatures };
  add("a certificate of the other mode", "proof-kind", other);
  if (mode === "bp-fast-paxos")
    add("a proposer", "proof-voters", {
      ...good,
      signatures: [{ ...first, member: 0 as MemberIndex }, second, third],
    });
}

function inclusion(cases: Cases, chain: ProvenChain): void {
  const { mode, ledger } = chain;
  const { proof, evidence } = chain.prove(VOTERS.slice(1));
  const add = (name: string, change: Partial<FinalityProof>) =>
    cases.add(mode, ledger, `proof-inclusion: ${name}, ${mode}`, { ...proof, ...change }, "proof-inclusion");
  add("another id", { id: ZERO_HASH as never });
  add("another witness hash", { witnessHash: ZERO_HASH as never });
  add("another position", { index: 0 });
  add("a position 65,536 higher", { index: 65_537 });
  add("a branch of 16", { branch: proof.branch.slice(0, 16) });
  add("no branch", { branch: [] });
  add("another sibling", { branch: proof.branch.with(3, ZERO_HASH as Hash) });
  add("the first transaction's names at the second's position", {
    id: proof.witnessHash as never,
    witnessHash: proof.id as never,
  });
  const work: FinalityProof = {
    ...proof,
    evidence: { kind: "work", headers: [evidence.header], position: 0 },
  };
  cases.add(mode, ledger, `proof-kind: evidence of work, ${mode}`, work, "proof-kind");
  cases.add(
    mode,
    ledger,
    `encoding: a byte behind, ${mode}`,
    `${bytesToHex(finalityProofCodec.encode(proof))}00`,
    "encoding",
  );
}

function changes(cases: Cases, chain: ProvenChain): void {
  const { mode, ledger } = chain;
  const voter = mode === "pbft" ? "validator" : "acceptor";
  const ok = (name: string, signers: readonly string[]) =>
    cases.add(mode, ledger, `ok: ${name}, ${mode}`, chain.prove(signers).proof, "ok");
  chain.change(ledger.governance({ kind: "addMember", member: memberOf("e", voter) }), ["a", "b", "c"]);
  const four = chain.prove(["a", "b", "c"]).proof;
  // Five members: PBFT asks four of them, and so does BP Fast Paxos.
  cases.add(mode, ledger, `proof-quorum: a quorum of the members before, ${mode}`, four, "proof-quorum");
  ok("one change", ["a", "b", "c", "e"]);
  chain.votingKeys.set("b", "b voting, second");
  const replaced = { kind: "voting", votingKey: keyOfName("b voting, second").publicKey } as const;
  const signers = ["a", "c", "d", "e"];
  chain.change(
    ledger.governance({ kind: "replaceKey", name: "b", key: replaced }, signers.slice(0, 3).concat("e")),
    signers,
  );
  ok("two changes", ["a", "b", "c", "d"]);
  chain.change(ledger.governance({ kind: "removeMember", name: "a" }, ["b", "c", "d", "e"]), [
    "b",
    "c",
    "d",
    "e",
  ]);
  ok("three changes", ["b", "c", "d"]);
  wrongChanges(cases, chain);
}

function wrongChanges(cases: Cases, chain: ProvenChain): void {
  const { mode, ledger } = chain;
  const { proof, evidence } = chain.prove(["c", "d", "e"]);
  const [first, second, third] = evidence.changes as [MembershipChange, MembershipChange, MembershipChange];
  const add = (name: string, expected: Verdict, ...made: MembershipChange[]) =>
    cases.add(
      mode,
      ledger,
      `${expected}: ${name}, ${mode}`,
      { ...proof, evidence: { ...evidence, changes: made } },
      expected,
    );
  add("changes left out", "proof-membership");
  add("the last change left out", "proof-membership", first, second);
  add("the first change left out", "proof-membership", second, third);
  add("changes in another order", "proof-membership", second, first, third);
  add("a change twice", "proof-membership", first, first, second, third);
  add("a member left out", "proof-members", first, second, { ...third, members: third.members.slice(1) });
  add("members in another order", "proof-members", first, second, {
    ...third,
    members: [...third.members].reverse(),
  });
  add("the members before", "proof-members", first, second, { ...third, members: second.members });
  add("another sibling", "proof-members", first, second, {
    ...third,
    branch: third.branch.with(0, ZERO_HASH as Hash),
  });
  add("a branch of two", "proof-members", first, second, { ...third, branch: third.branch.slice(0, 2) });
  add("no members", "proof-members", first, second, { ...third, members: [] });
  const wrong = { ...first.certificate, signatures: first.certificate.signatures.slice(1) } as Certificate;
  add("a change without a quorum", "proof-quorum", { ...first, certificate: wrong }, second, third);
  add(
    "told of the first change, before the last certificate",
    "proof-members",
    { ...first, members: second.members },
    second,
    third,
  );
  const header = { ...first.header, nonce: 1n };
  add("another header of a change", "proof-block", { ...first, header }, second, third);
}

function work(cases: Cases): void {
  const ledger = new TestLedger(testGenesis("pow"));
  ledger.grow();
  const pays = ledger
    .coinsOf(alice.policyHash)
    .slice(0, 2)
    .map((coin) => ledger.seal(ledger.transfer([coin], [outputTo(alice, coin.amount)]), [alice]));
  const { block } = ledger.grow(...pays);
  for (let count = 0; count < 10; count++) ledger.grow();
  const headers = ledger.headers.slice(1);
  const proof = proofOf(block, { kind: "work", headers, position: 1 });
  const add = (name: string, expected: Verdict, change: readonly Header[], position = 1) =>
    cases.add(
      "pow",
      ledger,
      `${expected}: ${name}, pow`,
      { ...proof, evidence: { kind: "work", headers: change, position } },
      expected,
    );
  const changed = (at: number, change: Partial<Header>) =>
    headers.with(at, { ...(headers[at] as Header), ...change });
  add("11 confirmations, over a retarget", "ok", headers);
  add("one confirmation", "ok", headers.slice(0, 2));
  add("no headers", "proof-headers", []);
  add("no header at the position", "proof-headers", headers, headers.length);
  add("the first header left out", "proof-headers", headers.slice(1), 0);
  add("a header left out", "proof-headers", headers.toSpliced(4, 1));
  add("a header twice", "proof-headers", headers.toSpliced(4, 0, headers[4] as Header));
  add(
    "the last without work",
    "proof-headers",
    headers.with(-1, { ...(headers.at(-1) as Header), nonce: withoutWork(ledger) }),
  );
  add("the last of another height", "proof-headers", changed(headers.length - 1, { height: 99 as Height }));
  add(
    "the last of another parent",
    "proof-headers",
    changed(headers.length - 1, { parent: ZERO_HASH as never }),
  );
  add("the last of an easier target", "proof-headers", changed(headers.length - 1, { target: 0x2100ffff }));
  add("another position", "proof-inclusion", headers, 2);
  cases.add(
    "pow",
    ledger,
    "proof-inclusion: another id, pow",
    { ...proof, id: ZERO_HASH as never },
    "proof-inclusion",
  );
  cases.add(
    "pow",
    ledger,
    "proof-inclusion: a branch of 16, pow",
    { ...proof, branch: proof.branch.slice(0, 16) },
    "proof-inclusion",
  );
  const certified: FinalityProof = {
    ...proof,
    evidence: {
      kind: "certified",
      changes: [],
      header: block.header,
      certificate: {
        kind: "pbft",
        membership: 1 as Height,
        view: 0 as View,
        height: 2 as Height,
        blockHash: block.hash,
        signatures: [],
      },
    },
  };
  cases.add("pow", ledger, "proof-kind: a certificate, pow", certified, "proof-kind");
}

/** A nonce by which the last header does not meet its target. */
function withoutWork(ledger: TestLedger): bigint {
  const header = present(ledger.headers.at(-1), "a tip");
  // The highest byte of the hash, which comes last, must be below 16.
  for (let nonce = 0n; ; nonce++)
    if (Number.parseInt(ledger.chain.blockHash({ ...header, nonce }).slice(62), 16) > 0x10) return nonce;
}

/** finality-proofs.json */
export function finalityVectors(): VectorFile<ProofCase, string> {
  const cases = new Cases();
  for (const mode of ["pbft", "bp-fast-paxos"] as const) {
    certificates(cases, new ProvenChain(mode));
    inclusion(cases, new ProvenChain(mode));
    changes(cases, new ProvenChain(mode));
  }
  work(cases);
  return {
    about: "Finality proofs, for someone who trusts the genesis: docs/formats.md, section 13",
    shared: cases.geneses,
    cases: cases.all,
  };
}
