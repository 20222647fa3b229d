// The scenes of Paxos, Fast Paxos and Trust Change Paxos show what they are to show; and each of their specimens is found and
// made small, in worlds in which the whole design does not fail. Their pictures are held by test/docs/classics.test.ts.
import assert from "node:assert/strict";
import { type Found, makeWorld, Recording, SPECIMENS, type Specimen } from "@witan/simulator";

/** By protocol and name: what must be in it. */
const SCENES: Readonly<Record<string, readonly [protocol: string, scene: string, shows: readonly RegExp[]]>> =
  {
    "paxos-normal-case": ["paxos", "normal-case", [/PREPARE 0/, /PROMISE 0/, /ACCEPT 0 x/, /LEARN 0 x/]],
    "paxos-overtaken": ["paxos", "overtaken", [/PROMISE 1, voted x in 0/, /ACCEPT 1 x/, /REFUSE 1/]],
    "fast-paxos-normal-case": ["fast-paxos", "normal-case", [/ACCEPT-ANY 0/, /PROPOSE y/, /LEARN 0 y/]],
    "fast-paxos-collision": ["fast-paxos", "collision", [/LEARN 0 x/, /LEARN 0 y/, /ACCEPT 1/, /LEARN 1/]],
    "fast-paxos-uncoordinated": [
      "fast-paxos",
      "collision-uncoordinated",
      [/LEARN 0 x/, /LEARN 0 y/, /LEARN 1/],
    ],
    "trust-change-normal-case": ["trust-change-paxos", "normal-case", [/ACCEPT 0 x/, /LEARN 0 x/]],
    "trust-change": ["trust-change-paxos", "trust-change", [/TRUSTCHANGE 1/, /PROMISE 1/, /ACCEPT 1 y/]],
  };

describe("scenes of Paxos and its kin", () => {
  for (const [name, [protocol, scenario, shows]] of Object.entries(SCENES))
    it(`${name}: shows what it is to show, and nothing breaks`, async () => {
      const world = makeWorld({ protocol, wishes: { scenario } }, 1);
      const recording = new Recording();
      const { broken } = await world.run(recording);
      assert.equal(broken, undefined);
      const said = JSON.stringify(recording.all);
      for (const text of shows) assert.match(said, text);
    });

  it("who recovers: the leader in the one, nobody's leader in the other", async () => {
    for (const [scenario, isLed] of [
      ["collision", true],
      ["collision-uncoordinated", false],
    ] as const) {
      const recording = new Recording();
      await makeWorld({ protocol: "fast-paxos", wishes: { scenario } }, 1).run(recording);
      assert.equal(/"ACCEPT 1 /.test(JSON.stringify(recording.all)), isLed, scenario);
    }
  });
});

/** What the checks must find, and make so small. */
const MUST: Readonly<
  Record<string, readonly [protocol: string, check: string, says: RegExp, letters: number]>
> = {
  "below-the-promise": ["paxos", "CS2", /two values are chosen: /, 14],
  "own-value-first": ["paxos", "CS2", /two values are chosen: /, 24],
  "votes-forgotten": ["paxos", "CS2", /two values are chosen: |learns/, 16],
  "duelling-proposers": ["paxos", "CL1", /nothing is chosen/, 200],
  "fast-majority": ["fast-paxos", "CS2", /in round 0, and [xy] in round 1/, 12],
  "any-vote": ["fast-paxos", "CS2", /in round 0, and [xy] in round 1/, 20],
  "value-changed": [
    "trust-change-paxos",
    "CS2",
    /two values are chosen: x in round 0, and x\* in round 1/,
    8,
  ],
  "two-values-told": ["trust-change-paxos", "CS2", /in round 0, and x\*? in round 1/, 8],
};

/** Each is found in so many seeds from 1 on. */
const SEEDS = 40;

describe("specimens of Paxos and its kin", function () {
  this.timeout(60_000);
  const found = new Map<string, Found>();

  it("are these", () => {
    const names = ["paxos", "fast-paxos", "trust-change-paxos"].flatMap((one) =>
      Object.keys(SPECIMENS[one] ?? {}),
    );
    assert.deepEqual([...names].sort(), Object.keys(MUST).sort());
  });

  for (const [name, [protocol, check, says, letters]] of Object.entries(MUST)) {
    const specimen = SPECIMENS[protocol]?.[name] as Specimen;

    it(`${name}: is found, and made small`, () => {
      const one = specimen.find({ seeds: SEEDS, from: 1 });
      assert.ok(one, "not found");
      found.set(name, one);
      const { shrunk, replay } = one;
      const shown = `seed ${one.seed}: ${JSON.stringify(shrunk.after)}: ${shrunk.violation.message}`;
      assert.equal(shrunk.violation.check, check, shown);
      assert.match(shrunk.violation.message, says);
      assert.ok(shrunk.after.letters <= letters, shown);
      assert.equal(replay({ happened: () => {} })?.message, shrunk.violation.message);
    });

    it(`${name}: the whole design does not fail in such worlds`, () => {
      const first = found.get(name)?.seed ?? 1;
      for (let seed = first; seed < first + 10; seed++)
        assert.equal(specimen.control(seed), undefined, `seed ${seed}`);
    });
  }
});
