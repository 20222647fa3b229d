// The adversaries of this folder must be able to find something: each of these engines leaves out one rule, and one of
// them shows it. (The simulator has many more: test/simulator/mutations.test.ts.) A mutant is a copy of the engine with a
// piece of its text replaced; none is ever imported by another.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Pbft } from "@witan/consensus";
import { randomWorld } from "./random-world.ts";
import { equivocations, powerCuts } from "./schedules.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

type Adversary = (engine: typeof Pbft) => Iterable<string | undefined>;

function* worlds(engine: typeof Pbft): Generator<string | undefined> {
  for (let seed = 65; seed < 165; seed++) yield randomWorld(seed, engine).broken;
}
const cuts: Adversary = (engine) => powerCuts("all well", engine);

interface Mutant {
  readonly leavesOut: string;
  readonly file: string;
  readonly replace: readonly [string, string];
  readonly foundBy: Adversary;
}

const MUTANTS: readonly Mutant[] = [
  {
    leavesOut: "one COMMIT of the quorum",
    file: "instance.ts",
    replace: ["if (signatures.length < quorum)", "if (signatures.length < quorum - 1)"],
    foundBy: equivocations,
  },
  {
    leavesOut: "to keep a vote before it leaves",
    file: "normal-case.ts",
    replace: ['state: "accepted" };\n  state.persist();', 'state: "accepted" };'],
    foundBy: cuts,
  },
  {
    leavesOut: "that a primary which announced its view asks for it no more",
    file: "meeting.ts",
    replace: [
      "state.broadcast(announced ?? ownViewChange(state));",
      "state.broadcast(ownViewChange(state)); if (announced) state.broadcast(announced);",
    ],
    foundBy: worlds,
  },
];

describe("PBFT engines that leave out a rule are found", function () {
  this.timeout(60_000);
  let folder = "";
  let made = 0;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "witan-mutants-"));
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function engineOf({ file, replace: [before, after] }: Mutant): Promise<typeof Pbft> {
    const copy = join(folder, `${made++}`);
    cpSync(join(root, "packages/consensus/src"), copy, { recursive: true });
    const path = join(copy, "pbft", file);
    const text = readFileSync(path, "utf8");
    assert.equal(text.split(before).length, 2, `${file} should say once: ${before}`);
    writeFileSync(path, text.replace(before, after));
    const module = (await import(pathToFileURL(join(copy, "pbft/pbft.ts")).href)) as { Pbft: typeof Pbft };
    return module.Pbft;
  }

  for (const mutant of MUTANTS)
    it(`without: ${mutant.leavesOut}`, async () => {
      const engine = await engineOf(mutant);
      for (const answer of mutant.foundBy(engine)) {
        if (answer === undefined) continue;
        if (process.env["WITAN_TABLE"] !== undefined) console.log(`      ${answer.split("\n")[0]}`);
        return;
      }
      assert.fail("nothing was found");
    });
});
