// A comparison as a whole, where what it starts fails at once: the report says so. Where the report goes, and how long it
// takes.
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type CompareOptions, type Comparison, comparedShape, LabFailure, runComparison } from "@witan/lab";
import { earlierReport, provePlace } from "../../../packages/lab/src/compare/report-folder.ts";
import { TimeLeft } from "../../../packages/lab/src/compare/time-left.ts";
import { writeReport } from "../../../packages/lab/src/compare/write-report.ts";
import { countersIn } from "../../../packages/lab/src/load/counters.ts";
import { inFolder } from "../in-folder.ts";

const BROKEN =
  'console.log(JSON.stringify({ error: { code: 3, message: "no <disk> left" } })); process.exit(3);';

/** A comparison that found nothing. */
const EMPTY: Comparison = {
  ...{ version: 1, program: "witan 0", startedAt: "", seconds: 0, quick: true, seed: 1, modes: ["pbft"] },
  machine: { processor: "p", cores: 2, memoryGiB: 8, system: "Linux", node: "v24" },
  ...{ summary: [], experiments: [] },
};

function options(out: string, more: Partial<CompareOptions> = {}): CompareOptions {
  return {
    command: { program: process.execPath, arguments: ["--eval", BROKEN, "--"] },
    shapes: [comparedShape("pbft", true), comparedShape("pow", true)],
    experiments: ["finality", "faults"],
    ...{
      seed: 1,
      quick: true,
      out,
      program: "witan 0",
      signal: new AbortController().signal,
      onStep: () => {},
    },
    ...more,
  };
}

describe("a comparison", () => {
  it("shows a mode that fails as failed, and goes on", () =>
    inFolder(async (folder) => {
      const out = join(folder, "report");
      const steps: string[] = [];
      // What is simulated has tests of its own, and takes its time.
      const experiments = ["throughput"] as const;
      const { comparison, files } = await runComparison(
        options(out, { experiments, onStep: (step, left) => steps.push(`${step} ${left >= 0}`) }),
      );
      assert.deepEqual(
        comparison.experiments.map(({ name, failures }) => [name, failures.map(({ mode }) => mode)]),
        [["throughput", ["pbft", "pow"]]],
      );
      assert.match(
        comparison.experiments[0]?.failures[0]?.message ?? "",
        /network create failed: no <disk> left/,
      );
      assert.ok(steps.includes("pow: loads that rise true"), steps.join());
      assert.deepEqual((await readdir(out)).sort(), [...files].sort());
      assert.equal(files[0], "index.html");
      assert.match(
        await readFile(join(out, "index.html"), "utf8"),
        /PBFT failed:<\/strong>.* no &lt;disk&gt; left/,
      );
      assert.deepEqual(JSON.parse(await readFile(join(out, "results.json"), "utf8")), comparison);
    }));

  it("writes nothing when it is stopped", () =>
    inFolder(async (folder) => {
      const out = join(folder, "report");
      const stopped = new AbortController();
      const onStep = () => stopped.abort(new RangeError("stopped"));
      await assert.rejects(runComparison(options(out, { signal: stopped.signal, onStep })), RangeError);
      assert.deepEqual(await readdir(folder), []);
    }));

  it("writes over an earlier report, and over nothing else", () =>
    inFolder(async (folder) => {
      const out = join(folder, "report");
      const name = "cost";
      const table = { name, title: "", columns: [], rows: [] };
      const found = { name, title: "", question: "", source: "simulator" as const, method: [], findings: [] };
      await writeReport(
        out,
        { ...EMPTY, experiments: [{ ...found, tables: [table], figures: [], failures: [] }] },
        [],
      );
      assert.ok((await readdir(out)).includes("cost.csv"));
      await writeFile(join(out, "own.txt"), "mine");
      await runComparison(options(out, { experiments: ["throughput"] }));
      const files = await readdir(out);
      assert.ok(files.includes("own.txt") && files.includes("throughput.csv"), files.join());
      assert.ok(!files.includes("cost.csv"), "what the earlier one wrote is gone");
    }));

  it("refuses a place that is not its own, before anything runs", () =>
    inFolder(async (folder) => {
      const file = join(folder, "file");
      await writeFile(file, "mine");
      const full = join(folder, "full");
      await mkdir(full);
      await writeFile(join(full, "results.json"), '{"version":1}');
      for (const [out, words] of [
        [file, /is a file/],
        [full, /is no report of witan compare: name another folder, or remove it/],
        [join(file, "below"), /no report can be written to .* \(ENOTDIR\): name another folder/],
      ] as const)
        await assert.rejects(
          runComparison(options(out, { onStep: () => assert.fail("something runs") })),
          (error) => error instanceof LabFailure && error.fault === "input" && words.test(error.message),
        );
      const empty = join(folder, "empty");
      await mkdir(empty);
      assert.deepEqual(await earlierReport(empty), []);
      await assert.rejects(provePlace(join(file, "below")), /no report can be written/);
      await provePlace(empty);
      await provePlace(join(folder, "deep", "down"));
      assert.deepEqual((await readdir(folder)).sort(), ["empty", "file", "full"], "nothing is left behind");
    }));

  it("says how long it will still take, by what it took so far", () => {
    let now = 100;
    const left = new TimeLeft(
      [10, 20, 30].map((seconds) => ({ seconds })),
      () => now,
    );
    assert.equal(left.seconds, 60);
    now += 4;
    assert.equal(left.seconds, 56);
    now += 16;
    left.next();
    assert.equal(left.seconds, 100, "the first took twice as long as was thought");
    now += 100;
    assert.equal(left.seconds, 70, "what takes longer than was thought is thought to take a tenth more");
    left.next();
    left.next();
    assert.equal(left.seconds, 0);
  });

  it("is no longer for what waits for blocks on a slow machine, and counts what goes on beside it once", () => {
    let now = 0;
    const parts = [
      { seconds: 10 },
      { seconds: 0 },
      { seconds: 100, isPaced: true },
      { seconds: 60, begunIn: 1 },
    ];
    const left = new TimeLeft(parts, () => now);
    assert.equal(left.seconds, 110);
    now += 30;
    left.next();
    assert.equal(left.seconds, 180, "three times as slow: the simulator is what is waited for then");
    left.next();
    now += 2;
    assert.equal(left.seconds, 178);
    left.next();
    assert.equal(left.seconds, 178, "what waits for blocks has failed; the simulator goes on");
    now += 168;
    assert.equal(left.seconds, 17, "it has run for 170 seconds already");
    left.next();
    assert.equal(left.seconds, 0);
  });
});

describe("what nodes have done", () => {
  it("is added up from their metrics, whatever their labels", () => {
    const text = [
      "# HELP witan_messages_sent_total messages",
      'witan_messages_sent_total{kind="consensus"} 7',
      'witan_messages_sent_total{kind="answer"} 5',
      'witan_bytes_sent_total{kind="consensus"} 1.5e+3',
      "witan_signatures_made_total 3",
      "witan_signatures_checked_total 4",
      "witan_height 9",
    ].join("\n");
    assert.deepEqual(countersIn(text), {
      ...{ messages: 12, bytes: 1_500, signaturesMade: 3, signaturesChecked: 4, hashes: 0 },
    });
  });
});
