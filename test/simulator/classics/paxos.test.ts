// Worlds of Paxos, Fast Paxos and Trust Change Paxos from seeds: CS1 to CS3, CL1 and CL2 hold; and the engines with a rule taken
// out are found.
import assert from "node:assert/strict";
import { PROTOCOLS, runSeed, type WorldOutcome, type WorldWishes } from "@witan/simulator";
import { paxosOf } from "../mutated.ts";

const NAMES = ["paxos", "fast-paxos", "trust-change-paxos"] as const;

async function worlds(
  protocol: string,
  seeds: number,
  wishes: WorldWishes = {},
): Promise<readonly WorldOutcome[]> {
  const all: WorldOutcome[] = [];
  for (let seed = 1; seed <= seeds; seed++) all.push(await runSeed({ protocol, wishes }, seed));
  return all;
}

describe("worlds of Paxos and its kin", function () {
  this.timeout(60_000);

  for (const protocol of NAMES) {
    it(`${protocol}: nothing is broken, and much befalls it`, async () => {
      const outcomes = await worlds(protocol, 120);
      assert.deepEqual(
        outcomes.filter(({ broken }) => broken),
        [],
      );
      const met = new Set(outcomes.flatMap(({ faults }) => Object.keys(faults)));
      for (const fault of [
        "crash",
        "power-cut",
        "write-error",
        "gone",
        "lost",
        "doubled",
        "partition",
        "pause",
      ])
        assert.ok(met.has(fault), fault);
      // More learn than one.
      assert.ok(outcomes.every(({ decisions }) => decisions > 0));
    });

    it(`${protocol}: the properties are named as the paper names them`, () => {
      const checks = PROTOCOLS[protocol]?.levels.engines?.checks.map(({ name }) => name) ?? [];
      for (const name of ["CS1", "CS2", "CS3", "CL1", "CL2"]) assert.ok(checks.includes(name), name);
    });
  }

  it("seven acceptors of which as many are gone as may: the same", async () => {
    for (const protocol of NAMES) {
      const crashed = protocol === "fast-paxos" ? 2 : 3;
      const outcomes = await worlds(protocol, 20, { proposers: 3, acceptors: 7, crashed });
      assert.deepEqual(
        outcomes.flatMap(({ broken }) => broken ?? []),
        [],
      );
      assert.ok(outcomes.every(({ faults }) => (faults["gone"] ?? 0) >= crashed));
    }
  });

  it("the same seed makes the same world", async () => {
    for (const protocol of NAMES) assert.deepEqual(await worlds(protocol, 5), await worlds(protocol, 5));
  });
});

interface PaxosMutation {
  readonly says: string;
  readonly protocol: (typeof NAMES)[number];
  /** Below `packages/consensus/src/classics/`. */
  readonly file: string;
  readonly replace: readonly [before: string, after: string];
  readonly checks: readonly string[];
}

const MUTATIONS: Readonly<Record<string, PaxosMutation>> = {
  "decides-by-fewer": {
    says: "a vote less than a quorum is a decision",
    ...{ protocol: "paxos", file: "single-decree/acceptor.ts", checks: ["CS3", "CS2"] },
    replace: [
      "this.learns.chosen(vote.round, this.quorum)",
      "this.learns.chosen(vote.round, this.quorum - 1)",
    ],
  },
  "counts-across-rounds": {
    says: "votes of whatever rounds are counted together",
    ...{ protocol: "paxos", file: "single-decree/learns.ts", checks: ["CS3", "CS2"] },
    replace: ["filter((vote) => vote.round === round)", "filter((vote) => vote.round <= round)"],
  },
  "speaks-before-it-writes": {
    says: "a vote is said before it is durable",
    ...{ protocol: "paxos", file: "single-decree/acceptor.ts", checks: ["acceptors", "CS2", "CS3"] },
    replace: [
      'this.persist();\n    this.say({ kind: "learn", round, value }, [...acceptorPlaces(this.config), ...listeners]);',
      'this.say({ kind: "learn", round, value }, [...acceptorPlaces(this.config), ...listeners]);\n    this.persist();',
    ],
  },
  "votes-twice": {
    says: "an acceptor votes again in a round for what else it hears",
    ...{ protocol: "fast-paxos", file: "fast-paxos/acceptor.ts", checks: ["acceptors"] },
    replace: ["if (state.isOpen) this.#vote(state.round, value);", "this.#vote(state.round, value);"],
  },
  "recovers-freely": {
    says: "the leader recovers with the first vote that it heard",
    ...{ protocol: "fast-paxos", file: "fast-paxos/proposer.ts", checks: ["CS2"] },
    replace: [
      "const picked = state.rules.pick(votes, state.config.acceptors);",
      "const picked = votes[0]?.value;",
    ],
  },
  "recovers-by-fewer": {
    says: "acceptors recover by fewer votes than a quorum",
    ...{ protocol: "fast-paxos", file: "fast-paxos/acceptor.ts", checks: ["CS2"] },
    replace: ["if (votes.length < state.quorum ||", "if (votes.length < 2 ||"],
  },
  "silent-acceptors": {
    says: "acceptors never ask how it ended",
    ...{ protocol: "paxos", file: "paxos/paxos.ts", checks: ["CL1", "CL2"] },
    replace: ['if (input.kind === "tick" && this.state.tick()) this.state.ask();', ""],
  },
  "never-suspects": {
    says: "acceptors trust the first proposer for ever",
    ...{ protocol: "trust-change-paxos", file: "trust-change-paxos/acceptor.ts", checks: ["CL1", "CL2"] },
    replace: ["if (--this.#leftTicks <= 0) {", "if (--this.#leftTicks === -1e9) {"],
  },
  "promise-in-memory": {
    says: "a promise is not durable",
    ...{ protocol: "trust-change-paxos", file: "single-decree/acceptor.ts", checks: ["acceptors", "CS2"] },
    replace: [
      "this.isOpen = false;\n    this.persist();\n  }\n\n  /** Votes.",
      "this.isOpen = false;\n  }\n\n  /** Votes.",
    ],
  },
};

describe("mutations of Paxos and its kin", function () {
  this.timeout(60_000);

  for (const [name, { says, protocol, checks, file, replace }] of Object.entries(MUTATIONS))
    it(`${name}: ${says}`, async () => {
      const mutated = await paxosOf(name, { file: `consensus/src/classics/${file}`, replace });
      const level = mutated[protocol].levels.engines;
      for (let seed = 1; seed <= 400; seed++) {
        const { broken } = (await level?.make(seed, {}).run()) ?? {};
        if (broken === undefined) continue;
        assert.ok(
          checks.includes(broken.check),
          `found, but by another check: seed ${seed}: ${broken.check}: ${broken.message}`,
        );
        return;
      }
      assert.fail("not found in the worlds of the seeds 1 to 400");
    });
});
