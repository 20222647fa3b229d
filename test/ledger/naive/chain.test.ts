// Smoke tests of the naive validator's chain: blocks it takes and refuses, by votes and by work.
import assert from "node:assert/strict";
import { ZERO32 } from "./bytes.ts";
import {
  blockOf,
  chainId,
  genesisBytes,
  key,
  keyPolicy,
  pbft,
  reward,
  sign,
  signed,
  transferOf,
} from "./fixture.ts";
import { Block, Genesis, type Header, Transaction } from "./formats.ts";
import { blockHash, blockZero, transactionsRoot } from "./genesis.ts";
import { NaiveChain, naiveChainId, naiveGenesisProblem } from "./index.ts";

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
