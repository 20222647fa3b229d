// `witan compare`: every way to ask wrongly, told before anything runs; what it prints at the end.
import assert from "node:assert/strict";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { durationText, summaryLines } from "../../packages/cli/src/compare/words.ts";
import { inFolder, lastJson, witan } from "./run.ts";

describe("witan compare", () => {
  it("refuses names that it does not know, and says the nearest", async () => {
    for (const [argv, words] of [
      [
        ["--modes", "pbft,pwo"],
        /--modes pbft,pwo: expected names of pbft, bp-fast-paxos, pow, .*did you mean pow\?/,
      ],
      [["--scenarios", "falts"], /--scenarios falts: expected names of finality, .*did you mean faults\?/],
      [["--scenarios", ""], /expected names of finality/],
      [["--seed", "x"], /--seed x: expected a whole number/],
    ] as const) {
      const ran = await witan("compare", ...argv, "--json");
      assert.equal(ran.code, 2, ran.out);
      assert.match((lastJson(ran)["error"] as { message: string }).message, words);
    }
  });

  it("refuses a folder of something else", () =>
    inFolder(async (folder) => {
      const out = join(folder, "mine");
      await mkdir(out);
      await writeFile(join(out, "letter.txt"), "dear");
      const ran = await witan("compare", "--quick", "--out", out);
      assert.equal(ran.code, 2, ran.err);
      assert.match(ran.err, /is no report of witan compare: name another folder, or remove it/);
      assert.deepEqual(await readdir(out), ["letter.txt"]);
    }));

  it("ends with a column for each mode", () => {
    assert.deepEqual(
      summaryLines({
        modes: ["pbft", "pow"],
        summary: [
          { what: "final after", source: "processes", values: { pbft: "20 ms", pow: "3 s" } },
          { what: "messages", source: "simulator", values: { pbft: "24" } },
        ],
      }),
      [
        "                      pbft   pow",
        "final after           20 ms  3 s",
        "messages (simulated)  24     –",
      ],
    );
    assert.deepEqual([durationText(0.2), durationText(99), durationText(150)], ["1 s", "99 s", "3 minutes"]);
  });
});
