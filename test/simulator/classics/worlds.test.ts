// Worlds of the classics from seeds: those that hold, hold; those that fail do so as the lecture says; and the engines with a
// rule taken out are found.
import assert from "node:assert/strict";
import { STRAWMEN } from "@witan/consensus";
import { PROTOCOLS, runSeed, type WorldOutcome, type WorldWishes } from "@witan/simulator";
import { STRAWMAN_DESIGN, strawmanPlanOf } from "../../../packages/simulator/src/classics/strawmen.ts";
import { ClassicWorld } from "../../../packages/simulator/src/classics/world.ts";
import { classicsOf } from "../mutated.ts";

async function worlds(
  protocol: string,
  seeds: number,
  wishes: WorldWishes = {},
): Promise<readonly WorldOutcome[]> {
  const all: WorldOutcome[] = [];
  for (let seed = 1; seed <= seeds; seed++) all.push(await runSeed({ protocol, wishes }, seed));
  return all;
}

function brokenBy(outcomes: readonly WorldOutcome[]): readonly string[] {
  return [...new Set(outcomes.flatMap(({ broken }) => (broken ? [broken.check] : [])))].sort();
}

function met(outcomes: readonly WorldOutcome[]): readonly string[] {
  return [...new Set(outcomes.flatMap(({ faults }) => Object.keys(faults)))].sort();
}

describe("worlds of the classics", function () {
  this.timeout(60_000);

  for (const protocol of ["oral-messages", "signed-messages", "redundant-computers"])
    it(`${protocol}: nothing is broken, and traitors lie in every way that is listed`, async () => {
      const outcomes = await worlds(protocol, 150);
      assert.deepEqual(
        outcomes.filter(({ broken }) => broken),
        [],
      );
      const adversaries = PROTOCOLS[protocol]?.levels.engines?.adversaries.map(({ name }) => name) ?? [];
      assert.deepEqual(met(outcomes), [...adversaries].sort());
      assert.ok(outcomes.some(({ decisions }) => decisions > 3));
    });

  it("more generals, or computers, with more that lie: the same", async () => {
    for (const [protocol, members, byzantine] of [
      ["oral-messages", 10, 3],
      ["signed-messages", 9, 6],
      ["redundant-computers", 7, 3],
    ] as const) {
      const outcomes = await worlds(protocol, protocol === "oral-messages" ? 3 : 20, { members, byzantine });
      assert.deepEqual(brokenBy(outcomes), [], protocol);
    }
  });

  for (const [protocol, checks] of [
    ["two-generals", ["together"]],
    ["strawman-1", ["liveness"]],
    ["strawman-2", ["liveness", "reads"]],
    ["strawman-3", ["liveness", "order", "reads"]],
  ] as const)
    it(`${protocol} fails as the lecture says, and not otherwise: ${checks.join(", ")}`, async () => {
      const found = brokenBy(await worlds(protocol, 250));
      for (const check of found) assert.ok((checks as readonly string[]).includes(check), check);
      assert.equal(found.length, checks.length);
    });

  it("strawman-1 needs no more than that nobody is faulty; what strawman-3 reads somebody wrote, always", async () => {
    assert.deepEqual(brokenBy(await worlds("strawman-1", 60, { byzantine: 0 })), []);
    const checks = PROTOCOLS["strawman-3"]?.levels.engines?.checks.map(({ name }) => name) ?? [];
    assert.ok(checks.includes("written"));
    const made = brokenBy(
      await worlds("strawman-3", 60, { adversaries: ["makes-up"], byzantine: 2, members: 7 }),
    );
    assert.ok(!made.includes("written"));
  });
});

describe("strawman-3 with one client", () => {
  it("goes on whatever f servers do, and reads what somebody wrote; but a read may miss the last write", () => {
    const found = new Set<string>();
    for (let seed = 1; seed <= 300; seed++) {
      const f = 1 + (seed % 2);
      const crew = { rule: STRAWMEN["strawman-3"](f), clients: 1, liars: f };
      const plan = strawmanPlanOf(seed, { ...crew, conducts: ["silent", "keeps-nothing", "makes-up"] });
      const { violation } = new ClassicWorld(STRAWMAN_DESIGN, plan).run();
      if (violation) found.add(violation.check);
    }
    assert.deepEqual([...found], ["reads"]);
  });
});

