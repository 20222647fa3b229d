// Who is let in: Host and Origin as browsers send them for pages that mean no good, tokens and roles, and what a server
// refuses to open with.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import type { RpcRole } from "@witan/rpc";
import {
  openRpcServer,
  RpcServerError,
  type RpcServerErrorCode,
  type RpcServerOptions,
  type RpcTokens,
} from "@witan/rpc/server";
import { NO_EVENTS } from "./no-events.ts";
import { SAMPLES } from "./samples.ts";
import { ask, call, closeAll, type Opened, open, reasonOf, sampleService, send } from "./server.ts";

const HEAD = JSON.stringify(call("chain_head"));
const TOKENS = {
  read: "read-0123456789abcdef",
  submit: "submit-0123456789abcdef",
  operate: "operate-0123456789abcdef",
} as const;

/** Sends a harmless call with these headers. @returns status, and the reason of the error if there was one */
async function knock(server: Opened, headers: Record<string, string>): Promise<readonly [number, string?]> {
  const reply = await send(server, HEAD, { headers });
  const answer = JSON.parse(reply.text);
  return answer.error === undefined ? [reply.status] : [reply.status, reasonOf(answer)];
}

describe("RPC server: Host and Origin", () => {
  afterEach(closeAll);

  it("answers under the names of loopback only, whatever the port", async () => {
    const server = await open();
    for (const host of ["localhost", "127.0.0.1", "[::1]", "LOCALHOST"]) {
      assert.deepEqual(await knock(server, { host }), [200]);
      assert.deepEqual(await knock(server, { host: `${host}:${server.port}` }), [200]);
      assert.deepEqual(await knock(server, { host: `${host}:1` }), [200], "a forwarded port");
    }
  });

  it("turns away a name that was made to stand for this machine (DNS rebinding)", async () => {
    const server = await open();
    const hosts = [
      ...["evil.example", `evil.example:${server.port}`, "localhost.evil.example", "127.0.0.1.evil.example"],
      ...["localhost.", "xlocalhost", "10.0.0.1", "0.0.0.0", "[::]", "[::ffff:127.0.0.1]", "2130706433"],
      ...[
        "evil.example@localhost",
        "localhost@evil.example",
        "localhost/",
        "localhost#",
        "localhost:x",
        ":9545",
      ],
    ];
    for (const host of hosts) {
      const origin = `http://${host}`;
      assert.deepEqual(await knock(server, { host }), [403, "host-not-allowed"], host);
      assert.deepEqual(await knock(server, { host, origin }), [403, "host-not-allowed"], host);
      assert.equal(
        (await send(server, undefined, { method: "GET", path: "/health", headers: { host } })).status,
        403,
      );
    }
    assert.equal(server.refusals.length, 3 * hosts.length);
    assert.deepEqual(new Set(server.refusals), new Set(["host-not-allowed"]));
  });

  it("answers the page that comes from this very host and port, and no other page", async () => {
    const server = await open();
    const host = `127.0.0.1:${server.port}`;
    assert.deepEqual(await knock(server, { host, origin: `http://${host}` }), [200]);
    assert.deepEqual(
      await knock(server, { host, origin: `https://${host}` }),
      [200],
      "behind a proxy with TLS",
    );
    for (const origin of [
      "https://evil.example",
      "http://localhost",
      "http://127.0.0.1",
      `http://127.0.0.1:${server.port + 1}`,
      `http://localhost:${server.port}`,
      "null",
      "",
      "file://",
      `http://${host}.evil.example`,
      `ftp://${host}`,
    ])
      assert.deepEqual(await knock(server, { host, origin }), [403, "origin-not-allowed"], origin);
  });

  it("answers pages of allowed origins, and tells their browser so", async () => {
    const page = "https://explorer.bank.example";
    const server = await open(
      {},
      { allowedOrigins: [page], tokens: { operate: TOKENS.operate, read: TOKENS.read } },
    );
    const asked = await send(server, undefined, { method: "OPTIONS", headers: { origin: page } });
    assert.equal(asked.status, 204, "asking beforehand needs no token");
    assert.equal(asked.headers["access-control-allow-origin"], page);
    assert.match(String(asked.headers["access-control-allow-headers"]), /authorization/);
    const authorization = `Bearer ${TOKENS.read}`;
    const answered = await send(server, HEAD, { headers: { origin: page, authorization } });
    assert.equal(answered.status, 200);
    assert.equal(answered.headers["access-control-allow-origin"], page);
    assert.equal(answered.headers["vary"], "origin");
    const stranger = await send(server, undefined, {
      method: "OPTIONS",
      headers: { origin: "https://other.example" },
    });
    assert.equal(stranger.status, 403);
    assert.equal(stranger.headers["access-control-allow-origin"], undefined);
  });

  it("bound wider, answers under addresses and allowed names, and still not under others", async () => {
    const options = {
      listen: "0.0.0.0:0",
      tokens: TOKENS,
      allowedOrigins: ["http://node1.bank.example:9545"],
    };
    const server = await open({}, options);
    const authorization = `Bearer ${TOKENS.read}`;
    for (const host of ["10.1.2.3:9545", "[fd00::1]:9545", "localhost", "node1.bank.example:9545"])
      assert.deepEqual(await knock(server, { host, authorization }), [200], host);
    for (const host of ["evil.example", "node2.bank.example", "10.1.2.3.evil.example", "10.1.2.300"])
      assert.deepEqual(await knock(server, { host, authorization }), [403, "host-not-allowed"], host);
  });

  it("reads only what is said to be JSON: a form on a page can't send that unasked", async () => {
    const server = await open();
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data",
      "application/jsonp",
    ]) {
      const reply = await send(server, HEAD, { headers: { "content-type": type } });
      assert.equal(reply.status, 415, type);
      assert.match(JSON.parse(reply.text).error.message, /Content-Type: application\/json/);
    }
  });

  it("says of a body that is compressed that it is not to be, and reads none of it", async () => {
    const server = await open();
    for (const [encoding, body] of [
      ["gzip", "\x1f\x8b\x08"],
      ["br", HEAD],
      ["GZIP, identity", HEAD],
    ] as const) {
      const reply = await send(server, body, { headers: { "content-encoding": encoding } });
      assert.equal(reply.status, 415, encoding);
      const { error } = JSON.parse(reply.text);
      assert.equal(error.data.reason, "invalid-request");
      assert.match(error.message, /Content-Encoding: .*send it uncompressed/);
      assert.equal(reply.headers.connection, "close");
    }
    const plain = await send(server, HEAD, { headers: { "content-encoding": "Identity" } });
    assert.equal(plain.status, 200);
  });
});

