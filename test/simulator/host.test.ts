// The host of a world of engines does what that of a node does, and its world is as unkind as the real one: answers take
// time or never come, votes go on while a block is written, connections break, clients reach one process, clocks are wrong.
import assert from "node:assert/strict";
import { CONDUCTS } from "../../packages/simulator/src/pbft/conducts/conducts.ts";
import { makePbftPlan } from "../../packages/simulator/src/pbft/make-plan.ts";
import { hasManyLiars, type PbftPlan } from "../../packages/simulator/src/pbft/plan.ts";
import { realEngine } from "../../packages/simulator/src/pbft/real-engine.ts";
import { type Begin, PbftWorld } from "../../packages/simulator/src/pbft/world.ts";
import type { Fault } from "../../packages/simulator/src/world/plan.ts";
import type { Happening } from "../../packages/simulator/src/world/recorder.ts";
import { calmPlan, SECOND } from "./calm-world.ts";

interface Told {
  readonly atUs: number;
  readonly happening: Happening;
}

/** A world of a plan that breaks nothing, and all that happened in it. */
function toldOf(plan: PbftPlan, begin: Begin = realEngine): readonly Told[] {
  const told: Told[] = [];
  const recorder = { happened: (atUs: number, happening: Happening) => void told.push({ atUs, happening }) };
  const { violation } = new PbftWorld(plan, { begin, checks: [], conducts: {}, recorder }).run();
  assert.equal(violation, undefined, violation?.message);
  return told;
}

/** When a process did something that these words tell of. */
function timesOf(told: readonly Told[], process: number, words: RegExp): readonly number[] {
  return told.flatMap(({ atUs, happening }) =>
    happening.kind === "do" && happening.process === process && words.test(happening.what) ? [atUs] : [],
  );
}

/** Links that carry nothing, from one set to another and back. */
function between(ones: readonly number[], others: readonly number[], atUs: number, untilUs: number): Fault {
  const cut = ones.flatMap((a) => others.flatMap((b) => [[a, b] as const, [b, a] as const]));
  return { kind: "partition", cut, atUs, untilUs };
}

describe("the host of a world of engines", () => {
  it("takes its time to build and to judge", () => {
    const host = { buildUs: [300_000, 300_000], judgeUs: [200_000, 200_000], unansweredPermille: 0 } as const;
    const plan = calmPlan({ host, kindAtUs: 3 * SECOND });
    const told = toldOf(plan);
    const [builds = 0] = timesOf(told, 0, /^builds a block/);
    const [proposes = 0] = timesOf(told, 0, /^says PRE-PREPARE/);
    const [judges = 0] = timesOf(told, 1, /^judges/);
    const [votes = 0] = timesOf(told, 1, /^says PREPARE/);
    assert.ok(
      proposes - builds >= 300_000 && votes - judges >= 200_000,
      `${builds} ${proposes} ${judges} ${votes}`,
    );
  });

  it("may never answer: then another view does it", () => {
    const host = { buildUs: [100, 100], judgeUs: [100, 100], unansweredPermille: 1_000 } as const;
    const told = toldOf(calmPlan({ host, kindAtUs: 2 * SECOND }));
    assert.ok(timesOf(told, 1, /^gives up view/).length > 0);
    assert.ok(timesOf(told, 1, /^decides/).length > 0);
  });

  it("writes a block while its engine hears, and says, other things", () => {
    const told = toldOf(calmPlan({ writeUs: [400_000, 400_000], viewTicks: 160 }));
    const heard: string[] = [];
    const begin: Begin = (world, process, start) => {
      const engine = realEngine(world, process, start);
      const step: typeof engine.step = (input) => {
        if (process.place === 1) heard.push(input.kind);
        const effects = engine.step(input);
        if (process.place === 1) for (const { kind } of effects) heard.push(`! ${kind}`);
        return effects;
      };
      return { step, status: () => engine.status() };
    };
    toldOf(calmPlan({ writeUs: [400_000, 400_000], viewTicks: 160 }), begin);
    const from = heard.indexOf("! finalize");
    const between = heard.slice(from, heard.indexOf("applied"));
    assert.ok(between.includes("tick") && between.includes("! broadcast"), between.join(" "));
    // What it says while it writes leaves then, and not behind the block.
    const [commits = 0] = timesOf(told, 1, /^says COMMIT/);
    const [decides = 0] = timesOf(told, 1, /^decides/);
    const said = timesOf(told, 1, /^says STATUS/).filter((atUs) => atUs > commits && atUs < decides);
    assert.ok(said.length > 0, `between ${commits} and ${decides}`);
  });

  it("keeps two bodies of each sender, and none of what is decided", () => {
    const world = new PbftWorld(calmPlan(), { begin: realEngine, checks: [], conducts: {} });
    const [process] = world.processes;
    assert.ok(process);
    const build = () => world.blocks.build(process.ground, []).hash;
    const [one, two, three, other] = [build(), build(), build(), build()];
    for (const hash of [one, two, three]) process.bodies.offer(hash, 2);
    process.bodies.offer(other, 3);
    assert.deepEqual(
      [one, two, three, other].map((hash) => process.bodies.has(hash)),
      [false, true, true, true],
    );
    process.bodies.forget(1);
    assert.equal(process.bodies.size, 0);
  });

  it("votes for no block whose time is far from its clock", () => {
    const jump = { kind: "clock-jump", process: 0, atUs: 0, untilUs: 5 * SECOND, byMs: 60_000 } as const;
    const told = toldOf(calmPlan({ faults: [jump], kindAtUs: 5 * SECOND }));
    const [decides = 0] = timesOf(told, 1, /^decides/);
    const [gaveUp = 0] = timesOf(told, 1, /^gives up view 0/);
    assert.ok(gaveUp > 0 && gaveUp < decides, "the block of the first primary is from the future");
  });
});

