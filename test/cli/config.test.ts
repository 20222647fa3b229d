// The configuration of a node: who says what holds, and every mistake with field, found, expected and place.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { formatPeerId, peerIdOfEd25519 } from "@witan/crypto";
import { createKey } from "@witan/crypto/node";
import { MEMPOOL_LIMITS } from "@witan/primitives";
import { OUTPUT_CACHE_DEFAULTS } from "@witan/storage";
import { mempoolLimits, NAMED_FIELDS } from "../../packages/cli/src/config/fields.ts";
import { parseHostPort } from "../../packages/cli/src/config/host-port.ts";
import { loadConfig } from "../../packages/cli/src/config/load.ts";
import { nearest } from "../../packages/cli/src/config/nearest.ts";
import { configText } from "../../packages/cli/src/config/write.ts";
import { CommandFailure, type FieldProblem } from "../../packages/cli/src/exit.ts";
import { inFolder, withToml } from "./run.ts";

const idOf = () => formatPeerId(peerIdOfEd25519(createKey("peer").publicKey));
const [ID, OTHER_ID] = [idOf(), idOf()];

interface Said {
  readonly toml?: string;
  readonly env?: Record<string, string>;
  readonly flags?: Record<string, string>;
}

function load(home: string, { env = {}, flags = {} }: Said = {}) {
  return loadConfig({ home, env, flags, cwd: join(home, "elsewhere") });
}

/** What is wrong, as lines: field, place, found, expected. */
function problemsOf({ toml = "", ...said }: Said): Promise<readonly string[]> {
  return withToml(toml, async (home) => {
    try {
      await load(home, said);
    } catch (error) {
      assert.ok(error instanceof CommandFailure);
      assert.deepEqual([error.exitCode, error.reason], [2, "config-invalid"]);
      return error.problems.map(
        ({ field, source, found, expected }: FieldProblem) => `${field} (${source}): ${found} | ${expected}`,
      );
    }
    return [];
  });
}

