// Networks of miners: their homes, what is mined with which keys, and what is refused.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openGenesisFile } from "@witan/ledger";
import { POW_DEFAULTS } from "@witan/node";
import { targetOfCompact } from "@witan/primitives";
import { FIELDS } from "../../packages/cli/src/config/fields.ts";
import { loadConfig } from "../../packages/cli/src/config/load.ts";
import type { CommandFailure } from "../../packages/cli/src/exit.ts";
import { openHome } from "../../packages/cli/src/home/open.ts";
import { wantedShape } from "../../packages/cli/src/shape-options.ts";
import { inFolder, lastJson, witan } from "./run.ts";

const POW = ["network", "create", "--plain", "--json", "--consensus", "pow"];

function open(home: string, flags: Record<string, string> = {}) {
  return loadConfig({ home, env: {}, flags }).then(({ config }) => openHome(config));
}

async function refusal(work: Promise<unknown>): Promise<CommandFailure> {
  return work.then(
    () => assert.fail("it was taken"),
    (error) => error as CommandFailure,
  );
}

describe("a network of miners", () => {
  it("has a home for each, that opens, knows the others and is paid at an address of its own", () =>
    inFolder(async (folder) => {
      const out = join(folder, "net");
      const ran = await witan(...POW, "--observers", "1", "--hash-rate", "1000", "--out", out);
      assert.equal(ran.code, 0, ran.out);
      const { nodes } = lastJson(ran) as unknown as { nodes: readonly { name: string; role: string }[] };
      assert.deepEqual(
        nodes.map(({ name, role }) => `${name} ${role}`),
        ["m1 miner", "m2 miner", "m3 miner", "o1 observer"],
      );
      const homes = await Promise.all(nodes.map(({ name }) => open(join(out, name))));
      const policies = homes.map(({ rewardPolicy }) => rewardPolicy);
      assert.equal(new Set(policies).size, 4);
      assert.equal(policies[3], undefined);
      for (const { votingKeys, member, chain } of homes) {
        assert.deepEqual([votingKeys.length, member, chain.mode], [0, undefined, "pow"]);
      }
      const key = await witan("keys", "address", join(out, "m1", "keys", "reward.json"));
      const config = await readFile(join(out, "m1", "config.toml"), "utf8");
      if (key.code === 0) assert.ok(config.includes(key.out.trim().split(/\s+/).at(-1) ?? "?"));
      assert.match(config, /^hashRate = 1000$/m);
      assert.match(config, /name = "m2".*name = "m3".*name = "o1"/s);
    }));

  it("has a first target that its hash power meets in the interval", () =>
    inFolder(async (folder) => {
      const out = join(folder, "net");
      const words = ["--validators", "2", "--block-interval", "4s", "--hash-rate", "5000", "--subsidy", "7"];
      assert.equal((await witan(...POW, ...words, "--out", out)).code, 0);
      const opened = openGenesisFile(await readFile(join(out, "m1", "genesis.json"), "utf8"));
      assert.ok(opened.ok);
      const { consensus } = opened.value.genesis;
      assert.ok(consensus.kind === "pow");
      assert.deepEqual([consensus.blockIntervalMs, consensus.subsidy], [4_000, 7n]);
      const hashes = Number((1n << 256n) / (targetOfCompact(consensus.initialTarget) ?? 1n));
      assert.ok(Math.abs(hashes / 40_000 - 1) < 0.01, `${hashes}`);
    }));

  it("refuses what is for other modes, and others what is for it", async () => {
    for (const [words, expected] of [
      [["--consensus", "pow", "--proposers", "2"], /in pow --validators says how many miners/],
      [["--consensus", "pbft", "--hash-rate", "5"], /--hash-rate is for --consensus pow only/],
      [["--block-interval", "5s"], /--block-interval is for --consensus pow only/],
      [["--consensus", "pow", "--block-interval", "soon"], /expected a time such as 5s/],
      [["--consensus", "pow", "--promise-authentication", "mac"], /for --consensus bp-fast-paxos only/],
    ] as const) {
      const ran = await witan("network", "create", "--plain", ...words, "--out", "nowhere");
      assert.equal(ran.code, 2, ran.out);
      assert.match(ran.err, expected);
    }
  });

  it("has miners that need an address of the chain, and a chain on which blocks are mined", () =>
    inFolder(async (folder) => {
      const out = join(folder, "net");
      assert.equal((await witan(...POW, "--out", out)).code, 0);
      const empty = await refusal(open(join(out, "m1"), { "mining.address": "" }));
      assert.match(empty.message, /mining\.address is empty\. Say to whom/);
      const wrong = await refusal(open(join(out, "m1"), { "mining.address": "wit1nonsense" }));
      assert.deepEqual([wrong.exitCode, wrong.reason], [2, "mining"]);
      const check = await witan("config", "check", "--home", join(out, "m1"), "--mining-address", "x");
      assert.equal(check.code, 2);
      const other = join(folder, "pbft");
      assert.equal((await witan("network", "create", "--plain", "--out", other)).code, 0);
      const mined = await refusal(open(join(other, "v1"), { "mining.enabled": "true" }));
      assert.match(mined.message, /nobody mines on this chain: its mode is pbft/);
    }));

  it("has the defaults that a node has", () => {
    const { assumedAttackerShare, reversalRisk } = FIELDS.consensus;
    assert.equal(assumedAttackerShare.fallback, POW_DEFAULTS.assumedAttackerShare);
    assert.equal(reversalRisk.fallback, POW_DEFAULTS.reversalRisk);
    assert.equal(reversalRisk.read("0.0001"), 0.0001);
    assert.equal(reversalRisk.read("1e-6"), 1e-6);
    assert.equal(reversalRisk.read("-1"), "-1");
  });
});

describe("the shape of a devnet of miners", () => {
  it("is read where it is offered, and refused elsewhere", () => {
    const wanted = wantedShape({ consensus: "pow", blockInterval: "500ms", hashRate: "7" }, true);
    assert.deepEqual([wanted.consensus, wanted.blockIntervalMs, wanted.hashRate], ["pow", 500, 7]);
    assert.throws(() => wantedShape({ consensus: "pow" }), /expected pbft or bp-fast-paxos$/);
    assert.throws(() => wantedShape({ blockInterval: "5s" }, true), /are for --consensus pow: add it/);
    assert.throws(() => wantedShape({ consensus: "pow", proposers: "1" }, true), /says how many miners/);
  });
});
