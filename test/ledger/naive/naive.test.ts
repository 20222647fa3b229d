// Smoke tests of the naive validator itself: known answers, and small chains built by its own types.
import assert from "node:assert/strict";
import { sha256 } from "@noble/hashes/sha2.js";
import { getPublicKey, signAsync } from "@noble/secp256k1";
import { bech32m, wordsOf } from "./address.ts";
import { ascii, H, hex, sha, unhex, ZERO32 } from "./bytes.ts";
import {
  Block,
  type Body,
  type Change,
  FinalityProof,
  Genesis,
  type Header,
  Members,
  PbftVote,
  Policy,
  Transaction,
  type Transfer,
} from "./formats.ts";
import { blockHash, blockZero, governanceRoot, transactionsRoot } from "./genesis.ts";
import { firstGovernance, stateAfterChange } from "./governance.ts";
import {
  NaiveChain,
  naiveAddress,
  naiveChainId,
  naiveFinalityProof,
  naiveGenesisProblem,
  naivePolicy,
  naiveTransactionIds,
} from "./index.ts";
import { decodeTarget, encodeTarget } from "./pow.ts";
import { boolean, container, decode, list, text, uint, union, vector } from "./ssz.ts";

const secret = (name: string): Uint8Array => sha256(ascii(name));
const key = (name: string): string => hex(getPublicKey(secret(name)));
const keyPolicy = (name: string): Policy => [{ kind: "key", value: { publicKey: key(name) } }];
const hashOf = (policy: Policy): string => {
  const result = naivePolicy(Policy.encode(policy));
  assert(result.ok);
  return result.hash;
};
const sign = async (name: string, digest: string): Promise<string> =>
  hex(await signAsync(unhex(digest), secret(name), { prehash: false }));

const REWARD_POLICY = hashOf(keyPolicy("validator-reward"));
const pbft: Genesis = {
  version: 1n,
  name: "naive",
  addressPrefix: "wit",
  timestamp: 1_000_000n,
  consensus: { kind: "pbft", value: null },
  clientsMode: "open",
  members: [
    {
      name: "one",
      role: "validator",
      votingKey: key("voting"),
      peerId: `002408011220${"11".repeat(32)}`,
      operatorKey: key("operator"),
      rewardPolicy: REWARD_POLICY,
    },
  ],
  parameters: {
    blockBytesMax: 2_097_152n,
    blockTransactionsMax: 8_192n,
    blockSignaturesMax: 8_192n,
    feeRateMin: 0n,
    validUntilAheadMsMax: 604_800_000n,
    clockDriftMs: 2_000n,
    emptyBlockIntervalMs: 60_000n,
    checkpointInterval: 10_000n,
    rulesVersion: 1n,
  },
  assets: [{ name: "WITAN", decimals: 8n, issuancePolicyHash: ZERO32 }],
  clients: [],
  allocations: [{ asset: 0n, amount: 1_000n, policyHash: hashOf(keyPolicy("alice")) }],
};
const genesisBytes = Genesis.encode(pbft);
const chainId = naiveChainId(genesisBytes);
const allocation = new NaiveChain(genesisBytes).outputs[0]!.transaction;

async function signed(body: Body, policies: Policy[], signers: string[]): Promise<Transaction> {
  const witness = { policies, signatures: [], preimages: [] };
  const { id } = naiveTransactionIds(Transaction.encode({ body, witness }), chainId)!;
  const signatures = [];
  for (const name of signers) signatures.push({ publicKey: key(name), signature: await sign(name, id) });
  return { body, witness: { ...witness, signatures } };
}

function transferOf(fields: Partial<Transfer>): Body {
  const value: Transfer = {
    inputs: [{ transaction: allocation, index: 0n }],
    outputs: [{ asset: 0n, amount: 990n, policyHash: hashOf(keyPolicy("bob")) }],
    fee: 10n,
    issued: [],
    destroyed: [],
    validUntil: 1_000_500n,
    memo: "",
    ...fields,
  };
  return { kind: "transfer", value };
}

const reward = (height: bigint, amount: bigint): Transaction => ({
  body: { kind: "reward", value: { height, outputs: [{ asset: 0n, amount, policyHash: REWARD_POLICY }] } },
  witness: { policies: [], signatures: [], preimages: [] },
});

