// The vectors of transactions, through both validators.
import assert from "node:assert/strict";
import { decodeTransaction, judgeTransaction } from "@witan/ledger";
import { type Height, hexToBytes, type Timestamp } from "@witan/primitives";
import { realVerdicts, type TestLedger } from "../ledger/build.ts";
import { readVectors, type TransactionCase, type Verdict } from "./format.ts";
import { Replay } from "./replay.ts";

function judge(ledger: TestLedger, { transaction, timestamp }: TransactionCase): Verdict {
  const { chain, governance, parent } = ledger.state;
  const decoded = decodeTransaction(chain.transactions, hexToBytes(transaction));
  if (!decoded.ok) return decoded.code;
  const height = (parent.height + 1) as Height;
  const context = { chain, governance, height, timestamp: timestamp as Timestamp };
  return judgeTransaction(decoded.value, context, ledger, realVerdicts)?.code ?? "ok";
}

describe("vectors: transactions", () => {
  const file = readVectors("transactions");
  const replay = new Replay(file.shared);
  for (const one of file.cases)
    it(`${one.name} (${one.chain})`, () => {
      assert.equal(judge(replay.ledger(one.chain, one.height), one), one.expected);
      const naive = replay
        .naive(one.chain, one.height)
        .checkTransaction(hexToBytes(one.transaction), one.timestamp);
      assert.equal(naive.ok ? "ok" : naive.code, one.expected, "the naive validator");
    });
});
