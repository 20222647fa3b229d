// A node's home: bound to a chain once, opened only if all it needs is there and fits.
import assert from "node:assert/strict";
import { chmod, copyFile, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadConfig } from "../../packages/cli/src/config/load.ts";
import type { CommandFailure } from "../../packages/cli/src/exit.ts";
import { type Home, openHome } from "../../packages/cli/src/home/open.ts";
import { inFolder, lastJson, type Ran, witan } from "./run.ts";

/** A network of two and, beside it, the home of someone who is no member yet. */
function withNetwork<T>(
  work: (at: { readonly net: string; readonly newcomer: string }) => Promise<T>,
): Promise<T> {
  return inFolder(async (folder) => {
    const [net, newcomer] = [join(folder, "net"), join(folder, "v9")];
    assert.equal((await witan("network", "create", "--plain", "--validators", "2", "--out", net)).code, 0);
    assert.equal((await witan("member", "create", "--plain", "--name", "v9", "--out", newcomer)).code, 0);
    return work({ net, newcomer });
  });
}

async function open(home: string, flags: Record<string, string> = {}): Promise<Home> {
  return openHome((await loadConfig({ home, env: {}, flags })).config);
}

async function refusal(home: string, flags: Record<string, string> = {}): Promise<CommandFailure> {
  return open(home, flags).then(
    () => assert.fail("it opened"),
    (error) => error as CommandFailure,
  );
}

function joining(home: string, net: string, ...more: readonly string[]): Promise<Ran> {
  return witan(
    "member",
    "join",
    "--home",
    home,
    "--genesis",
    join(net, "v1/genesis.json"),
    "--json",
    ...more,
  );
}

function messageOf(ran: Ran): string {
  return String((lastJson(ran)["error"] as { message: string }).message);
}

describe("witan member join", () => {
  it("makes the home of a newcomer one that opens, with peers by the names of the genesis", () =>
    withNetwork(async ({ net, newcomer }) => {
      const more = ["--peer", "v1=10.0.0.1:9600", "--peer", "v2=10.0.0.2:9600", "--listen", "0.0.0.0:9700"];
      const ran = await joining(newcomer, net, ...more);
      assert.equal(ran.code, 0, ran.out);
      assert.equal(lastJson(ran)["member"], null);
      const home = await open(newcomer);
      const { config } = await loadConfig({ home: newcomer, env: {}, flags: {} });
      const v1 = home.chain.genesis.members[0];
      assert.deepEqual(config.network.peers[0], { name: "v1", id: v1?.peerId, address: "10.0.0.1:9600" });
      assert.equal(config.network.listen, "0.0.0.0:9700");
      assert.equal(home.votingKeys[0]?.key.publicKey, home.member?.votingKey);
    }));

  it("binds a member of the genesis, and says which it is", () =>
    withNetwork(async ({ net }) => {
      const home = join(net, "v2");
      for (const file of ["genesis.json", "config.toml", "keys/voting.guard"]) await rm(join(home, file));
      assert.equal(lastJson(await joining(home, net))["member"], "v2");
    }));

  it("serves one chain only", () =>
    withNetwork(async ({ net }) => {
      const ran = await joining(join(net, "v2"), net);
      assert.equal(ran.code, 2);
      assert.match(messageOf(ran), /belongs to a chain already/);
    }));

  it("goes on after a failure, and keeps the guard that is there", () =>
    withNetwork(async ({ net }) => {
      const home = join(net, "v2");
      await rm(join(home, "genesis.json"));
      const guard = join(home, "keys/voting.guard");
      const before = (await stat(guard)).ino;
      assert.equal((await joining(home, net)).code, 0);
      assert.equal((await stat(guard)).ino, before);
    }));

  it("refuses the guard of another key", () =>
    withNetwork(async ({ net, newcomer }) => {
      await copyFile(join(net, "v1/keys/voting.guard"), join(newcomer, "keys/voting.guard"));
      const ran = await joining(newcomer, net);
      assert.equal(ran.code, 2);
      assert.equal((lastJson(ran)["error"] as { reason: string }).reason, "guard-other-key");
      await assert.rejects(stat(join(newcomer, "genesis.json")));
    }));

  it("makes no new record for a key that may have voted", () =>
    withNetwork(async ({ net, newcomer }) => {
      await mkdir(join(newcomer, "data"));
      const ran = await joining(newcomer, net);
      assert.equal(ran.code, 2);
      assert.match(messageOf(ran), /has data of a node that ran, and .*voting\.guard is missing/);
      await assert.rejects(stat(join(newcomer, "keys/voting.guard")));
    }));

  it("changes no configuration that is there", () =>
    withNetwork(async ({ net, newcomer }) => {
      const config = join(newcomer, "config.toml");
      await writeFile(config, "# mine\n");
      const refused = await joining(newcomer, net, "--listen", "127.0.0.1:1");
      assert.match(messageOf(refused), /config\.toml exists, and is not changed/);
      assert.equal((await joining(newcomer, net)).code, 0);
      assert.equal(await readFile(config, "utf8"), "# mine\n");
    }));

  const peers: readonly (readonly [string, RegExp])[] = [
    ["v1", /expected NAME=HOST:PORT/],
    ["v1=host", /expected NAME=HOST:PORT/],
    ["v1=host:0", /expected NAME=HOST:PORT/],
    ["v7=host:1", /the genesis has no member v7, so its id is needed.*Members: v1, v2/],
    ["v7=12D3@host:1", /no peer id: found 4 characters/],
  ];
  for (const [peer, message] of peers)
    it(`refuses the peer ${peer}`, () =>
      withNetwork(async ({ net, newcomer }) => {
        const ran = await joining(newcomer, net, "--peer", peer);
        assert.equal(ran.code, 2);
        assert.match(messageOf(ran), message);
      }));
});

