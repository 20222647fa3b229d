// `witan token create`: a file that a node takes as it is, that only its owner reads, and that is never overwritten.
import assert from "node:assert/strict";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readToken } from "../../packages/cli/src/home/token.ts";
import { FakeNode } from "./fake-node.ts";
import { inFolder, lastJson, witan, witanProcess } from "./run.ts";

describe("witan token create", () => {
  afterEach(() => FakeNode.stopAll());

  it("makes a token that nobody else may read, each time another, and shows none", () =>
    inFolder(async (folder) => {
      const [first, second] = [join(folder, "read.token"), join(folder, "deep/submit.token")];
      const ran = await witan("token", "create", first);
      assert.equal(ran.code, 0, ran.err);
      const json = await witan("token", "create", second, "--json");
      assert.deepEqual(lastJson(json), { file: second });
      const tokens = [await readToken(first), await readToken(second)];
      assert.match(`${tokens[0]}`, /^[0-9a-f]{64}$/);
      assert.notEqual(tokens[0], tokens[1]);
      for (const file of [first, second]) assert.equal((await stat(file)).mode & 0o777, 0o600);
      for (const token of tokens) assert.ok(!`${ran.out}${ran.err}${json.out}`.includes(token));
    }));

  it("keeps a file that is there: exit code 2", () =>
    inFolder(async (folder) => {
      const file = join(folder, "token");
      await writeFile(file, "mine");
      const ran = await witan("token", "create", file, "--json");
      const { reason, message } = lastJson(ran)["error"] as { reason: string; message: string };
      assert.deepEqual([ran.code, reason], [2, "file"]);
      assert.match(message, /it exists, and is not overwritten/);
      assert.equal(await readFile(file, "utf8"), "mine");
    }));

  it("lets its holder ask a node", () =>
    inFolder(async (folder) => {
      const file = join(folder, "token");
      await witan("token", "create", file);
      const node = await FakeNode.start({ read: await readToken(file) });
      node.instead.node_health = async () => ({ fit: true, reasons: [] });
      assert.equal((await witan("status", "--rpc", node.url, "--token-file", file)).code, 0);
      assert.equal((await witan("status", "--rpc", node.url)).code, 2);
    }));

  it("is handed on by a variable that is no setting of a node", () =>
    inFolder(async (folder) => {
      const made = await witan("member", "create", "--name", "a", "--plain", "--out", join(folder, "a"));
      assert.equal(made.code, 0, made.err);
      const check = (env: Record<string, string>) =>
        witanProcess(["config", "check", "--home", join(folder, "a"), "--json"], { env });
      const [without, beside] = [await check({}), await check({ WITAN_RPC_TOKEN: "t".repeat(32) })];
      assert.deepEqual([beside.code, beside.out], [without.code, without.out]);
      assert.match((await check({ WITAN_RPC_TOKENS: "t" })).out, /WITAN_RPC_TOKENS/);
    }));
});
