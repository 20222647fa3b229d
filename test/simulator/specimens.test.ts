// Every design that fails is found and made small, in worlds in which the whole design does not fail. What is drawn of
// them in docs/images is what comes out here: `WITAN_GOLDEN=write` writes it anew.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  SPECIMENS as ALL,
  drawDiagram,
  type Found,
  Recording,
  type Specimen,
  worldOfSpecimen,
} from "@witan/simulator";
import { CHECKS } from "../../packages/simulator/src/pbft/checks/checks.ts";
import { CONDUCTS } from "../../packages/simulator/src/pbft/conducts/conducts.ts";
import { makePbftPlan } from "../../packages/simulator/src/pbft/make-plan.ts";
import { hasManyLiars } from "../../packages/simulator/src/pbft/plan.ts";
import { PbftWorld } from "../../packages/simulator/src/pbft/world.ts";
import { beginTeaching } from "../../packages/simulator/src/specimens/pbft-specimen.ts";
import { ALL_RULES } from "../../packages/simulator/src/specimens/teaching/rules.ts";

/** Those of PBFT. */
const SPECIMENS = ALL["pbft"] ?? {};

/** Each is found in so many seeds from 1 on: whoever asks for few is not told that there is nothing. */
const SEEDS = 10;

/** What the checks must find, and make so small. */
const MUST: Readonly<
  Record<string, { from?: number; check: string; says: RegExp; letters: number; liars: number }>
> = {
  "all-must-agree": {
    check: "liveness",
    says: /3 of 4 answered, 4 are waited for/,
    // To each server, and back from three.
    letters: 7,
    liars: 1,
  },
  "majority-of-2f+1": {
    check: "reads",
    says: /0 was read after 1 was written/,
    letters: 8,
    liars: 1,
  },
  "two-phase": { check: "agreement", says: /at height 1, across views/, letters: 14, liars: 0 },
  "no-pre-prepare": {
    check: "agreement",
    says: /at height 1, in one view/,
    letters: 12,
    liars: 1,
  },
  "first-prepare-only": {
    check: "agreement",
    says: /at height 1, across views/,
    letters: 14,
    liars: 0,
  },
  "laggard-votes": {
    check: "agreement",
    says: /at height 1, across views/,
    letters: 32,
    liars: 0,
  },
  "views-run-on": {
    // From 1 on seed 9 is the first: so many worlds are not run here. And this one is soon small.
    from: 180,
    check: "agreement",
    says: /two blocks decided/,
    letters: 40,
    liars: 0,
  },
  "runaway-timer": { check: "liveness", says: /not everything is final/, letters: 120, liars: 1 },
};

const FOUND = new Map<string, Found>();

function found(name: string): Found {
  const known = FOUND.get(name);
  if (known !== undefined) return known;
  const made = (SPECIMENS[name] as Specimen).find({
    seeds: SEEDS,
    from: MUST[name]?.from ?? 1,
  });
  assert.ok(made, `${name} is not found`);
  FOUND.set(name, made);
  return made;
}

async function drawn(name: string): Promise<string> {
  const world = worldOfSpecimen(found(name));
  const recording = new Recording();
  const { broken, seed } = await world.run(recording);
  const title = `specimen ${name}, seed ${seed}`;
  return drawDiagram({ title, actors: world.actors, happenings: recording.all, broken });
}

describe("specimens", function () {
  this.timeout(180_000);

  it("are all of the page's table", () => {
    assert.deepEqual(Object.keys(SPECIMENS).sort(), Object.keys(MUST).sort());
  });

  for (const [name, { check, says, letters, liars }] of Object.entries(MUST)) {
    it(`${name}: is found, and made small`, () => {
      const { violation, shrunk, plan, seed, replay, actors } = found(name);
      const { before, after } = shrunk;
      const shown = `seed ${seed}: ${JSON.stringify(after)}`;
      assert.equal(violation.check, check, shown);
      assert.equal(shrunk.violation.check, check, shown);
      assert.match(shrunk.violation.message, says);
      assert.ok(after.letters <= letters && after.letters < before.letters, shown);
      assert.equal(after.liars, liars, shown);
      assert.equal(after.faults, 0, "partitions and crashes are letters that do not arrive");
      assert.equal(actors.length, after.processes);
      assert.notDeepEqual(plan, shrunk.plan);
      assert.equal(replay({ happened: () => {} })?.message, shrunk.violation.message);
    });

    it(`${name}: the whole design does not fail in such worlds`, () => {
      // The very world that shows it is among them.
      assert.equal((SPECIMENS[name] as Specimen).control(found(name).seed), undefined);
    });
  }

  for (const name of ["majority-of-2f+1", "two-phase", "no-pre-prepare"])
    it(`${name}: comes down to the same each time`, () => {
      const { seed, shrunk } = found(name);
      const again = (SPECIMENS[name] as Specimen).find({ seeds: 1, from: seed });
      assert.deepEqual(again?.shrunk, shrunk);
    });

  it("say when nothing is found, and how far they are", () => {
    const told: number[] = [];
    const none = SPECIMENS["majority-of-2f+1"]?.find({
      ...{ seeds: 3, from: 1 },
      onProgress: (progress) => told.push(progress.kind === "searching" ? progress.searched : 0),
    });
    assert.equal(none, undefined);
    assert.deepEqual(told, [1, 2, 3]);
  });

  for (const name of ["two-phase", "no-pre-prepare", "laggard-votes"])
    it(`${name}: docs/images has its diagram`, async () => {
      const file = fileURLToPath(new URL(`../../docs/images/specimen-${name}.svg`, import.meta.url));
      const svg = await drawn(name);
      if (process.env["WITAN_GOLDEN"] === "write") writeFileSync(file, svg);
      assert.equal(readFileSync(file, "utf8"), svg, "to be written anew: WITAN_GOLDEN=write");
    });
});

describe("the teaching engine with all its rules", function () {
  this.timeout(120_000);
  // It keeps no checkpoints, and accuses nobody.
  const names = Object.keys(CHECKS).filter((name) => name !== "checkpoints" && name !== "evidence");
  const checks = names.map((name) => (CHECKS[name] as (typeof CHECKS)[string]).make);
  const conducts = Object.fromEntries(Object.entries(CONDUCTS).map(([name, { make }]) => [name, make]));

  it("is never caught, whoever lies", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const plan = makePbftPlan(seed, { conducts: Object.keys(conducts) });
      if (hasManyLiars(plan)) continue;
      const { violation } = new PbftWorld(plan, { begin: beginTeaching(ALL_RULES), checks, conducts }).run();
      assert.equal(violation, undefined, `seed ${seed}: ${violation?.message}`);
    }
  });
});
