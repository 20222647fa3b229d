// Verifying finality proofs and proof files: the vectors of the formats, and every kind of damage, each with a clear no.
import assert from "node:assert/strict";
import {
  formatProofFile,
  type ProofFile,
  type ProofRequest,
  parseProofFile,
  verifyProof,
  verifyProofFile,
} from "@witan/client";
import { createNobleScheme, createWasmScheme, sign } from "@witan/crypto";
import {
  type Chain,
  finalityProofCodec,
  genesisToJson,
  inclusionBranch,
  openChainBytes,
  RULES,
} from "@witan/ledger";
import {
  certificateDigest,
  type Height,
  hexToBytes,
  type MemberIndex,
  type Membership,
  type PbftCertificate,
  present,
  type SignatureScheme,
  type View,
} from "@witan/primitives";
import fc from "fast-check";
import { keyOfName, memberOf, outputTo, TestLedger, testGenesis } from "../ledger/build.ts";
import { type ProofCase, readVectors } from "../vectors/format.ts";

const file = readVectors("finality-proofs");

function chainOf(name: string): Chain {
  const opened = openChainBytes(hexToBytes(present(file.shared[name], name)));
  assert.ok(opened.ok);
  return opened.value;
}

const chains = new Map(["pbft", "bp-fast-paxos", "pow"].map((name) => [name, chainOf(name)]));
const chain = present(chains.get("pbft"), "pbft");

function caseOf(name: string): ProofCase {
  return present(
    file.cases.find((one) => one.name === name),
    name,
  );
}

const good = caseOf("ok: all voters, pbft");
const changed = caseOf("ok: three changes, pbft");
const idOf = (proof: string) => proof.slice(0, 64);

async function noOf(request: Partial<ProofRequest>): Promise<string> {
  const result = await verifyProof({ genesis: chain, proof: good.proof, ...request });
  assert.ok(!result.verified);
  assert.match(result.message, /^[A-Z0-9].*[.?]$/s, "a sentence");
  return result.code;
}

/** A scheme that counts, so that a test can see which signatures were checked. */
function counting(): SignatureScheme & { count: number } {
  const noble = createNobleScheme();
  const scheme = {
    name: "counting",
    count: 0,
    verify: (check: Parameters<SignatureScheme["verify"]>[0]) => {
      scheme.count += 1;
      return noble.verify(check);
    },
  };
  return scheme;
}

