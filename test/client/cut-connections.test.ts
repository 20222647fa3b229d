// Connections that end without an answer: what reads is asked once more, since a connection that was kept from an earlier call
// may end in any moment; what submits is not, since who sends it has to know that it was sent before.
import assert from "node:assert/strict";
import { RpcClient, RpcConnectionError } from "@witan/client";
import { type Answerer, failureOf, ScriptedNode, serving } from "./scripted-node.ts";

const HEAD = { height: 7, hash: "ab".repeat(32), timestamp: 1_767_225_600_000 };
const SUBMIT = { transaction: "00" };

describe("the RPC client, where the connection ends before the answer,", () => {
  let node: ScriptedNode;
  let rpc: RpcClient;
  const serve: Answerer = serving(() => HEAD);
  const cut: Answerer = (_, response) => void response.destroy();
  const failing = (work: Promise<unknown>) => failureOf(work, RpcConnectionError);

  beforeEach(async () => {
    node = await new ScriptedNode(serve).start();
    rpc = new RpcClient({ url: node.url, timeoutMs: 5_000 });
  });
  afterEach(() => node.stop());

  it("asks again on another one", async () => {
    assert.deepEqual(await rpc.call("chain_head", {}), HEAD);
    const ports: (number | undefined)[] = [];
    node.answer = (received, response) => {
      ports.push(response.socket?.remotePort);
      return (ports.length === 1 ? cut : serve)(received, response);
    };
    assert.deepEqual(await rpc.call("chain_head", {}), HEAD);
    assert.deepEqual([ports.length, ports[1] === ports[0]], [2, false]);
    assert.deepEqual(node.received[2]?.json, node.received[1]?.json);
  });

  it("says so where that one ends too: broken", async () => {
    node.answer = cut;
    assert.equal((await failing(rpc.call("chain_head", {}))).code, "broken");
    assert.equal(node.received.length, 2, "asked once more, and no more");
  });

  it("says so where the node is gone then: broken", async () => {
    node.answer = () => void node.stop();
    assert.equal((await failing(rpc.call("chain_head", {}))).code, "broken", "there was a connection");
  });

  it("asks again for nothing that submits", async () => {
    node.answer = cut;
    assert.equal((await failing(rpc.call("transaction_submit", SUBMIT))).code, "broken");
    assert.equal(node.received.length, 1);
    const batch = [
      { method: "chain_head", params: {} },
      { method: "transaction_submit", params: SUBMIT },
    ] as const;
    assert.equal((await failing(rpc.batch(batch))).code, "broken");
    assert.equal(node.received.length, 2);
  });

  it("asks again for nothing of which a part has come", async () => {
    node.answer = (_, response) => void response.write("{", () => response.destroy());
    assert.equal((await failing(rpc.call("chain_head", {}))).code, "broken");
    assert.equal(node.received.length, 1);
  });
});
