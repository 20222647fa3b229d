// Paying through a node, start to end: coins, fee, chain, submission; and a node that is busy, slow, lying or gone.
import assert from "node:assert/strict";
import {
  type BuiltTransfer,
  buildTransfer,
  RpcAnswerError,
  RpcCallError,
  RpcConnectionError,
  type SendRequest,
  SubmitError,
  sendTransfer,
} from "@witan/client";
import { RpcError, type TransactionOutcome } from "@witan/rpc";
import { GENESIS_TIME, TestLedger, testGenesis } from "../ledger/build.ts";
import { addressOf, coinsOf, requestOf, sumOf } from "./ledger-coins.ts";
import { LedgerNode } from "./ledger-node.ts";
import type { MadeUpClock } from "./made-up-clock.ts";
import { PayingSender } from "./paying-sender.ts";
import { failureOf } from "./scripted-node.ts";

describe("sending a transfer", () => {
  let sender: PayingSender;
  let node: LedgerNode;
  let clock: MadeUpClock;
  beforeEach(async () => {
    sender = new PayingSender(2_500_000n);
    ({ node, clock } = sender);
    await node.server.start();
  });
  afterEach(() => node.server.stop());

  const requestFor = (more?: Partial<SendRequest>) => sender.requestFor(more);
  const sent = (more?: Partial<SendRequest>) => sender.sent(more);
  const refused = (more: Partial<SendRequest>) => sender.refused(more);

  it("pays, and says where it became final", async () => {
    const { outcome, transaction, chain } = await sent();
    assert.deepEqual(outcome, node.included.get(transaction.id));
    assert.equal(outcome.status, "final");
    assert.equal(chain.chainId, node.ledger.chain.chainId);
    assert.equal(sumOf(coinsOf(node.ledger, "bob"), 0), 4_500_000n);
    assert.equal(node.calls.filter((method) => method === "transaction_submit").length, 1);
  });

  it("again and again, with the change of the one before", async () => {
    for (const amount of [7_999_999n, 1n]) {
      const { outcome } = await sent({ payments: [{ to: addressOf("bob"), amount }] });
      assert.equal(outcome.status, "final");
    }
    assert.deepEqual(coinsOf(node.ledger, "alice"), []);
  });

  it("pays the fee that the chain asks for, or the one given", async () => {
    const charged = new LedgerNode(
      new TestLedger(testGenesis("pbft", { parameters: { feeRateMin: 2_000 } })),
    );
    await charged.server.start();
    try {
      const { fee, outcome, transaction } = await sent({ rpc: charged.client });
      assert.equal(outcome.status, "final");
      assert.equal(fee, 2n * BigInt(transaction.weight));
      assert.equal((await sent({ rpc: charged.client, fee: 5_000n })).fee, 5_000n);
      const result = await sendTransfer(requestFor({ rpc: charged.client, feeMax: 1_000n }));
      assert.equal(result.ok ? "ok" : result.code, "fee-too-high");
      const low = await sent({ rpc: charged.client, fee: 1n });
      assert.ok(low.outcome.status === "rejected" && low.outcome.code === "fee-too-low");
    } finally {
      await charged.server.stop();
    }
  });

  it("moves other assets", async () => {
    const payments = [{ to: addressOf("bob"), amount: 1_500_000n, asset: 1 }];
    assert.equal((await sent({ payments, fee: 10n })).outcome.status, "final");
    assert.equal(sumOf(coinsOf(node.ledger, "bob", 1), 1), 1_500_000n);
  });

  it("asks a node for the chain unless it is given, and refuses another one", async () => {
    await sent({ chainId: node.ledger.chain.chainId });
    assert.equal(node.calls[0], "chain_genesis");
    node.calls.length = 0;
    await sent({ chain: node.ledger.chain });
    assert.ok(!node.calls.includes("chain_genesis"));
    node.calls.length = 0;
    const refusal = await refused({ chainId: "00".repeat(32) });
    assert.equal(refusal.code, "chain-other");
    assert.ok(refusal.detail?.includes(node.ledger.chain.chainId));
  });

  it("holds for ten minutes, from the later of clock and chain, or as long as asked", async () => {
    const validUntil = async (more: Partial<SendRequest> = {}) => {
      const { body } = (await sent({ ...more, payments: [{ to: addressOf("bob"), amount: 1n }] }))
        .transaction;
      assert.equal(body.kind, "transfer");
      return body.kind === "transfer" ? body.validUntil - GENESIS_TIME : 0;
    };
    assert.equal(await validUntil(), 500 + 600_000);
    // The first made block 1, a second later than the genesis and the clock.
    assert.equal(await validUntil({ validForMs: 5_000 }), 1_000 + 5_000);
  });

  it("refuses for lack of money, and says how much there is", async () => {
    const refusal = await refused({ payments: [{ to: addressOf("bob"), amount: 8_000_001n }] });
    assert.ok(refusal.code === "insufficient-funds" && refusal.available === 8_000_000n);
    assert.equal((await refused({ payments: [] })).code, "outputs-empty");
  });

  describe("whose money comes back from a pending transaction", () => {
    let pending: BuiltTransfer;
    beforeEach(() => {
      const built = buildTransfer(
        requestOf(node.ledger, { payments: [{ to: addressOf("bob"), amount: 1n }] }),
      );
      assert.ok(built.ok);
      pending = built.value;
      node.pend(pending);
    });
    /** All that alice has then. */
    const all = { payments: [{ to: addressOf("bob"), amount: 7_999_999n }] };

    it("waits until that is final, then pays", async () => {
      const told: (readonly string[])[] = [];
      node.onWait = (transaction) => {
        assert.equal(transaction, pending.transaction.id);
        node.spentBy.clear();
        return node.include(pending.transaction);
      };
      const { outcome, spent } = await sent({ ...all, onPending: (ids) => told.push(ids) });
      assert.equal(outcome.status, "final");
      assert.deepEqual(told, [[pending.transaction.id]]);
      assert.ok(
        spent.some(({ transaction }) => transaction === pending.transaction.id),
        "its change",
      );
    });

    it("does not wait where the rest is enough", async () => {
      assert.equal((await sent()).outcome.status, "final");
      assert.ok(!node.calls.includes("transaction_wait"));
    });

    it("does not wait for what would not be enough either", async () => {
      const refusal = await refused({ payments: [{ to: addressOf("bob"), amount: 8_000_001n }] });
      assert.equal(refusal.code, "insufficient-funds");
      assert.ok(!node.calls.includes("transaction_wait"));
    });

    it("says what it waited for when the time is up, having sent nothing", async () => {
      node.onWait = (transaction, { params }) => {
        clock.ms += Number(params["timeoutMs"]);
        return { transaction, status: "pending" };
      };
      const refusal = await refused({ ...all, timeoutMs: 15_000 });
      assert.ok(refusal.code === "funds-pending");
      assert.deepEqual(refusal.pending, [pending.transaction.id]);
      assert.match(refusal.detail, /; 1 more coins are .*: pay again when those are final/);
      assert.ok(clock.ms >= 15_000 && clock.ms < 16_000, `${clock.ms}`);
    });

    it("pays with the coins themselves where it was dropped", async () => {
      node.onWait = (transaction) => {
        node.spentBy.clear();
        return { transaction, status: "expired", height: 1 };
      };
      assert.equal((await sent(all)).outcome.status, "final");
    });

    it("has no more time for both than for one", async () => {
      node.onWait = () => {
        clock.ms += 4_000;
        node.spentBy.clear();
        return node.include(pending.transaction);
      };
      node.onSubmit = ({ id }, { params }) => {
        assert.equal(params["timeoutMs"], 6_000);
        return { transaction: id, status: "expired", height: 1 };
      };
      await sent({ ...all, timeoutMs: 10_000 });
    });
  });

  describe("through a node that", () => {
    const submits = () =>
      node.server.received.filter(({ json }) => (json as { method: string }).method === "transaction_submit");
    const bytesOf = () =>
      submits().map(({ json }) => (json as { params: { transaction: string } }).params.transaction);

    it("loses the connection after it took it: asks again with the same bytes", async () => {
      const { answer } = node.server;
      let lost = 0;
      node.server.answer = async (received, response) => {
        const { method } = received.json as { method: string };
        if (method !== "transaction_submit" || lost === 2) return answer(received, response);
        lost += 1;
        node.onSubmit = (transaction) => node.include(transaction);
        const swallow = { writeHead: () => {}, end: () => response.destroy() };
        await answer(received, swallow as unknown as typeof response);
      };
      const { outcome } = await sent();
      assert.equal(outcome.status, "final");
      assert.equal(submits().length, 3);
      assert.equal(new Set(bytesOf()).size, 1, "the same bytes each time");
      assert.deepEqual(clock.pauses, [100, 200], "longer each time");
    });

    it("is busy, then syncing, then well: asks again", async () => {
      const reasons = ["busy", "syncing", "stopping"] as const;
      let at = 0;
      node.onSubmit = () => {
        const reason = reasons[at++];
        if (reason !== undefined) throw new RpcError(reason);
        return undefined;
      };
      assert.equal((await sent()).outcome.status, "final");
      assert.equal(submits().length, 4);
    });

    it("is gone for good: names the transaction and its bytes when the time is up", async () => {
      node.server.answer = wrapped(node, (_, response) => void response.destroy());
      const failure = await failureOf(sendTransfer(requestFor({ timeoutMs: 9_500 })), SubmitError);
      assert.equal(failure.code, "unanswered");
      assert.ok(failure.cause instanceof RpcConnectionError && failure.cause.code === "broken");
      assert.ok(failure.message.includes(failure.transaction));
      assert.match(failure.message, /may still become final/);
      assert.equal(failure.bytes, bytesOf()[0]);
      assert.equal(clock.ms, 9_500, "not a moment less");
      assert.equal(Math.max(...clock.pauses), 2_000, "never run over");
    });

    it("does not let it through: says so at once", async () => {
      node.onSubmit = () => {
        throw new RpcError("role-too-low");
      };
      const failure = await failureOf(sendTransfer(requestFor()), SubmitError);
      assert.equal(failure.code, "refused");
      assert.ok(failure.cause instanceof RpcCallError && failure.cause.reason === "role-too-low");
      assert.equal(submits().length, 1);
    });

    it("answers for another transaction, or with nonsense: names the one that was sent", async () => {
      const other = "00".repeat(32);
      const lies: TransactionOutcome[] = [{ transaction: other, status: "pending" }, { ok: 1 } as never];
      for (const lie of lies) {
        node.onSubmit = () => lie;
        const failure = await failureOf(sendTransfer(requestFor()), SubmitError);
        assert.ok(failure.cause instanceof RpcAnswerError && failure.cause.code === "result");
        assert.ok(failure.message.includes(failure.transaction));
      }
    });

    it("has it pending, forgets it, has it waiting, makes it final: asks until then", async () => {
      const states = ["pending", "unknown", "waiting"] as const;
      let at = 0;
      node.onSubmit = ({ id }) => {
        const status = states[at++];
        return status === undefined ? undefined : { transaction: id, status };
      };
      assert.equal((await sent()).outcome.status, "final");
      assert.equal(submits().length, 4);
    });

    it("has it pending until the time is up: pending, no error", async () => {
      node.onSubmit = ({ id }, { params }) => {
        clock.ms += Number(params["timeoutMs"]);
        return { transaction: id, status: "pending" };
      };
      const { outcome, transaction } = await sent({ timeoutMs: 25_000 });
      assert.deepEqual(outcome, { transaction: transaction.id, status: "pending" });
      assert.ok(clock.ms >= 25_000 && clock.ms < 26_000, `${clock.ms}`);
      const waits = submits().map(({ json }) => (json as { params: { timeoutMs: number } }).params.timeoutMs);
      assert.ok(
        waits.length === 3 && waits.every((ms) => ms <= 10_000),
        "a dead connection is noticed between",
      );
    });

    it("took it in and then vanished: pending, as it said", async () => {
      node.onSubmit = ({ id }) => {
        node.server.answer = (_, response) => void response.destroy();
        return { transaction: id, status: "pending" };
      };
      assert.equal((await sent({ timeoutMs: 5_000 })).outcome.status, "pending");
    });

    it("took it in, where that is enough", async () => {
      node.onSubmit = ({ id }, { params }) => {
        assert.equal(params["waitFor"], "admitted");
        return { transaction: id, status: "pending" };
      };
      assert.equal((await sent({ waitFor: "admitted" })).outcome.status, "pending");
      assert.equal(submits().length, 1);
    });

    it("has a last word: rejected, expired or evicted are told as they are", async () => {
      const last = (id: string): TransactionOutcome[] => [
        { transaction: id, status: "rejected", code: "input-missing", message: "gone" },
        { transaction: id, status: "expired", height: 5 },
        {
          transaction: id,
          status: "evicted",
          code: "mempool-full",
          message: "full",
          possibleUntil: GENESIS_TIME,
        },
      ];
      for (const at of [0, 1, 2]) {
        node.onSubmit = ({ id }) => last(id)[at];
        const { outcome, transaction } = await sent();
        assert.deepEqual(outcome, last(transaction.id)[at]);
      }
      assert.equal(submits().length, 3);
    });

    it("takes its time, until the caller gives up: cancelled, with the id", async () => {
      const controller = new AbortController();
      node.server.answer = wrapped(node, () => controller.abort());
      const failure = await failureOf(sendTransfer(requestFor({ signal: controller.signal })), SubmitError);
      assert.equal(failure.code, "cancelled");
      assert.ok(failure.message.includes(failure.transaction));
    });

    it("breaks before anything is sent: no SubmitError, since there is nothing to lose", async () => {
      node.server.answer = (_, response) => void response.destroy();
      assert.equal((await failureOf(sendTransfer(requestFor()), RpcConnectionError)).code, "broken");
    });
  });
});

/** Leaves all but submissions to the node. */
function wrapped(node: LedgerNode, submit: LedgerNode["server"]["answer"]): LedgerNode["server"]["answer"] {
  const { answer } = node.server;
  return (received, response) =>
    (received.json as { method: string }).method === "transaction_submit"
      ? submit(received, response)
      : answer(received, response);
}