describe("verifying a finality proof", () => {
  it("gives the code of each vector", async () => {
    for (const one of file.cases.filter(({ genesis }) => genesis !== "pow")) {
      const result = await verifyProof({
        genesis: present(chains.get(one.genesis), one.genesis),
        proof: one.proof,
      });
      assert.equal(result.verified ? "ok" : result.code, one.expected, one.name);
      if (result.verified) assert.equal(result.height, one.height, one.name);
    }
  });

  it("says what is final, where, when, and by whom", async () => {
    const result = await verifyProof({ genesis: chain, proof: good.proof, transaction: idOf(good.proof) });
    assert.ok(result.verified);
    const decoded = finalityProofCodec.decode(hexToBytes(good.proof));
    assert.ok(decoded.ok && decoded.value.evidence.kind === "certified");
    const { header } = decoded.value.evidence;
    const { membership, ...rest } = result;
    assert.deepEqual(rest, {
      verified: true,
      chainId: chain.chainId,
      transaction: idOf(good.proof),
      index: decoded.value.index,
      height: 1,
      blockHash: chain.blockHash(header),
      timestamp: header.timestamp,
      signers: chain.genesis.members.map((member) => member.name),
      crossed: [],
    });
    assert.deepEqual(membership, { mode: "pbft", from: 1, members: chain.genesis.members });
  });

  it("takes the text of a genesis, bytes, and either scheme", async () => {
    const genesis = JSON.stringify(genesisToJson(chain.genesis));
    const schemes = [createNobleScheme(), await createWasmScheme()];
    for (const scheme of schemes)
      for (const proof of [changed.proof, hexToBytes(changed.proof)])
        assert.ok((await verifyProof({ genesis, proof, scheme })).verified);
  });

  it("of so many members that a faster scheme is worth loading", async () => {
    const names = Array.from({ length: 70 }, (_, at) => `v${at}`);
    const ledger = new TestLedger(testGenesis("pbft", { members: names.map((name) => memberOf(name)) }));
    const coins = ledger.coinsOf(keyOfName("alice").policyHash).slice(0, 1);
    const body = ledger.transfer(coins, [outputTo(keyOfName("bob"), 1_000_000n)]);
    const { block } = ledger.grow(ledger.seal(body, [keyOfName("alice")]));
    const [transaction] = block.transactions;
    assert.ok(transaction);
    const unsigned: PbftCertificate = {
      kind: "pbft",
      membership: 1 as Height,
      view: 0 as View,
      height: block.header.height,
      blockHash: block.hash,
      signatures: [],
    };
    const digest = certificateDigest(ledger.chain.chainId, unsigned);
    const signatures = names.map((name, at) => ({
      member: at as MemberIndex,
      signature: sign(digest, keyOfName(`${name} voting`).secretKey),
    }));
    const proof = (certificate: PbftCertificate) =>
      finalityProofCodec.encode({
        id: transaction.id,
        witnessHash: transaction.witnessHash,
        index: 0,
        branch: inclusionBranch(block.transactions, 0),
        evidence: { kind: "certified", changes: [], header: block.header, certificate },
      });
    const verify = (certificate: PbftCertificate) =>
      verifyProof({ genesis: ledger.chain, proof: proof(certificate) });
    const result = await verify({ ...unsigned, signatures });
    assert.ok(result.verified);
    assert.deepEqual(result.signers, names);
    const [first, second, ...rest] = signatures;
    assert.ok(first && second);
    const swapped = [{ ...first, signature: second.signature }, second, ...rest];
    const broken = await verify({ ...unsigned, signatures: swapped });
    assert.equal(broken.verified ? "verified" : broken.code, "proof-signature");
  });

  it("trusts a membership verified before, and checks what comes after it only", async () => {
    const whole = await verifyProof({ genesis: chain, proof: changed.proof });
    assert.ok(whole.verified && whole.membership.from > 1);
    const scheme = counting();
    const later = await verifyProof({
      genesis: chain,
      proof: changed.proof,
      trusted: whole.membership,
      scheme,
    });
    assert.deepEqual(later, { ...whole, crossed: [] });
    assert.ok(scheme.count <= whole.membership.members.length, "of one certificate only");
    const stranger: Membership = { ...whole.membership, members: whole.membership.members.slice(0, 1) };
    assert.equal(await noOf({ proof: changed.proof, trusted: stranger }), "proof-voters");
  });

  it("has no use for a membership that is none", async () => {
    const none: Membership = { mode: "pbft", from: 1 as Membership["from"], members: [] };
    assert.equal(await noOf({ trusted: none }), "trusted-invalid");
    const fast = present(chains.get("bp-fast-paxos"), "bp-fast-paxos");
    const other: Membership = { ...none, mode: fast.mode, members: fast.genesis.members };
    assert.equal(await noOf({ trusted: other }), "trusted-invalid");
  });

  it("can't tell a block before the trusted membership", async () => {
    const whole = await verifyProof({ genesis: chain, proof: changed.proof });
    assert.ok(whole.verified);
    assert.equal(await noOf({ trusted: whole.membership }), "proof-membership");
  });

  describe("says no, and why", () => {
    it("to a genesis that is none, with the mistakes", async () => {
      for (const genesis of ["", "{}", "not JSON"]) assert.equal(await noOf({ genesis }), "genesis-invalid");
    });

    it("to what is no hex", async () => {
      for (const proof of ["0", "zz", good.proof.toUpperCase(), `0x${good.proof}`])
        assert.equal(await noOf({ proof }), "proof-hex");
    });

    it("to garbage, nothing, and too much", async () => {
      for (const proof of ["", "00", "ff".repeat(1_000), `${good.proof}00`, new Uint8Array(100)])
        assert.equal(await noOf({ proof }), "encoding");
    });

    it("to a proof about another transaction", async () => {
      assert.equal(await noOf({ transaction: "00".repeat(32) }), "transaction-other");
    });

    it("to a proof of another chain of the same kind", async () => {
      const genesis = JSON.stringify(genesisToJson({ ...chain.genesis, name: "another" }));
      const result = await verifyProof({ genesis, proof: good.proof });
      assert.ok(!result.verified && result.code === "proof-block");
      assert.match(result.message, /right chain\?/);
    });

    it("to a proof of another kind of chain, proof of work too", async () => {
      for (const name of ["bp-fast-paxos", "pow"])
        assert.equal(await noOf({ genesis: present(chains.get(name), name) }), "proof-kind", name);
      const { proof } = caseOf("ok: one confirmation, pow");
      assert.equal(await noOf({ proof }), "proof-kind");
      // On its own chain it shows how deep the block lies, and no more.
      const result = await verifyProof({ genesis: present(chains.get("pow"), "pow"), proof });
      assert.ok(result.verified);
      assert.deepEqual([result.confirmations, result.signers], [1, []]);
    });

    it("with the rule's sentence, for every rule", async () => {
      for (const one of file.cases.filter(({ expected }) => expected.startsWith("proof-"))) {
        if (one.genesis === "pow") continue;
        const genesis = present(chains.get(one.genesis), one.genesis);
        const result = await verifyProof({ genesis, proof: one.proof });
        assert.ok(!result.verified);
        const rule = RULES[one.expected as keyof typeof RULES];
        assert.ok(result.message.toLowerCase().startsWith(rule.toLowerCase()), one.name);
      }
    });

    it("to a proof cut off anywhere", async () => {
      const bytes = hexToBytes(changed.proof);
      for (let length = 0; length < bytes.length; length += 37)
        assert.equal(await noOf({ proof: bytes.subarray(0, length) }), "encoding", `${length} bytes`);
    });

    it("to a proof with any byte changed", async () => {
      const whole = await verifyProof({ genesis: chain, proof: changed.proof });
      const bytes = hexToBytes(changed.proof);
      const scheme = await createWasmScheme();
      const byte = fc.record({ at: fc.nat(bytes.length - 1), xor: fc.integer({ min: 1, max: 255 }) });
      const seen = new Set<string>();
      await fc.assert(
        fc.asyncProperty(byte, async ({ at, xor }) => {
          const broken = bytes.slice();
          broken[at] = (broken[at] ?? 0) ^ xor;
          const result = await verifyProof({ genesis: chain, proof: broken, scheme });
          assert.ok(!result.verified, `byte ${at} of ${bytes.length}: ${JSON.stringify(whole)}`);
          seen.add(result.code);
        }),
        { numRuns: 300 },
      );
      assert.ok(seen.size >= 4, [...seen].join());
    });

    it("to each field of a proof changed by itself, by its code", async () => {
      const decoded = finalityProofCodec.decode(hexToBytes(good.proof));
      assert.ok(decoded.ok);
      const proof = decoded.value;
      assert.ok(proof.evidence.kind === "certified");
      const { evidence } = proof;
      const { certificate, header } = evidence;
      assert.ok(certificate.kind === "pbft");
      const ZERO = "00".repeat(32) as never;
      const withEvidence = (more: Partial<typeof evidence>) => ({
        ...proof,
        evidence: { ...evidence, ...more },
      });
      const withCertificate = (more: Partial<typeof certificate>) =>
        withEvidence({ certificate: { ...certificate, ...more } });
      const cases: [string, typeof proof][] = [
        ["proof-inclusion", { ...proof, id: ZERO }],
        ["proof-inclusion", { ...proof, witnessHash: ZERO }],
        ["proof-inclusion", { ...proof, index: proof.index + 1 }],
        ["proof-inclusion", { ...proof, branch: proof.branch.slice(1) }],
        ["proof-block", withEvidence({ header: { ...header, transactionsRoot: ZERO } })],
        ["proof-block", withEvidence({ header: { ...header, timestamp: (header.timestamp + 1) as never } })],
        ["proof-membership", withCertificate({ membership: 2 as never })],
        ["proof-block", withCertificate({ height: 2 as never })],
        ["proof-block", withCertificate({ blockHash: ZERO })],
        ["proof-signature", withCertificate({ view: (certificate.view + 1) as never })],
        ["proof-quorum", withCertificate({ signatures: certificate.signatures.slice(0, 2) })],
        ["proof-voters", withCertificate({ signatures: [...certificate.signatures].reverse() })],
        [
          "proof-voters",
          withCertificate({
            signatures: certificate.signatures.map((one, at) => ({
              ...one,
              member: (at + 4) as MemberIndex,
            })),
          }),
        ],
      ];
      for (const [code, one] of cases)
        assert.equal(await noOf({ proof: finalityProofCodec.encode(one) }), code);
    });
  });
});

