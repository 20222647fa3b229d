// The RPC over WebSocket: the same calls by the same rules as over HTTP, and subscriptions.
import assert from "node:assert/strict";
import { once } from "node:events";
import { WEBSOCKET_PROTOCOL, WEBSOCKET_TOKEN_PREFIX } from "@witan/rpc";
import { gate, Hanging } from "./hanging.ts";
import { SAMPLES } from "./samples.ts";
import { ask, call, closeAll, open, reasonOf, send } from "./server.ts";
import { refusalOf, TestSocket } from "./socket.ts";
import { TestFeed } from "./test-feed.ts";

const READ = "r".repeat(32);
const OPERATE = "o".repeat(32);

describe("RPC over WebSocket: calls", () => {
  afterEach(closeAll);

  it("answers calls, batches and what is wrong as over HTTP, and nothing to notifications", async () => {
    const server = await open();
    const socket = await TestSocket.connect(server);
    assert.deepEqual((await socket.call("chain_head")).result, SAMPLES.chain_head.result);
    const batch = await socket.ask(JSON.stringify([call("chain_head", {}, 7), call("nothing", {}, 8)]));
    assert.deepEqual([batch[0]?.id, batch[1]?.id], [7, 8]);
    assert.equal(reasonOf(batch[1]), "method-unknown");
    assert.equal(reasonOf(await socket.ask("{")), "parse-error");
    assert.equal(reasonOf(await socket.ask("[]")), "invalid-request");
    const before = socket.answers.length;
    socket.ws.send(JSON.stringify({ jsonrpc: "2.0", method: "chain_head" }));
    await socket.call("chain_head");
    assert.equal(socket.answers.length, before + 1);
    assert.deepEqual(server.bugs, []);
  });

  it("works with the WebSocket that platforms bring along, and its token by subprotocol", async () => {
    const feed = new TestFeed();
    const server = await open({}, { events: feed, tokens: { read: READ } });
    const { WebSocket: Native } = globalThis;
    const ws = new Native(`ws://127.0.0.1:${server.port}/`, [
      WEBSOCKET_PROTOCOL,
      WEBSOCKET_TOKEN_PREFIX + READ,
    ]);
    await once(ws, "open");
    assert.equal(ws.protocol, WEBSOCKET_PROTOCOL);
    ws.send(JSON.stringify(call("subscribe", { to: "blocks" })));
    const [answer] = await once(ws, "message");
    assert.equal(JSON.parse(answer.data).result.cursor, "0");
    feed.add(1);
    const [notice] = await once(ws, "message");
    assert.equal(JSON.parse(notice.data).params.event.height, 1);
    ws.close();
    await once(ws, "close");
  });

  it("holds Host, Origin, tokens and the path against a connection before it changes hands", async () => {
    const server = await open(
      {},
      { tokens: { read: READ, operate: OPERATE }, allowedOrigins: ["https://ok.example"] },
    );
    const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
    assert.deepEqual(await refusalOf(server, {}), { status: 401, reason: "token-needed" });
    assert.deepEqual(await refusalOf(server, bearer("x".repeat(32))), {
      status: 401,
      reason: "token-unknown",
    });
    const wrong = { protocols: [WEBSOCKET_PROTOCOL, `${WEBSOCKET_TOKEN_PREFIX}nope`] };
    assert.deepEqual(await refusalOf(server, wrong), { status: 401, reason: "token-unknown" });
    const origin = { ...bearer(READ), origin: "https://evil.example" };
    assert.deepEqual(await refusalOf(server, origin), { status: 403, reason: "origin-not-allowed" });
    const host = { headers: { ...bearer(READ).headers, host: "evil.example" } };
    assert.deepEqual(await refusalOf(server, host), { status: 403, reason: "host-not-allowed" });
    assert.equal((await refusalOf(server, { ...bearer(READ), path: "/other" })).reason, "invalid-request");
    const stranger = { ...bearer(READ), protocols: ["graphql-ws"] };
    assert.deepEqual(await refusalOf(server, stranger), { status: 400, reason: "invalid-request" });
    const reader = await TestSocket.connect(server, { ...bearer(READ), origin: "https://ok.example" });
    assert.equal(reasonOf(await reader.call("transaction_submit", { transaction: "00" })), "role-too-low");
    const own = { ...bearer(OPERATE), origin: `http://127.0.0.1:${server.port}` };
    const operator = await TestSocket.connect(server, own);
    assert.equal((await operator.call("transaction_submit", { transaction: "00" })).error, undefined);
    assert.ok(server.refusals.includes("origin-not-allowed"));
  });

  it("bounds calls and waits of a connection, and ends them with it", async () => {
    const hanging = new Hanging();
    const server = await open(hanging.service, { limits: { waitsPerConnection: 2, callsPerConnection: 1 } });
    const socket = await TestSocket.connect(server);
    const wait = JSON.stringify(call("transaction_wait", { transaction: "ab".repeat(32) }, "w"));
    for (const _ of [1, 2]) socket.ws.send(wait);
    await hanging.until(() => hanging.begun === 2);
    assert.equal(reasonOf(await socket.ask(wait)), "waits-too-many");
    socket.ws.send(JSON.stringify(call("transaction_submit", { transaction: "00" }, "a")));
    await hanging.until(() => hanging.begun === 3);
    assert.equal(reasonOf(await socket.call("chain_head")), "calls-too-many");
    socket.ws.terminate();
    await hanging.until(() => hanging.running === 0);
    assert.equal(hanging.aborted, 3);
  });

  it("closes for what is no text, and for a message that is too large", async () => {
    const server = await open({}, { limits: { bodyBytes: 1_000 } });
    const binary = await TestSocket.connect(server);
    binary.ws.send(Buffer.from("{}"));
    assert.equal((await binary.closed).code, 1003);
    const large = await TestSocket.connect(server);
    large.ws.send(JSON.stringify(call("chain_head", { pad: "x".repeat(1_000) })));
    assert.equal((await large.closed).code, 1009);
    assert.deepEqual(server.bugs, []);
  });

  it("lets what waits end with what is known when it stops, and says so to every connection", async () => {
    const hanging = new Hanging();
    const server = await open(hanging.service);
    const socket = await TestSocket.connect(server);
    socket.ws.send(JSON.stringify(call("transaction_wait", { transaction: "ab".repeat(32) }, "w")));
    await hanging.until(() => hanging.begun === 1);
    await server.close();
    assert.equal((await socket.closed).code, 1001);
    assert.deepEqual(socket.order, ["w"]);
  });

  it("ends a connection that does not answer pings, and keeps one that does", async () => {
    const server = await open({}, { limits: { pingMs: 100 } });
    const deaf = await TestSocket.connect(server, { autoPong: false });
    const awake = await TestSocket.connect(server);
    let pings = 0;
    const three = gate();
    awake.ws.on("ping", () => ++pings === 3 && three.open());
    assert.equal((await deaf.closed).code, 1006);
    await three.promise;
    assert.equal((await awake.call("chain_head")).error, undefined);
  });
});

