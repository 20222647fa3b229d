// The help of every command: what it is for, and examples that begin with `witan` and name options that there are.
import assert from "node:assert/strict";
import { join } from "node:path";
import { PARAMETER_NAMES } from "@witan/ledger";
import { FakeNode } from "./fake-node.ts";
import { inFolder, witan } from "./run.ts";

async function helpOf(path: readonly string[]): Promise<string> {
  const ran = await witan(...path, "--help");
  assert.equal(ran.code, 0, path.join(" "));
  return ran.out;
}

/** The names below `Commands:` in a help text. */
function commandsIn(help: string): readonly string[] {
  const [, block = ""] = /^Commands:\n((?: {2}.*\n?)+)/m.exec(help) ?? [];
  return [...block.matchAll(/^ {2}([a-z-]+)/gm)].flatMap(([, name = ""]) => (name === "help" ? [] : [name]));
}

async function leaves(path: readonly string[] = []): Promise<readonly (readonly string[])[]> {
  const below = commandsIn(await helpOf(path));
  if (below.length === 0) return [path];
  return (await Promise.all(below.map((name) => leaves([...path, name])))).flat();
}

describe("the help of a command", () => {
  it("is there for all, with examples of that command and options that it has", async () => {
    const all = await leaves();
    assert.ok(all.length >= 20, `${all.length} commands`);
    for (const path of all) {
      const help = await helpOf(path);
      const [, block = ""] = help.split("\nExamples:\n");
      const examples = block
        .trimEnd()
        .split("\n")
        .filter((line) => line !== "");
      assert.ok(examples.length > 0, `witan ${path.join(" ")} shows no example`);
      for (const example of examples) {
        assert.match(example, new RegExp(`^ {2}\\$ .*witan ${path.join(" ")}\\b`));
        for (const [option] of example.matchAll(/(?<= )--[a-z-]+/g))
          assert.match(help, new RegExp(`^ {2}(?:-\\w, )?${option}\\b`, "m"), `${example}: ${option}`);
      }
    }
  });

  it("writes choices and defaults as people type them, and no default where there is none", async () => {
    const keys = (await helpOf(["keys", "new"])).replace(/\s+/g, " ");
    assert.match(keys, /the new key file \(default: witan-key\.json\)/);
    assert.match(keys, /\(one of client, operator, voting, peer, acceptors; default: client\)/);
    for (const path of [
      ["governance", "propose"],
      ["register", "list"],
      ["genesis", "create"],
    ])
      assert.doesNotMatch((await helpOf(path)).replace(/\s+/g, " "), /default: ?(?:\)|\[|")/, path.join(" "));
  });

  it("lists what can be changed, and a proposal says whose operators are asked, and how many of them", async () => {
    const help = await helpOf(["governance", "propose"]);
    for (const name of PARAMETER_NAMES) assert.match(help, new RegExp(`^ {2}${name} +\\d+ to \\d+$`, "m"));
    const node = await FakeNode.start();
    await inFolder(async (folder) => {
      const change = [
        "change-parameter",
        "feeRateMin=10",
        "--rpc",
        node.url,
        "--out",
        join(folder, "fee.json"),
      ];
      const { out } = await witan("governance", "propose", ...change);
      assert.match(
        out,
        /The operators of 3 of a, b, c, d approve it, each where their key is:\n {2}\$ witan gov/,
      );
    });
    await FakeNode.stopAll();
  });

  it("tells whose answer is an exit code", async () => {
    for (const command of [
      ...["send", "proof verify", "proof get", "status", "governance submit", "block"],
      ...["transaction get", "transaction submit", "transaction check", "transaction decode"],
    ])
      assert.match(await helpOf(command.split(" ")), /exit code 1/, command);
  });
});