describe("RPC server: tokens", () => {
  afterEach(closeAll);

  /** What a caller may do, found by trying. */
  async function allowed(server: Opened, token?: string): Promise<string> {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const read = await ask(server, call("chain_head"), headers);
    if (read.error !== undefined) return reasonOf(read);
    const submit = await ask(server, call("transaction_submit", { transaction: "00" }), headers);
    return submit.error === undefined ? "submit" : `read, ${reasonOf(submit)}`;
  }

  it("without any, lets everyone on loopback do everything", async () => {
    const roles: RpcRole[] = [];
    const server = await open({
      async chain_head(_params, { role }) {
        roles.push(role);
        return SAMPLES.chain_head.result;
      },
    });
    assert.equal(await allowed(server), "submit");
    assert.equal(await allowed(server, "whatever"), "submit");
    assert.deepEqual(roles, ["operate", "operate"]);
  });

  const cases: readonly [string, string, RpcTokens, string][] = [
    ["on loopback reads need none", "127.0.0.1:0", { submit: TOKENS.submit }, "read, role-too-low"],
    ["on loopback reads need one if there is one", "127.0.0.1:0", TOKENS, "token-needed"],
    ["bound wider everything needs one", "0.0.0.0:0", { submit: TOKENS.submit }, "token-needed"],
  ];
  for (const [what, listen, tokens, without] of cases) {
    it(what, async () => {
      const server = await open({}, { listen, tokens });
      assert.equal(await allowed(server), without);
      assert.equal(await allowed(server, TOKENS.submit), "submit");
      assert.equal(await allowed(server, "submit-0123456789abcdeF"), "token-unknown");
      assert.equal(await allowed(server, ""), "token-unknown");
    });
  }

  it("gives each token its role, and each role what those before it may do", async () => {
    const server = await open({}, { tokens: TOKENS });
    assert.equal(await allowed(server, TOKENS.read), "read, role-too-low");
    assert.equal(await allowed(server, TOKENS.submit), "submit");
    assert.equal(await allowed(server, TOKENS.operate), "submit");
  });

  it("says with 401 what to send, and names in a batch each call that the role does not allow", async () => {
    const server = await open({}, { tokens: TOKENS });
    const refused = await send(server, HEAD);
    assert.equal(refused.status, 401);
    assert.equal(refused.headers["www-authenticate"], "Bearer");
    assert.match(JSON.parse(refused.text).error.message, /Authorization: Bearer TOKEN/);
    assert.equal(JSON.parse(refused.text).error.code, -32010);
    const batch = [call("chain_head", {}, 1), call("transaction_submit", { transaction: "00" }, 2)];
    const answers = await ask(server, batch, { authorization: `bearer ${TOKENS.read}` });
    assert.deepEqual(answers[0]?.result, SAMPLES.chain_head.result);
    assert.equal(reasonOf(answers[1]), "role-too-low");
    assert.match(answers[1]?.error?.message ?? "", /asks for the role submit, and this caller has read/);
  });

  it("takes the token by the header only, whole", async () => {
    const server = await open({}, { tokens: TOKENS });
    const wrong = [
      TOKENS.read,
      `Basic ${TOKENS.read}`,
      `Bearer${TOKENS.read}`,
      `Bearer ${TOKENS.read}x`,
      `Bearer ${TOKENS.read.slice(0, -1)}`,
      `Bearer ${TOKENS.read} ${TOKENS.read}`,
      "Bearer ",
    ];
    for (const authorization of wrong)
      assert.deepEqual(await knock(server, { authorization }), [401, "token-unknown"], authorization);
    const inUrl = await send(server, HEAD, { path: `/?token=${TOKENS.read}` });
    assert.equal(inUrl.status, 401);
  });

  it("tells everyone whether it is fit, and why not only to who may read", async () => {
    const server = await open({}, { tokens: TOKENS });
    const health = (headers: Record<string, string>) =>
      send(server, undefined, { method: "GET", path: "/health", headers });
    const stranger = await health({});
    assert.equal(stranger.status, 503);
    assert.deepEqual(JSON.parse(stranger.text), { fit: false });
    const reader = await health({ authorization: `Bearer ${TOKENS.read}` });
    assert.deepEqual(JSON.parse(reader.text), SAMPLES.node_health.result);
    assert.equal((await health({ authorization: "Bearer wrong" })).status, 401);
  });
});

