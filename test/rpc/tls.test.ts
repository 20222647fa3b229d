// The RPC over TLS: HTTP and WebSocket on one port, and certificates that can't be used.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { request as httpsRequest } from "node:https";
import { connect as tlsConnect } from "node:tls";
import { WebSocket } from "ws";
import { SAMPLES } from "./samples.ts";
import { call, closeAll, type Opened, open, send, wire } from "./server.ts";
import { TestFeed } from "./test-feed.ts";

const read = (name: string) => readFile(new URL(`certificates/${name}`, import.meta.url), "utf8");

describe("RPC server: TLS", () => {
  let tls: { readonly cert: string; readonly key: string };

  before(async () => {
    tls = { cert: await read("node.crt"), key: await read("node.key") };
  });
  afterEach(closeAll);

  async function post(server: Opened, body: unknown, headers = {}): Promise<unknown> {
    const request = httpsRequest({
      ...{ host: "127.0.0.1", port: server.port, method: "POST", ca: tls.cert, agent: false },
      headers: { "content-type": "application/json", ...headers },
    });
    request.end(JSON.stringify(body));
    const [response] = await once(request, "response");
    let text = "";
    for await (const chunk of response) text += chunk;
    return JSON.parse(text);
  }

  it("answers HTTP and WebSocket to who trusts its certificate", async () => {
    const feed = new TestFeed();
    const server = await open({}, { tls, events: feed });
    const own = { origin: `https://127.0.0.1:${server.port}` };
    const answer = await post(server, call("chain_head"), own);
    assert.deepEqual(answer, { jsonrpc: "2.0", id: 1, result: SAMPLES.chain_head.result });
    const ws = new WebSocket(`wss://127.0.0.1:${server.port}/`, { ca: tls.cert });
    await once(ws, "open");
    ws.send(JSON.stringify(call("subscribe", { to: "blocks" })));
    await once(ws, "message");
    feed.add(1);
    const [notice] = await once(ws, "message");
    assert.equal(JSON.parse(String(notice)).params.event.type, "block");
    await server.close();
    const [code] = await once(ws, "close");
    assert.equal(code, 1001);
  });

  it("tells nothing in the clear, nor to who does not know its certificate", async () => {
    const server = await open({}, { tls });
    await assert.rejects(send(server, JSON.stringify(call("chain_head"))));
    const { host, port } = { host: "127.0.0.1", port: server.port };
    const stranger = tlsConnect({ host, port });
    const [error] = await once(stranger, "error");
    assert.match(String(error.code), /SELF_SIGNED/);
    assert.deepEqual(server.bugs, []);
  });

  it("cuts off who does not finish its handshake", async () => {
    const server = await open({}, { tls, limits: { requestMs: 300 } });
    const { closed } = await wire(server);
    await closed;
  });

  it("is not opened with a key of another certificate, or with none that is one", async () => {
    const other = await read("other.key");
    for (const wrong of [
      { ...tls, key: other },
      { ...tls, cert: "nothing" },
      { cert: tls.key, key: tls.cert },
    ])
      await assert.rejects(open({}, { tls: wrong }), { name: "RpcServerError", code: "tls-invalid" });
  });
});