describe("the configuration of a node", () => {
  it("is the defaults where nothing is said, and those hold", () =>
    inFolder(async (home) => {
      const { config, settings } = await load(home);
      assert.equal(config.network.listen, "0.0.0.0:9600");
      assert.deepEqual(config.keys.voting, [join(home, "keys/voting.json")]);
      assert.equal(config.rpc.readTokenFile, "");
      assert.ok(settings.every(({ source }) => source === "default"));
      assert.equal(settings.length, NAMED_FIELDS.length);
    }));

  it("takes a field from the last that says it: file, environment, flag", () =>
    withToml('[log]\nlevel = "warn"\n', async (home) => {
      const from = async (said: Said) => {
        const { config, settings } = await load(home, said);
        return [config.log.level, settings.find(({ field }) => field === "log.level")?.source];
      };
      const env = { WITAN_LOG_LEVEL: "error" };
      assert.deepEqual(await from({}), ["warn", "config.toml:2"]);
      assert.deepEqual(await from({ env }), ["error", "WITAN_LOG_LEVEL"]);
      assert.deepEqual(await from({ env, flags: { "log.level": "trace" } }), ["trace", "--log-level"]);
    }));

  it("takes paths from the folder of whoever wrote them", () =>
    withToml('[keys]\npeer = "a.json"\nvoting = ["b.json", "/c.json"]\n', async (home) => {
      const flags = { "storage.dataDir": "data" };
      const { config } = await load(home, { flags, env: { WITAN_KEYS_PASSPHRASE_FILE: "p" } });
      assert.deepEqual(config.keys, {
        peer: join(home, "a.json"),
        voting: [join(home, "b.json"), "/c.json"],
        acceptors: "",
        passphraseFile: join(home, "elsewhere/p"),
        development: false,
      });
      assert.equal(config.storage.dataDir, join(home, "elsewhere/data"));
    }));

  it("is frozen, lists and peers too", () =>
    withToml(`[network]\npeers = [{ name = "v2", id = "${ID}" }]`, async (home) => {
      const { config } = await load(home);
      for (const part of [config, config.network, config.network.peers, config.network.peers[0]])
        assert.ok(Object.isFrozen(part));
      assert.equal(config.network.peers[0]?.address, undefined);
    }));

  it("says lists and peers in one text where a flag or variable does", () =>
    inFolder(async (home) => {
      const flags = { "network.peers": `v2=${ID}@10.0.0.2:9600, v3=${OTHER_ID}`, "keys.voting": "" };
      const { config } = await load(home, { flags, env: { WITAN_STORAGE_ADDRESS_INDEX: "true" } });
      assert.deepEqual(
        config.network.peers.map(({ name, address }) => [name, address]),
        [
          ["v2", "10.0.0.2:9600"],
          ["v3", undefined],
        ],
      );
      assert.deepEqual([config.keys.voting, config.storage.addressIndex], [[], true]);
    }));

  it("names each field by one rule", () => {
    const named = (name: string) => NAMED_FIELDS.find((field) => field.name === name);
    assert.equal(named("rpc.listen")?.variable, "WITAN_RPC_LISTEN");
    assert.equal(named("consensus.viewTimeoutMaxMs")?.flag, "--consensus-view-timeout-max-ms");
    assert.equal(named("storage.outputCacheMiB")?.variable, "WITAN_STORAGE_OUTPUT_CACHE_MIB");
    assert.equal(new Set(NAMED_FIELDS.map(({ flag }) => flag)).size, NAMED_FIELDS.length);
    assert.ok(!NAMED_FIELDS.some(({ variable }) => ["WITAN_RPC", "WITAN_PASSPHRASE"].includes(variable)));
  });

  it("has the defaults of those who use it", () =>
    inFolder(async (home) => {
      const { config } = await load(home);
      for (const [name, value] of Object.entries(mempoolLimits(config)))
        assert.equal(value, MEMPOOL_LIMITS[name as keyof typeof MEMPOOL_LIMITS], name);
      const { cleanBytes, changedBytes } = OUTPUT_CACHE_DEFAULTS;
      const { outputCacheMiB, flushMiB } = config.storage;
      assert.deepEqual([outputCacheMiB * 2 ** 20, flushMiB * 2 ** 20], [cleanBytes, changedBytes]);
    }));
});

