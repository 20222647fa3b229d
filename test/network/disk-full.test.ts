// A write that fails, as on a full disk: the node stops at once, says why and what to do, and starts again well when there
// is room. The limit on the size of files stands for the disk: unlike a disk it can be filled without rights or mess.
import assert from "node:assert/strict";
import { startNode, type WitanCommand } from "@witan/lab";
import { checkChains } from "./chains-agree.ts";
import { between, DEADLINE_MS } from "./conditions.ts";
import { type TestNetwork, withNetwork } from "./harness.ts";
import { Load } from "./load.ts";
import { readLog } from "./node-log.ts";
import { WITAN } from "./witan-process.ts";

/** `witan` where no file can grow beyond so many bytes. */
function withSmallFiles(bytes: number): WitanCommand {
  const limited = `ulimit -f ${bytes / 512} && exec "$@"`;
  return { program: "/bin/sh", arguments: ["-c", limited, "sh", WITAN.program, ...WITAN.arguments] };
}

/** Starts one node with small files, and gives what it said at its end. */
async function fillsUp(network: TestNetwork, node: number, bytes: number): Promise<string> {
  const spec = network.nodes[node];
  assert.ok(spec !== undefined);
  const run = startNode(withSmallFiles(bytes), spec, { onBlock: () => {} }, DEADLINE_MS);
  try {
    await run.ready;
    let code: number | null | undefined;
    void run.ended.then((exit) => {
      code = exit.code;
    });
    await network.until("it stops by itself", () => code !== undefined);
    assert.equal(code, 3);
  } finally {
    run.signal("SIGKILL");
    await run.ended;
  }
  const failures = readLog(spec.logFile).filter(({ level }) => level >= 50);
  assert.equal(failures.length, 1, JSON.stringify(failures));
  return failures[0]?.msg ?? "";
}

describe("a node whose disk is full", function () {
  this.timeout(180_000);

  it("stops at once and says so; the others go on; with room it comes back", () =>
    withNetwork({}, async (network) => {
      const load = await Load.start(network);
      await load.more(5);
      await network.processes.stopNode(3);
      const said = await fillsUp(network, 3, 1024 * between(network.random, 60, 300));
      assert.match(said, /EFBIG|too large/i);
      assert.match(said, /disk/);
      assert.match(said, /start/);
      await load.more(10);
      const others = await network.heights();
      await network.restart(3);
      await network.reaches(3, Math.max(...others));
      await load.stop();
      await checkChains(network, load.finals);
    }));

  it("does not start where it could not write, and says so", () =>
    withNetwork({ validators: 1, start: false }, async (network) => {
      const spec = network.nodes[0];
      assert.ok(spec !== undefined);
      const run = startNode(withSmallFiles(8 * 1024), spec, { onBlock: () => {} }, DEADLINE_MS);
      const failure = await run.ready.then(
        () => assert.fail("it started"),
        (error: Error) => error.message,
      );
      assert.match(failure, /EFBIG|too large/i);
      assert.equal((await run.ended).code, 3);
      await network.start();
    }));
});