interface ClassicMutation {
  readonly says: string;
  readonly protocol: string;
  /** Below `packages/consensus/src/classics/`, or the simulator's. */
  readonly file: string;
  readonly replace: readonly [before: string, after: string];
  readonly checks: readonly string[];
}

const OWN = "consensus/src/classics";

const MUTATIONS: Readonly<Record<string, ClassicMutation>> = {
  "believes-the-commander": {
    says: "OM: takes what the commander says, and asks nobody",
    ...{ protocol: "oral-messages", file: `${OWN}/oral-messages/oral-messages.ts`, checks: ["IC1"] },
    replace: ["if (path.length === traitorsMax + 1) return own;", "return own;"],
  },
  "asks-once-only": {
    says: "OM: believes what others say they heard, and does not ask the rest",
    ...{ protocol: "oral-messages", file: `${OWN}/oral-messages/oral-messages.ts`, checks: ["IC1", "IC2"] },
    replace: ["if (path.length === traitorsMax + 1) return own;", "if (path.length >= 2) return own;"],
  },
  "late-words": {
    says: "OM: says on what came in a round of its own, and always attack",
    ...{ protocol: "oral-messages", file: `${OWN}/oral-messages/oral-messages.ts`, checks: ["IC1", "IC2"] },
    replace: [
      "const message = { path: [...path, me], order: this.#value(path) };",
      'const message = { path: [...path, me], order: "attack" as const };',
    ],
  },
  "one-is-enough": {
    says: "OM: one vote for attack is enough",
    ...{ protocol: "oral-messages", file: `${OWN}/orders.ts`, checks: ["IC1", "IC2"] },
    replace: ['if (2 * attacks > said.length) return "attack";', 'if (attacks > 0) return "attack";'],
  },
  "any-round": {
    says: "SM: takes chains of few signatures in late rounds",
    ...{ protocol: "signed-messages", file: `${OWN}/signed-messages/signed-messages.ts`, checks: ["IC1"] },
    replace: ["const isInTime = this.#rounds < signers.length;", "const isInTime = true;"],
  },
  "stops-early": {
    says: "SM: does not sign on what has m signatures",
    ...{ protocol: "signed-messages", file: `${OWN}/signed-messages/signed-messages.ts`, checks: ["IC1"] },
    replace: ["signers.length <= traitorsMax", "signers.length < traitorsMax"],
  },
  "first-order-only": {
    says: "SM: obeys the first order that comes",
    ...{ protocol: "signed-messages", file: `${OWN}/signed-messages/signed-messages.ts`, checks: ["IC1"] },
    replace: ["|| this.#orders.has(order)", "|| this.#orders.size > 0"],
  },
  "unchecked-signatures": {
    says: "SM: the host does not ask whether signatures hold",
    ...{ protocol: "signed-messages", file: "simulator/src/classics/signed.ts", checks: ["IC1", "IC2"] },
    replace: ["return wrong && `", "return undefined && `"],
  },
  "first-command": {
    says: "surfaces move by the first command",
    ...{
      protocol: "redundant-computers",
      file: `${OWN}/redundant-computers/redundant-computers.ts`,
      checks: ["masked"],
    },
    replace: ["if (2 * alike > computers)", "if (alike > 0)"],
  },
};

describe("mutations of the classics", function () {
  this.timeout(60_000);

  for (const [name, { says, protocol, checks, ...mutation }] of Object.entries(MUTATIONS))
    it(`${name}: ${says}`, async () => {
      const level = (await classicsOf(name, mutation))[protocol]?.levels.engines;
      for (let seed = 1; seed <= 200; seed++) {
        const { broken } = (await level?.make(seed, {}).run()) ?? {};
        if (broken === undefined) continue;
        assert.ok(
          checks.includes(broken.check),
          `found, but by another check: seed ${seed}: ${broken.check}: ${broken.message}`,
        );
        return;
      }
      assert.fail("not found in the worlds of the seeds 1 to 200");
    });
});
