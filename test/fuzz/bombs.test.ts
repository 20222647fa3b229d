// What is made to be dear is answered soon all the same. The deadline only tells that something grows out of bounds:
// it is some hundred times what these inputs take. WITAN_TABLE=1 prints what they took.
import assert from "node:assert/strict";
import {
  decodeBlock,
  decodeTransaction,
  everyBroken,
  headerCodec,
  judgeBlockBytes,
  judgeForm,
} from "@witan/ledger";
import { crowdedBlock, dearTransactions, emptyPlaces, headBombs, repeatedBlock } from "./bombs.ts";
import { samples } from "./sample-chain.ts";
import { TARGETS } from "./targets.ts";

const DEADLINE_MS = 20_000;
const MIB = 1024 * 1024;

function timed<T>(what: string, work: () => T): T {
  const start = performance.now();
  const result = work();
  const took = performance.now() - start;
  if (process.env["WITAN_TABLE"] !== undefined) console.log(`      ${what}: ${took.toFixed(1)} ms`);
  assert.ok(took < DEADLINE_MS, `${what} took ${took} ms`);
  return result;
}

describe("inputs made to be dear", function () {
  this.timeout(120_000);

  it("huge offsets and empty elements, for every decoder", () => {
    for (const target of TARGETS)
      timed(target.name, () => {
        for (const bytes of headBombs()) target.run(bytes);
      });
  });

  it("transactions of 64 KiB full of policies", () => {
    const [sample] = samples();
    assert.ok(sample);
    const { chain } = sample.ledger;
    for (const [name, sealed] of Object.entries(dearTransactions(chain))) {
      const size = `${sealed.witness.policies.length} policies, ${sealed.bytes.length} bytes`;
      const decoded = timed(`decoding ${name} (${size})`, () =>
        decodeTransaction(chain.transactions, sealed.bytes),
      );
      assert.ok(decoded.ok);
      assert.ok(!timed(`judgeForm of ${name}`, () => judgeForm(decoded.value)).ok);
      assert.ok(timed(`everyBroken of ${name}`, () => everyBroken(decoded.value)).length > 0);
    }
  });

  it("blocks of 2 MiB full of transactions full of policies", () => {
    const [sample] = samples();
    assert.ok(sample);
    const { chain } = sample.ledger;
    for (const [name, sealed] of Object.entries(dearTransactions(chain))) {
      const bytes = repeatedBlock(chain, sample.next.header, sealed, 2 * MIB);
      const decoded = timed(`decoding ${bytes.length} bytes, ${name}`, () => decodeBlock(chain, bytes));
      assert.ok(decoded.ok);
      timed(`judgeForm of all ${decoded.value.transactions.length}`, () => {
        for (const transaction of decoded.value.transactions) assert.ok(!judgeForm(transaction).ok);
      });
    }
  });

  it("blocks of 2 and of 32 MiB full of the smallest transactions, and of nothing", () => {
    const [sample] = samples();
    assert.ok(sample);
    const { chain } = sample.ledger;
    const { header } = sample.next;
    const wide = {
      ...sample.state.governance.state.parameters,
      blockBytesMax: 32 * MIB,
      blockTransactionsMax: 65_536,
    };
    for (const size of [2 * MIB, 32 * MIB]) {
      const bytes = crowdedBlock(chain, header, size);
      const what = `${bytes.length} bytes`;
      const decoded = timed(`decoding a block of ${what}`, () => decodeBlock(chain, bytes));
      assert.ok(decoded.ok);
      const state = { ...sample.state.governance.state, parameters: wide };
      const governance = Object.assign(Object.create(sample.state.governance), { state });
      const judged = timed(
        `judging a block of ${what} (${decoded.value.transactions.length} transactions)`,
        () => judgeBlockBytes({ ...sample.state, governance }, bytes, sample.ledger, () => true),
      );
      assert.ok(!judged.ok);
    }
    for (const count of [65_536, 65_537, 8 * MIB - 64]) {
      const bytes = emptyPlaces(headerCodec.encode(header), count);
      const decoded = timed(`decoding ${count} places for transactions`, () => decodeBlock(chain, bytes));
      assert.ok(!decoded.ok && decoded.code === "encoding");
    }
  });
});
