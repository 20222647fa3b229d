// Worlds of many seeds: the real engine breaks nothing in any of them, and what is reported does not depend on which thread
// ran what, and when. WITAN_SEEDS=FROM-COUNT runs others.
import assert from "node:assert/strict";
import {
  ALSO,
  FAULTS,
  type FoundViolation,
  levelOf,
  PROTOCOLS,
  type Protocol,
  runSeed,
  runWorlds,
  type WorldOutcome,
  type WorldsReport,
} from "@witan/simulator";

/** What may befall only whole nodes, or acceptors. */
const ELSEWHERE = ["corruption", "stop", "lost-data", "old-copy", "gone"];

const PBFT = { protocol: "pbft", level: "engines", wishes: {} } as const;

/** Seeds of searches that found something once, and what it was. Nobody lies there: other ways to lie change no world. */
const FOUND: Readonly<Record<number, string>> = {
  30212: "one that is no member was held to the pace of members",
  30733: "one that was far behind kept the body of every proposal that it heard of",
};

/** A world behind those that are run, in which a lie is told that is rare: to ignore what a view forces. */
const RARE_LIE = 450;

const READY = Promise.resolve();

/** What must be the same, however long it took. */
function told({ seconds: _, eventsPerSecondPerCore: __, levels: ___, ...rest }: WorldsReport): unknown {
  return rest;
}

function outcome(seed: number, broken?: string): WorldOutcome {
  return {
    ...{ seed, level: "engines", virtualUs: 1_000_000 * seed, events: seed, decisions: 1 },
    faults: seed % 2 === 0 ? { storm: 1, crash: seed } : { crash: seed },
    also: seed === 5 ? { "proven-forks": 1 } : {},
    broken: broken === undefined ? undefined : { check: broken, message: `of ${seed}` },
  };
}

/** Lanes that answer late, the earlier the seed the later. */
function slowLanes(run: (seed: number) => WorldOutcome): Parameters<typeof runWorlds>[1] {
  return () => ({
    ready: READY,
    async run(seed) {
      for (let turns = 0; turns < 40 - seed; turns++) await new Promise((resolve) => setImmediate(resolve));
      return { outcome: run(seed), busyMs: 2 };
    },
    async close() {},
  });
}

describe("worlds of engines", () => {
  it("break nothing", async () => {
    const wanted = process.env["WITAN_SEEDS"];
    const [from = 1, count = 220] = (wanted ?? "1-220").split("-").map(Number);
    // Here, where other tests use the cores: threads of their own load, and warm up, all of it once more.
    const report = await runWorlds({ ...PBFT, from, count, threads: wanted === undefined ? 0 : 2 });
    const found = report.violations.map(({ seed, check, message }) => `seed ${seed}, ${check}: ${message}`);
    assert.deepEqual(found, []);
    assert.equal(report.worlds, count);
    assert.ok(report.decisions > report.worlds * 10, `only ${report.decisions} decisions`);
    // Every kind of fault, and of lie, has met somebody; and what is counted is what lists name.
    const faults = FAULTS.map(({ name }) => name).filter((name) => !ELSEWHERE.includes(name));
    const lies = PROTOCOLS["pbft"]?.levels.engines?.adversaries.map(({ name }) => name) ?? [];
    const rare = await runSeed(PBFT, RARE_LIE);
    assert.equal(rare.broken, undefined);
    const met = new Set([...Object.keys(report.faults), ...Object.keys(rare.faults)]);
    assert.deepEqual([...met].sort(), [...faults, ...lies].sort());
    const named = ALSO.map(({ name }) => name);
    for (const name of Object.keys(report.also)) assert.ok(named.includes(name), name);
  }).timeout(300_000);

  for (const [seed, found] of Object.entries(FOUND))
    it(`break nothing any more in the world of seed ${seed}: ${found}`, async () => {
      assert.equal((await runSeed(PBFT, Number(seed))).broken, undefined);
    }).timeout(120_000);

  it("come to the same on one thread, on several, and in this one", async () => {
    const job = { ...PBFT, from: 40, count: 5 };
    const here = await runWorlds({ ...job, threads: 0 });
    assert.ok(here.worlds === 5 && here.events > 0);
    assert.deepEqual(told(await runWorlds({ ...job, threads: 2 })), told(here));
    assert.deepEqual(told(await runWorlds({ ...job, threads: 1 })), told(here));
  }).timeout(120_000);

  it("are the same twice, and others by what is wished", async () => {
    const once = await runSeed(PBFT, 17);
    assert.deepEqual(await runSeed(PBFT, 17), once);
    assert.notDeepEqual(await runSeed({ ...PBFT, wishes: { members: 7 } }, 17), once);
    assert.notDeepEqual(await runSeed(PBFT, 18), once);
  }).timeout(60_000);

  it("have the liars that are asked for, and their ways only", async () => {
    const { faults } = await runSeed(
      { ...PBFT, wishes: { members: 4, byzantine: 1, adversaries: ["amnesia"] } },
      3,
    );
    assert.ok((faults["amnesia"] ?? 0) > 0, JSON.stringify(faults));
    assert.ok(!("twin" in faults));
    const twins = await runSeed({ ...PBFT, wishes: { members: 4, byzantine: 1, adversaries: ["twin"] } }, 3);
    assert.equal(twins.faults["twin"], 1);
  }).timeout(60_000);
});

