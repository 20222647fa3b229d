// What keeps a node from starting: said with what was found, what was expected and what to do, with the exit code of whose
// fault it is; on standard error for people, as JSON with --json.
import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RpcCallError } from "@witan/client";
import { freePorts, LabFailure, runWitan } from "@witan/lab";
import { witanProcess } from "../cli/run.ts";
import { readChain } from "./chains-agree.ts";
import { type TestNetwork, withNetwork } from "./harness.ts";
import { Load } from "./load.ts";
import { WITAN } from "./witan-process.ts";

interface Failure {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly problems?: readonly {
    readonly field: string;
    readonly found: string;
    readonly expected: string;
  }[];
}

/** Reasons that were held against what people see: the same failure is told to them in one way. */
const shown = new Set<string>();

/** Starts a node on a home; it ends at once even if it could start. */
async function failureOf(home: string, argv: readonly string[] = []): Promise<Failure> {
  const start = ["node", "--home", home, "--exit-with-parent", "--verifier-workers", "1", ...argv];
  const json = await witanProcess([...start, "--json"]);
  const last = JSON.parse(json.out.trimEnd().split("\n").at(-1) || "{}") as { readonly error?: Failure };
  assert.ok(last.error !== undefined, `it started: ${json.out} ${json.err}`);
  const { error } = last;
  assert.equal(json.code, error.code);
  if (!shown.has(error.reason)) await showsPeople(start, error);
  shown.add(error.reason);
  return error;
}

/** Starts it once more, as people do: the same is said, for them. */
async function showsPeople(start: readonly string[], error: Failure): Promise<void> {
  const people = await witanProcess(start);
  assert.equal(people.code, error.code);
  assert.equal(people.out, "");
  assert.ok(people.err.includes(`witan: ${error.message}`), people.err);
  for (const { field, found, expected } of error.problems ?? [])
    assert.ok(people.err.includes(`found ${found}, expected ${expected}`) && people.err.includes(field));
}

function damage(file: string, share: number): void {
  const bytes = readFileSync(file);
  const at = Math.floor(bytes.length * share);
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  writeFileSync(file, bytes);
}

async function listening(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return server;
}

describe("a node that can't start", function () {
  this.timeout(120_000);
  let folder = "";
  let homes = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "witan-hurt-"));
    const ports = await freePorts(2);
    for (const [at, name] of ["one", "other"].entries())
      await runWitan(WITAN, [
        ...["network", "create", "--plain", "--validators", "1", "--out", join(folder, name)],
        ...["--hosts", `127.0.0.1:${ports[at]}`, "--name", name],
      ]);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  /** A home of its own for each test. */
  function home(network = "one"): string {
    const copy = join(folder, `home${++homes}`);
    cpSync(join(folder, network, "v1"), copy, { recursive: true });
    return copy;
  }

  it("names the field of a genesis that does not hold", async () => {
    const at = home();
    const file = join(at, "genesis.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"feeRateMin": 0', '"feeRateMin": -1'));
    const { code, message, problems = [] } = await failureOf(at);
    assert.equal(code, 2);
    assert.ok(message.includes("genesis.json"));
    assert.ok(problems.some(({ field, found }) => field.includes("feeRateMin") && found.includes("-1")));
  });

  it("says that a genesis is no JSON", async () => {
    const at = home();
    writeFileSync(join(at, "genesis.json"), "{ genesis");
    const { code, message } = await failureOf(at);
    assert.equal(code, 2);
    assert.match(message, /genesis\.json/);
  });

  it("says that there is no genesis, and how to get one", async () => {
    const at = home();
    rmSync(join(at, "genesis.json"));
    const failure = await failureOf(at);
    assert.deepEqual([failure.code, failure.reason], [2, "no-genesis"]);
    assert.match(failure.message, /witan member join/);
  });

  it("names an unknown key of the configuration, its line, and the nearest that there is", async () => {
    const at = home();
    const file = join(at, "config.toml");
    writeFileSync(file, readFileSync(file, "utf8").replace("[consensus]", "[consensus]\nviewTimeoutMS = 5"));
    const { code, problems = [] } = await failureOf(at);
    assert.equal(code, 2);
    assert.match(JSON.stringify(problems), /viewTimeoutMS.*viewTimeoutMs/);
  });

  for (const [what, flag, reason] of [
    ["RPC", "--rpc-listen", "rpc-address-in-use"],
    ["peer", "--network-listen", "network-address-in-use"],
    ["metrics", "--metrics-listen", "metrics-address"],
  ] as const)
    it(`names the ${what} port that is taken`, async () => {
      const at = home();
      const [port = 0, rpc = 0] = await freePorts(2);
      const server = await listening(port);
      const free = flag === "--rpc-listen" ? [] : ["--rpc-listen", `127.0.0.1:${rpc}`];
      const failure = await failureOf(at, [flag, `127.0.0.1:${port}`, ...free]);
      await new Promise((resolve) => server.close(resolve));
      assert.deepEqual([failure.code, failure.reason], [3, reason]);
      assert.ok(failure.message.includes(`${port}`), failure.message);
    });

  it("refuses a wrong passphrase, and asks nobody without a terminal", async () => {
    const secret = join(folder, "secret");
    writeFileSync(secret, "right horse\n");
    await runWitan(WITAN, [
      ...["network", "create", "--validators", "1", "--out", join(folder, "sealed")],
      ...["--hosts", `127.0.0.1:${(await freePorts(1))[0]}`, "--passphrase-file", secret],
    ]);
    const at = home("sealed");
    const none = await failureOf(at);
    assert.equal(none.code, 2);
    assert.match(none.message, /passphrase/);
    writeFileSync(secret, "wrong horse\n");
    const wrong = await failureOf(at, ["--keys-passphrase-file", secret]);
    assert.equal(wrong.code, 2);
    assert.match(wrong.message, /passphrase/);
    assert.ok(!JSON.stringify(wrong).includes("horse"));
  });

  it("does not vote with a key whose record is missing, or is another's", async () => {
    const missing = home();
    rmSync(join(missing, "keys", "voting.guard"));
    const failure = await failureOf(missing);
    assert.deepEqual([failure.code, failure.reason], [2, "guard-missing"]);
    const others = home();
    cpSync(join(folder, "other", "v1", "keys", "voting.guard"), join(others, "keys", "voting.guard"));
    const { code, reason } = await failureOf(others);
    assert.equal(code, 2);
    assert.match(reason, /^guard-/);
    const damaged = home();
    writeFileSync(join(damaged, "keys", "voting.guard"), "no record");
    const third = await failureOf(damaged);
    assert.equal(third.code, 2);
    assert.match(third.reason, /^guard-/);
  });
});

