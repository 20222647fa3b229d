// Judging as a node does it: assembling and judging agree in all modes, all mistakes of a transaction at once,
// values as JSON, clock drift.
import assert from "node:assert/strict";
import {
  checkFinalityProof,
  decodeBlock,
  EMPTY_WITNESS,
  everyBroken,
  judgeBlockBytes,
  judgeForm,
  toJson,
  withinClockDrift,
} from "@witan/ledger";
import type {
  Amount,
  ConsensusMode,
  Height,
  MemberIndex,
  PolicyHash,
  PublicKey,
  Timestamp,
  TransactionId,
} from "@witan/primitives";
import fc from "fast-check";
import { keyOfName, type NamedCoin, outputTo, realVerdicts, TestLedger, testGenesis } from "./build.ts";

const alice = keyOfName("alice");
const bob = keyOfName("bob");
const MODES: readonly ConsensusMode[] = ["pbft", "bp-fast-paxos", "pow"];

describe("assembling", () => {
  for (const mode of MODES)
    it(`makes blocks that hold, byte for byte, in ${mode}`, () => {
      fc.assert(
        fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 4 }), (fees) => {
          const ledger = new TestLedger(testGenesis(mode));
          for (const fee of fees) {
            const [coin] = ledger.coinsOf(alice.policyHash) as [NamedCoin];
            const outputs = [outputTo(bob, coin.amount - BigInt(fee))];
            const pay = ledger.seal(ledger.transfer([coin], outputs, { fee: BigInt(fee) as Amount }), [
              alice,
            ]);
            const transactions = [pay];
            if (mode !== "pow" && fee % 2 === 1)
              transactions.push(
                ledger.governance({
                  kind: "changeParameter",
                  parameter: "checkpointInterval",
                  value: 10 + ledger.blocks.length,
                }),
              );
            const proposer = (mode === "pbft" ? fee : 0) as MemberIndex;
            const minedOutputs = mode === "pow" ? [outputTo(bob, 5_000n + BigInt(fee))] : [];
            const block = ledger.block(transactions, { proposer, minedOutputs });
            const judged = judgeBlockBytes(ledger.state, block.bytes, ledger, realVerdicts);
            assert.ok(judged.ok, judged.ok ? "" : judged.code);
            assert.equal(judged.value.block.hash, block.hash);
            assert.equal(judged.value.fees, BigInt(fee));
            const reward = block.transactions[0]?.body.kind === "reward";
            assert.equal(reward, mode === "pow" || fee > 0);
            ledger.apply(block);
          }
          // Nothing is made or lost: all of asset 0 is what there was, plus what was mined.
          let sum = 0n;
          for (const coin of ledger.coins.values()) if (coin.asset === 0) sum += coin.amount;
          assert.equal(sum, 10_000_000n + (mode === "pow" ? 5_000n * BigInt(fees.length) : 0n));
        }),
        { numRuns: 8 },
      );
    });

  it("leaves the source as it was when a block is judged", () => {
    const ledger = new TestLedger();
    const before = [...ledger.coins];
    const [coin] = ledger.coinsOf(alice.policyHash) as [NamedCoin];
    const pay = ledger.seal(ledger.transfer([coin], [outputTo(bob, coin.amount)]), [alice]);
    assert.ok(ledger.judge(ledger.block([pay])).ok);
    assert.ok(!ledger.judge(ledger.block([pay, pay])).ok);
    assert.deepEqual([...ledger.coins], before);
  });

  it("asks for no signature of what fails before", () => {
    const ledger = new TestLedger();
    const asked: string[] = [];
    const [coin] = ledger.coinsOf(alice.policyHash) as [NamedCoin];
    const late = ledger.seal(ledger.transfer([coin], [], { validUntil: 0 as Timestamp }), [alice]);
    const judged = ledger.judge(ledger.block([late]), (transaction) => asked.push(transaction.id) > 0);
    assert.equal(!judged.ok && judged.code, "expired");
    assert.deepEqual(asked, []);
  });
});

