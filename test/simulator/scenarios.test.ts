// The accidents of other implementations do not befall ours: each scenario holds, in several worlds. And each can fail: a
// mutation of our engine or its host is found in it.
import assert from "node:assert/strict";
import { MUTATIONS, makeWorld, SCENARIOS } from "@witan/simulator";
import { worldsOf } from "./mutated.ts";

const SEEDS = 6;

/** For scenarios that no mutation names as the place where it shows: one that shows in them too. */
const FAILS_BY: Readonly<Record<string, string>> = {
  "long-outage": "view-changes-not-resent",
  "halted-again": "view-forgotten",
  "sync-races-view-change": "never-asks",
  "decides-as-it-leaves": "timer-not-restarted",
  "hidden-lock": "no-prepared-in-view-change",
  "changes-with-one-down": "members-too-early",
  "one-to-two": "old-place",
  "restarts-at-changes": "members-too-early",
};

describe("a scenario", function () {
  this.timeout(60_000);

  for (const [name, { holds, source }] of Object.entries(SCENARIOS))
    it(`${name}: ${holds}`, async () => {
      assert.match(name, /^[a-z]+(-[a-z]+)*$/);
      assert.ok(source.length > 10 && holds.length > 10);
      for (let seed = 1; seed <= SEEDS; seed++) {
        const world = makeWorld({ protocol: "pbft", wishes: { scenario: name }, level: "engines" }, seed);
        const { broken, decisions } = await world.run();
        assert.equal(broken, undefined, `seed ${seed}: ${broken?.check}: ${broken?.message}`);
        assert.ok(decisions > 0, `seed ${seed}: nothing was decided`);
      }
    });

  it("is the place where a mutation shows", () => {
    const shown = Object.values(MUTATIONS).flatMap(({ scenario }) => scenario ?? []);
    assert.deepEqual(
      Object.keys(SCENARIOS).filter((name) => !shown.includes(name)),
      Object.keys(FAILS_BY),
    );
  });

  for (const [name, by] of Object.entries(FAILS_BY))
    it(`${name} can fail: ${MUTATIONS[by]?.says}`, async () => {
      const mutation = MUTATIONS[by];
      const scenario = SCENARIOS[name];
      assert.ok(mutation && scenario);
      const run = await worldsOf(by, mutation);
      const found = new Set<string | undefined>();
      for (let seed = 1; seed <= SEEDS; seed++) found.add(run(scenario.plan(seed)).violation?.check);
      assert.ok(
        mutation.checks.some((check) => found.has(check)),
        `found by ${[...found].join(", ")}`,
      );
    });
});
