// Vectors for finality proofs in proof of work: headers that follow block 0, and each way not to.
import type { Block, FinalityProof, Header } from "@witan/ledger";
import { type Height, present, type View, ZERO_HASH } from "@witan/primitives";
import { keyOfName, outputTo, TestLedger, testGenesis } from "../../ledger/build.ts";
import type { Verdict } from "../format.ts";

import { type ProofCases, proofOf } from "./proven-chain.ts";

const alice = keyOfName("alice");

/** Cases of headers and their work. */
export function workProofs(cases: ProofCases): void {
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
  inclusionProofs(cases, ledger, proof, block);
}

/** Headers that hold, and a transaction that is not in them; and evidence of another kind. */
function inclusionProofs(cases: ProofCases, ledger: TestLedger, proof: FinalityProof, block: Block): void {
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