describe("a run of many worlds", () => {
  it("reports in the order of seeds, whichever world ends first", async () => {
    const heard: FoundViolation[] = [];
    const open = slowLanes((seed) => outcome(seed, seed % 3 === 0 ? "agreement" : undefined));
    const report = await runWorlds(
      { ...PBFT, from: 1, count: 12, threads: 12, onViolation: (found) => void heard.push(found) },
      open,
    );
    const seeds = [3, 6, 9, 12];
    assert.deepEqual(
      report.violations.map(({ seed }) => seed),
      seeds,
    );
    assert.deepEqual(
      heard.map(({ seed }) => seed),
      seeds.toReversed(),
      "told as they are found",
    );
    assert.deepEqual(report.violations[0], {
      seed: 3,
      level: "engines",
      check: "agreement",
      message: "of 3",
    });
    assert.deepEqual(Object.entries(report.faults), [
      ["crash", 78],
      ["storm", 6],
    ]);
    assert.deepEqual(report.also, { "proven-forks": 1 });
    assert.deepEqual(
      [report.worlds, report.events, report.decisions, report.virtualSeconds],
      [12, 78, 12, 78],
    );
    assert.equal(report.eventsPerSecondPerCore, Math.round((78 * 1_000) / 24));
    assert.deepEqual(Object.keys(report.levels), ["engines"]);
    assert.deepEqual(report.unfinished, []);
  });

  it("ends when it is told to, with what it has", async () => {
    const stop = new AbortController();
    const run = runWorlds({
      ...{ ...PBFT, from: 1, count: Number.POSITIVE_INFINITY, threads: 0, signal: stop.signal },
      onWorld: ({ worlds }) => {
        if (worlds === 3) stop.abort();
      },
    });
    const report = await run;
    assert.equal(report.worlds, 3);
    assert.deepEqual(report.violations, []);
  }).timeout(60_000);

  it("ends in the middle of a world, and says of which", async () => {
    const stop = new AbortController();
    const never = () => ({ ready: READY, run: () => new Promise<never>(() => {}), close: async () => {} });
    const run = runWorlds({ ...PBFT, from: 7, count: 9, threads: 2, signal: stop.signal }, never);
    stop.abort();
    assert.deepEqual((await run).unfinished, [7, 8]);
    const before = await runWorlds({ ...PBFT, from: 7, count: 9, threads: 2, signal: stop.signal });
    assert.deepEqual([before.worlds, before.unfinished], [0, []]);
  });

  it("goes on with another thread where a world kills its own, and holds that against the world", async () => {
    let opened = 0;
    const report = await runWorlds({ ...PBFT, from: 1, count: 5, threads: 1 }, () => {
      opened++;
      return {
        ready: READY,
        run: async (seed) => {
          if (seed === 3) throw new RangeError("out of memory");
          return { outcome: outcome(seed), busyMs: 1 };
        },
        close: async () => {},
      };
    });
    assert.equal(opened, 2);
    assert.deepEqual(
      report.violations.map(({ seed, check }) => [seed, check]),
      [[3, "thread"]],
    );
    assert.match(report.violations[0]?.message ?? "", /out of memory/);
    assert.equal(report.worlds, 5);
  });

  it("gives up where no thread lives, and blames no world", async () => {
    const dead = () => ({
      ready: Promise.reject(new RangeError("no threads")),
      run: () => new Promise<never>(() => {}),
      close: async () => {},
    });
    await assert.rejects(runWorlds({ ...PBFT, from: 1, count: 50, threads: 2 }, dead), /no threads/);
  });

  it("runs a quarter of the worlds as whole nodes where there are both", () => {
    const level = PROTOCOLS["pbft"]?.levels.engines;
    assert.ok(level && PROTOCOLS["pbft"]);
    const both: Protocol = { ...PROTOCOLS["pbft"], levels: { engines: level, nodes: level } };
    const levels = Array.from({ length: 100 }, (_, seed) => levelOf(both, seed));
    assert.equal(levels.filter((name) => name === "nodes").length, 25);
    assert.equal(levelOf(both, 3, "engines"), "engines");
    assert.equal(levelOf({ ...both, levels: { engines: level } }, 3), "engines");
    assert.equal(levelOf({ ...both, levels: { nodes: level } }, 4), "nodes");
  });
});
