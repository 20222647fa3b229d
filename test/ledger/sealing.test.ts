// Sealed transactions: names that follow from bytes, bytes that are plain, verdicts remembered under both names.
import assert from "node:assert/strict";
import {
  bodyCodec,
  type Coin,
  decodeBlock,
  decodeTransaction,
  judgeTransaction,
  type SealedTransaction,
  sealTransaction,
  witnessCodec,
} from "@witan/ledger";
import {
  type ChainId,
  type Hash,
  type Height,
  hexToBytes,
  TAGS,
  TaggedHasher,
  type Timestamp,
} from "@witan/primitives";
import fc from "fast-check";
import * as any from "./arbitraries.ts";
import { keyOfName, outputTo, realVerdicts, TestLedger, testChain, testGenesis } from "./build.ts";

const chain = testChain(testGenesis());
const alice = keyOfName("alice");

describe("sealing", () => {
  it("names body and witness as slices of the bytes, equal to encoding them again", () => {
    fc.assert(
      fc.property(any.transaction, (transaction) => {
        const sealed = sealTransaction(chain.transactions, transaction);
        if (!sealed.ok) return assert.equal(sealed.code, "transaction-too-large");
        const { id, witnessHash, bytes, weight } = sealed.value;
        const named = (tag: "transaction" | "witness", part: Uint8Array): Hash =>
          new TaggedHasher(TAGS[tag], chain.chainId).hash(part);
        assert.equal(id, named("transaction", bodyCodec.encode(transaction.body)));
        assert.equal(id, chain.transactions.id(transaction.body));
        assert.equal(witnessHash, named("witness", witnessCodec.encode(transaction.witness)));
        assert.equal(weight, bytes.length + 200 * transaction.witness.signatures.length);
        const decoded = decodeTransaction(chain.transactions, bytes);
        assert.ok(decoded.ok);
        assert.deepEqual([decoded.value.id, decoded.value.witnessHash], [id, witnessHash]);
      }),
      { numRuns: 60 },
    );
  });

  it("gives one body one id whatever its witness, and other bytes another witness hash", () => {
    fc.assert(
      fc.property(any.body, any.witness, any.witness, (body, one, other) => {
        const seal = (witness: typeof one) => sealTransaction(chain.transactions, { body, witness });
        const [a, b] = [seal(one), seal(other)];
        if (!a.ok || !b.ok) return;
        assert.equal(a.value.id, b.value.id);
        const equal = Buffer.compare(a.value.bytes, b.value.bytes) === 0;
        assert.equal(a.value.witnessHash === b.value.witnessHash, equal);
      }),
      { numRuns: 40 },
    );
  });

  it("names the same transaction otherwise on another chain", () => {
    const other = testChain(testGenesis("pbft", { name: "other" }));
    const body = { kind: "reward", height: 1 as Height, outputs: [] } as const;
    assert.notEqual(chain.transactions.id(body), other.transactions.id(body));
    assert.notEqual(chain.chainId as ChainId, other.chainId);
  });
});

describe("one id, two witnesses", () => {
  const ledger = new TestLedger();
  const [coin] = ledger.coinsOf(alice.policyHash) as [
    Coin & { transaction: SealedTransaction["id"]; index: number },
  ];
  const good = ledger.seal(ledger.transfer([coin], [outputTo(alice, coin.amount)]), [alice]);
  const [signature] = good.witness.signatures;
  const bad = ledger.sealRaw(good.body, {
    ...good.witness,
    signatures: [{ publicKey: alice.publicKey, signature: `11${signature?.signature.slice(2)}` as never }],
  });
  const judge = (sealed: SealedTransaction, holds = realVerdicts) => {
    const { governance } = ledger.state;
    const context = {
      chain: ledger.chain,
      governance,
      height: 1 as Height,
      timestamp: ledger.nextTime as Timestamp,
    };
    return judgeTransaction(sealed, context, ledger, holds)?.code ?? "ok";
  };

  it("are told apart by their witness hash", () => {
    assert.equal(good.id, bad.id);
    assert.notEqual(good.witnessHash, bad.witnessHash);
  });

  it("have two verdicts, in whichever order they come", () => {
    assert.equal(judge(bad), "signature-invalid");
    assert.equal(judge(good), "ok");
    assert.equal(judge(bad), "signature-invalid");
  });

  it("would be confused by who remembers by the id alone", () => {
    const remembered = new Map<string, boolean>();
    const byIdAlone = (sealed: SealedTransaction) => {
      const known = remembered.get(sealed.id) ?? realVerdicts(sealed);
      remembered.set(sealed.id, known);
      return known;
    };
    assert.equal(judge(good, byIdAlone), "ok");
    assert.equal(judge(bad, byIdAlone), "ok", "which is why both names are remembered");
  });
});

/** Every Uint8Array in a value, however deep. */
function bytesIn(value: unknown): Uint8Array[] {
  if (value instanceof Uint8Array) return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(bytesIn);
}

describe("bytes that come in Buffers", () => {
  const ledger = new TestLedger();
  const [coin] = ledger.coinsOf(alice.policyHash);
  const sealed = coin && ledger.seal(ledger.transfer([coin], [outputTo(alice, coin.amount)]), [alice]);
  const { bytes } = ledger.block(sealed ? [sealed] : []);
  // In the middle of a larger pool, as Buffers of Node often are.
  const pool = Buffer.alloc(bytes.length + 20);
  pool.set(bytes, 10);
  const buffer = pool.subarray(10, 10 + bytes.length);

  it("decode to what plain bytes decode to", () => {
    const [one, other] = [decodeBlock(chain, bytes), decodeBlock(chain, buffer)];
    assert.ok(one.ok && other.ok);
    assert.equal(one.value.hash, other.value.hash);
    const names = (block: typeof one.value) =>
      block.transactions.map(({ id, witnessHash }) => [id, witnessHash]);
    assert.deepEqual(names(one.value), names(other.value));
    assert.deepEqual(one.value.header, other.value.header);
  });

  it("leave no Buffer in what is made of them", () => {
    const decoded = decodeBlock(chain, buffer);
    assert.ok(decoded.ok);
    for (const { body, witness, bytes: own } of decoded.value.transactions)
      for (const found of [...bytesIn(body), ...bytesIn(witness), own]) assert.ok(!Buffer.isBuffer(found));
    assert.ok(!Buffer.isBuffer(decoded.value.bytes), "block.bytes");
  });

  it("are sealed alike", () => {
    const transaction = Buffer.from(sealed?.bytes ?? hexToBytes(""));
    const decoded = decodeTransaction(chain.transactions, transaction);
    assert.ok(decoded.ok && decoded.value.id === sealed?.id);
    assert.ok(!Buffer.isBuffer(decoded.value.bytes), "transaction.bytes");
  });
});
