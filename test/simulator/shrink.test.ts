// Shrinking finds what matters, and always the same; and the ways in which plans of PBFT worlds get smaller leave them whole.
import assert from "node:assert/strict";
import { CONDUCTS } from "../../packages/simulator/src/pbft/conducts/conducts.ts";
import { makePbftPlan } from "../../packages/simulator/src/pbft/make-plan.ts";
import type { PbftPlan } from "../../packages/simulator/src/pbft/plan.ts";
import { ddmin } from "../../packages/simulator/src/shrink/ddmin.ts";
import { PBFT_SAFETY_MOVES } from "../../packages/simulator/src/shrink/pbft-moves.ts";
import { type Move, shrink, type Trial } from "../../packages/simulator/src/shrink/shrink.ts";
import { LetterNames } from "../../packages/simulator/src/world/network.ts";
import { Violation } from "../../packages/simulator/src/world/violation.ts";

const LETTERS = Array.from({ length: 40 }, (_, at) => `${at % 4}>${(at + 1) % 4} COMMIT h1 v0 ${at + 1}`);
const NEEDED = [LETTERS[3], LETTERS[17], LETTERS[38]] as const;

/** A world that breaks while it has a number above four, and three of its letters. */
function run({ plan, arriving }: Trial<number>) {
  const letters = LETTERS.filter((name) => arriving?.has(name) ?? true);
  const isBroken = plan > 4 && NEEDED.every((name) => letters.includes(name as string));
  const size = { processes: 1, liars: 0, conducts: 0, faults: 0, requests: plan, letters: letters.length };
  return {
    violation: isBroken ? new Violation("agreement", `with ${plan}`) : undefined,
    letters,
    size: { ...size, steps: 1, virtualUs: 1 },
  };
}

const less: Move<number> = (first, holds) => {
  let plan = first;
  while (holds(plan - 1)) plan--;
  return plan;
};

const job = { plan: 9, run, isSame: () => true, moves: [less], runsMax: 500 };

describe("ddmin", () => {
  it("leaves exactly what is needed", () => {
    const list = [...Array(100).keys()];
    for (const needed of [[], [0], [99], [13, 14], [1, 50, 98], list.slice(20, 40)]) {
      const found = ddmin(list, (part) => needed.every((one) => part.includes(one)));
      assert.deepEqual(found, needed);
    }
  });

  it("leaves nothing that could go by itself, where needs are not alone", () => {
    const holds = (part: readonly number[]) => part.length >= 3 && part.length % 2 === 1;
    const found = ddmin([...Array(21).keys()], holds);
    assert.ok(holds(found));
    assert.ok(found.every((_, at) => !holds(found.toSpliced(at, 1))));
  });

  it("asks little about long lists", () => {
    let asked = 0;
    const holds = (part: readonly number[]) => {
      asked++;
      return part.includes(700) && part.includes(20);
    };
    assert.deepEqual(ddmin([...Array(1_000).keys()], holds), [20, 700]);
    assert.ok(asked < 100, `${asked} questions`);
  });
});

describe("shrinking", () => {
  it("finds the smallest plan and the letters that matter, in the same way each time", () => {
    const shrunk = shrink(job);
    assert.equal(shrunk.plan, 5);
    assert.deepEqual([...(shrunk.arriving ?? [])], [...NEEDED]);
    assert.equal(shrunk.violation.message, "with 5");
    assert.deepEqual([shrunk.before.letters, shrunk.after.letters], [40, 3]);
    assert.deepEqual(shrink(job), shrunk);
  });

  it("goes on only with the violation that matters", () => {
    const shrunk = shrink({ ...job, isSame: ({ message }) => message > "with 6" });
    assert.equal(shrunk.plan, 7);
  });

  it("never runs more worlds than it may, and tells of each", () => {
    let told = 0;
    const shrunk = shrink({ ...job, runsMax: 20, onProgress: () => told++ });
    assert.equal(shrunk.runs, 20);
    assert.equal(told, 19);
    assert.equal(run(shrunk).violation?.check, "agreement");
  });

  it("refuses a world that does not break", () => {
    assert.throws(() => shrink({ ...job, plan: 3 }), /nothing to shrink/);
  });
});

describe("names of letters", () => {
  it("count what is sent again, and say nothing of hashes", () => {
    const names = new LetterNames();
    assert.equal(names.next(0, 1, "PREPARE h1 v0 c95a021a"), "0>1 PREPARE h1 v0 1");
    assert.equal(names.next(0, 1, "PREPARE h1 v0 dc5fc7c9"), "0>1 PREPARE h1 v0 2");
    assert.equal(names.next(0, 2, "PREPARE h1 v0 c95a021a"), "0>2 PREPARE h1 v0 1");
    const prepared = "VIEW-CHANGE v2 after 1 prepared c95a021a v1";
    assert.equal(names.next(0, 2, prepared), "0>2 VIEW-CHANGE v2 after 1 prepared v1 1");
  });
});

describe("moves of PBFT plans", () => {
  function assertWhole(plan: PbftPlan, seed: number): void {
    const { members, spares, liars, clocks, network, faults } = plan;
    const places = members + spares + liars.filter(({ twin }) => twin).length;
    const shown = `seed ${seed}: ${JSON.stringify({ ...plan, transactions: plan.transactions.length })}`;
    assert.equal(clocks.length, places, shown);
    assert.equal(network.regions.length, places, shown);
    assert.ok(
      liars.every(({ node }) => node < members + spares) && liars.length <= Math.floor((members - 1) / 3),
      shown,
    );
    for (const fault of faults) {
      const touched =
        "process" in fault
          ? [fault.process]
          : fault.kind === "partition"
            ? fault.cut.flat()
            : fault.kind === "slow-link"
              ? [fault.from, fault.to]
              : [];
      assert.ok(
        touched.every((place) => place >= 0 && place < places),
        shown,
      );
      assert.ok(fault.untilUs <= plan.kindAtUs, shown);
    }
  }

  it("lead to whole plans, whatever is needed", () => {
    for (let seed = 1; seed <= 40; seed++) {
      let plan = makePbftPlan(seed, { members: 7, liars: seed % 3, conducts: Object.keys(CONDUCTS) });
      let asked = seed;
      const holds = (next: PbftPlan) => {
        assertWhole(next, seed);
        asked = (asked * 48_271) % 2_147_483_647;
        return asked % 3 > 0;
      };
      for (const move of PBFT_SAFETY_MOVES) plan = move(plan, holds, plan.kindAtUs);
      assertWhole(plan, seed);
    }
  });

  it("keep who lies when others are gone", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const drawn = makePbftPlan(seed, { members: 7, liars: 1, conducts: ["two-commits"] });
      const [liar] = drawn.liars;
      // Each place has a clock of its own, by which one sees who is who.
      let plan: PbftPlan = {
        ...drawn,
        clocks: drawn.clocks.map((_, place) => ({ skewMs: place, driftPpm: 0 })),
      };
      const isLiar = ({ clocks, liars }: PbftPlan) => clocks[liars[0]?.node ?? -1]?.skewMs === liar?.node;
      const holds = (next: PbftPlan) => {
        if (next.liars.length === 0 || next.clocks.every(({ skewMs }) => skewMs === 0)) return false;
        assert.ok(isLiar(next), `seed ${seed}: v${liar?.node}, then ${JSON.stringify(next.liars)}`);
        return true;
      };
      for (const move of PBFT_SAFETY_MOVES) plan = move(plan, holds, plan.kindAtUs);
      assert.equal(plan.members, 4, "as few as may have a liar");
    }
  });
});