describe("a node that has run, and can't start again", function () {
  this.timeout(120_000);

  it("says that its home is in use, its chain another", () =>
    withNetwork({ validators: 1 }, async (network) => {
      const load = await Load.start(network);
      await load.more(20);
      const home = network.home(0);
      const [rpc = 0, p2p = 0] = await freePorts(2);
      const elsewhere = ["--rpc-listen", `127.0.0.1:${rpc}`, "--network-listen", `127.0.0.1:${p2p}`];
      const locked = await failureOf(home, elsewhere);
      assert.deepEqual([locked.code, locked.reason], [3, "store-locked"]);
      assert.ok(locked.message.includes(join(home, "data")));
      await load.more(1);
      await load.stop();
      await network.processes.stopNode(0);

      await runWitan(WITAN, [
        ...["network", "create", "--plain", "--validators", "1", "--name", "other"],
        ...["--out", join(network.folder, "other")],
      ]);
      const genesis = join(home, "genesis.json");
      const before = readFileSync(genesis);
      cpSync(join(network.folder, "other", "v1", "genesis.json"), genesis);
      const other = await failureOf(home, elsewhere);
      assert.equal(other.code, 2);
      assert.ok(other.message.includes(network.list.chainId), other.message);
      cpSync(join(network.folder, "other", "v1", "keys"), join(home, "keys"), { recursive: true });
      const data = await failureOf(home, elsewhere);
      assert.deepEqual([data.code, data.reason], [2, "chain-other-chain"]);
      assert.ok(data.message.includes(network.list.chainId), data.message);
      writeFileSync(genesis, before);
    }));

  it("says what of its data is damaged, and never serves it", () =>
    withNetwork({ validators: 1 }, async (network) => {
      const load = await Load.start(network);
      await load.more(100);
      await load.stop();
      const [height = 0] = await network.heights();
      const { hashes } = await readChain(network.client(0), height);
      await network.processes.stopNode(0);
      // What is in the log of the database becomes a table when it is opened again.
      await network.restart(0);
      await network.processes.stopNode(0);
      const data = join(network.home(0), "data");
      const tables = readdirSync(data).filter((name) => name.endsWith(".ldb"));
      assert.ok(tables.length > 0);
      const sound = join(network.folder, "sound");
      cpSync(data, sound, { recursive: true });
      for (const table of tables) for (const share of [0.1, 0.5, 0.9]) damage(join(data, table), share);
      assert.match(await startedOrRefused(network, hashes), /damaged|corrupt|lacks|missing/i);
      rmSync(data, { recursive: true });
      cpSync(sound, data, { recursive: true });
      await network.restart(0);
      assert.deepEqual((await readChain(network.client(0), height)).hashes, hashes);
    }));
});

/** Starts a node on damaged data: it refuses, or answers for no block but those it has whole. Gives what it said. */
async function startedOrRefused(network: TestNetwork, hashes: readonly string[]): Promise<string> {
  const before = network.log(0).length;
  try {
    await network.restart(0);
  } catch (error) {
    assert.ok(error instanceof LabFailure);
    return error.message;
  }
  let refused = 0;
  for (const [height, hash] of hashes.entries()) {
    const answer = network.client(0).call("chain_block", { height, transactions: "full" });
    await answer.then(
      (block) => assert.equal(block.hash, hash),
      (error: unknown) => {
        assert.ok(error instanceof RpcCallError);
        refused++;
      },
    );
  }
  const errors = network
    .log(0)
    .slice(before)
    .filter(({ level }) => level >= 50);
  await network.processes.stopNode(0);
  assert.equal(errors.length > 0, refused > 0);
  return refused > 0 ? (errors.at(-1)?.msg ?? "") : "nothing that anybody reads is damaged";
}
