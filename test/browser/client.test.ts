// The client as somebody else gets it: packed, installed into an empty project, built, and run in Chromium and in Node against
// real validators, from a new key to a verified proof.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Browser } from "playwright-core";
import { DEADLINE_MS, within } from "../network/conditions.ts";
import { withNetwork } from "../network/harness.ts";
import type { Report, Task } from "./app/run.ts";
import { serveFolder, startChromium } from "./chromium.ts";
import { buildApp, checkTypes, packClient, scriptsOf } from "./packed-app.ts";

const runFile = promisify(execFile);

function check({ events, verified, signers, transaction, kept }: Report): void {
  assert.equal(verified, true);
  assert.ok(signers >= 3, `${signers} signers`);
  assert.match(transaction, /^[0-9a-f]{64}$/);
  assert.equal(events.at(-1), "final");
  assert.equal(events.filter((type) => type === "final").length, 1);
  assert.ok(kept < 5_000);
}

/** Runs the application in a new page; gives its report, or what it failed with. */
async function runIn(browser: Browser, origin: string, task: Task): Promise<string> {
  const tab = await within("a new page in Chromium", browser.newPage());
  const errors: string[] = [];
  tab.on("pageerror", ({ message }) => errors.push(message));
  await tab.goto(origin);
  const running = tab.evaluate(async (given) => {
    const { run } = globalThis as unknown as { readonly run: (task: unknown) => Promise<unknown> };
    return run(given).then((report) => JSON.stringify(report), String);
  }, task);
  const progress = () =>
    tab.evaluate(() => JSON.stringify((globalThis as unknown as { readonly steps: string[] }).steps));
  const text = await within("the application in Chromium", running, { progress });
  assert.deepEqual(errors, []);
  return text;
}

const MAIN = `import "./run.ts";
process.once("SIGTERM", () => process.exit(console.error("it stood at: " + globalThis.steps)));
console.log(JSON.stringify(await globalThis.run(JSON.parse(process.argv[2]))));
`;

/** Runs it in Node; the process must end by itself. */
async function runInNode(project: string, task: Task): Promise<Report> {
  await writeFile(join(project, "main.mjs"), MAIN);
  const argv = ["main.mjs", JSON.stringify(task)];
  const { stdout } = await runFile(process.execPath, argv, { cwd: project, timeout: DEADLINE_MS });
  return JSON.parse(stdout) as Report;
}

describe("the client, packed and installed by somebody else", function () {
  this.timeout(240_000);
  let folder: string;
  let project: string;
  let page: string;
  let packed: readonly string[];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "witan-packed-"));
    packed = await packClient(folder);
    ({ project, page } = await buildApp(folder));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("holds what was built, and its types, and no sources or tests", () => {
    const others = ["package.json", "README.md", "LICENSE"];
    for (const file of ["node.js", "browser.js", "types/client/index.d.ts"])
      assert.ok(packed.includes(`bundle/${file}`), file);
    const strange = packed.filter(
      (path) => !others.includes(path) && !/^bundle\/[^.]+(?:\.d\.ts|\.js)$/.test(path),
    );
    assert.deepEqual(strange, []);
  });

  it("needs what its manifest names, in the versions that are tested here, and nothing of this repository", async () => {
    const installed = join(project, "node_modules/@witan");
    assert.deepEqual(await readdir(installed), ["client"]);
    const texts = await Promise.all(
      packed
        .filter((path) => /\.(?:js|d\.ts)$/.test(path))
        .map((path) => readFile(join(installed, "client", path), "utf8")),
    );
    const named = texts.flatMap((text) =>
      [...text.matchAll(/(?:from|import\() ?"((?:@[a-z]+\/)?[a-z][\w-]*)(?:\/[\w./-]*)?"/g)].map(
        ([, name]) => name,
      ),
    );
    const manifest = async (path: string) =>
      JSON.parse(await readFile(path, "utf8")) as { readonly dependencies: Readonly<Record<string, string>> };
    const { dependencies } = await manifest(join(installed, "client/package.json"));
    assert.deepEqual([...new Set(named)].sort(), Object.keys(dependencies).sort());
    const inside = ["primitives", "crypto", "ledger", "rpc"].map((name) =>
      manifest(fileURLToPath(new URL(`../../packages/${name}/package.json`, import.meta.url))),
    );
    const versions = Object.assign({}, ...(await Promise.all(inside)).map((one) => one.dependencies));
    for (const [name, version] of Object.entries(dependencies)) assert.equal(version, versions[name], name);
  });

  it("has types that an application is checked by", () => checkTypes(project));

  it("builds into a page without what browsers lack, in less than 400 kB", async () => {
    const scripts = await scriptsOf(page);
    assert.ok(scripts.length < 400_000, `${scripts.length} bytes`);
    assert.ok(!/instantiateSecp256k1|from ?"node:/.test(scripts));
  });

  it("pays and verifies the proof, in Chromium from a page of an allowed origin, from no other page, and in Node", async () => {
    const [site, stranger] = [await serveFolder(page), await serveFolder(page)];
    try {
      await withNetwork({ flags: ["--rpc-allowed-origins", site.origin] }, async (network) => {
        const [rich, other] = network.list.accounts;
        assert.ok(rich && other);
        const task: Task = {
          url: network.client(0).url,
          secretKey: rich.secretKey,
          to: other.address,
        };
        const browser = await startChromium();
        try {
          check(JSON.parse(await runIn(browser, site.origin, task)) as Report);
          const refused = await runIn(browser, stranger.origin, task);
          assert.match(refused, /^RpcConnectionError: No WebSocket connection/);
        } finally {
          await within("the end of Chromium", browser.close());
        }
        check(await runInNode(project, task));
      });
    } finally {
      site.close();
      stranger.close();
    }
  });
});
