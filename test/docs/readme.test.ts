// The commands that README.md shows are run as they stand there, with what a fresh clone has, and the example files are
// what their maker makes.
import assert from "node:assert/strict";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inFolder, witanProcess } from "../cli/run.ts";
import { withWitan } from "../network/witan-process.ts";
import { blocksOf, runScript } from "./blocks.ts";
import { exampleFiles } from "./examples.ts";

const ROOT = new URL("../../", import.meta.url);

const README = new URL("README.md", ROOT);

/** The blocks of the README with this word behind the three ticks. */
function blocks(kind: string): Promise<readonly string[]> {
  return blocksOf(README, kind);
}

/** The lines of the `sh` blocks that start `witan`. */
async function witanCommands(): Promise<readonly string[]> {
  return (await blocks("sh")).flatMap((block) =>
    block.split("\n").filter((line) => line.startsWith("npx witan ")),
  );
}

describe("README", () => {
  it("shows commands that work with what a fresh clone has", () =>
    inFolder(async (folder) => {
      const commands = await witanCommands();
      assert.ok(commands.length >= 5, "the README has lost its commands");
      const examples = fileURLToPath(new URL("docs/examples", ROOT));
      await cp(examples, join(folder, "docs/examples"), { recursive: true });
      for (const command of commands) {
        const ran = await witanProcess(command.split(" ").slice(2), { cwd: folder });
        assert.equal(ran.code, 0, `${command}\n${ran.out}${ran.err}`);
      }
    })).timeout(60_000);

  it("shows a first transfer that works beside a devnet", () =>
    withWitan(async (start, folder) => {
      const devnet = start("devnet", "--dir", join(folder, ".witan/devnet"), "--rpc-port", "0");
      const ready = await devnet.event("ready");
      const [rpc = ""] = ready["rpc"] as readonly string[];
      const script = (await blocks("sh devnet")).join("\n");
      assert.match(script, /transaction_submit[\s\S]*proof verify/, "the README has lost its first transfer");
      const text = script.replaceAll("http://127.0.0.1:9545", rpc);
      const { code, out } = await runScript(text, { cwd: folder, env: { WITAN_RPC: rpc } });
      assert.equal(code, 0, out);
      assert.match(out, /status +final: in block/);
      assert.match(out, /"status":"final"/, "by curl");
      assert.match(out, /verified/);
    })).timeout(120_000);

  it("writes into a folder that Git passes over", async () => {
    const text = [...(await blocks("sh")), ...(await blocks("sh devnet"))].join("\n");
    const outs = [...text.matchAll(/ --out (\S+)/g)].map(([, out = ""]) => out);
    assert.ok(outs.length >= 4);
    for (const out of outs) assert.match(out, /^try\//);
    const ignored = await readFile(new URL(".gitignore", ROOT), "utf8");
    for (const folder of [/^\/try\/$/m, /^\.witan\/$/m]) assert.match(ignored, folder);
  });
});

describe("docs/examples", () => {
  for (const [name, text] of exampleFiles())
    it(`${name} is as test/docs/examples.ts makes it`, async () => {
      assert.equal(await readFile(new URL(`docs/examples/${name}`, ROOT), "utf8"), text);
    });
});
