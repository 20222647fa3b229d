// `witan bench`: what it counts and tells, on a small network with a small load. The figures themselves are for a machine
// with nothing else to do.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { lastJson, witan } from "../cli/run.ts";
import { until } from "../lab/in-folder.ts";
import { errorOf, type Line, withWitan } from "./witan-process.ts";

/** The processes whose command line has a text in it. */
function processesWith(text: string): readonly string[] {
  return execFileSync("ps", ["-eo", "pid,args"], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes(text));
}

describe("witan bench", function () {
  this.timeout(120_000);

  it("counts every transfer as final on every chain, and tells all figures", () =>
    withWitan(async (start, folder) => {
      const bench = start("bench", "--validators", "2", "--transactions", "600");
      assert.equal(await bench.ended(), 0, JSON.stringify(bench.lines) + bench.err);
      assert.equal(bench.err, "");
      const result = bench.lines.at(-1) as Line;
      assert.deepEqual([result["validators"], result["transactions"], result["final"]], [2, 600, 600]);
      for (const name of [
        "throughput",
        "verifyPerSecond",
        "verifyPerSecondBefore",
        "verifyPerSecondAfter",
        "ratio",
        "wallSeconds",
        "loadCpuSeconds",
        "blocks",
      ])
        assert.ok(Number(result[name]) > 0, name);
      const mean = (Number(result["verifyPerSecondBefore"]) + Number(result["verifyPerSecondAfter"])) / 2;
      assert.ok(Math.abs(Number(result["verifyPerSecond"]) - mean) <= 1);
      for (const name of ["latencyMs", "idleLatencyMs"]) {
        const { p50, p99 } = result[name] as { readonly p50: number; readonly p99: number };
        assert.ok(0 < p50 && p50 <= p99, name);
      }
      assert.equal((result["peakMemoryMiB"] as readonly unknown[]).length, 2);
      assert.deepEqual(result["refused"], []);
      assert.deepEqual(readdirSync(folder), []);
    }));

  it("stops on Ctrl-C, and leaves nothing", () =>
    withWitan(async (start, folder) => {
      const bench = start("bench", "--transactions", "20000");
      const isStarting = () =>
        existsSync(join(folder, readdirSync(folder)[0] ?? "", "network", "v4", "node.log"));
      await until("its network is being started", isStarting, 60_000);
      bench.interrupt();
      assert.equal(await bench.ended(), 3);
      assert.equal(errorOf(bench)["reason"], "stopped");
      assert.deepEqual(readdirSync(folder), []);
      assert.deepEqual(processesWith(folder), []);
    }));

  it("refuses what can't be", async () => {
    for (const argv of [
      ["--validators", "0"],
      ["--validators", "17"],
      ["--transactions", "0"],
    ])
      assert.equal(lastJson(await witan("bench", "--json", ...argv))["error"] !== undefined, true);
  });
});