describe("all mistakes at once", () => {
  const ledger = new TestLedger();
  const [coin] = ledger.coinsOf(alice.policyHash) as [NamedCoin];
  const context = {
    chain: ledger.chain,
    governance: ledger.state.governance,
    height: 1 as Height,
    timestamp: ledger.nextTime,
  };
  const codes = (...args: Parameters<typeof everyBroken>) => everyBroken(...args).map(({ code }) => code);

  it("are none of what holds", () => {
    const good = ledger.seal(ledger.transfer([coin], [outputTo(bob, coin.amount)]), [alice]);
    assert.deepEqual(codes(good, context), []);
  });

  it("are told in the documented order", () => {
    const body = ledger.transfer([coin, coin], [outputTo(bob, 0n)], {
      issued: [{ asset: 0, amount: 1n }] as never,
      validUntil: 0 as Timestamp,
      destroyed: [{ asset: 99, amount: 1n }] as never,
    });
    const bad = ledger.sealRaw(body, {
      policies: [alice.policy],
      signatures: [],
      preimages: ["11".repeat(32)],
    });
    const own = ["inputs-repeated", "amount-zero", "issued-native", "signature-missing", "preimage-unused"];
    assert.deepEqual(codes(bad), own);
    assert.deepEqual(codes(bad, context), [...own, "expired", "asset-unknown"]);
  });

  it("say nothing of use while a policy can't be read", () => {
    const body = ledger.transfer([coin], []);
    const bad = ledger.sealRaw(body, { ...ledger.seal(body, [alice]).witness, policies: [[]] });
    assert.deepEqual(codes(bad), ["policy-tree"]);
  });

  it("of a reward and of governance", () => {
    const outputs = [outputTo(bob, 0n)];
    const reward = ledger.sealRaw(
      { kind: "reward", height: 9 as Height, outputs },
      { ...EMPTY_WITNESS, preimages: ["11".repeat(32)] },
    );
    assert.deepEqual(codes(reward), ["reward-witness", "amount-zero"]);
    assert.deepEqual(codes(reward, context), ["reward-witness", "amount-zero", "reward-height"]);
    const nobody = ledger.governance({ kind: "removeMember", name: "nobody" });
    assert.deepEqual(codes(nobody, context), ["member-unknown"]);
    const change = ledger.governance({ kind: "removeMember", name: "A" }, ["a"], 7);
    assert.deepEqual(codes(change, context), ["change-name", "governance-sequence", "approvals-too-few"]);
  });
});

describe("values as JSON", () => {
  it("are as docs/formats.md, section 15, says", () => {
    const peerId = `002408011220${"00".repeat(32)}`;
    const value = {
      amount: 5n,
      memo: new Uint8Array([1, 255]),
      list: [1n, [true]],
      peerId,
      nothing: null,
      other: { peerId: "ff" },
    };
    const json = toJson(value);
    assert.deepEqual(json, {
      amount: "5",
      memo: "01ff",
      list: ["1", [true]],
      peerId: "12D3KooW9pNAk8aiBuGVQtWRdbkLmo5qVL3e2h5UxbN2Nz9ttwiw",
      nothing: null,
      other: { peerId: "ff" },
    });
  });

  it("hold nothing that JSON can't say, for a whole block", () => {
    const ledger = new TestLedger();
    const block = ledger.block([ledger.governance({ kind: "removeMember", name: "d" })]);
    const { header, transactions } = block;
    const json = toJson({ header, bodies: transactions.map(({ body, witness }) => ({ body, witness })) });
    assert.deepEqual(JSON.parse(JSON.stringify(json)), json);
  });
});

describe("clock drift", () => {
  it("is within the parameter either way, and no further", () => {
    const { governance } = new TestLedger(testGenesis("pbft", { parameters: { clockDriftMs: 500 } })).state;
    const within = (timestamp: number) =>
      withinClockDrift(timestamp as Timestamp, 10_000 as Timestamp, governance);
    assert.deepEqual([9_499, 9_500, 10_000, 10_500, 10_501].map(within), [false, true, true, true, false]);
  });
});

