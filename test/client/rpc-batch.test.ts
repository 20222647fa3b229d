// Batches of the RPC client: each call has its own answer, whatever their order; answers that do not belong are refused.
import assert from "node:assert/strict";
import { RpcAnswerError, RpcCallError, RpcClient } from "@witan/client";
import { RpcError } from "@witan/rpc";
import { type Answerer, type Call, failureOf, ScriptedNode, sendJson, serving } from "./scripted-node.ts";

const HEAD = { height: 7, hash: "ab".repeat(32), timestamp: 1_767_225_600_000 };

describe("the RPC client", () => {
  let node: ScriptedNode;
  const answering = async (answer: Answerer) => {
    node.answer = answer;
    return new RpcClient({ url: node.url });
  };

  beforeEach(async () => {
    node = await new ScriptedNode(serving(() => HEAD)).start();
  });
  afterEach(() => node.stop());

  describe("a batch", () => {
    const calls = [
      { method: "chain_head", params: {} },
      { method: "chain_block", params: { height: 1_000 } },
      { method: "chain_balance", params: { address: "wt1" } },
    ] as const;
    const serve = serving(({ method }) => {
      if (method === "chain_head") return HEAD;
      if (method === "chain_block") throw new RpcError("block-unknown");
      return { wrong: true };
    });

    it("has an answer or an error for each call", async () => {
      const [head, block, balance] = await (await answering(serve)).batch(calls);
      assert.deepEqual(head, { ok: true, value: HEAD });
      assert.ok(!block.ok && block.error instanceof RpcCallError && block.error.reason === "block-unknown");
      assert.ok(!balance.ok && balance.error instanceof RpcAnswerError && balance.error.code === "result");
      assert.equal(node.received.length, 1);
    });

    it("may be answered in any order", async () => {
      const rpc = await answering(({ json }, response) => {
        const heights = (json as Call[]).map(({ id }, at) => ({
          jsonrpc: "2.0",
          id,
          result: { ...HEAD, height: at },
        }));
        sendJson(response, heights.reverse());
      });
      const asked = [0, 1, 2, 3].map(() => ({ method: "chain_head", params: {} }) as const);
      const answers = await rpc.batch(asked);
      assert.deepEqual(
        answers.map((answer) => answer.ok && answer.value.height),
        [0, 1, 2, 3],
      );
    });

    it("without calls asks nobody", async () => {
      assert.deepEqual(await (await answering(serve)).batch([]), []);
      assert.equal(node.received.length, 0);
    });

    it("whose answers are missing, doubled or strange fails as a whole", async () => {
      const broken: [string, (answers: Record<string, unknown>[]) => unknown][] = [
        ["id", (answers) => answers.slice(1)],
        ["id", (answers) => [...answers, answers[0]]],
        ["id", (answers) => [...answers, { ...answers[0], id: 99 }]],
        ["id", (answers) => [{ ...answers[0], id: null }, ...answers.slice(1)]],
        ["shape", (answers) => [...answers, 5]],
        ["shape", (answers) => answers[0]],
      ];
      for (const [code, change] of broken) {
        const rpc = await answering(({ json }, response) => {
          const answers = (json as Call[]).map(({ id }) => ({ jsonrpc: "2.0", id, result: HEAD }));
          sendJson(response, change(answers));
        });
        const failure = await failureOf(rpc.batch([calls[0], calls[0]]), RpcAnswerError);
        assert.equal(failure.code, code, String(change));
      }
    });
  });
});