describe("RPC over WebSocket: subscriptions", () => {
  afterEach(closeAll);

  it("hear of no event before the answer that names them, though another body is answered sooner", async () => {
    const hanging = new Hanging();
    const feed = new TestFeed();
    feed.add(2);
    const { transaction_wait } = hanging.service;
    const server = await open(transaction_wait === undefined ? {} : { transaction_wait }, { events: feed });
    const socket = await TestSocket.connect(server);
    const both = [
      call("subscribe", { to: "blocks", after: "0" }, "s"),
      call("transaction_wait", { transaction: "ab".repeat(32) }, "w"),
    ];
    socket.ws.send(JSON.stringify(both));
    const other = () => socket.call("transaction_submit", { transaction: "00" });
    while (feed.open_ === 0) await other();
    for (let round = 0; round < 3; round++) await other();
    assert.deepEqual(socket.notices, []);
    hanging.release();
    await socket.until(() => socket.notices.length === 2);
    assert.deepEqual(socket.order.slice(-3), [undefined, "block", "block"], "the batch, then its events");
  });

  it("are refused over HTTP, where nothing could be told", async () => {
    const server = await open();
    assert.equal(reasonOf(await ask(server, call("subscribe", { to: "blocks" }))), "websocket-needed");
    assert.equal(reasonOf(await ask(server, call("unsubscribe", { subscription: "1" }))), "websocket-needed");
  });

  it("answer first and tell then, every event once and in order, and from a cursor on", async () => {
    const feed = new TestFeed();
    const server = await open({}, { events: feed });
    const socket = await TestSocket.connect(server);
    feed.add(500);
    const { subscription } = await socket.subscribe("0");
    await socket.until(() => socket.notices.length === 500);
    assert.deepEqual(socket.order.slice(0, 2), [1, "block"]);
    feed.add(3);
    await socket.until(() => socket.notices.length === 503);
    assert.deepEqual(
      socket.notices.map(({ cursor }) => cursor),
      Array.from({ length: 503 }, (_, at) => `${at + 1}`),
    );
    assert.ok(socket.notices.every((notice) => notice.subscription === subscription));
    const again = await TestSocket.connect(server);
    assert.equal((await again.subscribe("501")).cursor, "501");
    await again.until(() => again.notices.length === 2);
  });

  it("begin in a batch, too, and end when they are told to", async () => {
    const feed = new TestFeed();
    const server = await open({}, { events: feed });
    const socket = await TestSocket.connect(server);
    const both = [call("subscribe", { to: "blocks" }, 1), call("subscribe", { to: "blocks", after: "0" }, 2)];
    const answers = (await socket.ask(JSON.stringify(both))) as readonly {
      result: { subscription: string };
    }[];
    feed.add(1);
    await socket.until(() => socket.notices.length === 2);
    const subscription = answers[0]?.result.subscription;
    assert.deepEqual((await socket.call("unsubscribe", { subscription })).result, { ended: true });
    assert.deepEqual((await socket.call("unsubscribe", { subscription })).result, { ended: false });
    feed.add(1);
    await socket.until(() => socket.notices.length === 3);
    assert.equal(socket.notices[2]?.subscription, answers[1]?.result.subscription);
    assert.equal(feed.open_, 1);
    socket.ws.close();
    await socket.closed;
    while (feed.open_ > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  it("have params that are checked: topics, names, cursors", async () => {
    const server = await open({}, { events: new TestFeed() });
    const socket = await TestSocket.connect(server);
    const wrong = [
      {},
      { to: "everything" },
      { to: "blocks", transactions: ["ab".repeat(32)] },
      { to: "consensus", addresses: [] },
      { to: "transactions", transactions: [] },
      { to: "transactions", transactions: ["AB".repeat(32)] },
      { to: "blocks", after: "../x" },
      { to: "blocks", after: "1".repeat(1_000) },
    ];
    for (const params of wrong)
      assert.equal(
        reasonOf(await socket.call("subscribe", params)),
        "params-invalid",
        JSON.stringify(params),
      );
    assert.equal(reasonOf(await socket.call("subscribe", { to: "blocks", after: "9" })), "cursor-invalid");
  });

  it("are bounded on a connection and all told", async () => {
    const limits = { subscriptionsPerConnection: 2, subscriptions: 3 };
    const server = await open({}, { events: new TestFeed(), limits });
    const one = await TestSocket.connect(server);
    const other = await TestSocket.connect(server);
    await one.subscribe();
    await one.subscribe();
    assert.equal(reasonOf(await one.call("subscribe", { to: "blocks" })), "subscriptions-too-many");
    await other.subscribe();
    assert.equal(reasonOf(await other.call("subscribe", { to: "blocks" })), "subscriptions-too-many");
    await one.call("unsubscribe", { subscription: "1" });
    await other.subscribe();
  });

  it("read no further than a reader that does not read, tell it that it is slow, and cut it off", async () => {
    const feed = new TestFeed();
    const server = await open({}, { events: feed, limits: { slowMs: 1_000 } });
    const socket = await TestSocket.connect(server);
    await socket.subscribe();
    socket.ws.pause();
    feed.add(1_000_000);
    while (feed.open_ > 0) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(feed.read_ < 100_000, `${feed.read_} events were read for one who read none`);
    socket.ws.resume();
    const { code, reason } = await socket.closed;
    assert.equal(code, 4008, reason);
    const told = socket.notices.at(-1);
    assert.deepEqual(told?.event, { type: "slow" });
    // What it got before is whole, and the cursor stands behind it.
    assert.equal(told?.cursor, `${socket.notices.length - 1}`);
  });

  it("tell a reader that it is slow, too, who does not answer pings, as it does not read", async () => {
    const feed = new TestFeed();
    const server = await open({}, { events: feed, limits: { pingMs: 100, slowMs: 60_000 } });
    const socket = await TestSocket.connect(server);
    await socket.subscribe();
    socket.ws.pause();
    while (feed.open_ > 0) await new Promise((resolve) => setImmediate(resolve));
    socket.ws.resume();
    assert.equal((await socket.closed).code, 4008);
    assert.deepEqual(socket.order, [1, "slow"]);
  });

  it("tell that a reader is slow whose next event is forgotten", async () => {
    const feed = new TestFeed();
    const server = await open({}, { events: feed });
    const socket = await TestSocket.connect(server);
    await socket.subscribe();
    feed.forgotten = 5;
    feed.add(9);
    assert.equal((await socket.closed).code, 4008);
    assert.deepEqual(socket.order, [1, "slow"]);
  });

  it("end with the connection when reading fails, which is told to nobody but the log", async () => {
    const feed = new TestFeed();
    const server = await open({}, { events: feed });
    const socket = await TestSocket.connect(server);
    await socket.subscribe();
    feed.isBroken = true;
    feed.add(1);
    const { code, reason } = await socket.closed;
    assert.equal(code, 1011);
    assert.ok(!reason.includes("it broke"));
    assert.match(String(server.bugs[0]), /it broke/);
  });

  it("leave HTTP on the same port as it was", async () => {
    const server = await open();
    const socket = await TestSocket.connect(server);
    assert.equal((await ask(server, call("chain_head"))).error, undefined);
    const { status, text } = await send(server, undefined, { method: "GET", path: "/health" });
    assert.deepEqual([status, JSON.parse(text)], [503, SAMPLES.node_health.result]);
    assert.equal((await socket.call("chain_head")).error, undefined);
  });
});
