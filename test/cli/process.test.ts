// The process `witan`: what it does with a bug of its own, with readers that go away, with an old Node, and with mistakes on
// the command line.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { main } from "../../packages/cli/src/main.ts";
import { printable } from "../../packages/cli/src/output.ts";
import { inFolder, lastJson, witan, witanProcess } from "./run.ts";

const BIN = new URL("../../packages/cli/bin/", import.meta.url);

/** Runs a command whose result can't be printed: a stand-in for a bug. */
async function withBug(...argv: readonly string[]) {
  let [out, err, broken] = ["", "", false];
  const code = await main(argv, {
    out: (text) => {
      if (!broken) {
        broken = true;
        throw new RangeError("no such thing");
      }
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { code, out, err };
}

describe("a bug of witan", () => {
  it("ends with exit code 3, and says that it is one", () =>
    inFolder(async (folder) => {
      const ran = await withBug("keys", "new", "--plain", "--out", join(folder, "a.json"));
      assert.equal(ran.code, 3);
      assert.match(
        ran.err,
        /^witan: this is a bug of witan: RangeError: no such thing .*Please report it.*\n$/,
      );
    }));

  it("is one line of JSON with --json", () =>
    inFolder(async (folder) => {
      const ran = await withBug("keys", "new", "--plain", "--json", "--out", join(folder, "a.json"));
      assert.equal(ran.code, 3);
      assert.equal(ran.err, "");
      const error = lastJson(ran)["error"] as Record<string, unknown>;
      assert.deepEqual([error["code"], error["reason"]], [3, "bug"]);
    }));

  it("is told where the command waits for something that never comes", async () => {
    const source = new URL("../src/main.ts", BIN).href;
    const script = `import { run } from "${source}";
      import { Command } from "commander";
      Command.prototype.parseAsync = () => new Promise(() => {});
      run(["--json"]);`;
    const child = spawn(
      process.execPath,
      ["--conditions=@witan/source", "--input-type=module", "--eval", script],
      { cwd: fileURLToPath(new URL("../", BIN)) },
    );
    let out = "";
    child.stdout.on("data", (part) => {
      out += part;
    });
    const [code] = await once(child, "close");
    assert.equal(code, 3);
    assert.match(out, /^\{"error":\{"code":3,"reason":"bug".*in the middle of a command.*\}\}\n$/);
  });
});

describe("a reader that goes away", () => {
  it("is no failure", () =>
    inFolder(async (folder) => {
      const file = join(folder, "a.json");
      await witan("keys", "new", "--plain", "--out", file);
      const child = spawn(process.execPath, [fileURLToPath(new URL("witan.js", BIN)), "keys", "show", file]);
      child.stdout.destroy();
      let err = "";
      child.stderr.on("data", (part) => {
        err += part;
      });
      const [code] = await once(child, "close");
      assert.deepEqual([code, err], [0, ""]);
    }));
});

describe("the Node that witan runs on", () => {
  it("is checked by the same versions as in engines, which are those of the prompt", async () => {
    const { suitable } = (await import(new URL("node-version.js", BIN).href)) as {
      suitable: (version: string) => boolean;
    };
    for (const version of ["22.22.2", "22.23.0", "24.15.0", "24.21.0", "26.0.0", "27.1.0", "26.0.0-nightly"])
      assert.ok(suitable(version), version);
    for (const version of ["18.0.0", "20.20.2", "22.18.0", "22.22.1", "23.11.0", "24.14.9", "25.9.0"])
      assert.ok(!suitable(version), version);
    const manifest = JSON.parse(await readFile(new URL("../package.json", BIN), "utf8"));
    const require = createRequire(new URL("../src/main.ts", BIN));
    const prompt = new URL("../package.json", `file://${require.resolve("@inquirer/password")}`);
    assert.equal(manifest.engines.node, JSON.parse(await readFile(prompt, "utf8")).engines.node);
  });
});

describe("mistakes on the command line", () => {
  const mistakes: readonly [string, readonly string[]][] = [
    ["unknown-option", ["keys", "new", "--colour"]],
    ["option-without-value", ["keys", "new", "--json", "--out"]],
    ["missing-option", ["member", "create", "--out", "x"]],
    ["conflicting-options", ["keys", "new", "--plain", "--passphrase-file", "x"]],
    ["conflicting-options", ["keys", "import", "--plain", "--passphrase-file", "x"]],
    ["conflicting-options", ["member", "create", "--name=a", "--out=a", "--plain", "--passphrase-file=x"]],
    ["bad-argument", ["keys", "new", "--purpose", "fun"]],
    ["missing-argument", ["keys", "show"]],
    ["too-many-arguments", ["keys", "new", "a", "b"]],
    ["unknown-command", ["kyes"]],
  ];
  for (const [reason, argv] of mistakes)
    it(`have a reason of ours: ${reason} for ${argv.join(" ")}`, async () => {
      const ran = await witan(...argv, ...(argv.includes("--json") ? [] : ["--json"]));
      assert.equal(ran.code, 2);
      const error = lastJson(ran)["error"] as Record<string, unknown>;
      assert.deepEqual([error["code"], error["reason"]], [2, reason]);
      assert.doesNotMatch(String(error["message"]), /outputHelp|^error/);
      const told = await witan(...argv.filter((part) => part !== "--json"));
      assert.equal(told.code, 2);
      assert.notEqual(told.err, "");
    });

  it("show the help where a command is missing", async () => {
    const ran = await witan("keys");
    assert.equal(ran.code, 2);
    assert.match(ran.err, /Commands:/);
  });

  it("keep help and version as they are", async () => {
    assert.equal((await witanProcess(["--help"])).code, 0);
    assert.equal((await witanProcess(["keys", "new", "--help"])).code, 0);
  });
});

describe("what is printed at a terminal", () => {
  it("has no control characters of others", () => {
    assert.equal(printable("a\u001b[31mb\nc\u009bd\u202ee é"), "a\\u{1b}[31mb\\u{a}c\\u{9b}d\\u{202e}e é");
  });
});
