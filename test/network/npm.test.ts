// What was started by npm or npx, whose process alone is then told to stop, as a program does that started it: npm's shell
// does not hand every signal on, and nothing must be left behind all the same.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isAlive, markOf, type ProcessMark, type WitanCommand } from "@witan/lab";
import { NpmStarters } from "../../packages/cli/src/npm-starters.ts";
import { witan } from "../cli/run.ts";
import { until } from "../lab/in-folder.ts";
import { type Running, withWitan } from "./witan-process.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const NPX: WitanCommand = { program: "npx", arguments: ["--prefix", ROOT, "witan"] };
/** `npm start` runs `witan devnet`. */
const NPM_START: WitanCommand = { program: "npm", arguments: ["--prefix", ROOT, "--silent", "start", "--"] };
const GONE_MS = 3_000;

/** A devnet that serves, with the processes of its own and of its validators. */
async function devnetOf(devnet: Running, folder: string): Promise<readonly ProcessMark[]> {
  await devnet.event("transaction");
  const lock = readFileSync(join(folder, "dev", "devnet.lock"), "utf8");
  const { holder, nodes } = JSON.parse(lock) as { holder: ProcessMark; nodes: readonly ProcessMark[] };
  assert.equal(nodes.length, 2);
  return [holder, ...nodes];
}

const SMALL = (folder: string): readonly string[] => [
  ...["--rpc-port", "0", "--validators", "2", "--dir", join(folder, "dev")],
];

/** Waits until none of them is left; what is left after the deadline is ended, and a failure. */
async function allGone(marks: readonly ProcessMark[]): Promise<void> {
  try {
    await until("all are gone", () => !marks.some(isAlive), GONE_MS);
  } finally {
    for (const { pid } of marks.filter(isAlive)) process.kill(pid, "SIGKILL");
  }
}

describe("what npm has started", function () {
  this.timeout(120_000);

  for (const signal of ["SIGTERM", "SIGKILL"] as const)
    it(`ends soon after npx alone has got ${signal}: a devnet`, () =>
      withWitan(async (start, folder) => {
        const npx = start("devnet", ...SMALL(folder));
        const marks = await devnetOf(npx, folder);
        assert.deepEqual(marks.map(isAlive), [true, true, true]);
        npx.child.kill(signal);
        await allGone(marks);
      }, NPX));

  for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const)
    it(`ends soon after npm start alone has got ${signal}`, () =>
      withWitan(async (start, folder) => {
        const npm = start(...SMALL(folder));
        const marks = await devnetOf(npm, folder);
        npm.child.kill(signal);
        await allGone(marks);
      }, NPM_START));

  it("ends soon after npx alone was killed: a node", () =>
    withWitan(async (start, folder) => {
      const made = await witan(
        ...["network", "create", "--validators", "1", "--plain", "--out", join(folder, "net")],
      );
      assert.equal(made.code, 0, made.err);
      const npx = start(
        ...["node", "--home", join(folder, "net/v1")],
        ...["--rpc-listen", "127.0.0.1:0", "--network-listen", "127.0.0.1:0"],
      );
      const mark = markOf(Number((await npx.event("ready"))["pid"]));
      npx.child.kill("SIGKILL");
      await allGone([mark]);
      await npx.ended();
      assert.match(npx.err, /stopping .*npm, which started it, is gone/);
    }, NPX));
});

describe("what npm did not start", () => {
  it("heeds nobody's end: started by hand, by a service manager, by a script that npm runs", () => {
    const scripts = [undefined, "mocha", "nohup witan node &", "witan node --home v1 &"];
    for (const npm_lifecycle_script of scripts)
      assert.ok(NpmStarters.find({ npm_lifecycle_script }).isNobody, npm_lifecycle_script);
    for (const npm_lifecycle_script of ["exec witan devnet", "'witan'", "witan"]) {
      const starters = NpmStarters.find({ npm_lifecycle_script });
      assert.deepEqual([starters.isNobody, starters.isOneGone()], [false, false], npm_lifecycle_script);
    }
  });
});
