// Callers that are slow, rude or gone; who they are taken for; health, and how a server ends.
import assert from "node:assert/strict";
import type { MethodName, RpcService } from "@witan/rpc";
import { openRpcServer } from "@witan/rpc/server";
import { gate, Hanging } from "./hanging.ts";
import { NO_EVENTS } from "./no-events.ts";
import { SAMPLES } from "./samples.ts";
import { ask, call, closeAll, open, reasonOf, send, wire, written } from "./server.ts";

const HASH = "ab".repeat(32);
const WAIT = call("transaction_wait", { transaction: HASH });

describe("RPC server: callers that are slow, rude or gone", () => {
  afterEach(closeAll);

  it("cuts off who does not finish a request, and not who waits for an answer", async () => {
    const hanging = new Hanging();
    const server = await open(hanging.service, { limits: { requestMs: 200 } });
    const patient = ask(server, WAIT);
    const slowBody = await wire(server);
    slowBody.socket.write(written(server, JSON.stringify(call("chain_head"))).slice(0, -1));
    const slowHead = await wire(server);
    slowHead.socket.write("POST / HTTP/1.1\r\nHost: localhost\r\n");
    const drop = setInterval(() => slowHead.socket.write("X-A: b\r\n"), 20);
    await Promise.all([slowBody.closed, slowHead.closed]);
    clearInterval(drop);
    assert.match(slowBody.received(), /408/);
    assert.equal(hanging.running, 1);
    hanging.release();
    assert.deepEqual((await patient).result, { transaction: HASH, status: "pending" });
  });

  it("cuts off a connection on which nothing moves", async () => {
    const server = await open({}, { limits: { silenceMs: 100 } });
    const silent = await wire(server);
    await silent.closed;
    assert.equal(silent.received(), "");
  });

  it("tells the service when a caller has gone, and frees the place", async () => {
    const hanging = new Hanging();
    const server = await open(hanging.service, { limits: { waits: 1 } });
    const { socket } = await wire(server);
    socket.write(written(server, JSON.stringify(WAIT)));
    await hanging.until(() => hanging.begun === 1);
    assert.equal(reasonOf(await ask(server, WAIT)), "waits-too-many");
    socket.destroy();
    await hanging.until(() => hanging.running === 0);
    assert.equal(hanging.aborted, 1);
    hanging.release();
    assert.equal((await ask(server, WAIT)).error, undefined);
  });

  it("does so for every request on the connection, those too whose answers are not next", async () => {
    const hanging = new Hanging();
    const server = await open(hanging.service);
    const { socket } = await wire(server);
    socket.write(written(server, JSON.stringify(WAIT)).repeat(12));
    await hanging.until(() => hanging.begun === 12);
    socket.destroy();
    await hanging.until(() => hanging.aborted === 12);
  });

  it("takes a connection that its caller has half closed for one that is gone", async () => {
    const hanging = new Hanging();
    const server = await open(hanging.service);
    const half = await wire(server);
    half.socket.end(written(server, JSON.stringify(WAIT)));
    await hanging.until(() => hanging.aborted === 1);
    await half.closed;
    const { result } = await ask(server, call("chain_head"));
    assert.deepEqual(result, SAMPLES.chain_head.result);
    half.socket.destroy();
  });

  it("does not tell a service of an end that came after the answer", async () => {
    const aborts: boolean[] = [];
    const server = await open({
      async chain_head(_params, { signal }) {
        signal.addEventListener("abort", () => aborts.push(true));
        return SAMPLES.chain_head.result;
      },
    });
    await ask(server, call("chain_head"));
    await server.close();
    assert.deepEqual(aborts, []);
  });

  it("answers what is no HTTP with 400, and bodies that are shorter than said not at all", async () => {
    const server = await open();
    for (const garbage of [
      "\x16\x03\x01\x02\x00\x01\x00",
      "hello\r\n\r\n",
      "POST / HTTP/9.9\r\n\r\n",
      "POST / HTTP/1.1\r\n\r\n",
    ]) {
      const { socket, closed, received } = await wire(server);
      socket.write(garbage);
      await closed;
      assert.match(received(), /^HTTP\/1\.1 (?:400|505)/, JSON.stringify(garbage));
      socket.destroy();
    }
    const short = await wire(server);
    short.socket.end(written(server, `${JSON.stringify(call("chain_head"))} `).slice(0, -1));
    await short.closed;
    assert.doesNotMatch(short.received(), /200 OK/);
    for (const head of [
      "POST / HTTP/1.0\r\n",
      "POST / HTTP/1.1\r\nHost:\r\n",
      "POST / HTTP/1.1\r\nHost: \r\n",
    ]) {
      const nameless = await wire(server);
      nameless.socket.write(`${head}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`);
      await nameless.until(/403 .*host-not-allowed/s);
      nameless.socket.destroy();
    }
    assert.deepEqual(server.bugs, []);
  });

  it("says where to go to who asks elsewhere or otherwise", async () => {
    const server = await open();
    const places: readonly [string, string][] = [
      ["GET", "/"],
      ["PUT", "/"],
      ["POST", "/rpc"],
      ["POST", "/health"],
      ["GET", "/../etc/passwd"],
      ["GET", "/%"],
    ];
    for (const [method, path] of places) {
      const reply = await send(server, method === "GET" ? undefined : "{}", { method, path });
      assert.ok(reply.status === 404 || reply.status === 400, `${method} ${path}: ${reply.status}`);
      assert.equal(reasonOf(JSON.parse(reply.text)), "invalid-request");
    }
    assert.match(
      (await send(server, undefined, { method: "GET" })).text,
      /POST JSON-RPC 2\.0 to \/, or GET \/health/,
    );
    assert.deepEqual(server.bugs, []);
  });

  it("takes so many connections and no more", async () => {
    const server = await open({}, { limits: { connections: 2 } });
    const first = await wire(server);
    const second = await wire(server);
    const third = await wire(server);
    await third.closed;
    first.socket.destroy();
    second.socket.write(written(server, JSON.stringify(call("chain_head"))));
    await second.until(/200 OK/);
    second.socket.destroy();
    third.socket.destroy();
  });

  it("names callers by their address", async () => {
    const sources: string[] = [];
    const service: Partial<RpcService> = {
      async chain_head(_params, { source }) {
        sources.push(source);
        return SAMPLES.chain_head.result;
      },
    };
    const server = await open(service);
    await send(server, JSON.stringify(call("chain_head")), { headers: { "x-forwarded-for": "6.6.6.6" } });
    assert.deepEqual(sources, ["127.0.0.1"]);
  });
});

