// `witan simulate --seed S --shrink`: a world that breaks a rule is made small, told, traced and drawn; one that breaks none is
// run as it is. The engines of the product break none: a protocol that does stands beside them here.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { makeWorld, PROTOCOLS, type Protocol, SPECIMENS, worldOfSpecimen } from "@witan/simulator";
import { inFolder, lastJson, witan } from "./run.ts";

const NAME = "broken";
const BROKEN = ["simulate", "--consensus", NAME, "--seed", "1"];

/** Its world of seed 1 breaks what this specimen breaks. */
function broken(): Protocol {
  const found = SPECIMENS["pbft"]?.["majority-of-2f+1"]?.find({ seeds: 10, from: 1 });
  assert.ok(found);
  const level = {
    ...{ says: "a register that loses a write", adversaries: [], checks: [] },
    make: () => worldOfSpecimen(found),
    shrink: () => found,
  };
  return {
    ...{ says: "not for use", levels: { engines: level }, scenarios: [] },
    crowd: { kind: "members", byzantineMax: () => 0 },
  };
}

describe("witan simulate --shrink", function () {
  this.timeout(60_000);
  const protocols = PROTOCOLS as Record<string, Protocol>;

  before(() => {
    protocols[NAME] = broken();
  });

  after(() => {
    delete protocols[NAME];
  });

  it("tells what is left of a world that breaks a rule, and draws that", () =>
    inFolder(async (folder) => {
      const file = join(folder, "small.svg");
      const ran = await witan(...BROKEN, "--shrink", "--diagram", file);
      assert.equal(ran.code, 1);
      assert.match(ran.err, /^its world made small, in \d+ runs:\n {2}processes +\d+, of \d+\n/m);
      assert.match(ran.err, /^ {2}messages +\d+, of \d+$/m);
      assert.match(
        ran.out,
        /violates reads:\n.*\n {2}again: {2}npx witan .* --trace\n.*\n {2}small: {2}the same with --shrink/,
      );
      assert.match(await readFile(file, "utf8"), /<title>broken, seed 1, made small<\/title>/);
    }));

  it("gives programs the sizes, before and after", async () => {
    const result = lastJson(await witan(...BROKEN, "--shrink", "--json"));
    const { before, after, runs } = result["shrunk"] as Record<string, Record<string, number>>;
    assert.ok(Number(runs) > 1 && Number(after?.["letters"]) < Number(before?.["letters"]));
  });

  it("says that there is nothing to make small, and runs the world as it is", async () => {
    const argv = ["simulate", "--consensus", "pow", "--seed", "3"];
    const [ran, plain] = [await witan(...argv, "--shrink"), await witan(...argv)];
    assert.deepEqual([ran.code, ran.out], [0, plain.out]);
    assert.equal(ran.err, "nothing to make small: this world breaks no rule\n");
  });

  for (const protocol of ["pbft", "bp-fast-paxos", "pow"])
    it(`can be asked for worlds of engines of ${protocol}`, () => {
      assert.ok(PROTOCOLS[protocol]?.levels.engines?.shrink);
      assert.ok(makeWorld({ protocol, level: "engines", wishes: {} }, 1).actors.length > 0);
    });

  it("is refused where worlds can't be made small, or there is none", async () => {
    for (const [argv, says] of [
      [["--seed", "3"], /worlds of pbft at the level nodes can't be made small: .* or say --level engines/],
      [["--seed", "3", "--consensus", "registers"], /level engines can't be made small: leave it out$/m],
      [[], /--shrink shows one world: say which, as in --seed 4711 --shrink/],
      [["--specimen", "two-phase"], /--specimen has worlds of its own, and --shrink is for others/],
    ] as const) {
      const ran = await witan("simulate", ...argv, "--shrink");
      assert.equal(ran.code, 2, ran.out);
      assert.match(ran.err, says);
    }
  });
});
