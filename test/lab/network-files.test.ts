// The files of a network on this machine: made by the command, read with care, turned into what nodes are started with.
import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { createNetwork, LabFailure, nodeSpecs, readNetwork, runWitan } from "@witan/lab";
import { WITAN } from "../network/witan-process.ts";
import { FAKE_NODE, inFolder } from "./in-folder.ts";

async function failureOf(work: () => unknown): Promise<LabFailure> {
  try {
    await work();
  } catch (error) {
    assert.ok(error instanceof LabFailure, String(error));
    return error;
  }
  return assert.fail("it did not fail");
}

describe("the files of a network", () => {
  it("are made by the command that operators use, and say what each node is started with", () =>
    inFolder(async (parent) => {
      const folder = join(parent, "network");
      await createNetwork(WITAN, folder, { validators: 3, consensus: "pbft", accounts: 2 });
      const list = readNetwork(folder);
      assert.deepEqual(
        list.nodes.map(({ name, home }) => [name, home]),
        [
          ["v1", "v1"],
          ["v2", "v2"],
          ["v3", "v3"],
        ],
      );
      assert.equal(list.accounts.length, 2);
      const specs = nodeSpecs(folder, list, { rpc: [1, 2, 3], p2p: [11, 12, 13] }, ["--tick", "5"]);
      const [one, , three] = list.nodes;
      assert.deepEqual(specs[1], {
        name: "v2",
        logFile: join(folder, "v2", "node.log"),
        arguments: [
          ...[
            "--home",
            join(folder, "v2"),
            "--rpc-listen",
            "127.0.0.1:2",
            "--network-listen",
            "127.0.0.1:12",
          ],
          ...["--network-peers", `v1=${one?.peerId}@127.0.0.1:11,v3=${three?.peerId}@127.0.0.1:13`],
          ...["--verifier-workers", `${Math.max(1, Math.floor(availableParallelism() / 3))}`, "--tick", "5"],
        ],
      });
    }));

  it("are not guessed at where the list is damaged", () =>
    inFolder(async (folder) => {
      assert.equal((await failureOf(() => readNetwork(folder))).code, "folder-damaged");
      const node = { name: "v1", home: "v1", peerId: "x" };
      for (const list of [
        "",
        "null",
        "{}",
        JSON.stringify({ chainId: "a", name: "b", nodes: [], accounts: [] }),
        JSON.stringify({ chainId: "a", name: "b", nodes: [{ ...node, home: 5 }], accounts: [] }),
        JSON.stringify({ chainId: "a", name: "b", nodes: [node], accounts: [{ address: "x" }] }),
      ]) {
        writeFileSync(join(folder, "network.json"), list);
        assert.equal((await failureOf(() => readNetwork(folder))).code, "folder-damaged", list);
      }
    }));
});

describe("a command of witan", () => {
  it("fails in its own words, by whose fault it is", () =>
    inFolder(async (folder) => {
      const made = { validators: 1_000_000, consensus: "pbft", accounts: 0 } as const;
      const failure = await failureOf(() => createNetwork(WITAN, join(folder, "a"), made));
      assert.deepEqual([failure.code, failure.fault], ["command-failed", "input"]);
      assert.match(failure.message, /^witan network create failed: .*--validators 1000000/);
      assert.deepEqual(readdirSync(folder), []);
    }));

  it("fails with what it left where it says nothing of use", async () => {
    const fake = { program: process.execPath, arguments: [FAKE_NODE, '{"ends":7}'] };
    const failure = await failureOf(() => runWitan(fake, ["network", "create"]));
    assert.deepEqual([failure.code, failure.fault], ["command-failed", "unable"]);
    assert.match(failure.message, /it ended with exit code 7: given network create --json\nthe last words/);
    const none = await failureOf(() => runWitan({ program: "/no/such", arguments: [] }, []));
    assert.equal(none.code, "node-not-started");
  });
});