function blockOf(chain: NaiveChain, transactions: Transaction[], fields: Partial<Header> = {}): Block {
  const header: Header = {
    version: 1n,
    height: BigInt(chain.height + 1),
    parent: chain.tipHash,
    timestamp: 1_000_000n + BigInt(chain.height + 1),
    transactionsRoot: transactionsRoot(transactions, chainId),
    governanceRoot: chain.governanceRoot,
    proposer: 0n,
    target: 0n,
    nonce: 0n,
    ...fields,
  };
  return { header, transactions: transactions.map((each) => hex(Transaction.encode(each))) };
}
type Block = { header: Header; transactions: string[] };

describe("naive validator: SSZ", () => {
  const chunk = (text: string): string => text.padEnd(64, "0");

  it("has the roots that the definition gives", () => {
    assert.equal(hex(uint(8).root(5n)), chunk("05"));
    assert.equal(
      hex(container({ a: uint(1), b: uint(2) }).root({ a: 1n, b: 513n })),
      sha(chunk("01") + chunk("0102")),
    );
    const x = "ab".repeat(32);
    const three = list(vector(32), 4);
    const z1 = sha(ZERO32 + ZERO32);
    assert.equal(hex(three.root([])), sha(sha(z1 + z1) + ZERO32));
    assert.equal(hex(three.root([x])), sha(sha(sha(x + ZERO32) + z1) + chunk("01")));
    assert.equal(hex(three.root([x, x, x])), sha(sha(sha(x + x) + sha(x + ZERO32)) + chunk("03")));
    assert.equal(hex(vector(33).root("02".repeat(33))), sha("02".repeat(32) + chunk("02")));
    assert.equal(hex(text(64).root("abc")), sha(sha(chunk("616263") + ZERO32) + chunk("03")));
  });

  it("encodes by hand and refuses other encodings", () => {
    const type = container({ a: uint(2), b: list(uint(1), 3), c: boolean() });
    assert.equal(hex(type.encode({ a: 258n, b: [7n, 8n], c: true })), "0201" + "07000000" + "01" + "0708");
    const value = (bytes: string): unknown => decode(type, unhex(bytes));
    assert.deepEqual(value("0201" + "07000000" + "01" + "0708"), { a: 258n, b: [7n, 8n], c: true });
    for (const wrong of [
      "0201" + "08000000" + "01" + "000708",
      "0201" + "07000000" + "02" + "0708",
      "0201" + "07000000" + "01" + "07080909",
      "0201" + "0700000001".slice(0, 8),
      "",
    ])
      assert.equal(value(wrong), undefined);
    assert.equal(decode(uint(8, 2n ** 53n - 1n), unhex("0000000000002000")), undefined);
    assert.equal(decode(text(4), unhex("7f")), undefined);
    const either = union({ a: uint(1), b: list(text(4), 2) });
    assert.deepEqual(decode(either, unhex("01" + "08000000" + "09000000" + "41" + "4243")), {
      kind: "b",
      value: ["A", "BC"],
    });
    for (const wrong of ["", "02", "0000ff", "01" + "00000000", "01" + "08000000" + "07000000" + "41"])
      assert.equal(decode(either, unhex(wrong)), undefined);
  });
});

