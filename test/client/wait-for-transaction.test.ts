// Waiting for a transaction by its id, through a node that does not know it yet, is busy, lies, or goes away.
import assert from "node:assert/strict";
import {
  type CallOptions,
  RpcAnswerError,
  RpcCallError,
  type RpcCaller,
  RpcClient,
  RpcConnectionError,
  waitForTransaction,
} from "@witan/client";
import type { TransactionId } from "@witan/primitives";
import { RpcError, type TransactionOutcome } from "@witan/rpc";
import { LedgerNode } from "./ledger-node.ts";
import { MadeUpClock } from "./made-up-clock.ts";
import { failureOf } from "./scripted-node.ts";

const ID = "ab".repeat(32) as TransactionId;
const FINAL: TransactionOutcome = {
  transaction: ID,
  status: "final",
  height: 3,
  hash: "cd".repeat(32),
  index: 0,
};

describe("waiting for a transaction", () => {
  let node: LedgerNode;
  let clock: MadeUpClock;
  beforeEach(async () => {
    node = new LedgerNode();
    clock = new MadeUpClock();
    await node.server.start();
  });
  afterEach(() => node.server.stop());
  const wait = (timeoutMs = 30_000, signal?: AbortSignal) =>
    waitForTransaction(node.client, ID, { timeoutMs, clock, ...(signal === undefined ? {} : { signal }) });

  it("asks until it is settled, through what passes", async () => {
    const answers = ["unknown", "busy", "waiting", "pending"] as const;
    let at = 0;
    node.onWait = () => {
      const status = answers[at++];
      if (status === "busy") throw new RpcError("waits-too-many");
      return status === undefined ? FINAL : { transaction: ID, status };
    };
    assert.deepEqual(await wait(), FINAL);
    assert.equal(at, 5);
    assert.ok(!node.calls.includes("transaction_submit"), "nothing is submitted");
  });

  it("asks once for what is known now", async () => {
    node.onWait = (_, { params }) => {
      assert.equal(params["timeoutMs"], 0);
      return { transaction: ID, status: "pending" };
    };
    assert.equal((await wait(0)).status, "pending");
    assert.equal(node.calls.length, 1);
  });

  it("gives the answer to that one question as long as the client gives any", async () => {
    const options: CallOptions[] = [];
    const rpc = new RpcClient({ url: node.client.url });
    const call: RpcCaller["call"] = (method, params, more = {}) => {
      options.push(more);
      return rpc.call(method, params, more);
    };
    node.onWait = () => FINAL;
    for (const timeoutMs of [0, 5_000])
      await waitForTransaction({ url: rpc.url, call }, ID, { timeoutMs, clock });
    assert.deepEqual(
      options.map(({ timeoutMs }) => timeoutMs),
      [undefined, 7_000],
    );
  });

  it("tells the last that the node said, or that it said nothing", async () => {
    node.onWait = () => {
      node.server.answer = (_, response) => void response.destroy();
      return { transaction: ID, status: "pending" };
    };
    assert.equal((await wait()).status, "pending");
    assert.equal((await failureOf(wait(), RpcConnectionError)).code, "broken");
    assert.equal(clock.ms, 60_000, "not a moment less");
  });

  it("ends at once where asking again is of no use", async () => {
    node.onWait = () => ({ ...FINAL, transaction: "00".repeat(32) });
    assert.equal((await failureOf(wait(), RpcAnswerError)).code, "result");
    node.onWait = () => {
      throw new RpcError("token-needed");
    };
    assert.equal((await failureOf(wait(), RpcCallError)).reason, "token-needed");
    const controller = new AbortController();
    controller.abort();
    assert.equal((await failureOf(wait(30_000, controller.signal), RpcConnectionError)).code, "cancelled");
    assert.deepEqual(clock.pauses, []);
  });
});
