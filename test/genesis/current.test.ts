// The files of genesis/ are what the command line makes, byte for byte, and their keys are refused where others could come.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openGenesisFile } from "@witan/ledger";
import { loadConfig } from "../../packages/cli/src/config/load.ts";
import type { CommandFailure } from "../../packages/cli/src/exit.ts";
import { openHome } from "../../packages/cli/src/home/open.ts";
import { inFolder, witan } from "../cli/run.ts";
import { FIRST_HOMES, GENESIS_FOLDER, makeReadyNetwork, READY_MODES, readyGenesis } from "./make.ts";

describe("genesis/", () => {
  it("holds a genesis for each mode that nodes run, and what to do with it", () => {
    const files = [...READY_MODES.map((mode) => `${mode}.json`), "README.md"];
    assert.deepEqual(readdirSync(GENESIS_FOLDER).sort(), files.sort());
  });

  for (const mode of READY_MODES) {
    it(`has ${mode}.json as \`witan network create --development\` makes it`, async () => {
      const text = await readFile(new URL(`${mode}.json`, GENESIS_FOLDER), "utf8");
      assert.ok(text === (await readyGenesis(mode)), `${mode}.json is not current: npm run genesis`);
      const opened = openGenesisFile(text);
      assert.ok(opened.ok);
      assert.equal(opened.value.mode, mode);
      assert.equal(opened.value.genesis.allocations.length, 10);
    });

    it(`has homes for ${mode}.json that open, and serve this machine only`, () =>
      inFolder(async (folder) => {
        const net = join(folder, "net");
        await makeReadyNetwork(mode, net);
        const first = join(net, FIRST_HOMES[mode]);
        const open = (flags: Record<string, string>) =>
          loadConfig({ home: first, env: {}, flags }).then(({ config }) => openHome(config));
        const { votingKeys, member, rewardPolicy } = await open({});
        assert.equal(votingKeys[0]?.key.publicKey, member?.votingKey);
        assert.equal(rewardPolicy !== undefined, mode === "pow");
        await assert.rejects(open({ "network.listen": "0.0.0.0:9600" }), (error: CommandFailure) => {
          assert.equal(error.reason, "config-invalid");
          assert.match(error.problems[0]?.expected ?? "", /an address of this machine only: secret keys/);
          return true;
        });
      }));
  }

  it("has keys that no network of several machines gets, and no passphrase", () =>
    inFolder(async (folder) => {
      const out = ["--json", "--out", join(folder, "net")];
      const remote = await witan("network", "create", "--development", "--hosts", "10.0.0.1", ...out);
      assert.equal(remote.code, 2);
      assert.match(remote.out, /"reason":"development".*10\.0\.0\.1:9600 is not this machine/);
      const locked = await witan("network", "create", "--development", "--passphrase-file", "x", ...out);
      assert.equal(locked.code, 2);
      assert.match(locked.out, /a passphrase keeps nothing/);
      assert.deepEqual(readdirSync(folder), []);
    }));

  it("leaves all other networks with keys of their own", () =>
    inFolder(async (folder) => {
      const keys: string[] = [];
      for (const name of ["a", "b"]) {
        const ran = await witan(
          "network",
          "create",
          "--validators",
          "1",
          "--out",
          join(folder, name),
          "--plain",
        );
        assert.equal(ran.code, 0, ran.err);
        keys.push(await readFile(join(folder, name, "v1/keys/voting.json"), "utf8"));
      }
      assert.notEqual(keys[0], keys[1]);
    }));
});