describe("RPC server: health and closing", () => {
  afterEach(closeAll);

  const get = { method: "GET", path: "/health" } as const;

  it("is healthy by the word of node_health: 200 or 503, with the reasons", async () => {
    let fit = true;
    const server = await open({ node_health: async () => ({ fit, reasons: [] }) });
    const well = await send(server, undefined, get);
    assert.equal(well.status, 200);
    assert.deepEqual(JSON.parse(well.text), { fit: true, reasons: [] });
    fit = false;
    assert.equal((await send(server, undefined, get)).status, 503);
  });

  it("is not healthy when that can't be told", async () => {
    const bug = new TypeError("secret");
    const server = await open({ node_health: () => Promise.reject(bug) });
    const reply = await send(server, undefined, get);
    assert.equal(reply.status, 503);
    assert.deepEqual(JSON.parse(reply.text), { fit: false });
    assert.deepEqual(server.bugs, [bug]);
  });

  it("ends waits with what is known, answers them, and then is gone", async () => {
    const hanging = new Hanging();
    const server = await open(hanging.service);
    const waiting = ask(server, [WAIT, WAIT]);
    const single = ask(server, call("chain_assets"));
    const idle = await wire(server);
    idle.socket.write(written(server, JSON.stringify(call("chain_head"))));
    await idle.until(/200 OK/);
    await hanging.until(() => hanging.begun === 3);
    const begin = performance.now();
    await Promise.all([server.close(), server.close()]);
    assert.ok(performance.now() - begin < 1_000);
    assert.deepEqual(
      (await waiting).map(({ result }) => (result as { status: string }).status),
      ["pending", "pending"],
    );
    assert.deepEqual((await single).result, SAMPLES.chain_assets.result);
    await idle.closed;
    await server.close();
    await assert.rejects(ask(server, call("chain_head")), /ECONNREFUSED/);
    const again = await open({}, { listen: server.address });
    assert.equal(again.address, server.address);
  });

  it("closes within a second, even if a call never ends", async () => {
    const begun = gate();
    const server = await open({
      chain_head() {
        begun.open();
        return new Promise<never>(() => undefined);
      },
    });
    const lost = assert.rejects(ask(server, call("chain_head")), /socket hang up|ECONNRESET/);
    await begun.promise;
    const begin = performance.now();
    await server.close();
    assert.ok(performance.now() - begin < 1_000);
    await lost;
  });

  it("tells whose request comes while it closes that it is stopping", async () => {
    const hanging = new Hanging();
    const server = await open(hanging.service);
    const late = await wire(server);
    const request = written(server, JSON.stringify(call("chain_head")));
    late.socket.write(request.slice(0, 10));
    const waiting = ask(server, WAIT);
    await hanging.until(() => hanging.begun === 1);
    const ended = server.close();
    late.socket.write(request.slice(10));
    await late.until(/503 .*"reason":"stopping"/s);
    await Promise.all([late.closed, waiting, ended]);
    assert.match(late.received(), /connection: close/i);
    late.socket.destroy();
  });

  it("serves every method of the service it was given, and asks it for nothing else", async () => {
    const asked: string[] = [];
    const service = new Proxy({} as RpcService, {
      get(_target, name) {
        asked.push(String(name));
        return async () => SAMPLES[name as MethodName].result;
      },
    });
    const server = await openRpcServer({
      ...{ service, events: NO_EVENTS, listen: "127.0.0.1:0" },
      observer: { bug: assert.fail },
    });
    const port = Number(server.address.split(":")[1]);
    const opened = { ...server, url: "", port, bugs: [], refusals: [] };
    await ask(opened, call("then"));
    await ask(opened, call("chain_head"));
    await server.close();
    assert.deepEqual(asked, ["chain_head"]);
  });
});