/** A mistake and what is told of it. */
const MISTAKES: readonly (readonly [string, Said, readonly string[]])[] = [
  ["no TOML", { toml: "[log]\nlevel = \n" }, [/^ \(config\.toml:2\): .+ \| TOML$/.source]],
  [
    "an unknown field",
    { toml: '[rpc]\nlisten = "127.0.0.1:1"\nlissten = 3' },
    ["rpc.lissten (config.toml:3): a field of that name | no such field; the nearest is rpc.listen"],
  ],
  [
    "a field in the wrong section",
    { toml: '[log]\nlevel = "info"\n[rpc]\nlevel = "info"' },
    ["rpc.level (config.toml:4): a field of that name | no such field; the nearest is log.level"],
  ],
  [
    "a field outside of all sections",
    { toml: "viewTimeoutMs = 5" },
    [
      "viewTimeoutMs (config.toml:1): a field of that name | no such field; the nearest is consensus.viewTimeoutMs",
    ],
  ],
  [
    "an unknown section",
    { toml: '[netwrok]\nlisten = "x"' },
    ["netwrok (config.toml:1): a section of that name | no such section; the nearest is network"],
  ],
  ["a section that is none", { toml: "log = 3" }, ["log (config.toml:1): 3 | a table: [log]"]],
  [
    "an unknown variable",
    { env: { WITAN_RPC_LISTN: "x", WITAN_RPC: "http://x" } },
    [
      "WITAN_RPC_LISTN (the environment): a variable of that name | no such variable; the nearest is WITAN_RPC_LISTEN",
    ],
  ],
  [
    "a wrong type",
    { toml: '[verifier]\nworkers = "two"' },
    ['verifier.workers (config.toml:2): "two" | an integer from 0 to 256'],
  ],
  [
    "out of range",
    { env: { WITAN_VERIFIER_WORKERS: "257" } },
    ["verifier.workers (WITAN_VERIFIER_WORKERS): 257 | an integer from 0 to 256"],
  ],
  [
    "a number that is none",
    { flags: { "consensus.tickMs": "1e3" } },
    ['consensus.tickMs (--consensus-tick-ms): "1e3" | an integer from 1 to 1000'],
  ],
  [
    "an address without a port",
    { flags: { "rpc.listen": "localhost" } },
    ['rpc.listen (--rpc-listen): "localhost" | HOST:PORT, such as 127.0.0.1:9600'],
  ],
  [
    "a word of no list",
    { toml: '[log]\nformat = "xml"' },
    ['log.format (config.toml:2): "xml" | one of text, json'],
  ],
  [
    "a peer without an id",
    { toml: '[network]\npeers = [\n{ name = "v2" } ]' },
    ["network.peers[0].id (config.toml:2): nothing | a peer id, 12D3KooW…"],
  ],
  [
    "a peer with a field too many",
    { toml: `[network]\npeers = [{ name = "v2", id = "${ID}", adress = "a:1" }]` },
    ["network.peers[0] (config.toml:2): a field adress | { name, id, address }"],
  ],
  [
    "peers in another form",
    { flags: { "network.peers": "10.0.0.2:9600" } },
    ['network.peers (--network-peers): "10.0.0.2:9600" | name=id@host:port,…'],
  ],
  [
    "an origin with a path",
    { toml: '[rpc]\nallowedOrigins = ["https://a.org/x"]' },
    [
      'rpc.allowedOrigins[0] (config.toml:2): "https://a.org/x" | origins such as https://example.org, without a path',
    ],
  ],
  ["no peer key", { toml: '[keys]\npeer = ""' }, ['keys.peer (config.toml:2): "" | a path']],
  [
    "a view timer above its cap",
    { toml: "[consensus]\nviewTimeoutMs = 5000" },
    ["consensus.viewTimeoutMaxMs (default): 4000 | at least consensus.viewTimeoutMs, 5000"],
  ],
  [
    "a tick above the view timer",
    { toml: "[consensus]\nviewTimeoutMs = 50\ntickMs = 60" },
    ["consensus.tickMs (config.toml:3): 60 | at most consensus.viewTimeoutMs, 50"],
  ],
  [
    "an RPC for everyone",
    { flags: { "rpc.listen": "0.0.0.0:9545" } },
    [
      'rpc.listen (--rpc-listen): "0.0.0.0:9545" and no token | an address of this machine only, such as 127.0.0.1:9545; or one of rpc.readTokenFile, rpc.submitTokenFile, rpc.operateTokenFile',
    ],
  ],
  [
    "one token for two roles",
    { toml: '[rpc]\nreadTokenFile = "/t"\noperateTokenFile = "/t"' },
    [
      'rpc.operateTokenFile (config.toml:3): "/t", the file of rpc.readTokenFile | a file of its own: a token has one role',
    ],
  ],
  [
    "a certificate without its key",
    { toml: '[rpc]\ntlsCertFile = "/c"' },
    ["rpc.tlsKeyFile (default): none, and rpc.tlsCertFile | both files, or none"],
  ],
  [
    "two listeners on a port",
    { toml: '[metrics]\nlisten = "127.0.0.1:9600"' },
    ['metrics.listen (config.toml:2): "127.0.0.1:9600" | another port than that of network.listen'],
  ],
  [
    "a voting key twice",
    { toml: '[keys]\nvoting = ["/v", "/v"]' },
    ['keys.voting[1] (config.toml:2): "/v" again | each key once'],
  ],
  [
    "a network for development that others can reach",
    { toml: '[keys]\ndevelopment = true\n[rpc]\nlisten = "127.0.0.1:1"\n[metrics]\nlisten = "10.0.0.1:2"' },
    ["network", "metrics"].map(
      (section) =>
        `${section}.listen (${section === "network" ? "default" : "config.toml:6"}): ` +
        `"${section === "network" ? "0.0.0.0:9600" : "10.0.0.1:2"}", and keys.development is true | ` +
        "an address of this machine only: secret keys of this network's accounts lie open",
    ),
  ],
  [
    "a peer key that votes",
    { toml: '[keys]\nvoting = ["/v"]\npeer = "/v"' },
    ['keys.peer (config.toml:3): "/v", a voting key | a key of its own'],
  ],
];

