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

/** Behind what a command line has loaded. */
const END = "end of a command\n";

const MAIN = new URL("../../packages/cli/src/main.ts", import.meta.url);

/**
 * The modules that the sources load for each of these command lines, one after another in one process: what an earlier one
 * has loaded is told of it alone. From sources: what `npm ci` makes of them is cut where they load something later.
 */
async function loadedBy(...lines: readonly (readonly string[])[]): Promise<readonly string[]> {
  const watch = `data:text/javascript,${encodeURIComponent(WATCH)}`;
  const begin = `const { main } = await import(${JSON.stringify(MAIN.href)});
for (const line of ${JSON.stringify(lines)}) {
  process.exitCode ||= await main(line);
  process.stderr.write(${JSON.stringify(END)});
}`;
  const flags = ["--conditions=@witan/source", "--disable-warning=ExperimentalWarning", "--import", watch];
  const { stderr } = await promisify(execFile)(
    process.execPath,
    [...flags, "--input-type=module", "--eval", begin],
    { maxBuffer: 2 ** 24 },
  );
  assert.match(stderr, /\/packages\/cli\/src\/main\.ts\n/, "the watch sees nothing");
  const loaded = stderr.split(END).slice(0, -1);
  assert.equal(loaded.length, lines.length);
  return loaded;
}

const HEAVY = /\/packages\/(?:node|p2p|storage|lab)\/|\/node_modules\/(?:libp2p|level|fastify|pino)\//;

/** Commands that ask a node, or none. */
const LIGHT = [
  ...["send", "balance", "history", "status", "explain", "peers", "blocks", "block", "transaction", "proof"],
  ...["keys", "token", "governance"],
];

describe("what a command loads", () => {
  it("is nothing of any command where only help is asked for", async () => {
    const [loaded = ""] = await loadedBy(["--help"]);
    assert.ok(!/\/packages\/(?!cli\/)|\/cli\/src\/commands\//.test(loaded));
  });

  it(`is no node, for ${LIGHT.join(", ")}; and one for node`, async () => {
    const loaded = await loadedBy(...[...LIGHT, "node"].map((name) => [name, "--help"]));
    for (const [at, name] of LIGHT.entries()) {
      const byIt = loaded[at] ?? "";
      assert.match(byIt, new RegExp(`/cli/src/commands/${name}\\.ts\n`));
      assert.ok(!HEAVY.test(byIt), `${name} loads ${HEAVY.exec(byIt)?.[0]}`);
    }
    assert.match(loaded.at(-1) ?? "", HEAVY);
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
