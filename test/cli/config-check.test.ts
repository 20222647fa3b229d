// `witan config check`: what holds for a node and who said it, or what is wrong, before the node is started.
import assert from "node:assert/strict";
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { FIELDS, NAMED_FIELDS } from "../../packages/cli/src/config/fields.ts";
import { inFolder, lastJson, witan, witanProcess, withToml } from "./run.ts";

describe("witan config check", () => {
  it("prints what holds and who said it", () =>
    withToml('[log]\nlevel = "debug"\n', async (home) => {
      const ran = await witan("config", "check", "--home", home, "--metrics-listen", "127.0.0.1:9", "--json");
      assert.equal(ran.code, 0, ran.err);
      const settings = lastJson(ran)["settings"] as Record<string, { value: unknown; source: string }>;
      assert.deepEqual(settings["log.level"], { value: "debug", source: "config.toml:2" });
      assert.deepEqual(settings["metrics.listen"], { value: "127.0.0.1:9", source: "--metrics-listen" });
      assert.equal(Object.keys(settings).length, NAMED_FIELDS.length);
      const told = await witan("config", "check", "--home", join(home, "config.toml"));
      assert.match(told.out, /log\.level +"debug" {2}\(config\.toml:2\)/);
    }));

  it("reads the environment", () =>
    withToml("", async (home) => {
      const env = { WITAN_RPC_LISTEN: "nowhere" };
      const ran = await witanProcess(["config", "check", "--home", home], { env });
      assert.equal(ran.code, 2);
      assert.match(ran.err, /rpc\.listen \(WITAN_RPC_LISTEN\): found "nowhere", expected HOST:PORT/);
    }));

  it("has a flag for every field", async () => {
    const { out } = await witanProcess(["config", "check", "--help"]);
    for (const { flag } of NAMED_FIELDS) assert.match(out, new RegExp(`${flag} `));
    for (const section of Object.keys(FIELDS)) assert.match(out, new RegExp(`--${section}-`));
  });

  it("refuses keys that others can read, as the node does", () =>
    inFolder(async (folder) => {
      const net = join(folder, "net");
      const made = await witan("network", "create", "--validators", "1", "--plain", "--out", net);
      assert.equal(made.code, 0, made.err);
      const home = join(net, "v1");
      assert.equal((await witan("config", "check", "--home", home)).code, 0);
      for (const name of ["voting", "peer"]) {
        const file = join(home, `keys/${name}.json`);
        await chmod(file, 0o644);
        for (const argv of [["config", "check"], ["node"]]) {
          const ran = await witan(...argv, "--home", home, "--json");
          const error = lastJson(ran)["error"] as { reason: string; message: string };
          assert.deepEqual([ran.code, error.reason], [2, "permissions"]);
          assert.ok(error.message.includes(`(mode 644): run chmod 600 ${file}`), error.message);
        }
        await chmod(file, 0o600);
      }
    }));

  it("refuses keys that do not go together, as the node does", () =>
    inFolder(async (folder) => {
      const net = join(folder, "net");
      const made = await witan("network", "create", "--consensus", "bp-fast-paxos", "--plain", "--out", net);
      assert.equal(made.code, 0, made.err);
      const of = (home: string, file: string) => join(net, home, "keys", file);
      const shared = of("a1", "acceptors.json");
      for (const [home, flags, reason] of [
        ["p1", ["--keys-acceptors", shared], "acceptors-key"],
        ["a1", ["--keys-acceptors", ""], "acceptors-key"],
        ["a1", ["--keys-acceptors", of("a1", "peer.json")], "key-file"],
        ["a1", ["--keys-acceptors", join(folder, "none.json")], "missing"],
        [
          "a1",
          ["--keys-voting", `${of("a1", "voting.json")},${of("p1", "voting.json")}`],
          "proposer-and-acceptor",
        ],
        ["p1", ["--keys-peer", of("p1", "operator.json")], "key-purpose"],
      ] as const) {
        const found = [];
        for (const argv of [["config", "check"], ["node"]]) {
          const ran = await witan(...argv, "--home", join(net, home), ...flags, "--json");
          found.push((lastJson(ran)["error"] as { reason: string }).reason);
        }
        assert.deepEqual(found, [reason, reason], flags.join(" "));
      }
      await chmod(shared, 0o644);
      const ran = await witan("config", "check", "--home", join(net, "a1"), "--json");
      assert.equal((lastJson(ran)["error"] as { reason: string }).reason, "permissions");
      const other = await witan("config", "check", "--home", join(net, "a2"));
      assert.equal(other.code, 0, other.err);
    }));

  it("takes a configuration file, and a node takes its folder only", () =>
    withToml("", async (home) => {
      const ran = await witan("node", "--home", join(home, "config.toml"), "--json");
      const error = lastJson(ran)["error"] as { reason: string; message: string };
      assert.deepEqual([ran.code, error.reason], [2, "home"]);
      assert.match(error.message, /config\.toml is a file, expected the folder/);
    }));

  it("says what is wrong with the home itself", () =>
    inFolder(async (folder) => {
      const missing = await witan("config", "check", "--home", join(folder, "none"), "--json");
      assert.equal(missing.code, 2);
      assert.match(
        String((lastJson(missing)["error"] as { message: string }).message),
        /there is no such file: give the folder of a home/,
      );
      await mkdir(join(folder, "config.toml"));
      const odd = await witan("config", "check", "--home", folder);
      assert.equal(odd.code, 2);
      assert.match(odd.err, /it is a directory/);
    }));
});
