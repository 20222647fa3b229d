// Who sends too much, or what is wrong, and how little a server lets itself be hurt: bounds by source, and waits.
import assert from "node:assert/strict";
import { once } from "node:events";
import { RPC_LIMITS } from "@witan/rpc/server";
import { Source, Sources } from "../../packages/rpc/src/server/sources.ts";
import { Hanging } from "./hanging.ts";
import { ask, call, closeAll, type Opened, open, reasonOf, send, wire, written } from "./server.ts";
import { TestSocket } from "./socket.ts";

const LIMITS = { ...RPC_LIMITS, wrongPerSecond: 100, callsPerSecond: 10, connectionsPerSource: 2 };

describe("RPC server: sources", () => {
  it("are addresses of IPv4, however they come, and networks of IPv6", () => {
    const sources = new Sources(LIMITS);
    const same = [
      ["10.0.0.1", "::ffff:10.0.0.1"],
      ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:2:3:4:5:6"],
      ["::1", "::2", "0:0:0:0:1:2:3:4"],
    ];
    const found = same.map((group) => new Set(group.map((address) => sources.of(address))));
    assert.deepEqual(
      found.map((group) => group.size),
      [1, 1, 1],
    );
    assert.equal(sources.size, 3);
    assert.notEqual(sources.of("2001:db8:1:3::1"), sources.of("2001:db8:1:2::1"));
  });

  it("may be wrong as often as the rate says, and wait then, never for long", () => {
    const source = new Source(new Sources(LIMITS, 0), LIMITS, 0);
    source.wrong(200, 0);
    assert.equal(source.waitMs(0), 0, "twice the rate at once");
    source.wrong(50, 0);
    assert.equal(source.waitMs(0), 500);
    assert.equal(source.waitMs(400), 100);
    assert.equal(source.waitMs(500), 0);
    source.wrong(1_000_000, 500);
    assert.equal(source.waitMs(500), 10_000);
  });

  it("are counted together, too", () => {
    const sources = new Sources(LIMITS);
    const now = performance.now();
    const many = Array.from({ length: 5 }, (_, at) => sources.of(`10.0.0.${at}`));
    for (const source of many) source.wrong(180, now);
    assert.equal(many[0]?.ownWaitMs(now), 0);
    assert.ok((many[0]?.waitMs(now) ?? 0) > 1_000, "900 where all may be wrong 400 times");
  });

  it("may call as often as the rate says", () => {
    const source = new Source(new Sources(LIMITS, 0), LIMITS, 0);
    for (let count = 0; count < 20; count++) assert.equal(source.call(0), 0);
    assert.equal(source.call(0), 0, "down to nothing");
    assert.equal(source.call(0), 100);
    assert.ok(source.call(50) >= 50);
    assert.equal(source.call(101), 0);
  });

  it("are forgotten when they are many and do nothing", () => {
    const sources = new Sources(LIMITS);
    const kept = sources.of("10.9.9.9");
    kept.connections = 1;
    for (let at = 0; at < 10_000; at++) sources.of(`10.0.${at >> 8}.${at & 255}`);
    assert.ok(sources.size <= 4_097, `${sources.size}`);
    assert.equal(sources.of("10.9.9.9"), kept);
  });
});

