// What `witan` loads before it does anything: a command that asks a node waits for no engine, store or network of its own.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { COMMANDS } from "../../packages/cli/src/command-table.ts";
import { witan } from "./run.ts";

/** Prints the address of each module as it is resolved. */
const WATCH = `import { registerHooks } from "node:module";
registerHooks({ resolve(specifier, context, next) {
  const found = next(specifier, context);
  process.stderr.write(found.url + "\\n");
  return found;
} });`;

const MAIN = new URL("../../packages/cli/src/main.ts", import.meta.url);

/** The modules that the sources load: what `npm ci` makes of them is cut where they load something later. */
async function loadedBy(...argv: readonly string[]): Promise<string> {
  const watch = `data:text/javascript,${encodeURIComponent(WATCH)}`;
  const begin = `import(${JSON.stringify(MAIN.href)}).then(({ run }) => run(process.argv.slice(1)))`;
  const flags = ["--conditions=@witan/source", "--disable-warning=ExperimentalWarning", "--import", watch];
  const { stderr } = await promisify(execFile)(process.execPath, [...flags, "--eval", begin, "--", ...argv]);
  assert.match(stderr, /\/packages\/cli\/src\/main\.ts\n/, "the watch sees nothing");
  return stderr;
}

const HEAVY = /\/packages\/(?:node|p2p|storage|lab)\/|\/node_modules\/(?:libp2p|level|fastify|pino)\//;

describe("what a command loads", () => {
  it("is nothing of any command where only help is asked for", async () => {
    assert.ok(!/\/packages\/(?!cli\/)|\/cli\/src\/commands\//.test(await loadedBy("--help")));
  });

  for (const name of [
    ...["send", "balance", "history", "status", "explain", "blocks", "block", "transaction", "proof"],
    ...["keys", "token", "governance"],
  ])
    it(`is no node, for ${name}`, async () => {
      const loaded = await loadedBy(name, "--help");
      assert.match(loaded, new RegExp(`/cli/src/commands/${name}\\.ts\n`));
      assert.ok(!HEAVY.test(loaded), HEAVY.exec(loaded)?.[0]);
    });

  it("is a node, for node", async () => {
    assert.match(await loadedBy("node", "--help"), HEAVY);
  });
});

describe("the table of commands", () => {
  it("has the name that each command gives itself, and its help behind `help` too", async () => {
    for (const { name, summary } of COMMANDS) {
      const ran = await witan("help", name);
      assert.equal(ran.code, 0, name);
      assert.match(ran.out, new RegExp(`^Usage: witan ${name} `), `${name} is not loaded by its name`);
      assert.ok((await witan("--help")).out.replaceAll(/\s+/g, " ").includes(summary));
    }
  });

  it("leads to a command whatever is said before it", async () => {
    const ran = await witan("--json", "send");
    assert.equal(ran.code, 2);
    assert.match(ran.out, /unknown option '--json'/);
    const unknown = await witan("sent");
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /unknown command 'sent'\n\(Did you mean send\?\)/);
  });
});
