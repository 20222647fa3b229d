// The vectors of blocks, through both validators.
import assert from "node:assert/strict";
import { judgeBlockBytes } from "@witan/ledger";
import { hexToBytes } from "@witan/primitives";
import { realVerdicts } from "../ledger/build.ts";
import { NaiveChain } from "../ledger/naive/index.ts";
import { readVectors } from "./format.ts";
import { Replay } from "./replay.ts";

describe("vectors: blocks", () => {
  const file = readVectors("blocks");
  const replay = new Replay(file.shared);
  for (const one of file.cases)
    it(`${one.name} (${one.chain})`, () => {
      const ledger = replay.ledger(one.chain, one.height);
      const bytes = hexToBytes(one.block);
      const judged = judgeBlockBytes(ledger.state, bytes, ledger, realVerdicts);
      assert.equal(judged.ok ? "ok" : judged.code, one.expected);
      assert.equal(judged.ok ? undefined : judged.transaction, one.transaction);
      const naive = replay.naive(one.chain, one.height).checkBlock(bytes);
      assert.equal(naive.ok ? "ok" : naive.code, one.expected, "the naive validator");
      assert.equal(naive.ok ? undefined : naive.transaction, one.transaction, "the naive validator");
      if (!judged.ok) return;
      assert.equal(judged.value.block.hash, one.hash);
      assert.equal(judged.value.governance.root, one.governanceRoot);
    });

  for (const [name, { genesis, blocks }] of Object.entries(file.shared))
    it(`the whole chain "${name}" has one tip and one set of outputs`, () => {
      const ledger = replay.ledger(name, blocks.length);
      const naive = new NaiveChain(hexToBytes(genesis));
      for (const block of blocks) assert.ok(naive.apply(hexToBytes(block)).ok);
      assert.equal(naive.tipHash, ledger.state.parent.hash);
      assert.equal(naive.governanceRoot, ledger.state.governance.root);
      const sorted = [...ledger.coins].sort(([a], [b]) => (a < b ? -1 : 1));
      assert.deepEqual(
        naive.outputs.map(({ transaction, index, ...coin }) => [
          transaction + index.toString(16).padStart(4, "0"),
          coin,
        ]),
        sorted,
      );
      assert.equal(naive.expectedTarget(), ledger.state.target);
    });
});
