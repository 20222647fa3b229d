// Every failure of the classics is found in few seeds and made small, in worlds in which the whole design does not fail.
import assert from "node:assert/strict";
import { type Found, SPECIMENS, type Specimen } from "@witan/simulator";

/** Each is found in so many seeds from 1 on. */
const SEEDS = 40;

/** What the checks must find, and make so small. */
const MUST: Readonly<
  Record<string, Readonly<Record<string, { says: RegExp; letters: number; liars: number }>>>
> = {
  "two-generals": {
    "last-messenger": { says: /the last messenger was caught/, letters: 5, liars: 0 },
  },
  "redundant-computers": {
    "two-alike": { says: /should move to 8: they move to 25/, letters: 6, liars: 2 },
    "one-computer": { says: /should move to 8: they move to 49/, letters: 2, liars: 1 },
    "stick-tells-each-other-things": {
      says: /they hold, since no command has a majority/,
      letters: 6,
      liars: 1,
    },
  },
  "oral-messages": {
    "one-general-too-few": { says: /orders attack, and the loyal p\d obeys retreat/, letters: 4, liars: 1 },
    "six-for-two-traitors": { says: /orders attack, and the loyal p\d obeys retreat/, letters: 85, liars: 2 },
    "short-rounds": { says: /orders attack, and the loyal p\d obeys retreat/, letters: 9, liars: 0 },
  },
  "signed-messages": {
    "stops-at-m-signatures": { says: /two loyal lieutenants obey different orders/, letters: 2, liars: 1 },
    "one-traitor-too-many": { says: /two loyal lieutenants obey different orders/, letters: 1, liars: 2 },
    "unchecked-signatures": { says: /orders attack, and the loyal p\d obeys retreat/, letters: 12, liars: 1 },
  },
  "strawman-1": {
    "one-silent-server": {
      says: /of 3 servers it waits until 3 have answered, 3 of them alike/,
      letters: 5,
      liars: 1,
    },
  },
  "strawman-2": {
    "missed-write": { says: /reads nothing after a1 was written/, letters: 8, liars: 1 },
  },
  "strawman-3": {
    "late-server": { says: /reads nothing after a1 was written/, letters: 18, liars: 1 },
    "two-writers": { says: /have taken the same writes in different orders/, letters: 16, liars: 0 },
  },
};

const FOUND = new Map<string, Found>();

function found(protocol: string, name: string): Found {
  const known = FOUND.get(name);
  if (known !== undefined) return known;
  const made = specimen(protocol, name).find({ seeds: SEEDS, from: 1 });
  assert.ok(made, `${name} is not found`);
  FOUND.set(name, made);
  return made;
}

function specimen(protocol: string, name: string): Specimen {
  return SPECIMENS[protocol]?.[name] as Specimen;
}

describe("specimens of the classics", function () {
  this.timeout(60_000);

  for (const [protocol, specimens] of Object.entries(MUST)) {
    it(`${protocol}: all are here`, () => {
      assert.deepEqual(Object.keys(SPECIMENS[protocol] ?? {}).sort(), Object.keys(specimens).sort());
    });

    for (const [name, { says, letters, liars }] of Object.entries(specimens)) {
      it(`${name}: is found, and made small`, () => {
        const { violation, shrunk, seed, replay, actors } = found(protocol, name);
        const { check } = specimen(protocol, name);
        const shown = `seed ${seed}: ${JSON.stringify(shrunk.after)}: ${shrunk.violation.message}`;
        assert.equal(violation.check, check, shown);
        assert.equal(shrunk.violation.check, check, shown);
        assert.match(shrunk.violation.message, says);
        assert.ok(shrunk.after.letters <= letters, shown);
        assert.equal(shrunk.after.liars, liars, shown);
        assert.equal(actors.length, shrunk.after.processes);
        assert.equal(replay({ happened: () => {} })?.message, shrunk.violation.message);
      });

      it(`${name}: the whole design does not fail in such worlds`, () => {
        const { seed } = found(protocol, name);
        for (let other = seed; other < seed + 10; other++)
          assert.equal(specimen(protocol, name).control(other), undefined, `seed ${other}`);
      });
    }
  }
});
