// Vectors for finality proofs: chains whose members change up to three times, and each way for a proof to fail.
import { sign } from "@witan/crypto";
import { type FinalityProof, finalityProofCodec, type MembershipChange } from "@witan/ledger";
import {
  bytesToHex,
  type Certificate,
  certificateDigest,
  type Hash,
  type Height,
  type MemberIndex,
  type Membership,
  type View,
  ZERO_HASH,
} from "@witan/primitives";
import { keyOfName, memberOf } from "../../ledger/build.ts";
import type { ProofCase, VectorFile, Verdict } from "../format.ts";

import { workProofs } from "./finality-work.ts";
import { ProofCases, ProvenChain } from "./proven-chain.ts";

const VOTERS = ["a", "b", "c", "d"];

/** The ways of the last certificate of a proof to fail. */
function certificates(cases: ProofCases, chain: ProvenChain): void {
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
  signersOfOtherKinds(chain, add, good, membership);
}

/** Keys, certificates and members that serve something else. */
function signersOfOtherKinds(
  { mode, ledger }: ProvenChain,
  add: (name: string, expected: Verdict, certificate: Certificate) => void,
  good: Certificate,
  membership: Membership,
): void {
  const [first, second, third] = good.signatures;
  if (!first || !second || !third) throw new TypeError("three signed");
  const operators = {
    ...good,
    signatures: good.signatures.map(({ member }) => ({
      member,
      signature: sign(
        certificateDigest(ledger.chain.chainId, good),
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

function inclusion(cases: ProofCases, chain: ProvenChain): void {
  const { mode, ledger } = chain;
  const { proof, evidence } = chain.prove(VOTERS.slice(1));
  const add = (name: string, change: Partial<FinalityProof>) =>
    cases.add(mode, ledger, `proof-inclusion: ${name}, ${mode}`, { ...proof, ...change }, "proof-inclusion");
  add("another id", { id: ZERO_HASH as never });
  add("another witness hash", { witnessHash: ZERO_HASH as never });
  add("another position", { index: 0 });
  add("a position 65,536 higher", { index: 65_537 });
  add("a position 131,072 higher, the same at every level of the branch", { index: 131_073 });
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

function changes(cases: ProofCases, chain: ProvenChain): void {
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

function wrongChanges(cases: ProofCases, chain: ProvenChain): void {
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

/** finality-proofs.json */
export function finalityVectors(): VectorFile<ProofCase, string> {
  const cases = new ProofCases();
  for (const mode of ["pbft", "bp-fast-paxos"] as const) {
    certificates(cases, new ProvenChain(mode));
    inclusion(cases, new ProvenChain(mode));
    changes(cases, new ProvenChain(mode));
  }
  workProofs(cases);
  return {
    about: "Finality proofs, for someone who trusts the genesis: docs/formats.md, section 13",
    shared: cases.geneses,
    cases: cases.all,
  };
}
