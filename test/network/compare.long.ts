// `witan compare --quick` as people run it: real processes, the simulator, and a report that is whole.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Comparison } from "@witan/lab";
import { inFolder, lastJson, witanProcess } from "../cli/run.ts";

describe("witan compare --quick", () => {
  it("measures all modes in all experiments, and writes what each figure needs", () =>
    inFolder(async (folder) => {
      const out = join(folder, "report");
      const ran = await witanProcess(["compare", "--quick", "--seed", "5", "--out", out, "--json"], {
        env: { TMPDIR: folder },
      });
      assert.equal(ran.code, 0, ran.out + ran.err);
      const { files, failures, report } = lastJson(ran);
      assert.deepEqual([failures, report], [[], join(out, "index.html")]);
      assert.deepEqual(await readdir(folder), ["report"], "no network is left");
      assert.deepEqual((await readdir(out)).sort(), [...(files as string[])].sort());
      const results = JSON.parse(await readFile(join(out, "results.json"), "utf8")) as Comparison;
      const page = await readFile(join(out, "index.html"), "utf8");
      for (const { name, source, figures, findings, tables } of results.experiments) {
        assert.ok(figures.length > 0 && findings.length > 0, name);
        for (const { name: figure, ran: said } of figures) {
          assert.match(said, source === "simulator" ? /[Ss]imulat/ : /Processes on one machine/, figure);
          assert.ok(page.includes(`id="figure-${figure}"`), figure);
        }
        for (const { rows } of tables) assert.ok(rows.length > 0, name);
      }
      const names = results.experiments.map(({ name, source }) => `${name}: ${source}`);
      for (const name of ["finality", "throughput", "faults"])
        assert.ok(names.includes(`${name}: processes`), name);
      for (const name of ["growth", "margins"]) assert.ok(names.includes(`${name}: simulator`), name);
    }));
});
