// Bounds: bodies, batches, calls, waits and answers. Each refuses with its reason, and lets go what it counted.
import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { request as httpRequest, type Server } from "node:http";
import { METHODS, RpcError } from "@witan/rpc";
import { RPC_LIMITS } from "@witan/rpc/server";
import { DISCARDED_BYTES_MAX } from "../../packages/rpc/src/server/last-answer.ts";
import { Hanging } from "./hanging.ts";
import { SAMPLES } from "./samples.ts";
import {
  type Answer,
  ask,
  call,
  closeAll,
  type Opened,
  open,
  type Reply,
  reasonOf,
  send,
  wire,
  written,
} from "./server.ts";

const HASH = "ab".repeat(32);
const WAIT = call("transaction_wait", { transaction: HASH });

/** One request by a caller that reads nothing before all of it is written, as many libraries do. */
async function sendWhole(server: Opened, body: string, headers: Record<string, string>): Promise<Reply> {
  const request = httpRequest({
    ...{ host: "127.0.0.1", port: server.port, path: "/", method: "POST", agent: false },
    headers: { "content-type": "application/json", ...headers },
  });
  const answered = once(request, "response");
  await new Promise<void>((resolve, reject) => {
    request.once("error", reject);
    request.end(body, resolve);
  });
  const [response] = await answered;
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk;
  return { status: response.statusCode, headers: response.headers, text };
}

