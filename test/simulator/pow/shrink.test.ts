// A world of proof of work in which something breaks is made small: by engines that lack a rule, since the real one breaks
// nothing. What is left is a world like any other, and shows the same.
import assert from "node:assert/strict";
import {
  drawDiagram,
  type Found,
  POW_MUTATIONS,
  type PowMutation,
  type PowPlan,
  PROTOCOLS,
  Recording,
  worldOfSpecimen,
} from "@witan/simulator";
import { POW_CONDUCTS } from "../../../packages/simulator/src/pow/conducts.ts";
import { makePowPlan } from "../../../packages/simulator/src/pow/make-plan.ts";
import { POW_LIVENESS_MOVES, POW_SAFETY_MOVES } from "../../../packages/simulator/src/shrink/pow-moves.ts";
import { powShrinkOf } from "../mutated.ts";

const CONDUCTS = Object.keys(POW_CONDUCTS);

/** What is left of worlds that these mutations break: the seed, and how large it is at most. */
const LEFT: Readonly<
  Record<string, { seed: number; check: string; processes: number; liars: number; letters: number }>
> = {
  // The one header that is wrong.
  "any-target": { seed: 3, check: "headers", processes: 2, liars: 1, letters: 1 },
  // What it finds itself while it switches.
  "two-switches": { seed: 1, check: "switches", processes: 5, liars: 0, letters: 0 },
  // As many as are one too many, and what fills the pool.
  "orphans-without-bound": { seed: 7, check: "memory", processes: 2, liars: 1, letters: 15 },
};

async function found(name: string): Promise<Found | undefined> {
  const mutation = POW_MUTATIONS[name] as PowMutation;
  const shrink = await powShrinkOf(name, mutation);
  return shrink(LEFT[name]?.seed ?? 0, { adversaries: [...(mutation.wishes?.conducts ?? CONDUCTS)] });
}

describe("worlds of proof of work that break something", function () {
  this.timeout(120_000);

  for (const [name, { check, processes, liars, letters }] of Object.entries(LEFT))
    it(`${name}: are made small, and break still`, async () => {
      const one = await found(name);
      assert.ok(one, "nothing breaks");
      const { before, after, violation } = one.shrunk;
      const shown = JSON.stringify([before, after]);
      assert.deepEqual([one.violation.check, violation.check], [check, check]);
      assert.ok(after.letters <= letters && after.letters < before.letters, shown);
      assert.ok(after.processes <= processes && after.liars <= liars, shown);
      assert.deepEqual([after.faults, after.requests], [0, 0], shown);
      assert.equal(one.actors.length, after.processes);
      const world = worldOfSpecimen(one);
      const recording = new Recording();
      const { broken } = await world.run(recording);
      assert.equal(broken?.check, check);
      const { actors } = world;
      const svg = drawDiagram({ title: name, actors, happenings: recording.all, broken });
      assert.ok(svg.includes(`Broken here: ${check}.`) && !svg.includes("This is a part"), "drawn whole");
    });

  it("come down to the same each time", async () => {
    const [one, again] = [await found("any-target"), await found("any-target")];
    assert.deepEqual(again?.shrunk, one?.shrunk);
  });

  it("are none with the engine as it is", () => {
    assert.equal(PROTOCOLS["pow"]?.levels.engines?.shrink?.(3, {}), undefined);
  });
});

describe("moves of plans of proof of work", () => {
  function assertWhole(plan: PowPlan, first: PowPlan, seed: number): void {
    const { power, liars, clocks, network, faults, payments } = plan;
    const shown = `seed ${seed}: ${JSON.stringify({ ...plan, payments: payments.length })}`;
    const isPlace = (place: number) => place >= 0 && place < power.length;
    assert.deepEqual([clocks.length, network.regions.length], [power.length, power.length], shown);
    const isLiar = (place: number) => liars.some(({ node }) => node === place);
    assert.ok(
      power.some((share, place) => share > 0 && !isLiar(place)),
      `somebody who keeps the rules mines; ${shown}`,
    );
    const places = [
      ...liars.map(({ node }) => node),
      ...payments.flatMap(({ to }) => to),
      ...faults.flatMap((fault) => {
        if ("process" in fault) return [fault.process];
        if (fault.kind === "partition") return fault.cut.flat();
        return fault.kind === "slow-link" ? [fault.from, fault.to] : [];
      }),
    ];
    assert.ok(places.every(isPlace), shown);
    // Each place has a clock of its own, by which one sees who is who.
    const was = (place: number) => clocks[place]?.skewMs ?? -1;
    if (clocks.some(({ skewMs }) => skewMs > 0))
      assert.ok(
        liars.every(({ node }) => first.liars.some((one) => one.node === was(node))),
        shown,
      );
    assert.ok(plan.closesAtUs >= plan.kindAtUs, shown);
  }

  for (const [name, moves] of [
    ["safety", POW_SAFETY_MOVES],
    ["liveness", POW_LIVENESS_MOVES],
  ] as const)
    it(`for ${name} lead to whole plans, whatever is needed`, () => {
      for (let seed = 1; seed <= 40; seed++) {
        const drawn = makePowPlan(seed, { nodes: 6, liars: seed % 4, conducts: CONDUCTS });
        const first = { ...drawn, clocks: drawn.clocks.map((_, skewMs) => ({ skewMs, driftPpm: 0 })) };
        let plan: PowPlan = first;
        let asked = seed;
        const holds = (next: PowPlan) => {
          assertWhole(next, first, seed);
          if (name === "liveness") assert.ok(next.boundUs >= 150_000_000, "as long as was promised");
          asked = (asked * 48_271) % 2_147_483_647;
          return asked % 3 > 0;
        };
        for (const move of moves) plan = move(plan, holds, plan.kindAtUs);
        assertWhole(plan, first, seed);
      }
    });
});
