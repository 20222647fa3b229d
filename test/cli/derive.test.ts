// `witan derive`: what it measures, once for programs with diagrams, and that the page of the course says the same; and every
// way to ask wrongly.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lastJson, type Ran, witan } from "./run.ts";

interface Costs {
  readonly delays: number;
  readonly messages: number;
  readonly ahead: number;
  readonly signaturesMade: number;
  readonly signaturesChecked: number;
  readonly macsMade: number;
  readonly macsChecked: number;
  readonly signaturesLater: number;
}

interface Step {
  readonly name: string;
  readonly needs: string;
  readonly acceptors: number;
  readonly allGoesWell: Costs;
  readonly firstProposerCrashed: Costs;
  readonly survivals: readonly {
    readonly circumstances: string;
    readonly worlds: number;
    readonly broken: number;
    readonly mustSurvive: boolean;
    readonly first: { readonly seed: number; readonly check: string; readonly message: string } | null;
  }[];
  readonly without: {
    readonly specimen: string;
    readonly diagram: string | null;
    readonly found: { readonly messages: number; readonly again: string } | null;
  };
}

describe("witan derive", function () {
  this.timeout(300_000);
  let folder = "";
  let ran: Ran;
  let steps: readonly Step[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "derive-"));
    // Seed 6 breaks every step that bears no liar.
    ran = await witan("derive", "--seeds", "1", "--from", "5", "--json", "--diagram", join(folder, "new"));
    steps = lastJson(ran)["steps"] as readonly Step[];
  });

  after(() => rm(folder, { recursive: true }));

  it("derives in eight steps, each with as few acceptors as it needs", () => {
    assert.equal(ran.code, 0, ran.err);
    assert.equal(ran.err, "");
    assert.equal(ran.out.trimEnd().split("\n").length, 1);
    assert.deepEqual(
      steps.map(({ acceptors, needs }) => [acceptors, needs]),
      [3, 4, 4, 3, 3, 4, 4, 4].map((acceptors) => [acceptors, acceptors === 3 ? "2t + 1" : "3t + 1"]),
    );
  });

  it("counts what the paper says: delays of the common case, and no signature in it", () => {
    assert.deepEqual(
      steps.map(({ allGoesWell }) => allGoesWell.delays),
      [4, 2, 2, 2, 2, 2, 2, 2],
    );
    for (const { name, allGoesWell } of steps.slice(0, 7)) assert.equal(allGoesWell.signaturesMade, 0, name);
    const [, , , trust, , signed, macs] = steps as readonly Step[];
    // n ACCEPTs and n (n - 1) LEARNs.
    assert.equal(trust?.allGoesWell.messages, 3 + 3 * 2);
    assert.equal(macs?.allGoesWell.messages, 4 + 4 * 3);
    // A promise of each acceptor; each shows a quorum of them, and the proposer looks at each.
    assert.equal(signed?.firstProposerCrashed.signaturesMade, 4);
    assert.equal(signed?.firstProposerCrashed.signaturesChecked, 4 + 4 * 3);
    assert.equal(macs?.firstProposerCrashed.signaturesMade, 0);
  });

  it("says how many worlds broke: none where it must not", () => {
    for (const { name, survivals } of steps)
      for (const { circumstances, worlds, broken, mustSurvive, first } of survivals) {
        assert.ok(worlds > 0);
        if (mustSurvive) assert.equal(broken, 0, `${name}, ${circumstances}: ${first?.message}`);
        assert.equal(first === null, broken === 0);
      }
    const brokenBy = (circumstances: string): readonly boolean[] =>
      steps.map(({ survivals }) =>
        survivals.some((one) => one.circumstances === circumstances && one.broken > 0),
      );
    assert.deepEqual(brokenBy("value-changed").slice(4), [false, false, false, false]);
    assert.ok(brokenBy("value-changed").slice(0, 4).includes(true));
    assert.deepEqual(brokenBy("two-values-told").slice(4), [true, false, false, false]);
  });

  it("finds and draws what breaks without the next step", () => {
    for (const { name, without } of steps) {
      assert.ok(without.found, name);
      assert.ok(without.found.messages < 200, name);
      assert.match(without.found.again, /^npx witan simulate --consensus \S+ --specimen \S+( --from \d+)?$/);
      assert.match(readFileSync(without.diagram as string, "utf8"), /Broken here: (CS2|CL1|agreement)/);
    }
    assert.equal(readdirSync(join(folder, "new")).length, 7);
  });

  it("the page of the course has these numbers", () => {
    const page = readFileSync(
      fileURLToPath(new URL("../../docs/classics/derivation.md", import.meta.url)),
      "utf8",
    );
    for (const [at, { name, acceptors, allGoesWell, firstProposerCrashed }] of steps.entries()) {
      const cells = [allGoesWell, firstProposerCrashed].flatMap((costs) => [
        ...[costs.delays, costs.messages, `${costs.signaturesMade} / ${costs.signaturesChecked}`],
        `${costs.macsMade} / ${costs.macsChecked}`,
      ]);
      const row = `| ${[`${at + 1} ${name}`, acceptors, ...cells].join(" | ")} |`;
      assert.ok(page.includes(row), `expected in docs/classics/derivation.md: ${row}`);
    }
  });

  it("refuses what makes no sense, and overwrites nothing but diagrams", async () => {
    for (const argv of [
      ["--seeds", "0"],
      ["--seeds", "many"],
      ["--crashed", "4"],
      ["--crashed", "0"],
      ["--from", "-1"],
      ["--diagram", ""],
      ["--unknown"],
    ])
      assert.equal((await witan("derive", ...argv)).code, 2, argv.join(" "));
    const file = join(folder, "a-file");
    await writeFile(file, "");
    const refused = await witan("derive", "--diagram", file);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /a-file/);
    // Before it runs anything, and takes seconds.
    await writeFile(join(folder, "value-changed.svg"), "no diagram");
    const kept = await witan("derive", "--diagram", folder);
    assert.equal(kept.code, 2);
    assert.match(kept.err, /value-changed\.svg.*not overwritten/);
  });
});
