// The page beside the RPC: files of one folder and no others, for anyone, under a strict policy.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readPage } from "@witan/rpc/server";
import { SAMPLES } from "./samples.ts";
import { ask, call, closeAll, open, send } from "./server.ts";

const SCRIPT = "assets/index-AbCd1234.js";

describe("RPC server: the page", () => {
  let folder: string;
  let page: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "witan-page-"));
    page = join(folder, "page");
    await mkdir(join(page, "assets"), { recursive: true });
    await writeFile(join(folder, "secret.json"), "{}");
    await writeFile(join(page, "index.html"), "<!doctype html><title>here</title>");
    await writeFile(join(page, SCRIPT), "start();");
    await writeFile(join(page, "notes.key"), "not for anyone");
    await symlink(join(folder, "secret.json"), join(page, "assets/linked.json"));
  });
  after(() => rm(folder, { recursive: true, force: true }));
  afterEach(closeAll);

  const get = (server: Awaited<ReturnType<typeof open>>, path: string, headers = {}) =>
    send(server, undefined, { method: "GET", path, headers });

  it("answers its files with their types, and how long each may be kept", async () => {
    const server = await open({}, { page: await readPage(`${page}/`) });
    const index = await get(server, "/");
    assert.equal(index.status, 200);
    assert.equal(index.text, "<!doctype html><title>here</title>");
    assert.equal(index.headers["content-type"], "text/html; charset=utf-8");
    assert.equal(index.headers["cache-control"], "no-cache");
    const script = await get(server, `/${SCRIPT}?1`);
    assert.equal(script.text, "start();");
    assert.equal(script.headers["content-type"], "text/javascript; charset=utf-8");
    assert.equal(script.headers["cache-control"], "public, max-age=31536000, immutable");
    assert.deepEqual(await ask(server, call("chain_head")), {
      ...{ jsonrpc: "2.0", id: 1, result: SAMPLES.chain_head.result },
    });
  });

  it("answers HEAD with what GET would be headed by, and says where the page is to who asks elsewhere", async () => {
    const server = await open({}, { page: await readPage(page), tokens: { read: "r".repeat(32) } });
    const head = await send(server, undefined, { method: "HEAD", path: "/" });
    assert.deepEqual([head.status, head.text], [200, ""]);
    assert.equal(head.headers["content-type"], "text/html; charset=utf-8");
    const headers = { authorization: `Bearer ${"r".repeat(32)}` };
    const health = await send(server, undefined, { method: "HEAD", path: "/health", headers });
    assert.deepEqual([health.status, health.text], [503, ""]);
    const elsewhere = await get(server, "/else", headers);
    assert.equal(elsewhere.status, 404);
    assert.match(elsewhere.text, /POST JSON-RPC 2\.0 to \/, open \/ in a browser, or GET \/health/);
  });

  it("lets the page ask its own host, and nobody else", async () => {
    const server = await open({}, { page: await readPage(page) });
    const { headers } = await get(server, "/");
    const policy = String(headers["content-security-policy"]).split("; ");
    const host = `127.0.0.1:${server.port}`;
    assert.deepEqual(policy, [
      ...["default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'", "img-src 'self'"],
      `connect-src 'self' ws://${host} wss://${host}`,
      ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
    ]);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["referrer-policy"], "no-referrer");
  });

  it("answers no other file, whatever the address looks like", async () => {
    const server = await open({}, { page: await readPage(page) });
    const paths = [
      ...["/index.html", "/notes.key", "/assets/", "/assets/linked.json", "/secret.json"],
      ...[
        "/../secret.json",
        "/assets/../../secret.json",
        "/assets/..%2f..%2fsecret.json",
        "/%2e%2e/secret.json",
      ],
      ...["/assets\\..\\..\\secret.json", "//secret.json", `/${SCRIPT}/`, "/assets/%00", "/%2"],
    ];
    for (const path of paths) {
      const { status, text } = await get(server, path);
      assert.ok(status === 404 || status === 400, `${path}: ${status}`);
      assert.ok(text.startsWith('{"jsonrpc"'), path);
    }
  });

  it("is there for who has no token, though the RPC is not; and not under a foreign name", async () => {
    const server = await open({}, { page: await readPage(page), tokens: { read: "a-token-of-this-test" } });
    assert.equal((await get(server, "/")).status, 200);
    assert.equal((await get(server, `/${SCRIPT}`)).status, 200);
    assert.equal((await get(server, "/elsewhere")).status, 401);
    assert.equal((await send(server, JSON.stringify(call("chain_head")))).status, 401);
    assert.equal((await get(server, "/", { host: "rebound.example" })).status, 403);
    assert.equal((await get(server, "/", { origin: "http://elsewhere.example" })).status, 403);
  });

  it("says how it is built where it was not, and is nowhere where it is not wanted", async () => {
    const unbuilt = await open({}, { page: await readPage(join(folder, "nothing")) });
    const told = await get(unbuilt, "/");
    assert.equal(told.status, 200);
    assert.match(told.text, /npm run build --workspace=@witan\/explorer/);
    assert.equal(told.headers["cache-control"], "no-store");
    const without = await open();
    assert.equal((await get(without, "/")).status, 404);
  });
});
