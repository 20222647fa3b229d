// Every correction of protocols/bp-fast-paxos.md that a specimen leaves out is found and made small, in worlds in which the
// engine as it is does not fail. What is drawn of them in docs/images is what comes out here: `WITAN_GOLDEN=write` writes it
// anew.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  SPECIMENS as ALL,
  drawDiagram,
  type Found,
  named,
  Recording,
  type Specimen,
  worldOfSpecimen,
} from "@witan/simulator";

const SPECIMENS = ALL["bp-fast-paxos"] ?? {};

/** Each is found in so many seeds from 1 on. */
const SEEDS = 8;

/** What the checks must find, and make so small. */
const MUST: Readonly<
  Record<string, { check: string; says: RegExp; letters: number; liars: number; faults?: number }>
> = {
  "learner-stuck": { check: "liveness", says: /not everything is final/, letters: 220, liars: 1 },
  "runaway-rounds": {
    check: "rounds",
    says: /goes to round \d+, and no acceptor was above/,
    letters: 12,
    liars: 1,
  },
  "double-proposal": {
    check: "evidence",
    says: /two blocks in round \d+, by p\d, which keeps the rules/,
    letters: 100,
    liars: 0,
  },
  "own-component-only": { check: "agreement", says: /two blocks decided at height 1/, letters: 24, liars: 1 },
  "replayed-proof": { check: "agreement", says: /two blocks decided at height 1/, letters: 90, liars: 1 },
  "forgetful-acceptor": {
    check: "agreement",
    says: /two blocks decided at height 1/,
    letters: 30,
    liars: 1,
    // What is forgotten is forgotten in a power cut.
    faults: 1,
  },
  "byzantine-acceptor": {
    check: "agreement",
    says: /two blocks decided at height 1.*there is evidence of a promise against its LEARN, by a\d/,
    letters: 30,
    liars: 2,
  },
  "byzantine-acceptor-undetected": {
    check: "agreement",
    says: /two blocks decided at height 1.*; no evidence names an acceptor$/,
    letters: 30,
    liars: 2,
  },
};

/** Those of the paper's section VI. */
const SECTION_VI = ["byzantine-acceptor", "byzantine-acceptor-undetected"];

/** Drawn in docs/consensus-bp-fast-paxos.md. */
const DRAWN = Object.keys(MUST);

const FOUND = new Map<string, Found>();

function found(name: string): Found {
  const known = FOUND.get(name);
  if (known !== undefined) return known;
  const made = (SPECIMENS[name] as Specimen).find({ seeds: SEEDS, from: 1 });
  assert.ok(made, `${name} is not found`);
  FOUND.set(name, made);
  return made;
}

describe("specimens of BP Fast Paxos", function () {
  this.timeout(120_000);

  it("are the corrections that can be left out, and the paper's section VI", () => {
    assert.deepEqual(Object.keys(SPECIMENS).sort(), Object.keys(MUST).sort());
  });

  for (const [name, { check, says, letters, liars, faults = 0 }] of Object.entries(MUST)) {
    it(`${name}: is found, and made small`, () => {
      const { violation, shrunk, seed, replay, actors } = found(name);
      const { before, after } = shrunk;
      const shown = `seed ${seed}: ${JSON.stringify(after)}: ${shrunk.violation.message}`;
      assert.equal(violation.check, check, shown);
      assert.equal(shrunk.violation.check, check, shown);
      assert.match(shrunk.violation.message, says);
      assert.ok(after.letters <= letters && after.letters <= before.letters, shown);
      assert.equal(after.liars, liars, shown);
      assert.equal(after.faults, faults, shown);
      assert.equal(actors.length, after.processes);
      assert.equal(replay({ happened: () => {} })?.message, shrunk.violation.message);
    });

    it(`${name}: the engine with all its rules does not fail in such worlds`, () => {
      assert.equal((SPECIMENS[name] as Specimen).control(found(name).seed), undefined);
    });
  }

  it("byzantine-acceptor: the liar is named, and nobody who keeps the rules", () => {
    const { actors, shrunk } = found("byzantine-acceptor");
    const [, named] = /by (a\d)$/.exec(shrunk.violation.message) ?? [];
    assert.match(actors.find(({ name }) => name === named)?.role ?? "", /^acceptor, lies: lies-to-each$/);
  });

  for (const name of SECTION_VI)
    it(`${name}: two acceptors that keep the rules have counted LEARNs, and differ`, () => {
      const { actors, shrunk } = found(name);
      const [, ...both] =
        /: \w+ by (\w+), .* by (\w+), which is in/.exec(named(shrunk.violation.message, actors)) ?? [];
      assert.equal(both.length, 2, shrunk.violation.message);
      for (const one of both) assert.equal(actors.find((actor) => actor.name === one)?.role, "acceptor", one);
    });

  for (const name of DRAWN)
    it(`${name}: docs/images has its diagram`, async () => {
      const file = fileURLToPath(new URL(`../../../docs/images/specimen-${name}.svg`, import.meta.url));
      const world = worldOfSpecimen(found(name));
      const recording = new Recording();
      const { broken, seed } = await world.run(recording);
      const title = `specimen ${name}, seed ${seed}`;
      const svg = drawDiagram({ title, actors: world.actors, happenings: recording.all, broken });
      if (process.env["WITAN_GOLDEN"] === "write") writeFileSync(file, svg);
      assert.equal(readFileSync(file, "utf8"), svg, "to be written anew: WITAN_GOLDEN=write");
    });
});