/** What is done to the home v1 of a network, and how its opening then fails. */
const DAMAGES: readonly (readonly [
  string,
  (home: string) => Promise<unknown>,
  readonly [number, string, RegExp],
])[] = [
  [
    "a folder that is no home",
    (home) => Promise.all(["genesis.json", "config.toml", "member.json"].map((file) => rm(join(home, file)))),
    [2, "home", /is no node's home: name one by --home; .*network create/],
  ],
  ["no genesis", (home) => rm(join(home, "genesis.json")), [2, "no-genesis", /witan member join --home/]],
  [
    "a genesis with a mistake",
    (home) => writeFile(join(home, "genesis.json"), "{}"),
    [2, "genesis-invalid", /genesis\.json is no valid genesis file: \d+ mistakes/],
  ],
  [
    "no guard",
    (home) => rm(join(home, "keys/voting.guard")),
    [2, "guard-missing", /a copy from a backup is older .*witan keys new --purpose voting/],
  ],
  [
    "no voting key",
    (home) => rm(join(home, "keys/voting.json")),
    [2, "missing", /voting\.json does not exist/],
  ],
  [
    "another key in the place of the voting key",
    (home) => copyFile(join(home, "keys/operator.json"), join(home, "keys/voting.json")),
    [2, "key-purpose", /voting\.json holds a key for the purpose operator, expected voting/],
  ],
  [
    "a voting key in the place of the peer key",
    (home) => copyFile(join(home, "keys/voting.json"), join(home, "keys/peer.json")),
    [2, "key-purpose", /peer\.json holds a key for the purpose voting, expected peer/],
  ],
  [
    "a key that others may read",
    (home) => chmod(join(home, "keys/peer.json"), 0o644),
    [2, "permissions", /run chmod 600/],
  ],
  [
    "a key file that is none",
    (home) => writeFile(join(home, "keys/peer.json"), "x"),
    [2, "key-file", /no key file of witan/],
  ],
  [
    "a member file that is none",
    (home) => writeFile(join(home, "member.json"), "{}"),
    [2, "member-invalid", /no valid member file/],
  ],
];

describe("opening a home", () => {
  for (const [what, damage, [exitCode, reason, message]] of DAMAGES)
    it(`is refused with ${what}`, () =>
      withNetwork(async ({ net }) => {
        const home = join(net, "v1");
        await damage(home);
        const error = await refusal(home);
        assert.deepEqual([error.exitCode, error.reason], [exitCode, reason]);
        assert.match(error.message, message);
      }));

  it("gives an observer no voting keys", () =>
    withNetwork(async ({ net }) => {
      const home = await open(join(net, "v1"), { "keys.voting": "" });
      assert.deepEqual(home.votingKeys, []);
    }));

  it("remarks that keys are not those of the member file", () =>
    withNetwork(async ({ net }) => {
      await rename(join(net, "v2/member.json"), join(net, "v1/member.json"));
      const { remarks } = await open(join(net, "v1"));
      assert.equal(remarks.length, 2);
      assert.match(remarks[0] ?? "", /no key of keys\.voting is that of member\.json/);
      assert.match(remarks[1] ?? "", /keys\.peer is not that of member\.json/);
    }));

  it("reads tokens, and refuses those that others read, that are short, or that serve two roles", () =>
    withNetwork(async ({ net }) => {
      const home = join(net, "v1");
      const file = async (name: string, text: string, mode = 0o600) => {
        await writeFile(join(home, name), text, { mode });
        return join(home, name);
      };
      const [read, operate] = [
        await file("read", `${"a".repeat(32)}\n`),
        await file("operate", "b".repeat(32)),
      ];
      const { tokens } = await open(home, { "rpc.readTokenFile": read, "rpc.operateTokenFile": operate });
      assert.deepEqual(tokens, { read: "a".repeat(32), operate: "b".repeat(32) });
      const failing = async (token: string) =>
        (await refusal(home, { "rpc.readTokenFile": read, "rpc.submitTokenFile": token })).message;
      assert.match(await failing(await file("wide", "c".repeat(32), 0o644)), /run chmod 600/);
      assert.match(
        await failing(await file("short", "c".repeat(31))),
        /found 31 characters, expected 32 to 512/,
      );
      assert.match(await failing(await file("same", "a".repeat(32))), /holds the token of read too/);
      assert.match(await failing(join(home, "none")), /there is no such file/);
    }));

  it("reads certificate and key of the RPC, and refuses a key that others read", () =>
    withNetwork(async ({ net }) => {
      const home = join(net, "v1");
      const cert = join(home, "rpc.crt");
      const key = join(home, "rpc.key");
      await writeFile(cert, "certificate", { mode: 0o644 });
      await writeFile(key, "key", { mode: 0o600 });
      const files = { "rpc.tlsCertFile": cert, "rpc.tlsKeyFile": key };
      assert.deepEqual((await open(home, files)).tls, { cert: "certificate", key: "key" });
      assert.equal((await open(home, {})).tls, undefined);
      await chmod(key, 0o640);
      assert.match((await refusal(home, files)).message, /others can reach the key in .*: run chmod 600/);
      const none = { ...files, "rpc.tlsKeyFile": join(home, "none") };
      assert.match((await refusal(home, none)).message, /there is no such file/);
    }));
});

describe("a new voting key", () => {
  it("comes with its guard, and opens beside the old one", () =>
    withNetwork(async ({ net }) => {
      const home = join(net, "v1");
      const out = join(home, "keys/voting-2.json");
      const argv = ["keys", "new", "--plain", "--purpose", "voting", "--out", out, "--json"];
      const made = await witan(...argv, "--genesis", join(home, "genesis.json"));
      assert.equal(made.code, 0, made.out);
      assert.equal(lastJson(made)["guard"], join(home, "keys/voting-2.guard"));
      const { votingKeys } = await open(home, { "keys.voting": `${join(home, "keys/voting.json")},${out}` });
      assert.equal(votingKeys[1]?.key.publicKey, lastJson(made)["publicKey"]);
    }));

  it("does not take over the guard of another", () =>
    withNetwork(async ({ net }) => {
      const home = join(net, "v1");
      await rm(join(home, "keys/voting.json"));
      const argv = ["keys", "new", "--plain", "--purpose", "voting", "--out", join(home, "keys/voting.json")];
      const ran = await witan(...argv, "--genesis", join(home, "genesis.json"), "--json");
      assert.equal(ran.code, 2);
      assert.equal((lastJson(ran)["error"] as { reason: string }).reason, "guard-exists");
      await assert.rejects(stat(join(home, "keys/voting.json")));
    }));

  it("has no guard where its chain is not said", () =>
    inFolder(async (folder) => {
      const ran = await witan(
        "keys",
        "new",
        "--plain",
        "--purpose",
        "voting",
        "--out",
        join(folder, "k"),
        "--json",
      );
      assert.ok(!("guard" in lastJson(ran)));
      await assert.rejects(stat(join(folder, "k.guard")));
    }));
});
