// The commands that README.md shows are run as they stand there, with what a fresh clone has, and the example files are
// what their maker makes.
import assert from "node:assert/strict";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inFolder, witanProcess } from "../cli/run.ts";
import { exampleFiles } from "./examples.ts";

const ROOT = new URL("../../", import.meta.url);

/** The lines of the `sh` blocks of the README that start `witan`. */
async function witanCommands(): Promise<readonly string[]> {
  const blocks = (await readFile(new URL("README.md", ROOT), "utf8")).matchAll(/```sh\n(.*?)```/gs);
  return [...blocks].flatMap(([, block = ""]) =>
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

  it("writes into a folder that Git passes over", async () => {
    const outs = (await witanCommands()).flatMap((command) => / --out (\S+)/.exec(command)?.[1] ?? []);
    assert.ok(outs.length >= 3);
    for (const out of outs) assert.match(out, /^try\//);
    assert.match(await readFile(new URL(".gitignore", ROOT), "utf8"), /^\/try\/$/m);
  });
});

describe("docs/examples", () => {
  for (const [name, text] of exampleFiles())
    it(`${name} is as test/docs/examples.ts makes it`, async () => {
      assert.equal(await readFile(new URL(`docs/examples/${name}`, ROOT), "utf8"), text);
    });
});