describe("the world around them", () => {
  /** At which places an engine heard of connections. */
  function connections(plan: PbftPlan): readonly number[] {
    const places = new Set<number>();
    toldOf(plan, (world, process, start) => {
      const engine = realEngine(world, process, start);
      const step: typeof engine.step = (input) => {
        if (input.kind === "connected") places.add(process.place);
        return engine.step(input);
      };
      return { step, status: () => engine.status() };
    });
    return [...places].sort();
  }

  it("connects who starts again, and who heard nothing for long", () => {
    const until = { untilUs: 6 * SECOND };
    const plan = (fault: Fault) =>
      calmPlan({ faults: [fault], kindAtUs: 7 * SECOND, transactions: [{ atUs: 8 * SECOND, client: 1 }] });
    assert.deepEqual(
      connections(plan({ kind: "crash", process: 2, effects: 0, atUs: SECOND, ...until })),
      [0, 1, 2, 3],
    );
    assert.deepEqual(connections(plan(between([0], [3], SECOND, 6 * SECOND))), [0, 3]);
    assert.deepEqual(connections(plan(between([0], [3], 5 * SECOND, 6 * SECOND))), []);
  });

  it("lets nothing be late once it is kind, whatever waits in its links", () => {
    const slow = { kind: "slow-link", from: 0, to: 1, addUs: 60 * SECOND, atUs: 0, untilUs: SECOND } as const;
    const plan = calmPlan({ faults: [slow], kindAtUs: SECOND });
    const told = toldOf(plan);
    const sent = new Map<number, number>();
    for (const { atUs, happening } of told) {
      if (happening.kind === "send") sent.set(happening.letter, atUs);
      if (happening.kind !== "arrive" || (sent.get(happening.letter) ?? SECOND) >= SECOND) continue;
      assert.ok(atUs < SECOND + 10_000, `#${happening.letter} came at ${atUs}`);
    }
  });

  it("keeps what a client handed to one side of a line from the other, until the line is gone", () => {
    const untilUs = 9 * SECOND;
    for (let seed = 1; seed <= 6; seed++) {
      const world = new PbftWorld(
        {
          ...calmPlan({ faults: [between([0, 1], [2, 3], 0, untilUs)], kindAtUs: untilUs }),
          ...{ seed, transactions: [{ atUs: 1_000, client: 1 }] },
        },
        { begin: realEngine, checks: [], conducts: {} },
      );
      const knew: number[] = [];
      world.queue.at(SECOND, () => {
        for (const process of world.processes)
          if (world.pools.pendingOf(process).length > 0) knew.push(process.place);
      });
      assert.equal(world.run().violation, undefined);
      assert.ok(["0,1", "2,3"].includes(knew.join()), `seed ${seed}: known to ${knew}`);
    }
  });

  it("is cut where a plan says so: no link to oneself, no cut of nothing", () => {
    const plans = Array.from({ length: 400 }, (_, seed) => makePbftPlan(seed, { conducts: [] }));
    const faults = plans.flatMap((plan) => plan.faults);
    assert.ok(faults.every((fault) => fault.kind !== "slow-link" || fault.from !== fault.to));
    assert.ok(faults.every((fault) => fault.kind !== "partition" || fault.cut.length > 0));
    const sizes = new Set(plans.map(({ members }) => members));
    assert.ok(
      [1, 2, 3, 4, 5, 6, 7, 10].every((members) => sizes.has(members)),
      [...sizes].join(),
    );
    assert.ok(plans.some(({ kindAtUs }) => kindAtUs > 60 * SECOND));
    for (const kind of ["disk-full", "clock-jump"]) assert.ok(faults.some((fault) => fault.kind === kind));
  });

  it("has more liars than f in one seed of ten, and never where few are asked for", () => {
    const conducts = Object.keys(CONDUCTS);
    const plans = Array.from({ length: 500 }, (_, seed) => makePbftPlan(seed, { conducts }));
    const many = plans.filter(hasManyLiars);
    assert.ok(many.length > 30 && many.length < 75, `${many.length} of 500`);
    assert.ok(many.some(({ faults, liars }) => liars.some(({ twin }) => twin) && faults.length > 0));
    assert.ok(
      !Array.from({ length: 200 }, (_, seed) => makePbftPlan(seed, { conducts, liars: 1, members: 4 })).some(
        hasManyLiars,
      ),
    );
  });
});