describe("naive validator: small parts", () => {
  it("encodes bech32m as BIP-350 has it", () => {
    const x = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    const address = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0";
    assert.equal(bech32m("bc", [1, ...wordsOf(x)]), address);
    assert.match(naiveAddress("wit", x), /^wit1q.{58}$/);
  });

  it("reads compact targets", () => {
    assert.equal(decodeTarget(0x1d00ffffn), 0xffffn << 208n);
    assert.equal(encodeTarget(2n ** 256n - 1n), 0x2100ffffn);
    assert.equal(decodeTarget(0x01010000n), 1n);
    for (const wrong of [0n, 0x01000001n, 0x2200ffffn, 0x1d800000n, 0x1d0000ffn, 0x010101ffn])
      assert.equal(decodeTarget(wrong), undefined);
  });

  it("judges policies", () => {
    const a = keyPolicy("alice")[0]!;
    const threshold = (required: bigint, children: bigint): Policy[number] => ({
      kind: "threshold",
      value: { required, children },
    });
    const hidden = (policy: Policy): Policy[number] => ({ kind: "hidden", value: { hash: hashOf(policy) } });
    const code = (policy: Policy): string => {
      const result = naivePolicy(Policy.encode(policy));
      return result.ok ? "ok" : result.code;
    };
    assert.equal(
      hashOf([threshold(1n, 2n), a, hidden(keyPolicy("bob"))]),
      hashOf([threshold(1n, 2n), hidden([a]), keyPolicy("bob")[0]!]),
    );
    assert.equal(hashOf([a]), H("witan/policy/1", ZERO32, unhex(`01${key("alice")}`)));
    assert.equal(code([threshold(2n, 1n), a]), "policy-threshold");
    assert.equal(code([]), "policy-tree");
    assert.equal(code([a, a]), "policy-tree");
    assert.equal(code([threshold(1n, 2n), a]), "policy-tree");
    const deep = [threshold(1n, 1n), threshold(1n, 1n), threshold(1n, 1n), a];
    assert.equal(code(deep), "ok");
    assert.equal(code([threshold(1n, 1n), ...deep]), "policy-depth");
    assert.equal(code([hidden([a])]), "policy-root-hidden");
    assert.equal(code([threshold(1n, 2n), a, a]), "policy-shown");
    assert.equal(code([{ kind: "key", value: { publicKey: "05".repeat(33) } }]), "policy-key");
  });
});