describe("RPC server: what is too much", () => {
  afterEach(closeAll);

  it("lets a caller wait for longer than a request may take to come, and for less than silence may last", () => {
    const longest = METHODS.transaction_wait.params.safeParse({
      transaction: HASH,
      timeoutMs: RPC_LIMITS.silenceMs,
    });
    assert.ok(!longest.success);
    assert.ok(RPC_LIMITS.callsPerConnection >= RPC_LIMITS.batchCalls);
    assert.ok(RPC_LIMITS.waitsPerConnection >= RPC_LIMITS.batchCalls);
  });

  it("keeps an idle connection for longer than it tells the client, which so closes first", async () => {
    const server = await open();
    let kept: Server | undefined;
    const see = (message: unknown): void => {
      kept = (message as { readonly server: Server }).server;
    };
    subscribe("http.server.request.start", see);
    const socket = await wire(server);
    socket.socket.write(written(server, JSON.stringify(call("chain_head"))));
    const head = await socket.until(/\r\n\r\n/);
    unsubscribe("http.server.request.start", see);
    socket.socket.destroy();
    const toldMs = 1_000 * Number(/keep-alive: timeout=(\d+)/i.exec(head)?.[1]);
    assert.equal(toldMs, RPC_LIMITS.requestMs);
    assert.ok(kept !== undefined && kept.keepAliveTimeout + kept.keepAliveTimeoutBuffer >= 1.5 * toldMs);
  });

  it("takes a body up to its bound, and says so of one above, before it has come", async () => {
    const server = await open({}, { limits: { bodyBytes: 100_000 } });
    const fitting = JSON.stringify(call("chain_head")).padEnd(100_000);
    assert.deepEqual(JSON.parse((await send(server, fitting)).text).result, SAMPLES.chain_head.result);
    const reply = await send(server, `${fitting} `);
    assert.equal(reply.status, 413);
    const answer: Answer = JSON.parse(reply.text);
    assert.equal(reasonOf(answer), "body-too-large");
    assert.match(answer.error?.message ?? "", /more than 100000 bytes/);
    const before = await wire(server);
    before.socket.write(
      `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n{`,
    );
    await before.until(/413 .*body-too-large/s);
    before.socket.destroy();
  });

  it("cuts off a body without a length once it is too long", async () => {
    const server = await open({}, { limits: { bodyBytes: 100_000 } });
    const { socket, until } = await wire(server);
    socket.write(
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
    );
    const chunk = `1000\r\n${" ".repeat(0x1000)}\r\n`;
    for (let sent = 0; sent < 30; sent++) socket.write(chunk);
    await until(/413 .*body-too-large/s);
    socket.destroy();
  });

  it("tells a caller who sends first and reads then what was wrong, whatever is refused, and then ends", async () => {
    const server = await open({}, { limits: { bodyBytes: 100_000 } });
    const long = JSON.stringify(call("chain_head")).padEnd(DISCARDED_BYTES_MAX);
    const cases: readonly (readonly [status: number, reason: string, headers: Record<string, string>])[] = [
      [413, "body-too-large", {}],
      [403, "origin-not-allowed", { origin: "http://elsewhere.example" }],
      [403, "host-not-allowed", { host: "elsewhere.example" }],
      [415, "invalid-request", { "content-type": "text/plain" }],
      [415, "invalid-request", { "content-encoding": "gzip" }],
      [413, "body-too-large", { "transfer-encoding": "chunked" }],
    ];
    for (const [status, reason, headers] of cases) {
      const reply = await sendWhole(server, long, headers);
      assert.equal(reply.status, status, JSON.stringify(headers));
      assert.equal(reasonOf(JSON.parse(reply.text)), reason, JSON.stringify(headers));
      assert.equal(reply.headers.connection, "close");
    }
    assert.deepEqual(server.bugs, []);
  });

  it("throws away no more than a bound of what it refused, nor anything of who is often wrong", async () => {
    const server = await open({}, { limits: { bodyBytes: 100_000, wrongPerSecond: 10 } });
    const head = `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n`;
    const chunk = new Uint8Array(64 * 1024).fill(0x20);
    const taken: number[] = [];
    for (let turn = 0; turn < 2; turn++) {
      const { socket, until, closed } = await wire(server);
      socket.write(head);
      await until(/413 .*body-too-large/s);
      let isOpen = true;
      closed.then(() => {
        isOpen = false;
      });
      while (isOpen && socket.writable) {
        const isMore = socket.write(chunk);
        await new Promise((resolve) =>
          isMore ? setImmediate(resolve) : socket.once("drain", resolve).once("close", resolve),
        );
      }
      await closed;
      taken.push(socket.bytesWritten);
      socket.destroy();
    }
    const [first = 0, second = 0] = taken;
    // What is on its way is beyond it: so much the system buffers.
    assert.ok(first > DISCARDED_BYTES_MAX && first < 5 * DISCARDED_BYTES_MAX, `${first}`);
    assert.ok(second < DISCARDED_BYTES_MAX, `${second}`);
  });

  it("takes 2 MiB by default", async () => {
    const server = await open();
    const body = JSON.stringify(call("chain_head")).padEnd(2 * 1024 * 1024);
    assert.equal((await send(server, body)).status, 200);
  });

  it("refuses a batch with too many calls whole, and calls nothing of it", async () => {
    let calls = 0;
    const server = await open({
      async chain_head() {
        calls++;
        return SAMPLES.chain_head.result;
      },
    });
    const batch = Array.from({ length: 1_000 }, (_, id) => call("chain_head", {}, id));
    assert.equal((await ask(server, batch)).length, 1_000);
    const answer = await ask(server, [...batch, call("chain_head")]);
    assert.equal(reasonOf(answer), "batch-too-large");
    assert.match(answer.error?.message ?? "", /1001 calls, and 1000 are allowed/);
    assert.equal(calls, 1_000);
  });

  it("bounds calls of a connection and of all together, and takes more when some have ended", async () => {
    const hanging = new Hanging();
    const server = await open(hanging.service, { limits: { calls: 5, callsPerConnection: 3 } });
    const submit = (id: number) => call("transaction_submit", { transaction: "00" }, id);
    const first = ask(server, [1, 2, 3, 4].map(submit));
    await hanging.until(() => hanging.begun === 3);
    const second = ask(server, [1, 2, 3].map(submit));
    await hanging.until(() => hanging.begun === 5);
    assert.equal(reasonOf(await ask(server, submit(1))), "calls-too-many");
    hanging.release();
    const reasons = (answers: readonly Answer[]) => answers.map(({ error }) => error?.data.reason);
    assert.deepEqual(reasons(await first), [undefined, undefined, undefined, "calls-too-many"]);
    assert.deepEqual(reasons(await second), [undefined, undefined, "calls-too-many"]);
    assert.deepEqual(reasons(await ask(server, [1, 2, 3].map(submit))), [undefined, undefined, undefined]);
  });

  it("counts calls that are sent on one connection without waiting for answers together", async () => {
    const hanging = new Hanging();
    const server = await open(hanging.service, { limits: { callsPerConnection: 2 } });
    const { socket, until } = await wire(server);
    const body = JSON.stringify(call("transaction_submit", { transaction: "00" }));
    // What comes fourth is a wait, which has its own place: when it has begun, the third has been refused.
    socket.write(written(server, body).repeat(3) + written(server, JSON.stringify(WAIT)));
    await hanging.until(() => hanging.begun === 3);
    hanging.release();
    await until(/calls-too-many/);
    socket.destroy();
  });

  it("counts waits by themselves, so that they keep nobody from reading and submitting", async () => {
    const hanging = new Hanging();
    const server = await open(hanging.service, { limits: { waits: 3, waitsPerConnection: 2, calls: 1 } });
    const first = ask(server, [WAIT, WAIT, WAIT]);
    await hanging.until(() => hanging.begun === 2);
    const second = ask(server, call("transaction_submit", { transaction: "00", waitFor: "final" }));
    await hanging.until(() => hanging.begun === 3);
    const full = await ask(server, WAIT);
    assert.equal(reasonOf(full), "waits-too-many");
    assert.equal(full.error?.code, -32005);
    assert.deepEqual((await ask(server, call("chain_head"))).result, SAMPLES.chain_head.result);
    hanging.release();
    assert.equal(reasonOf((await first)[2]), "waits-too-many");
    assert.equal((await second).error, undefined);
    assert.equal((await ask(server, WAIT)).error, undefined);
  });

  it("frees the place of a call that failed or was refused", async () => {
    let turn = 0;
    const server = await open(
      {
        async chain_head() {
          turn++;
          if (turn % 2 === 0) throw new RpcError("syncing");
          throw new TypeError("a bug");
        },
      },
      { limits: { calls: 1, callsPerConnection: 1 } },
    );
    for (let round = 0; round < 10; round++) {
      assert.match(reasonOf(await ask(server, call("chain_head"))), /internal|syncing/);
      assert.equal(reasonOf(await ask(server, call("chain_block"))), "params-invalid");
    }
    assert.deepEqual((await ask(server, call("node_peers"))).result, SAMPLES.node_peers.result);
  });

  it("stops reading for a batch whose answers have become too large, and says which calls were not made", async () => {
    let calls = 0;
    const server = await open(
      {
        async chain_genesis() {
          calls++;
          return { chainId: HASH, genesis: { name: "x".repeat(40_000) } };
        },
      },
      { limits: { batchAnswerBytes: 100_000 } },
    );
    const batch = Array.from({ length: 10 }, (_, id) => call("chain_genesis", {}, id));
    const answers = await ask(server, batch);
    assert.equal(calls, 3);
    assert.deepEqual(
      answers.map(({ error }) => error?.data.reason),
      [...Array(3).fill(undefined), ...Array(7).fill("answer-too-large")],
    );
  });

  it("does not count as unread what was read, nor what was for callers that had gone before", async () => {
    const hanging = new Hanging();
    const server = await open(hanging.service, { limits: { unreadBytes: 2_000, pipelined: 64 } });
    for (let round = 0; round < 20; round++)
      assert.equal((await ask(server, call("node_status"))).error, undefined);
    const { socket } = await wire(server);
    socket.write(written(server, JSON.stringify([WAIT])).repeat(50));
    await hanging.until(() => hanging.begun === 50);
    socket.destroy();
    await hanging.until(() => hanging.running === 0);
    assert.equal((await ask(server, call("node_status"))).error, undefined);
  });
});
