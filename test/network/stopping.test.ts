// How nodes end: by the signals that operators and service managers send, and when whoever started them is gone.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { isAlive, markOf, startNode } from "@witan/lab";
import { checkChains } from "./chains-agree.ts";
import { DEADLINE_MS, until } from "./conditions.ts";
import { withNetwork } from "./harness.ts";
import { Load } from "./load.ts";
import { type Line, WITAN, withWitan } from "./witan-process.ts";

const STOP_MS = 2_000;

describe("a node that is told to stop", function () {
  this.timeout(180_000);

  it("ends within 2 s with exit code 0, under load, by either signal", () =>
    withNetwork({ start: false }, async (network) => {
      const runs = network.nodes.map((spec) => startNode(WITAN, spec, { onBlock: () => {} }, DEADLINE_MS));
      try {
        await Promise.all(runs.map((run) => run.ready));
        const load = await Load.start(network);
        await load.more(20);
        const tookMs: number[] = [];
        for (const [at, run] of runs.entries()) {
          const from = performance.now();
          run.signal(at % 2 === 0 ? "SIGTERM" : "SIGINT");
          assert.deepEqual(await run.ended, { code: 0, signal: null });
          tookMs.push(performance.now() - from);
          // A quorum is left after the first only.
          if (at === 0) await load.more(5);
        }
        // One may have been unlucky on a busy machine.
        assert.ok(Math.min(...tookMs) < STOP_MS, `took ${tookMs.map(Math.round)} ms`);
        await network.start();
        await load.stop();
        await checkChains(network, load.finals);
      } finally {
        for (const run of runs) run.signal("SIGKILL");
        await Promise.all(runs.map((run) => run.ended));
      }
    }));

  it("hears SIGHUP and SIGTERM while it still opens: one waits until it serves, the other ends it", () =>
    withNetwork({ validators: 1, start: false }, async (network) => {
      const spec = network.nodes[0];
      assert.ok(spec !== undefined);
      const lock = join(network.home(0), "data", "LOCK");
      for (const signal of ["SIGHUP", "SIGTERM"] as const) {
        rmSync(lock, { force: true });
        const run = startNode(WITAN, spec, { onBlock: () => {} }, DEADLINE_MS);
        try {
          // The database is being opened, and the node does not serve yet.
          await until("it opens", () => existsSync(lock));
          run.signal(signal);
          const heard = (): string => readFileSync(spec.logFile, "utf8");
          if (signal === "SIGHUP") {
            await run.ready;
            await until("it read its peers anew", () => heard().includes("read anew"));
            run.signal("SIGTERM");
          }
          assert.deepEqual(await run.ended, { code: 0, signal: null }, heard());
          assert.match(heard(), /"msg":"stopped/);
        } finally {
          run.signal("SIGKILL");
          await run.ended;
        }
      }
    }));

  it("ends by itself when its parent is killed", () =>
    withNetwork({ validators: 1, start: false }, async (network) => {
      const script = `
        import { startNode } from "@witan/lab";
        const [command, spec] = ${JSON.stringify([WITAN, network.nodes[0]])};
        const { pid } = await startNode(command, spec, { onBlock() {} }, ${DEADLINE_MS}).ready;
        console.log(JSON.stringify({ pid }));`;
      const flags = ["--conditions=@witan/source", "--disable-warning=ExperimentalWarning"];
      const parent = spawn(process.execPath, [...flags, "--input-type=module", "--eval", script], {
        cwd: import.meta.dirname,
        stdio: ["ignore", "pipe", "inherit"],
      });
      const [line] = (await once(createInterface({ input: parent.stdout }), "line")) as [string];
      const mark = markOf((JSON.parse(line) as { readonly pid: number }).pid);
      assert.ok(isAlive(mark));
      parent.kill("SIGKILL");
      await until("the node is gone", () => !isAlive(mark));
      assert.equal(network.log(0).at(-1)?.msg, "stopped");
    }));
});

describe("two devnets side by side", function () {
  this.timeout(180_000);

  it("do not disturb each other, and each leaves nothing behind", () =>
    withWitan(async (start, folder) => {
      const [one, two] = ["one", "two"].map((name) =>
        start("devnet", "--rpc-port", "0", "--validators", "2", "--dir", join(folder, name)),
      );
      assert.ok(one !== undefined && two !== undefined);
      const lines = await Promise.all([one, two].map((devnet) => devnet.event("transaction")));
      for (const line of lines) assert.equal(line["proofVerified"], true);
      const [a, b] = await Promise.all([one, two].map((devnet) => devnet.event("ready")));
      assert.notEqual(a?.["chainId"], b?.["chainId"]);
      const marks = [a, b].map((ready) => ((ready as Line)["pids"] as number[]).map(markOf));
      one.interrupt();
      assert.equal(await one.ended(), 0);
      assert.deepEqual(marks[0]?.filter(isAlive), []);
      assert.equal(marks[1]?.filter(isAlive).length, 2);
      two.interrupt();
      assert.equal(await two.ended(), 0);
      assert.deepEqual(marks[1]?.filter(isAlive), []);
    }));
});
