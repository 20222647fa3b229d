// Worlds of registers hold what is promised, are the same each time, and their checks find what is broken.
import assert from "node:assert/strict";
import { REGISTER_RULES, REGISTER_VARIANTS } from "@witan/consensus";
import { PROTOCOLS, type RegistersPlan, runSeed, traceSeed } from "@witan/simulator";
import { CLIENT_CONDUCTS } from "../../../packages/simulator/src/registers/bad-client.ts";
import { REGISTERS_CHECKS } from "../../../packages/simulator/src/registers/check.ts";
import { REPLICA_CONDUCTS } from "../../../packages/simulator/src/registers/liar-replica.ts";
import { makeRegistersPlan } from "../../../packages/simulator/src/registers/make-plan.ts";
import { runRegistersPlan } from "../../../packages/simulator/src/registers/run-plan.ts";
import { RegistersWorld } from "../../../packages/simulator/src/registers/world.ts";

const SEEDS = 6;
/** Of seed 7 of each variant: the trace, to the last line. Changes with what registers do, and with nothing else. */
const DIGESTS = {
  base: "a7c3ba939ca97c05d954eff4c502261897f3ed3eb158f153582052f125d166b1",
  optimized: "caf9bfd305c43ff39d9017c2a366484f422b8fb71770d543386237b57e2e60fa",
  strong: "397c2c6d74236d780b499a17957d4ac2d0d546bfb63b9c707f4a53be25565062",
} as const;

const kind = (variant: string) => ({ protocol: "registers", wishes: { variant } });

describe("simulator: registers", function () {
  this.timeout(60_000);

  for (const variant of REGISTER_VARIANTS) {
    it(`${variant}: nothing breaks in ${SEEDS} worlds, and much happens`, async () => {
      const faults = new Set<string>();
      let decisions = 0;
      for (let seed = 1; seed <= SEEDS; seed++) {
        const outcome = await runSeed(kind(variant), seed);
        assert.equal(outcome.broken, undefined, `seed ${seed}: ${outcome.broken?.message}`);
        for (const name of Object.keys(outcome.faults)) faults.add(name);
        decisions += outcome.decisions;
      }
      assert(decisions > 20 * SEEDS, `${decisions} operations`);
      const names = [
        ...Object.keys(CLIENT_CONDUCTS),
        ...Object.keys(REPLICA_CONDUCTS),
        "crash",
        "lost",
        "cut-off",
      ];
      // So few worlds need not have every kind.
      const missing = names.filter((name) => !faults.has(name));
      assert(missing.length <= 3, `never: ${missing.join(", ")}`);
    });

    it(`${variant}: the same world each time`, async () => {
      const { digest } = await traceSeed(kind(variant), 7);
      assert.equal(digest, DIGESTS[variant]);
    });
  }

  it("a revoked client's lurking writes are found: as many as are promised, and no more", () => {
    const worst = new Map<string, number>();
    for (let seed = 1; seed <= 12; seed++) {
      const plan = makeRegistersPlan(seed, {
        ...{ variant: "base", replicas: 4, liars: 1, replicaConducts: ["stale"] },
        clientConducts: ["hoards", "one-replica"],
      });
      const result = runRegistersPlan({ ...plan, faults: [] });
      assert.equal(result.violation, undefined);
      for (const [name, count] of result.worst) worst.set(name, Math.max(worst.get(name) ?? 0, count));
    }
    assert.equal(worst.get("lurking writes"), 1);
  });

  it("with more liars than may be, what is promised is broken, and that is found", () => {
    const found = new Set<string>();
    for (let seed = 1; seed <= 12 && found.size === 0; seed++) {
      const plan: RegistersPlan = makeRegistersPlan(seed, {
        ...{ variant: "base", replicas: 4, liars: 2, replicaConducts: ["forgets"], clientConducts: [] },
      });
      const { violation } = new RegistersWorld(plan, {
        ...{ rules: REGISTER_RULES, checks: REGISTERS_CHECKS, answersFirst: false, writesBack: true },
      }).run();
      if (violation) found.add(violation.check);
    }
    assert(found.has("linearizable") || found.has("liveness"), [...found].join());
  });

  it("says which numbers of replicas and liars there are", () => {
    const crowd = PROTOCOLS["registers"]?.crowd;
    assert(crowd?.kind === "own");
    assert.deepEqual(crowd.judge({ members: 7, byzantine: 2 }), { notes: [] });
    const verdict = crowd.judge({ members: 4, byzantine: 2 });
    assert("fault" in verdict && verdict.fault.includes("2 of 4"));
  });
});
