// The schedules of this folder must be able to find something: engines that leave out one rule, out of the simulator's
// list, and one of the schedules shows each by what it did, not by how. (That worlds of chance find every one of that list
// is for test/simulator/mutations.test.ts.) A mutant is a copy of the engine with a piece of its text replaced.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Pbft } from "@witan/consensus";
import { agreement } from "../../packages/simulator/src/pbft/checks/agreement.ts";
import { doubleVotes } from "../../packages/simulator/src/pbft/checks/double-votes.ts";
import { ENGINE_SAFETY } from "../../packages/simulator/src/pbft/mutations/engine-safety.ts";
import type { Begin } from "../../packages/simulator/src/pbft/world.ts";
import { equivocations, powerCuts } from "./schedules.ts";
import { configOf } from "./stage.ts";

const PACKAGES = fileURLToPath(new URL("../../packages/", import.meta.url));

interface Found {
  readonly mutation: string;
  readonly by: (begin: Begin) => Iterable<string | undefined>;
}

const CASES: readonly Found[] = [
  { mutation: "commit-quorum", by: (begin) => equivocations({ begin, checks: [agreement] }) },
  { mutation: "vote-not-durable", by: (begin) => powerCuts("all well", begin, [agreement, doubleVotes]) },
];

describe("PBFT engines that leave out a rule are found by schedules", function () {
  this.timeout(60_000);
  let folder = "";

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "witan-mutants-"));
    symlinkSync(join(PACKAGES, "../node_modules"), join(folder, "node_modules"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function engineOf(name: string): Promise<typeof Pbft> {
    const { file, replace } = ENGINE_SAFETY[name] ?? assert.fail(`no mutation ${name}`);
    const copy = join(folder, name);
    cpSync(join(PACKAGES, "consensus"), join(copy, "consensus"), {
      recursive: true,
      filter: (path) => !path.includes("node_modules"),
    });
    const path = join(copy, file);
    const text = readFileSync(path, "utf8");
    assert.equal(text.split(replace[0]).length, 2, `${file} should say once: ${replace[0]}`);
    writeFileSync(
      path,
      text.replace(replace[0], () => replace[1]),
    );
    const { href } = pathToFileURL(join(copy, "consensus/src/pbft/pbft.ts"));
    return ((await import(href)) as { Pbft: typeof Pbft }).Pbft;
  }

  for (const { mutation, by } of CASES)
    it(mutation, async () => {
      const Mutant = await engineOf(mutation);
      const begin: Begin = ({ plan }, process, start) => new Mutant(configOf(plan, process), start);
      for (const answer of by(begin)) if (answer !== undefined) return;
      assert.fail("nothing was found");
    });
});
