// JSON-RPC 2.0 over HTTP, by the letter: single calls, batches, notifications, ids, errors.
import assert from "node:assert/strict";
import { METHODS, type MethodName, RpcError, type RpcService, SUBSCRIPTION_METHODS } from "@witan/rpc";
import { gate } from "./hanging.ts";
import { SAMPLES } from "./samples.ts";
import { ask, call, closeAll, open, reasonOf, send, wire } from "./server.ts";
import { TestSocket } from "./socket.ts";

const HASH = "ab".repeat(32);

/** A service that says back which transaction it was asked about, in the order of the calls. */
function recorder(): { readonly calls: string[]; readonly service: Partial<RpcService> } {
  const calls: string[] = [];
  return {
    calls,
    service: {
      async chain_transaction({ transaction }) {
        calls.push(transaction);
        return { transaction, status: "unknown" };
      },
    },
  };
}

describe("RPC server: calls", () => {
  afterEach(closeAll);

  it("answers every method of the contract with what the service gives", async () => {
    const server = await open();
    for (const name of Object.keys(METHODS)) {
      const method = name as MethodName;
      // What is asked by HTTP, and is answered as the service gives it.
      if (method in SUBSCRIPTION_METHODS || method === "rpc.discover") continue;
      const answer = await ask(server, call(method, SAMPLES[method].params[0], name));
      assert.deepEqual(answer, { jsonrpc: "2.0", id: name, result: SAMPLES[method].result });
    }
    assert.deepEqual(server.bugs, []);
  });

  it("says in rpc.discover at which address it was asked", async () => {
    const server = await open();
    const document = SAMPLES["rpc.discover"].result;
    const overHttp = (await ask(server, call("rpc.discover"))).result;
    const [named] = (overHttp as typeof document).servers;
    assert.equal(named?.["url"], `http://127.0.0.1:${server.port}`);
    assert.deepEqual(overHttp, { ...document, servers: [named] });
    const socket = await TestSocket.connect(server, { headers: { host: `localhost:${server.port}` } });
    const overSocket = (await socket.call("rpc.discover")).result as typeof document;
    assert.equal(overSocket.servers[0]?.["url"], `http://localhost:${server.port}`);
  });

  it("gives the id back as it came: text, integer, null", async () => {
    const server = await open();
    for (const id of ["", 'a"\\\n\u2028é', 0, -1, 2 ** 53 - 1, null]) {
      const answer = await ask(server, call("chain_head", {}, id));
      assert.deepEqual(answer, { jsonrpc: "2.0", id, result: SAMPLES.chain_head.result });
    }
  });

  it("refuses what is no request, with the id where it can be told", async () => {
    const server = await open();
    const wrong: readonly (readonly [unknown, unknown])[] = [
      [1, null],
      ["text", null],
      [null, null],
      [true, null],
      [{}, null],
      [{ id: 5 }, 5],
      [{ jsonrpc: "1.0", id: 5, method: "chain_head" }, 5],
      [{ jsonrpc: 2, id: 5, method: "chain_head" }, 5],
      [{ jsonrpc: "2.0", id: 5 }, 5],
      [{ jsonrpc: "2.0", id: 5, method: 7 }, 5],
      [{ jsonrpc: "2.0", method: 1, params: "bar" }, null],
      [call("chain_head", {}, 1.5), null],
      [call("chain_head", {}, 2 ** 53), null],
      [call("chain_head", {}, true), null],
      [call("chain_head", {}, { a: 1 }), null],
      [call("chain_head", {}, [1]), null],
    ];
    for (const [body, id] of wrong) {
      const answer = await ask(server, JSON.stringify(body));
      assert.equal(reasonOf(answer), "invalid-request", JSON.stringify(body));
      assert.equal(answer.error?.code, -32600);
      assert.equal(answer.id, id, JSON.stringify(body));
    }
  });

  it("answers what is no JSON with a parse error, and serves on", async () => {
    const server = await open();
    const bodies = ["", "{", '{"jsonrpc": "2.0", "method"', "[1,", "undefined", "{'a': 1}", "\u0000"];
    for (const body of bodies) {
      const answer = await ask(server, body);
      assert.equal(reasonOf(answer), "parse-error", body.slice(0, 20));
      assert.equal(answer.id, null);
      assert.equal(answer.error?.code, -32700);
    }
    assert.deepEqual((await ask(server, call("chain_head"))).result, SAMPLES.chain_head.result);
    assert.deepEqual(server.bugs, []);
  });

  it("answers bytes that are no UTF-8 with a parse error", async () => {
    const server = await open();
    const { socket, until } = await wire(server);
    const body = Uint8Array.of(
      ...new TextEncoder().encode('{"a":"'),
      0xff,
      0xfe,
      ...new TextEncoder().encode('"}'),
    );
    const head = `POST / HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    socket.write(head);
    socket.write(body);
    assert.match(await until(/\}\}/), /no UTF-8.*"parse-error"/s);
    socket.destroy();
  });

  it("takes null and an empty list for params that were left out, and says what is missing of others", async () => {
    const server = await open();
    for (const params of [undefined, null, [], {}]) {
      const answer = await ask(server, call("chain_head", params));
      assert.deepEqual(answer.result, SAMPLES.chain_head.result, JSON.stringify(params));
      assert.match(
        (await ask(server, call("chain_transaction", params))).error?.message ?? "",
        /transaction: found nothing/,
      );
    }
  });

  it("shows params as they came, without the defaults that were filled in", async () => {
    const server = await open();
    const { error } = await ask(server, call("chain_block", {}));
    assert.match(error?.message ?? "", /found an empty object, expected/);
  });

  it("says which integers an id may be", async () => {
    const server = await open();
    const text = '{"jsonrpc":"2.0","id":123456789012345678901234567890,"method":"chain_head"}';
    assert.match((await ask(server, text)).error?.message ?? "", /2\^53 - 1/);
  });

  it("names the nearest method, or all, when there is none of that name", async () => {
    const server = await open();
    const near = await ask(server, call("chain_blok", { height: 1 }));
    assert.equal(reasonOf(near), "method-unknown");
    assert.equal(near.error?.code, -32601);
    assert.equal(near.error?.data["nearest"], "chain_block");
    assert.match(near.error?.message ?? "", /did you mean chain_block\?/);
    assert.equal((await ask(server, call("NODE_STATUS"))).error?.data["nearest"], "node_status");
    for (const method of ["eth_getBlockByNumber", "__proto__", "constructor", "", "x".repeat(1_000_000)]) {
      const far = await ask(server, call(method));
      assert.equal(reasonOf(far), "method-unknown");
      assert.match(far.error?.message ?? "", /the methods are node_status, .*governance_state/);
      assert.ok((far.error?.message.length ?? 0) < 1_000);
    }
  });

  it("refuses params by position, of the wrong kind, and with unknown fields", async () => {
    const server = await open();
    for (const params of [[], [HASH], "x", 5, null, {}, { transaction: HASH, more: 1 }]) {
      const answer = await ask(server, call("chain_transaction", params));
      assert.equal(reasonOf(answer), "params-invalid", JSON.stringify(params));
    }
    const byPosition = await ask(server, call("chain_transaction", [HASH]));
    assert.match(byPosition.error?.message ?? "", /expected params by name: an object with transaction/);
  });

  it("takes what comes with a byte more than JSON-RPC asks for", async () => {
    const server = await open();
    const answer = await ask(
      server,
      { ...call("chain_head"), trace: "x" },
      { "content-type": "application/json; charset=utf-8" },
    );
    assert.deepEqual(answer.result, SAMPLES.chain_head.result);
  });

  it("answers a batch in its order, with errors in their places, and ids that may be equal", async () => {
    const { service } = recorder();
    const server = await open({
      ...service,
      async transaction_submit({ transaction }) {
        // The later ones first.
        for (let turn = 0; turn < 0x10 - Number.parseInt(transaction, 16); turn++) await null;
        return { transaction: HASH, status: "expired", height: Number.parseInt(transaction, 16) };
      },
    });
    const batch = [
      call("transaction_submit", { transaction: "01" }, 1),
      call("chain_transaction", { transaction: HASH }, 2),
      1,
      call("transaction_submit", { transaction: "02" }, "a"),
      call("nothing", {}, 3),
      call("transaction_submit", { transaction: "0" }, 4),
      call("transaction_submit", { transaction: "03" }, "a"),
      call("chain_transaction", { transaction: HASH }, 2),
    ];
    const answers = await ask(server, batch);
    assert.deepEqual(
      answers.map(({ id }) => id),
      [1, 2, null, "a", 3, 4, "a", 2],
    );
    assert.deepEqual(
      answers.map(({ result, error }) => (result as { height?: number })?.height ?? error?.data.reason),
      [1, undefined, "invalid-request", 2, "method-unknown", "params-invalid", 3, undefined],
    );
  });

  it("begins all that is submitted in a batch at once, and reads one after the other", async () => {
    let running = 0;
    let readsAtOnce = 0;
    let submitted = 0;
    const all = gate();
    const server = await open({
      async transaction_submit() {
        if (++submitted === 50) all.open();
        await all.promise;
        return { transaction: HASH, status: "pending" };
      },
      async chain_head() {
        readsAtOnce = Math.max(readsAtOnce, ++running);
        await all.promise;
        running--;
        return SAMPLES.chain_head.result;
      },
    });
    const batch = Array.from({ length: 100 }, (_, id) =>
      id % 2 === 0 ? call("chain_head", {}, id) : call("transaction_submit", { transaction: "00" }, id),
    );
    const answers = await ask(server, batch);
    assert.deepEqual(
      answers.map(({ id }) => id),
      batch.map(({ id }) => id),
    );
    assert.equal(readsAtOnce, 1);
  });

  it("refuses an empty batch as one request", async () => {
    const server = await open();
    const answer = await ask(server, []);
    assert.equal(reasonOf(answer), "invalid-request");
    assert.equal(answer.id, null);
  });

  it("carries notifications out and does not answer them, whatever becomes of them", async () => {
    const { calls, service } = recorder();
    const server = await open(service);
    const { id: _, ...known } = call("chain_transaction", { transaction: HASH });
    const { id: __, ...unknown } = call("nothing");
    const { id: ___, ...wrong } = call("chain_transaction", { transaction: 5 });
    for (const body of [known, unknown, wrong, [known, unknown]]) {
      const reply = await send(server, JSON.stringify(body));
      assert.equal(reply.status, 204);
      assert.equal(reply.text, "");
    }
    assert.deepEqual(calls, [HASH, HASH]);
    const mixed = await ask(server, [known, call("chain_head", {}, 9), unknown]);
    assert.deepEqual(
      mixed.map(({ id }) => id),
      [9],
    );
  });

  it("passes on errors of the service with code, reason and data", async () => {
    const server = await open({
      async chain_block({ height }) {
        throw new RpcError("block-unknown", { message: `there is no block ${height}`, data: { height } });
      },
    });
    const answer = await ask(server, call("chain_block", { height: 12 }));
    assert.deepEqual(answer.error, {
      code: -32001,
      message: "there is no block 12",
      data: { height: 12, reason: "block-unknown" },
    });
    assert.deepEqual(server.bugs, []);
  });

  it("hides what a bug says from the caller, and tells the observer", async () => {
    const bug = new TypeError("secret");
    const service: Partial<Record<MethodName, unknown>> = {
      chain_head: () => Promise.reject(bug),
      chain_assets: () => {
        throw bug;
      },
      chain_genesis: async () => undefined,
      node_status: async () => ({ amount: 10n }),
    };
    const server = await open(service as Partial<RpcService>);
    for (const method of Object.keys(service)) {
      const answer = await ask(server, call(method));
      assert.equal(reasonOf(answer), "internal");
      assert.equal(answer.error?.code, -32603);
      assert.doesNotMatch(JSON.stringify(answer), /secret|\.ts|TypeError|BigInt/);
    }
    assert.equal(server.bugs.length, 4);
    assert.deepEqual(server.bugs.slice(0, 2), [bug, bug]);
    assert.deepEqual((await ask(server, call("node_peers"))).result, SAMPLES.node_peers.result);
  });
});