describe("RPC server: opening", () => {
  afterEach(closeAll);

  /** What opening fails with. */
  async function failure(
    options: Partial<RpcServerOptions>,
    code: RpcServerErrorCode,
  ): Promise<RpcServerError> {
    const whole = {
      service: sampleService(),
      events: NO_EVENTS,
      listen: "127.0.0.1:0",
      observer: { bug: () => undefined },
      ...options,
    };
    const error = await openRpcServer(whole).then(
      (server) => server.close().then(() => assert.fail(`opened with ${JSON.stringify(options)}`)),
      (error: unknown) => error,
    );
    assert.ok(error instanceof RpcServerError, String(error));
    assert.equal(error.name, "RpcServerError");
    assert.equal(error.code, code, error.message);
    assert.equal(error.address, whole.listen);
    return error;
  }

  it("says where it listens", async () => {
    const server = await open();
    assert.match(server.address, /^127\.0\.0\.1:[1-9][0-9]*$/);
    const named = await open({}, { listen: "localhost:0" });
    assert.match(named.address, /^127\.0\.0\.1:[1-9][0-9]*$/);
  });

  it("refuses an address that is none", async () => {
    for (const listen of [
      "",
      "9545",
      "127.0.0.1",
      "127.0.0.1:",
      ":9545",
      "127.0.0.1:70000",
      "::1:9545",
      "[127.0.0.1]:1",
      "http://127.0.0.1:1",
      "127.0.0.1:1 ",
    ])
      assert.match((await failure({ listen }, "listen-invalid")).message, /write HOST:PORT/);
  });

  it("refuses to listen wider than loopback without tokens, and says what to do", async () => {
    for (const listen of ["0.0.0.0:0", "[::]:0", "10.0.0.1:0", "node.example:0", "127.evil.example:0"])
      assert.match(
        (await failure({ listen }, "token-needed")).message,
        /set rpc\.readTokenFile.* or listen on 127\.0\.0\.1/,
      );
  });

  it("refuses tokens that could be guessed, that can't be sent, or that say two things", async () => {
    for (const read of ["", "short", "with spaces in it, and long", "0123456789abcdef\n", "ü".repeat(20)])
      assert.match((await failure({ tokens: { read } }, "token-invalid")).message, /at least 16/);
    const twice = await failure({ tokens: { read: TOKENS.read, submit: TOKENS.read } }, "token-invalid");
    assert.match(twice.message, /two roles have the same token/);
    assert.doesNotMatch(twice.message, new RegExp(TOKENS.read));
  });

  it("refuses origins that are none", async () => {
    for (const origin of [
      "*",
      "evil.example",
      "https://evil.example/",
      "https://evil.example/page",
      "null",
      "ftp://a.example",
    ])
      await failure({ allowedOrigins: [origin] }, "origin-invalid");
  });

  it("says who has the address when it is in use", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const listen = `127.0.0.1:${port}`;
    const said = await failure({ listen }, "address-in-use");
    assert.ok(said.message.includes(listen));
    other.close();
    await once(other, "close");
    const server = await open({}, { listen });
    assert.equal(server.address, listen);
  });

  it("says so when the machine has no such address", async () => {
    const listen = "192.0.2.1:0";
    const said = await failure({ listen, tokens: TOKENS }, "address-not-available");
    assert.match(said.message, /this machine has no such address/);
  });
});
