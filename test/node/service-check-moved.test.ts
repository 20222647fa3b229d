// `transaction_check` finds a transaction pending or in a block, and by the time it answers that is not so any more: a block
// was undone, or the pool dropped it. The caller is to ask again; nothing is made up, and the node goes on.
import assert from "node:assert/strict";
import type { SealedTransaction } from "@witan/ledger";
import type { WitnessHash } from "@witan/primitives";
import { RpcError, type TransactionOutcome } from "@witan/rpc";
import type { Verdict } from "../../packages/node/src/pool/intake.ts";
import type { ServiceContext } from "../../packages/node/src/service/context.ts";
import { transactionCalls } from "../../packages/node/src/service/transaction-calls.ts";

const ID = "ab".repeat(32);

/** What is asked, with an intake that has found this, and fates that are these by now. */
async function checked(verdict: Verdict, now: TransactionOutcome): Promise<unknown> {
  const sealed = { id: ID, bytes: new Uint8Array(1) } as unknown as SealedTransaction;
  const context = {
    intake: { isFull: false, read: () => ({ ok: true, value: sealed }), check: async () => verdict },
    fates: { outcomeOf: () => now },
    isStopping: () => false,
    syncTarget: () => undefined,
  } as unknown as ServiceContext;
  const signal = new AbortController().signal;
  return await transactionCalls(context).transaction_check({ transaction: "00" }, {
    source: "test",
    signal,
  } as never);
}

const isBusy = (error: unknown): boolean => error instanceof RpcError && error.reason === "busy";

describe("transaction_check, when things move while it looks", () => {
  it("of a transaction whose block was undone is to be asked again", async () => {
    await assert.rejects(checked({ status: "final" }, { transaction: ID, status: "unknown" }), isBusy);
  });

  it("of one that was pending with another witness, and was dropped, is to be asked again", async () => {
    const refusal = { ok: false, code: "known-otherwise", witnessHash: ID as WitnessHash } as const;
    const verdict = { status: "refused", refusal } as const;
    const dropped: TransactionOutcome = {
      ...{ transaction: ID, code: "evicted", message: "the mempool was full" },
      ...{ status: "evicted", possibleUntil: 1 },
    };
    await assert.rejects(checked(verdict, dropped), isBusy);
  });

  it("of one that is in a block still says where", async () => {
    const final = { transaction: ID, status: "final", height: 3, hash: ID, index: 0 } as const;
    assert.deepEqual(await checked({ status: "final" }, final), final);
  });
});