describe("proof files", () => {
  const proofFile: ProofFile = {
    format: "witan-proof",
    version: 1,
    chainId: chain.chainId,
    transaction: idOf(good.proof) as ProofFile["transaction"],
    height: 1 as ProofFile["height"],
    proof: good.proof,
  };

  it("are read as they were written", async () => {
    const text = formatProofFile(proofFile);
    assert.ok(text.endsWith("}\n"));
    const parsed = parseProofFile(`\ufeff${text}`);
    assert.ok(parsed.ok);
    assert.deepEqual(parsed.value, proofFile);
    assert.ok((await verifyProofFile(parsed.value, { genesis: chain })).verified);
  });

  it("with mistakes tell every one of them, by field", () => {
    const problemsOf = (text: string) => {
      const parsed = parseProofFile(text);
      assert.ok(!parsed.ok && parsed.problems.every((one) => one.found !== "" && one.expected !== ""));
      return parsed.problems.map((one) => one.field);
    };
    assert.deepEqual(problemsOf("{"), [""]);
    assert.deepEqual(problemsOf("[]"), [""]);
    assert.deepEqual(problemsOf("null"), [""]);
    assert.deepEqual(problemsOf("{}"), ["format", "version", "chainId", "transaction", "height", "proof"]);
    const wrong: [string, unknown][] = [
      ["format", "witan-genesis"],
      ["version", 2],
      ["chainId", "ab"],
      ["transaction", proofFile.transaction.toUpperCase()],
      ["height", "1"],
      ["height", -1],
      ["proof", ""],
      ["proof", "abc"],
      ["proof", ["00"]],
      ["more", 1],
      ["__proto__", 1],
    ];
    for (const [field, value] of wrong) {
      const text = JSON.stringify(proofFile).replace(
        /}$/,
        `,${JSON.stringify(field)}:${JSON.stringify(value)}}`,
      );
      assert.deepEqual(problemsOf(text), [field]);
    }
  });

  it("any text is answered", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const parsed = parseProofFile(text);
        assert.ok(!parsed.ok && parsed.problems.length > 0);
      }),
      { numRuns: 200 },
    );
  });

  it("are not believed beyond what their proof shows", async () => {
    const noFor = async (more: Partial<ProofFile>) => {
      const result = await verifyProofFile({ ...proofFile, ...more }, { genesis: chain });
      return result.verified ? "verified" : result.code;
    };
    assert.equal(await noFor({ chainId: "00".repeat(32) as ProofFile["chainId"] }), "chain-other");
    assert.equal(
      await noFor({ transaction: "00".repeat(32) as ProofFile["transaction"] }),
      "transaction-other",
    );
    assert.equal(await noFor({ height: 2 as ProofFile["height"] }), "height-other");
    assert.equal(await noFor({ proof: "00" }), "encoding");
    const genesis = JSON.stringify(genesisToJson({ ...chain.genesis, name: "another" }));
    const other = await verifyProofFile(proofFile, { genesis });
    assert.equal(other.verified ? "verified" : other.code, "chain-other");
    const none = await verifyProofFile(proofFile, { genesis: "{}" });
    assert.equal(none.verified ? "verified" : none.code, "genesis-invalid");
  });
});
