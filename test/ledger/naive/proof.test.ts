// Smoke tests of the naive validator's governance and finality proofs.
import assert from "node:assert/strict";
import { H, hex, sha, ZERO32 } from "./bytes.ts";
import {
  blockOf,
  chainId,
  genesisBytes,
  hashOf,
  key,
  keyPolicy,
  pbft,
  sign,
  signed,
  transferOf,
} from "./fixture.ts";
import {
  Block,
  type Body,
  type Certificate,
  type Change,
  FinalityProof,
  governanceFields,
  type Header,
  PbftVote,
  Transaction,
} from "./formats.ts";
import { blockHash, governanceRoot } from "./genesis.ts";
import { firstGovernance, stateAfterChange } from "./governance.ts";
import { NaiveChain, naiveFinalityProof, naiveTransactionIds } from "./index.ts";

/** The node `index` at `height` above leaves that are padded with zero. */
function nodeOf(leaves: readonly string[], height: number, index: number): string {
  if (height === 0) return leaves[index] ?? ZERO32;
  return sha(nodeOf(leaves, height - 1, 2 * index) + nodeOf(leaves, height - 1, 2 * index + 1));
}

/** The siblings on the way up from a leaf. */
function branchOf(leaves: readonly string[], depth: number, position: number): string[] {
  const branch: string[] = [];
  for (let height = 0; height < depth; height++)
    branch.push(nodeOf(leaves, height, (position >> height) ^ 1));
  return branch;
}

async function certify(header: Header, membership: bigint, voter: string): Promise<Certificate> {
  const vote = { membership, view: 3n, height: header.height, blockHash: blockHash(header, "pbft", chainId) };
  const signature = await sign(voter, H("witan/pbft-commit/1", chainId, PbftVote.encode(vote)));
  return { kind: "pbft", value: { ...vote, signatures: [{ member: 0n, signature }] } };
}

const change: Change = {
  kind: "replaceKey",
  value: { name: "one", key: { kind: "voting", value: { votingKey: key("voting-2") } } },
};
const body: Body = { kind: "governance", value: { sequence: 0n, change, validUntil: 1_000_100n } };
const free = transferOf({
  fee: 0n,
  outputs: [{ asset: 0n, amount: 1000n, policyHash: hashOf(keyPolicy("bob")) }],
});
const after = stateAfterChange(firstGovernance(pbft), change, 1n);

/** The branch of the members after the change. */
function membersBranch(): string[] {
  const fields = Object.entries(governanceFields).map(([name, type]) =>
    hex((type as { root(value: unknown): Uint8Array }).root(after[name as keyof typeof after])),
  );
  return branchOf(fields, 3, 2);
}

type Certified = Extract<FinalityProof["evidence"], { kind: "certified" }>["value"];
type Alter = (evidence: Certified, proof: FinalityProof) => void;

function verdictOf(proof: FinalityProof, alter: Alter): number | string {
  const altered = structuredClone(proof);
  assert(altered.evidence.kind === "certified");
  alter(altered.evidence.value, altered);
  const verdict = naiveFinalityProof(genesisBytes, FinalityProof.encode(altered));
  return verdict.ok ? verdict.height : verdict.code;
}

describe("naive validator: governance and proofs", () => {
  it("asks the operators", async () => {
    const chain = new NaiveChain(genesisBytes);
    const stranger = Transaction.encode(await signed(body, [], ["alice"]));
    const verdict = chain.checkTransaction(stranger, 1_000_001);
    assert.deepEqual(verdict, { ok: false, code: "approval-stranger" });
    const none = Transaction.encode(await signed(body, [], []));
    assert.deepEqual(chain.checkTransaction(none, 1_000_001), { ok: false, code: "approvals-too-few" });
  });

  it("follows a change of members", async () => {
    const chain = new NaiveChain(genesisBytes);
    const governance = await signed(body, [], ["operator"]);
    const first = blockOf(chain, [governance], { governanceRoot: governanceRoot(after) });
    assert.deepEqual(chain.apply(Block.encode(first)), { ok: true });
    const transfer = await signed(free, [keyPolicy("alice")], ["alice"]);
    const second = blockOf(chain, [transfer]);
    assert.deepEqual(chain.apply(Block.encode(second)), { ok: true });

    const { id, witnessHash } = naiveTransactionIds(Transaction.encode(transfer), chainId)!;
    const proof: FinalityProof = {
      id,
      witnessHash,
      index: 0n,
      branch: [...branchOf([sha(id + witnessHash)], 16, 0), "01".padEnd(64, "0")],
      evidence: {
        kind: "certified",
        value: {
          changes: [
            {
              header: first.header,
              certificate: await certify(first.header, 1n, "voting"),
              members: after.members,
              branch: membersBranch(),
            },
          ],
          header: second.header,
          certificate: await certify(second.header, 2n, "voting-2"),
        },
      },
    };
    const check = (alter: Alter) => verdictOf(proof, alter);
    const elsewhere = await certify(second.header, 2n, "voting");
    assert.equal(
      check(() => {}),
      2,
    );
    assert.equal(
      check((_, whole) => whole.branch.pop()),
      "proof-inclusion",
    );
    assert.equal(
      check((_, whole) => (whole.index = 65536n)),
      "proof-inclusion",
    );
    assert.equal(
      check((evidence) => evidence.changes.pop()),
      "proof-membership",
    );
    assert.equal(
      check((evidence) => evidence.changes[0]!.branch.pop()),
      "proof-members",
    );
    assert.equal(
      check((evidence) => (evidence.certificate = elsewhere)),
      "proof-signature",
    );
    assert.equal(
      check((evidence) => (evidence.header = first.header)),
      "proof-block",
    );
    assert.equal(
      check((evidence) => evidence.certificate.value.signatures.pop()),
      "proof-quorum",
    );
    assert.equal(
      check((evidence) => (evidence.certificate.value.signatures[0]!.member = 1n)),
      "proof-voters",
    );
  });
});