describe("naive validator: a PBFT chain", () => {
  it("knows a valid genesis from others", () => {
    const problem = (fields: Partial<Genesis>) => naiveGenesisProblem(Genesis.encode({ ...pbft, ...fields }));
    assert.equal(problem({}), undefined);
    assert.equal(problem({ name: "Naive" }), 1);
    assert.equal(problem({ members: [] }), 2);
    assert.equal(problem({ parameters: { ...pbft.parameters, rulesVersion: 2n } }), 3);
    assert.equal(problem({ assets: [] }), 4);
    assert.equal(
      problem({ clients: [{ publicKey: key("voting"), status: "permitted", registerPrefixes: [] }] }),
      5,
    );
    assert.equal(problem({ allocations: [{ asset: 1n, amount: 1n, policyHash: ZERO32 }] }), 6);
    const most = { asset: 0n, amount: 2n ** 64n - 1n, policyHash: ZERO32 };
    assert.equal(problem({ allocations: [most] }), undefined);
    assert.equal(problem({ allocations: [most, most] }), 7);
    assert.equal(naiveGenesisProblem(genesisBytes.slice(1)), "encoding");
  });

  it("takes a transfer in a block", async () => {
    const chain = new NaiveChain(genesisBytes);
    const transfer = await signed(transferOf({}), [keyPolicy("alice")], ["alice"]);
    assert.deepEqual(chain.checkTransaction(Transaction.encode(transfer), 1_000_001), { ok: true });
    const block = blockOf(chain, [reward(1n, 10n), transfer]);
    assert.deepEqual(chain.checkBlock(Block.encode(block)), { ok: true });
    assert.equal(chain.height, 0);
    assert.deepEqual(chain.apply(Block.encode(block)), { ok: true });
    assert.equal(chain.height, 1);
    assert.equal(chain.tipHash, blockHash(block.header, "pbft", chainId));
    assert.deepEqual(chain.outputs.map((output) => output.amount).sort(), [10n, 990n]);
    const again = blockOf(chain, [transfer]);
    assert.deepEqual(chain.apply(Block.encode(again)), { ok: false, code: "input-missing", transaction: 0 });
  });

  it("gives the code of the first broken rule", async () => {
    const chain = new NaiveChain(genesisBytes);
    const alice = keyPolicy("alice");
    const good = await signed(transferOf({}), [alice], ["alice"]);
    const lone = (transaction: Transaction, timestamp = 1_000_001): string => {
      const verdict = chain.checkTransaction(Transaction.encode(transaction), timestamp);
      return verdict.ok ? "ok" : verdict.code;
    };
    assert.equal(lone(await signed(transferOf({ inputs: [] }), [alice], ["alice"])), "inputs-empty");
    assert.equal(lone(await signed(transferOf({}), [alice], [])), "signature-missing");
    assert.equal(lone(await signed(transferOf({}), [], ["alice"])), "signature-unused");
    assert.equal(lone(good, 1_000_501), "expired");
    assert.equal(lone(await signed(transferOf({ fee: 9n }), [alice], ["alice"])), "unbalanced");
    assert.equal(lone(await signed(transferOf({}), [keyPolicy("bob")], ["bob"])), "policy-missing");
    const forged = structuredClone(good);
    forged.witness.signatures[0]!.signature = await sign("alice", ZERO32);
    assert.equal(lone(forged), "signature-invalid");
    const code = (transactions: Transaction[], fields: Partial<Header> = {}): string => {
      const verdict = chain.checkBlock(Block.encode(blockOf(chain, transactions, fields)));
      return verdict.ok ? "ok" : `${verdict.code} ${verdict.transaction ?? ""}`.trim();
    };
    assert.equal(code([reward(1n, 10n), good]), "ok");
    assert.equal(code([good]), "reward-missing");
    assert.equal(code([reward(1n, 11n), good]), "reward-wrong");
    assert.equal(code([reward(2n, 10n), good]), "reward-height 0");
    assert.equal(code([good, reward(1n, 10n)]), "reward-position");
    assert.equal(code([good, good]), "input-missing 1");
    assert.equal(code([], { proposer: 1n }), "header-proposer");
    assert.equal(code([], { timestamp: 1_000_000n }), "header-timestamp");
    assert.equal(code([], { nonce: 1n }), "header-nonce");
    assert.equal(code([], { governanceRoot: ZERO32 }), "governance-root");
    assert.equal(code([], { transactionsRoot: ZERO32 }), "transactions-root");
    assert.deepEqual(chain.checkBlock(Block.encode({ ...blockOf(chain, [good]), transactions: ["00"] })), {
      ok: false,
      code: "encoding",
      transaction: 0,
    });
  });

  it("changes the governance state and follows it in a finality proof", async () => {
    const chain = new NaiveChain(genesisBytes);
    const change: Change = {
      kind: "replaceKey",
      value: { name: "one", key: { kind: "voting", value: { votingKey: key("voting-2") } } },
    };
    const body: Body = { kind: "governance", value: { sequence: 0n, change, validUntil: 1_000_100n } };
    const stranger = await signed(body, [], ["alice"]);
    assert.deepEqual(chain.checkTransaction(Transaction.encode(stranger), 1_000_001), {
      ok: false,
      code: "approval-stranger",
    });
    const governance = await signed(body, [], ["operator"]);
    const after = stateAfterChange(firstGovernance(pbft), change, 1n);
    const first = blockOf(chain, [governance], { governanceRoot: governanceRoot(after) });
    assert.deepEqual(chain.apply(Block.encode(first)), { ok: true });
    const second = blockOf(chain, []);
    const { id, witnessHash } = naiveTransactionIds(Transaction.encode(governance), chainId)!;

    const certify = async (header: Header, membership: bigint, voter: string) => {
      const vote = {
        membership,
        view: 3n,
        height: header.height,
        blockHash: blockHash(header, "pbft", chainId),
      };
      const signature = await sign(voter, H("witan/pbft-commit/1", chainId, PbftVote.encode(vote)));
      return { kind: "pbft", value: { ...vote, signatures: [{ member: 0n, signature }] } } as const;
    };
    // Fields 0 and 1, below them 2 and 3 of seven: the siblings of `members`.
    const roots = [0n, 2n].map((value) => hex(uint(8).root(value)));
    const parameters = [...Object.values(after.parameters).map((value) => hex(uint(8).root(value)))];
    while (parameters.length < 16) parameters.push(ZERO32);
    const fold = (nodes: string[]): string =>
      nodes.length === 1
        ? nodes[0]!
        : sha(fold(nodes.slice(0, nodes.length / 2)) + fold(nodes.slice(nodes.length / 2)));
    const zero = (depth: number): string => (depth === 0 ? ZERO32 : sha(zero(depth - 1) + zero(depth - 1)));
    const sized = (contents: string, length: string): string => sha(contents + length.padEnd(64, "0"));
    const asset = fold([
      sized(hex(ascii("WITAN")).padEnd(64, "0"), "05"),
      "08".padEnd(64, "0"),
      ZERO32,
      ZERO32,
    ]);
    let assets = asset;
    for (let depth = 0; depth < 12; depth++) assets = sha(assets + zero(depth));
    let retired = after.retiredKeys[0]!;
    for (let depth = 0; depth < 16; depth++) retired = sha(retired + zero(depth));
    const right = fold([sized(assets, "01"), sized(zero(14), ""), sized(retired, "01"), ZERO32]);
    const members = { members: after.members, branch: [fold(parameters), fold(roots), right] };
    assert.equal(
      fold([fold(roots), sha(hex(Members.root(after.members)) + fold(parameters)), right].slice(0, 1)),
      fold(roots),
    );

    const branch: string[] = [];
    for (let depth = 0; depth < 16; depth++) branch.push(zero(depth));
    branch.push("01".padEnd(64, "0"));
    const proofOf = async (voter: string): Promise<FinalityProof> => ({
      id,
      witnessHash,
      index: 0n,
      branch,
      evidence: {
        kind: "certified",
        value: { changes: [], header: first.header, certificate: await certify(first.header, 1n, voter) },
      },
    });
    const check = (proof: FinalityProof) => naiveFinalityProof(genesisBytes, FinalityProof.encode(proof));
    const proof = await proofOf("voting");
    assert.deepEqual(check(proof), { ok: true, height: 1 });
    assert.deepEqual(check({ ...proof, index: 1n }), { ok: false, code: "proof-inclusion" });
    assert.deepEqual(check(await proofOf("voting-2")), { ok: false, code: "proof-signature" });
    const later = structuredClone(proof);
    assert(later.evidence.kind === "certified");
    const certificate = await certify(first.header, 1n, "voting");
    later.evidence.value.changes.push({ header: first.header, certificate, ...members });
    later.evidence.value.header = second.header;
    later.evidence.value.certificate = await certify(second.header, 2n, "voting-2");
    assert.deepEqual(check(later), { ok: false, code: "proof-inclusion" });
    later.evidence.value.changes[0]!.branch.pop();
    assert.deepEqual(check(later), { ok: false, code: "proof-members" });
  });
});

