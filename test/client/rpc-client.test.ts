// The RPC client against a real server that answers well, badly, half, late or never; and against a fetch of the test's.
import assert from "node:assert/strict";
import {
  type Fetch,
  type FetchRequest,
  RpcAnswerError,
  RpcCallError,
  RpcClient,
  RpcConnectionError,
} from "@witan/client";
import { RpcError } from "@witan/rpc";
import { type Answerer, type Call, failureOf, ScriptedNode, sendJson, serving } from "./scripted-node.ts";

const HASH = "ab".repeat(32);
const HEAD = { height: 7, hash: HASH, timestamp: 1_767_225_600_000 };
const callOf = (json: unknown) => json as Call;

describe("the RPC client", () => {
  let node: ScriptedNode;
  const answering = async (answer: Answerer, options = {}) => {
    node.answer = answer;
    return new RpcClient({ url: node.url, timeoutMs: 5_000, ...options });
  };

  beforeEach(async () => {
    node = await new ScriptedNode(serving(() => HEAD)).start();
  });
  afterEach(() => node.stop());

  it("posts JSON-RPC 2.0 with the token, and gives the result", async () => {
    const rpc = await answering(
      serving(() => HEAD),
      { token: "secret-token" },
    );
    assert.deepEqual(await rpc.call("chain_head", {}), HEAD);
    const [received] = node.received;
    assert.equal(received?.method, "POST");
    assert.equal(received.headers.authorization, "Bearer secret-token");
    assert.equal(received.headers["content-type"], "application/json");
    assert.deepEqual(received.json, { jsonrpc: "2.0", id: 1, method: "chain_head", params: {} });
  });

  it("sends no authorization without a token", async () => {
    await (await answering(serving(() => HEAD))).call("chain_head", {});
    assert.equal(node.received[0]?.headers.authorization, undefined);
  });

  describe("a refusal of the node", () => {
    it("comes with code, reason and data", async () => {
      const rpc = await answering(
        serving(() => {
          throw new RpcError("block-unknown", { data: { height: 9 } });
        }),
      );
      const failure = await failureOf(rpc.call("chain_block", { height: 9 }), RpcCallError);
      assert.deepEqual(
        { code: failure.code, reason: failure.reason, data: failure.data, method: failure.method },
        {
          code: -32001,
          reason: "block-unknown",
          data: { height: 9, reason: "block-unknown" },
          method: "chain_block",
        },
      );
      assert.match(failure.message, /no such block/);
    });

    it("counts whatever the HTTP status", async () => {
      const error = new RpcError("token-needed").toObject();
      const rpc = await answering((_, response) =>
        sendJson(response, { jsonrpc: "2.0", id: null, error }, 401),
      );
      assert.equal((await failureOf(rpc.call("chain_head", {}), RpcCallError)).reason, "token-needed");
      const all = rpc.batch([{ method: "chain_head", params: {} }]);
      assert.equal((await failureOf(all, RpcCallError)).reason, "token-needed");
    });

    it("cannot steer a terminal, and needs no reason", async () => {
      const error = {
        code: -32603,
        message: `\u001b[2J${"a".repeat(5_000)}`,
        data: { reason: "NOT A REASON" },
      };
      const rpc = await answering(({ json }, response) =>
        sendJson(response, { jsonrpc: "2.0", id: callOf(json).id, error }),
      );
      const failure = await failureOf(rpc.call("chain_head", {}), RpcCallError);
      assert.equal(failure.reason, "unstated");
      assert.ok(!failure.message.includes("\u001b") && failure.message.length <= 2_001);
    });
  });

  describe("no whole answer", () => {
    const failing = async (rpc: RpcClient) => failureOf(rpc.call("chain_head", {}), RpcConnectionError);

    it("nobody listens: unreachable, with the address and what to do", async () => {
      const { url } = node;
      await node.stop();
      const failure = await failing(new RpcClient({ url }));
      assert.equal(failure.code, "unreachable");
      assert.ok(failure.message.includes(url) && /start the node/.test(failure.message), failure.message);
      assert.ok(failure.isPassing);
    });

    it("no host of that name: unreachable", async () => {
      const fetch: Fetch = async () => {
        throw new TypeError("fetch failed", {
          cause: Object.assign(new Error("no host"), { code: "ENOTFOUND" }),
        });
      };
      const failure = await failing(new RpcClient({ url: "http://nowhere.invalid:9545", fetch }));
      assert.equal(failure.code, "unreachable");
      assert.match(failure.message, /no host of that name/);
    });

    it("no connection for another reason: told, and a page's only where it may be one", async () => {
      const told = async (url: string, fetch?: Fetch) =>
        (await failing(new RpcClient(fetch === undefined ? { url } : { url, fetch }))).message;
      assert.match(
        await told("http://127.0.0.1:6000"),
        /:6000 \(bad port\): check the address and the network\.$/,
      );
      assert.match(await told(node.url.replace("http:", "https:")), /write http:\/\/ in place of https:\/\//);
      const inBrowser = async () => {
        throw new TypeError("Failed to fetch");
      };
      assert.match(await told(node.url, inBrowser), /\d: check .*from a web page.*rpc\.allowedOrigins\)\.$/);
    });

    it("no answer in time: timeout, and the connection is ended", async () => {
      let closed: () => void = () => {};
      const isClosed = new Promise<void>((resolve) => {
        closed = resolve;
      });
      const rpc = await answering((_, response) => void response.on("close", closed), { timeoutMs: 50 });
      const failure = await failing(rpc);
      assert.equal(failure.code, "timeout");
      assert.match(failure.message, /within 50 ms/);
      await isClosed;
    });

    it("half an answer in time: timeout", async () => {
      const rpc = await answering((_, response) => void response.write('{"jsonrpc":'), { timeoutMs: 50 });
      assert.equal((await failing(rpc)).code, "timeout");
    });

    it("a fetch that never ends and knows no signal: timeout", async () => {
      const rpc = new RpcClient({ url: node.url, timeoutMs: 20, fetch: () => new Promise(() => {}) });
      assert.equal((await failing(rpc)).code, "timeout");
    });

    it("the connection ends half way: broken", async () => {
      const rpc = await answering((_, response) => {
        response.writeHead(200, { "content-length": "100" });
        response.write('{"jsonrpc":"2.0",', () => response.destroy());
      });
      const failure = await failing(rpc);
      assert.equal(failure.code, "broken");
      assert.ok(failure.isPassing);
    });

    it("the caller gives up, before or meanwhile: cancelled", async () => {
      const signal = AbortSignal.abort();
      let isAsked = false;
      const fetch: Fetch = () => {
        isAsked = true;
        return new Promise(() => {});
      };
      const unasked = new RpcClient({ url: node.url, fetch }).call("chain_head", {}, { signal });
      assert.equal((await failureOf(unasked, RpcConnectionError)).code, "cancelled");
      assert.ok(!isAsked, "nothing was sent");
      const rpc = await answering(() => {});
      const controller = new AbortController();
      node.answer = () => controller.abort();
      const meanwhile = rpc.call("chain_head", {}, { signal: controller.signal });
      const failure = await failureOf(meanwhile, RpcConnectionError);
      assert.equal(failure.code, "cancelled");
      assert.ok(!failure.isPassing);
    });

    it("HTTP 500 and 404 with a page: http-status", async () => {
      for (const status of [500, 404, 429]) {
        const rpc = await answering((_, response) => void response.writeHead(status).end("<html>"));
        const failure = await failing(rpc);
        assert.deepEqual(
          [failure.code, failure.status, failure.isPassing],
          ["http-status", status, status !== 404],
        );
        assert.ok(failure.message.includes(node.url));
      }
    });

    it("HTTP 500 with JSON that is no answer: http-status", async () => {
      const rpc = await answering((_, response) => sendJson(response, { error: "proxy" }, 502));
      assert.equal((await failing(rpc)).code, "http-status");
      const batch = rpc.batch([{ method: "chain_head", params: {} }]);
      assert.equal((await failureOf(batch, RpcConnectionError)).code, "http-status");
    });

    it("a redirect: http-status, not followed", async () => {
      const rpc = await answering(
        (_, response) => void response.writeHead(307, { location: "/other" }).end(),
      );
      const failure = await failing(rpc);
      assert.deepEqual([failure.code, failure.status], ["http-status", 307]);
      assert.equal(node.received.length, 1);
    });

    it("no JSON: not-json", async () => {
      for (const body of ["", "hello", '{"jsonrpc":"2.0"', "\u0000"]) {
        const rpc = await answering((_, response) => void response.end(body));
        assert.equal((await failing(rpc)).code, "not-json", JSON.stringify(body));
      }
    });

    it("an answer without end: too-large", async () => {
      const piece = new Uint8Array(16 * 1024 * 1024).fill(0x20);
      let cancelled = false;
      const fetch: Fetch = async () => ({
        status: 200,
        type: "basic",
        body: {
          getReader: () => ({
            read: async () => ({ done: false, value: piece }),
            cancel: async () => {
              cancelled = true;
            },
          }),
        },
      });
      assert.equal((await failing(new RpcClient({ url: node.url, fetch }))).code, "too-large");
      assert.ok(cancelled);
    });
  });

  describe("answers of no node of this contract", () => {
    const failing = async (rpc: RpcClient) => failureOf(rpc.call("chain_head", {}), RpcAnswerError);

    it("no JSON-RPC: shape", async () => {
      const id = 1;
      const wrong: unknown[] = [
        null,
        [],
        "text",
        {},
        { jsonrpc: "1.0", id, result: HEAD },
        { jsonrpc: "2.0", id },
        { jsonrpc: "2.0", id, result: HEAD, error: { code: 1, message: "" } },
        { jsonrpc: "2.0", id, error: "text" },
        { jsonrpc: "2.0", id, error: { code: "1", message: "" } },
      ];
      for (const value of wrong) {
        const rpc = await answering((_, response) => sendJson(response, value));
        assert.equal((await failing(rpc)).code, "shape", JSON.stringify(value));
      }
    });

    it("another id, or none: id", async () => {
      for (const id of [2, "1", null, undefined]) {
        const rpc = await answering((_, response) =>
          sendJson(response, { jsonrpc: "2.0", id, result: HEAD }),
        );
        assert.equal((await failing(rpc)).code, "id", String(id));
      }
    });

    it("a result that the contract does not know: result, with the fields", async () => {
      const wrong: [unknown, RegExp][] = [
        [{ ...HEAD, height: "7" }, /height: expected an integer/],
        [{ ...HEAD, hash: HASH.toUpperCase() }, /hash: expected 32 bytes/],
        [{ height: 7, hash: HASH }, /timestamp/],
        [{ ...HEAD, more: 1 }, /the result/],
        [null, /the result/],
      ];
      for (const [result, told] of wrong) {
        const rpc = await answering(serving(() => result));
        const failure = await failing(rpc);
        assert.equal(failure.code, "result");
        assert.match(failure.message, told);
        assert.ok(failure.message.includes(node.url));
      }
    });
  });

  describe("how long it waits", () => {
    const deadlineOf = async (call: (rpc: RpcClient) => Promise<unknown>) => {
      const rpc = await answering(() => {}, { timeoutMs: 30 });
      return (await failureOf(call(rpc), RpcConnectionError)).message.match(/within (\d+) ms/)?.[1];
    };

    it("is its own measure, and what the node was asked to wait on top", async () => {
      assert.equal(await deadlineOf((rpc) => rpc.call("chain_head", {})), "30");
      assert.equal(await deadlineOf((rpc) => rpc.call("chain_transaction", { transaction: HASH })), "30");
      const wait = { transaction: HASH, timeoutMs: 40 };
      assert.equal(await deadlineOf((rpc) => rpc.call("transaction_wait", wait)), "70");
      const batch = [
        { method: "chain_head", params: {} } as const,
        { method: "transaction_wait", params: wait } as const,
      ];
      assert.equal(await deadlineOf((rpc) => rpc.batch(batch)), "70");
      assert.equal(await deadlineOf((rpc) => rpc.call("transaction_wait", wait, { timeoutMs: 25 })), "25");
    });
  });

  describe("its address", () => {
    const failing = (options: { url: string; token?: string }) => {
      let failure: unknown;
      try {
        new RpcClient(options);
      } catch (error) {
        failure = error;
      }
      assert.ok(failure instanceof RpcConnectionError);
      return failure;
    };

    it("must be one of HTTP or WebSocket, which are one port, without a password, which is not repeated", () => {
      for (const url of [
        "",
        "127.0.0.1:9545",
        "ftp://a:1",
        "file:///a",
        "http://user:hunter2@a:1",
        "http://",
      ]) {
        const failure = failing({ url });
        assert.equal(failure.code, "url-invalid", url);
        assert.ok(!failure.message.includes("hunter2"));
      }
    });

    it("of WebSocket is asked over HTTP at the same port", () => {
      for (const [url, shown] of [
        ["ws://a:1/", "http://a:1"],
        ["wss://a/rpc", "https://a/rpc"],
      ] as const)
        assert.equal(new RpcClient({ url }).url, shown);
    });

    it("is shown without its query", async () => {
      let asked: string | undefined;
      let request: FetchRequest | undefined;
      const fetch: Fetch = async (url, given) => {
        asked = url;
        request = given;
        throw new TypeError("Failed to fetch");
      };
      const rpc = new RpcClient({ url: "https://node.example/rpc?key=hunter2", fetch });
      const failure = await failureOf(rpc.call("chain_head", {}), RpcConnectionError);
      assert.equal(asked, "https://node.example/rpc?key=hunter2");
      assert.equal(failure.url, "https://node.example/rpc");
      assert.ok(!failure.message.includes("hunter2"));
      assert.match(failure.message, /allowedOrigins/);
      assert.equal(request?.credentials, "omit");
    });

    it("takes tokens of one word only, and never repeats them", () => {
      for (const token of ["", "two words", "line\n", "ünicode"]) {
        const failure = failing({ url: "http://a:1", token });
        assert.equal(failure.code, "token-invalid", token);
        assert.ok(token === "" || !failure.message.includes(token));
      }
    });
  });
});