describe("RPC server: floods", function () {
  // Waits are part of what is tested, and longer on a machine that does much else.
  this.timeout(60_000);
  afterEach(closeAll);

  const elapsed = async (work: () => Promise<unknown>): Promise<number> => {
    const before = performance.now();
    await work();
    return performance.now() - before;
  };

  /** What is wrong in itself, each in another way. */
  const WRONG: readonly string[] = [
    "{",
    "[]",
    "1",
    JSON.stringify(call("nothing")),
    JSON.stringify(call("chain_head", [1])),
    JSON.stringify(call("chain_block", { height: 1e300 })),
    JSON.stringify(call("chain_transaction", { transaction: "xy" })),
    JSON.stringify(call("chain_head", {}, 1.5)),
    JSON.stringify(call("chain_head", {}, { a: 1 })),
    `${"[".repeat(100_000)}${"]".repeat(100_000)}`,
    `{"jsonrpc":"2.0","id":1,"method":"chain_block","params":${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}}`,
    `{"jsonrpc":"2.0","id":${"9".repeat(400)},"method":"chain_head"}`,
    `{"jsonrpc":"2.0","id":1,"method":"${"x".repeat(100_000)}"}`,
  ];

  it("answers each wrong request with its error, by HTTP and by WebSocket, and then goes on as before", async () => {
    const server = await open();
    const socket = await TestSocket.connect(server);
    for (const body of WRONG) {
      const overHttp = JSON.parse((await send(server, body)).text);
      const overSocket = await socket.ask(body);
      assert.deepEqual(overSocket, overHttp);
      const code = (Array.isArray(overHttp) ? overHttp[0] : overHttp).error.code;
      assert.ok([-32700, -32600, -32601, -32602].includes(code), `${code} for ${body.slice(0, 50)}`);
    }
    assert.equal((await ask(server, call("chain_head"))).error, undefined);
    assert.deepEqual(server.bugs, []);
  });

  it("keeps waiting who is wrong too often, and nobody who is right", async () => {
    const server = await open({}, { limits: { wrongPerSecond: 5 } });
    const right = await TestSocket.connect(server);
    const wrong = await TestSocket.connect(server);
    // Two connections, and nine mistakes: then the next are kept waiting, one after the other.
    for (let count = 0; count < 13; count++) wrong.ws.send("{");
    await wrong.until(() => wrong.answers.length >= 10);
    const wait = elapsed(() => wrong.until(() => wrong.answers.length >= 13));
    const swift = await elapsed(() => right.call("chain_head"));
    // A new connection does not get around it.
    const anew = elapsed(() => send(server, "{"));
    const slow = await wait;
    assert.ok(slow > 300, `${slow} ms for what was wrong`);
    assert.ok(swift < slow, `${swift} ms for what was right`);
    assert.ok((await anew) > 10, `${await anew} ms by another connection`);
  });

  it("lets in who is right on a new connection beside many that wait for what was wrong, within a moment", async () => {
    // Each costs some ten seconds of waiting.
    const server = await open({}, { limits: { wrongPerSecond: 5 } });
    const dear = `"${"x".repeat(1_900_000)}`;
    const wrong = await Promise.all(Array.from({ length: 8 }, () => wire(server)));
    for (const { socket } of wrong) socket.write(written(server, dear).repeat(2));
    await Promise.all(wrong.map(({ until }) => until(/parse-error|rate-limited/)));
    const took = await elapsed(async () => {
      assert.equal((await ask(server, call("chain_head"))).error, undefined);
    });
    assert.ok(took < 5_000, `${took} ms`);
    for (const { socket } of wrong) socket.destroy();
  });

  it("takes large bodies for right on a connection that has brought one, whatever its source owes", async () => {
    const server = await open({}, { limits: { wrongPerSecond: 5 } });
    const large = JSON.stringify(call("chain_head")).padEnd(300_000);
    const proven = await TestSocket.connect(server);
    assert.equal(JSON.parse(JSON.stringify(await proven.ask(large))).error, undefined);
    const wrong = await Promise.all(Array.from({ length: 4 }, () => wire(server)));
    for (const { socket } of wrong) socket.write(written(server, `"${"x".repeat(1_900_000)}`));
    await Promise.all(wrong.map(({ until }) => until(/parse-error/)));
    const swift = await elapsed(() => proven.ask(large));
    const other = await TestSocket.connect(server);
    // The last of those that were wrong began just now, and something is owed.
    const first = await elapsed(() => other.ask(large));
    const second = await elapsed(() => other.ask(large));
    assert.ok(
      second < 5_000 && swift < 5_000,
      `${swift} and ${second} ms where a large one was right before`,
    );
    assert.ok(first < 9_000, `${first} ms where none was yet`);
    for (const { socket } of wrong) socket.destroy();
  });

  it("does nothing for the rest of a batch once something in it was wrong, where its source owes time", async () => {
    let submitted = 0;
    const server = await open(
      {
        async transaction_submit() {
          submitted++;
          return {
            transaction: "ab".repeat(32),
            status: "rejected",
            code: "fee-too-low",
            message: "",
          } as never;
        },
      },
      { limits: { wrongPerSecond: 1 } },
    );
    const numbered = (count: number, method: string, params?: unknown) =>
      Array.from({ length: count }, (_, id) => call(method, params, id));
    const wrong = await ask(server, [...numbered(500, "nothing"), 1, { ...call("nothing"), id: undefined }]);
    // Two requests' worth at once, and four calls cost as much as one; more where time passes meanwhile.
    const looked = wrong.filter((answer) => answer.error?.data.reason === "method-unknown").length;
    assert.ok(looked >= 1 && looked <= 100, `${looked} were looked at`);
    assert.equal(wrong.length, 501, "all but the notification are answered");
    assert.deepEqual(
      wrong.map(({ id }) => id),
      [...numbered(500, "").map(({ id }) => id), null],
    );
    const rest = wrong.at(-2);
    assert.equal(reasonOf(rest), "rate-limited");
    assert.ok(Number(rest?.error?.data["retryAfterMs"]) > 0);
    const rejected = await ask(server, numbered(500, "transaction_submit", { transaction: "00" }));
    assert.equal(rejected.length, 500);
    assert.ok(submitted <= 16, `${submitted} were handed in`);
    // Who is right meanwhile is answered in full, over a new connection, too.
    const right = await ask(server, numbered(500, "chain_head"));
    assert.equal(right.filter((answer) => answer.error === undefined).length, 500);
  });

  it("keeps HTTP waiting in the same way", async () => {
    const server = await open({}, { limits: { wrongPerSecond: 20, pipelined: 64 } });
    const { socket, received } = await wire(server);
    const took = await elapsed(async () => {
      socket.write(written(server, "{").repeat(50));
      while (received().split("parse-error").length <= 50) await once(socket, "data");
      socket.write(written(server, "{"));
      while (received().split("parse-error").length <= 51) await once(socket, "data");
    });
    assert.ok(took > 400, `${took} ms`);
    socket.destroy();
  });

  it("cuts off who sends too many requests ahead of the answers", async () => {
    const hanging = new Hanging();
    const server = await open(hanging.service, { limits: { pipelined: 4 } });
    const { socket, closed } = await wire(server);
    const wait = JSON.stringify(call("transaction_wait", { transaction: "ab".repeat(32) }));
    socket.write(written(server, wait).repeat(4));
    await hanging.until(() => hanging.begun === 4);
    socket.write(written(server, wait));
    await closed;
    assert.equal(hanging.begun, 4);
    assert.equal((await ask(server, call("chain_head"))).error, undefined);
  });

  it("refuses calls beyond the rate, and says when they may be made again", async () => {
    const server = await open({}, { limits: { callsPerSecond: 5 } });
    const batch = Array.from({ length: 20 }, (_, id) => call("chain_head", {}, id));
    const answers = await ask(server, batch);
    const refused = answers.filter((answer) => answer.error !== undefined);
    assert.ok(refused.length >= 8 && refused.length <= 10, `${refused.length}`);
    for (const answer of refused) {
      assert.equal(reasonOf(answer), "rate-limited");
      const { retryAfterMs } = (answer.error?.data ?? {}) as { retryAfterMs?: number };
      assert.ok(retryAfterMs !== undefined && retryAfterMs > 0 && retryAfterMs <= 200, `${retryAfterMs}`);
    }
  });

  it("bounds the connections of one source, and takes others when some have closed", async () => {
    const server = await open({}, { limits: { connectionsPerSource: 2 } });
    const [first, second] = [await wire(server), await TestSocket.connect(server)];
    const third = await wire(server);
    assert.match(await third.until(/\}\}/), /^HTTP\/1\.1 429 [\s\S]*"connections-too-many"/);
    await third.closed;
    assert.deepEqual(server.refusals, ["connections-too-many"]);
    first.socket.destroy();
    second.ws.terminate();
    await answered(server);
  });

  it("answers what is no HTTP, and cuts it off", async () => {
    const server = await open();
    for (const text of [
      "GET / HTTP/9.9\r\n\r\n",
      "\x16\x03\x01\x02\x00",
      `GET / HTTP/1.1\r\nA: ${"x".repeat(40_000)}\r\n\r\n`,
    ]) {
      const { socket, until, closed } = await wire(server);
      socket.write(text);
      assert.match(await until(/invalid-request/), /^HTTP\/1\.1 4(?:00|31) /);
      await closed;
    }
    assert.deepEqual(server.bugs, []);
  });

  it("cuts off who takes too long for the head or the body of a request, or for an upgrade", async () => {
    const server = await open({}, { limits: { requestMs: 300 } });
    const started = [
      "POST / HTTP/1.1\r\nHost: 127",
      `POST / HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{`,
      `GET / HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nUpgrade: websocket\r\n`,
    ];
    await Promise.all(
      started.map(async (text) => {
        const { socket, closed } = await wire(server);
        socket.write(text);
        await closed;
      }),
    );
  });

  it("takes frames of WebSocket that break the protocol for wrong, and closes", async () => {
    const server = await open();
    const socket = await TestSocket.connect(server);
    const raw = (socket.ws as unknown as { _socket: import("node:net").Socket })._socket;
    raw.write(Uint8Array.of(0xff, 0xff, 0xff, 0xff));
    assert.equal((await socket.closed).code, 1002);
    assert.deepEqual(server.bugs, []);
  });

  it("does not read on from a WebSocket connection whose answers are not read", async () => {
    const server = await open();
    const socket = await TestSocket.connect(server);
    socket.ws.pause();
    const raw = (socket.ws as unknown as { _socket: import("node:net").Socket })._socket;
    const question = JSON.stringify(call("consensus_membership", {}, "question"));
    let sent = 0;
    // Until the system takes no more of what is sent, because nobody reads it there.
    while (sent < 2_000_000) {
      socket.ws.send(question);
      sent += question.length;
      if (sent % 100 === 0 && raw.writableLength > 1_000_000) break;
      if (sent % 1_000 < question.length) await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal((await ask(server, call("chain_head"))).error, undefined);
    socket.ws.resume();
    await socket.call("chain_head");
  });

  /** Ends when the server answers anew. */
  async function answered(server: Opened): Promise<void> {
    for (;;) {
      const connection = await wire(server);
      connection.socket.write(written(server, JSON.stringify(call("chain_head"))));
      const text = await Promise.race([
        connection.until(/HTTP\/1\.1 (?:200|429)/),
        once(connection.socket, "close").then(() => ""),
      ]);
      connection.socket.destroy();
      if (text.includes(" 200")) return;
    }
  }
});
