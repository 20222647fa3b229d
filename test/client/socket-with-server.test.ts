// The client's WebSocket against the server of this repository: tokens, roles, and the bounds that a server sets.
import assert from "node:assert/strict";
import { RpcCallError, RpcSocket } from "@witan/client";
import { closeAll, open } from "../rpc/server.ts";
import { TestFeed } from "../rpc/test-feed.ts";
import { failureOf } from "./scripted-node.ts";

const TOKENS = { read: "read-0123456789abcdef", operate: "operate-0123456789abcdef" };

describe("a WebSocket connection to the server", () => {
  const sockets: RpcSocket[] = [];
  const connected = (url: string, token?: string) => {
    const socket = new RpcSocket(token === undefined ? { url } : { url, token });
    sockets.push(socket);
    return socket;
  };
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.close();
    await closeAll();
  });

  it("carries the token, and says why a wrong one, or none, does not do", async () => {
    const { url } = await open({}, { tokens: TOKENS });
    assert.ok((await connected(url, TOKENS.read).call("chain_head", {})).height >= 0);
    for (const [token, reason] of [
      ["read-0123456789abcdeF", "token-unknown"],
      [undefined, "token-needed"],
    ] as const) {
      const failure = await failureOf(connected(url, token).call("chain_head", {}), RpcCallError);
      assert.equal(failure.reason, reason);
    }
    const submit = connected(url, TOKENS.read).call("transaction_submit", { transaction: "00" });
    assert.equal((await failureOf(submit, RpcCallError)).reason, "role-too-low");
  });

  it("streams what the server tells, from where it stands on", async () => {
    const events = new TestFeed();
    events.add(3);
    const { url } = await open({}, { events });
    const stream = connected(url).subscribe({ to: "blocks", after: "1" });
    const heights: number[] = [];
    for await (const { event } of stream) {
      assert.ok(event.type === "block");
      heights.push(event.height);
      if (heights.length === 2) events.add(2);
      if (heights.length === 4) break;
    }
    assert.deepEqual(heights, [2, 3, 4, 5]);
  });
});