describe("naive validator: proof of work", () => {
  it("mines, retargets and pays a subsidy", () => {
    const value = {
      initialTarget: 0x2000ffffn,
      targetLimit: 0x2100ffffn,
      blockIntervalMs: 1000n,
      retargetInterval: 2n,
      subsidy: 50n,
      halvingInterval: 2n,
      coinbaseMaturity: 1n,
      maxFutureDriftMs: 1000n,
    };
    const pow: Genesis = { ...pbft, consensus: { kind: "pow", value }, members: [] };
    const bytes = Genesis.encode(pow);
    assert.equal(naiveGenesisProblem(bytes), undefined);
    const chain = new NaiveChain(bytes);
    assert.equal(
      chain.tipHash,
      blockHash(blockZero(pow, naiveChainId(bytes)).header, "pow", naiveChainId(bytes)),
    );
    const powRoot = (each: Transaction): string => transactionsRoot([each], naiveChainId(bytes));
    const mine = (amount: bigint): string => {
      const paid = reward(BigInt(chain.height + 1), amount);
      for (let nonce = 0n; ; nonce++) {
        const target = BigInt(chain.expectedTarget());
        const fields = { target, nonce, transactionsRoot: powRoot(paid) };
        const verdict = chain.apply(Block.encode(blockOf(chain, [paid], fields)));
        if (verdict.ok || verdict.code !== "header-work") return verdict.ok ? "ok" : verdict.code;
      }
    };
    assert.equal(chain.expectedTarget(), 0x2000ffff);
    assert.equal(mine(51n), "reward-wrong");
    assert.deepEqual([mine(50n), mine(50n)], ["ok", "ok"]);
    // actual 1 ms is held at a quarter of the expected 1000 ms: 0xffff / 4 = 0x3fff, with 0xc0 below.
    assert.equal(chain.expectedTarget(), 0x1f3fffc0);
    assert.equal(chain.outputs.length, 3);
  });
});