describe("any bytes are answered", () => {
  const ledger = new TestLedger();
  const { bytes, hash: original } = ledger.block([ledger.governance({ kind: "removeMember", name: "d" })]);

  /** What a block without fees may say otherwise and still hold: its time, and who of the members made it. */
  const free = (at: number) => (at >= 42 && at < 50) || (at >= 114 && at < 116);

  it("blocks changed anywhere are refused, or are other blocks, and never thrown at", () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Uint8Array.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ flip;
        const judged = judgeBlockBytes(ledger.state, changed, ledger, realVerdicts);
        assert.ok(!judged.ok || free(at), `byte ${at}`);
        if (judged.ok) assert.notEqual(judged.value.block.hash, original);
      }),
      { numRuns: 150 },
    );
  });

  it("and so is what is no block at all", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (any) => !decodeBlock(ledger.chain, any).ok));
  });
});

describe("finality proofs", () => {
  it("are checked under a later membership that was verified before", () => {
    const ledger = new TestLedger();
    const { block } = ledger.grow();
    const trusted = { ...ledger.state.governance.membership, from: 9 as Height };
    const certificate = {
      kind: "pbft" as const,
      membership: 1 as Height,
      view: 0 as never,
      height: 1 as Height,
      blockHash: block.hash,
      signatures: [],
    };
    const evidence = { kind: "certified" as const, changes: [], header: block.header, certificate };
    const proof = { id: "" as TransactionId, witnessHash: "" as never, index: 0, branch: [], evidence };
    const refused = checkFinalityProof(ledger.chain, proof, trusted, { name: "none", verify: () => true });
    assert.equal(!refused.ok && refused.code, "proof-membership");
  });
});

describe("transactions that were read before", () => {
  const pool = new TestLedger();
  const [coin] = pool.coinsOf(alice.policyHash);
  const payment = pool.seal(pool.transfer([coin as NamedCoin], [outputTo(bob, 1_000_000n)]), [alice]);
  const block = pool.block([payment]);
  const knows = (id: string, witnessHash: string) =>
    decodeBlock(pool.chain, block.bytes, block.bytes.length, (name) =>
      name.id === id && name.witnessHash === witnessHash ? payment : undefined,
    );

  it("are given again when a block brings exactly their bytes", () => {
    const decoded = knows(payment.id, payment.witnessHash);
    assert.ok(decoded.ok);
    assert.equal(decoded.value.transactions[0], payment);
    assert.equal(decoded.value.hash, block.hash);
  });

  it("are not taken for one of the same id with another witness", () => {
    const decoded = knows(payment.id, "00".repeat(32));
    assert.ok(decoded.ok);
    assert.notEqual(decoded.value.transactions[0], payment);
    assert.deepEqual(decoded.value.transactions[0], payment);
  });
});

describe("all mistakes of several policies", () => {
  it("are told, each by its rule", () => {
    const ledger = new TestLedger();
    const [coin] = ledger.coinsOf(alice.policyHash);
    const key = (publicKey: string) => ({ kind: "key", publicKey: publicKey as PublicKey }) as const;
    const hidden = { kind: "hidden", hash: "11".repeat(32) as PolicyHash } as const;
    const bad = ledger.sealRaw(ledger.transfer([coin as NamedCoin], [outputTo(bob, 1_000_000n)]), {
      ...EMPTY_WITNESS,
      policies: [
        [{ kind: "threshold", required: 0, children: 1 }, key(alice.publicKey)],
        [hidden],
        [{ kind: "threshold", required: 1, children: 2 }, key(alice.publicKey), key("05".repeat(33))],
      ],
    });
    const codes = everyBroken(bad).map(({ code }) => code);
    assert.deepEqual(codes, ["policy-threshold", "policy-root-hidden", "policy-shown", "policy-key"]);
    const judged = judgeForm(bad);
    assert.equal(judged.ok ? "ok" : judged.code, "policy-threshold");
  });
});