describe("a mistake in the configuration", () => {
  for (const [what, said, expected] of MISTAKES)
    it(`is told with its place: ${what}`, async () => {
      const found = await problemsOf(said);
      if (what === "no TOML") assert.match(found.join("\n"), new RegExp(expected[0] as string));
      else assert.deepEqual(found, expected);
    });

  it("is told of each of two peers that are alike, part by part", async () => {
    const peer = (name: string, id: string, address: string) =>
      `{ name = "${name}", id = "${id}", address = "${address}" }`;
    const toml = `[network]\npeers = [${peer("a", ID, "h:1")}, ${peer("a", ID, "h:1")}, ${peer("b", OTHER_ID, "h:2")}]`;
    assert.deepEqual(
      (await problemsOf({ toml })).map((line) => line.slice(0, line.indexOf(" "))),
      ["network.peers[1].name", "network.peers[1].id", "network.peers[1].address"],
    );
  });

  it("does not hide another: all are told at once", async () => {
    const found = await problemsOf({
      toml: "[log]\nlevel = 1\ncolour = 2\n[nodes]\n",
      env: { WITAN_LOG_FORMAT: "xml" },
      flags: { "verifier.workers": "-1" },
    });
    assert.deepEqual(
      found.map((line) => line.slice(0, line.indexOf(" "))),
      ["log.colour", "nodes", "verifier.workers", "log.level", "log.format"],
    );
  });

  it("is judged by what holds, whoever said it: a token file of the environment permits a wide RPC", async () => {
    const env = { WITAN_RPC_OPERATE_TOKEN_FILE: "/t" };
    assert.deepEqual(await problemsOf({ env, flags: { "rpc.listen": "[::]:9545" } }), []);
  });
});

describe("an address", () => {
  for (const text of ["a:1", "a.example-1.org:65535", "10.0.0.1:0", "[::1]:80", "localhost:9600"])
    it(`may be ${text}`, () => assert.ok(parseHostPort(text)));
  for (const text of [
    "",
    "a",
    ":1",
    "a:",
    "a:65536",
    "a:01",
    "300.1.1.1:1",
    "::1:80",
    "[::1]",
    "a b:1",
    "-a:1",
    "[a]:1",
  ])
    it(`may not be ${JSON.stringify(text)}`, () => assert.equal(parseHostPort(text), undefined));
});

describe("the nearest name", () => {
  it("is the one with the fewest slips", () => {
    assert.equal(nearest("lisen", ["listen", "level", "peers"]), "listen");
    assert.equal(nearest("PEERS", ["listen", "peers"]), "peers");
    assert.equal(nearest("x", []), undefined);
  });
});

describe("a written configuration", () => {
  it("says what is said, and as comments what holds by default", () =>
    inFolder(async (home) => {
      const peers = [{ name: "v2", id: ID, address: "[::1]:9600" }];
      const text = configText({ network: { listen: "127.0.0.1:1", peers }, log: { format: "json" } });
      await writeFile(join(home, "config.toml"), text);
      const { config, settings } = await load(home);
      assert.equal(config.network.peers[0]?.address, "[::1]:9600");
      const said = settings.filter(({ source }) => source !== "default").map(({ field }) => field);
      assert.deepEqual(said, ["network.listen", "network.peers", "log.format"]);
      // With all comments taken away but those of defaults it says all of it, and nothing else.
      await writeFile(join(home, "config.toml"), text.replaceAll(/^# (\w+ = )/gm, "$1"));
      const whole = await load(home);
      assert.deepEqual(whole.config, config);
      assert.ok(whole.settings.every(({ source }) => source.startsWith("config.toml:")));
    }));
});
