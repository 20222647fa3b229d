// Worlds of BP Fast Paxos: the engine as it is breaks no rule in them; a seed makes the same world again; traces are the
// bytes that they always were. WITAN_GOLDEN=write writes the known digests anew.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { makeWorld, runWorlds, traceSeed, type WorldKind } from "@witan/simulator";
import { BPFP_CONDUCTS } from "../../../packages/simulator/src/bp-fast-paxos/conducts/conducts.ts";
import { makeBpfpPlan } from "../../../packages/simulator/src/bp-fast-paxos/make-plan.ts";
import { allProposersLie, goneMax, membersOf } from "../../../packages/simulator/src/bp-fast-paxos/plan.ts";
import { runBpfpPlan } from "../../../packages/simulator/src/bp-fast-paxos/run-plan.ts";

const FILE = fileURLToPath(new URL("../golden/digests-bp-fast-paxos.json", import.meta.url));
const CONDUCTS = Object.keys(BPFP_CONDUCTS);

const KNOWN: Readonly<Record<string, { readonly kind: WorldKind; readonly seed: number }>> = {
  "seed 5, two proposers, four acceptors": {
    kind: { protocol: "bp-fast-paxos", level: "engines", wishes: { proposers: 2, acceptors: 4 } },
    seed: 5,
  },
  "seed 12, two of three proposers lie, two of seven acceptors are gone, wan": {
    kind: {
      protocol: "bp-fast-paxos",
      level: "engines",
      wishes: { proposers: 3, byzantine: 2, acceptors: 7, crashed: 2, network: "wan" },
    },
    seed: 12,
  },
};

describe("worlds of BP Fast Paxos", function () {
  this.timeout(60_000);

  it("break no rule", async () => {
    const job = { protocol: "bp-fast-paxos", wishes: {}, from: 1, count: 10, threads: 0 } as const;
    const report = await runWorlds({ ...job, level: "engines" });
    assert.deepEqual(report.violations, []);
    assert.deepEqual(Object.keys(report.levels), ["engines"]);
    assert.ok(report.decisions > 200, `${report.decisions} decisions`);
    for (const fault of ["crash", "power-cut", "partition", "gone", "lost"])
      assert.ok((report.faults[fault] ?? 0) > 0, fault);
  });

  it("are a quarter of whole nodes, counted apart, unless a level is asked for", async () => {
    const report = await runWorlds({ protocol: "bp-fast-paxos", wishes: {}, from: 4, count: 4, threads: 0 });
    assert.deepEqual(report.violations, []);
    assert.deepEqual([report.levels.engines?.worlds, report.levels.nodes?.worlds], [3, 1]);
  });

  it("have all their sizes, liars and crashes, within what is borne", () => {
    const seen = { liars: new Set<number>(), gone: new Set<number>(), conducts: new Set<string>() };
    let idle = 0;
    for (let seed = 1; seed <= 400; seed++) {
      const plan = makeBpfpPlan(seed, { conducts: CONDUCTS });
      const proposers = membersOf(plan, "proposer");
      const acceptors = membersOf(plan, "acceptor");
      assert.ok(proposers.length >= 1 && proposers.length <= 3);
      assert.ok(acceptors.length >= 4 && acceptors.length <= 10);
      assert.ok(plan.gone.length <= goneMax(plan), `seed ${seed}`);
      for (const { node } of plan.gone) assert.ok(acceptors.includes(node));
      for (const { node, conducts } of plan.liars) {
        assert.ok(proposers.includes(node));
        for (const name of conducts) seen.conducts.add(name);
      }
      for (const { atUs, untilUs } of plan.faults)
        assert.ok(atUs < plan.kindAtUs && untilUs <= plan.kindAtUs);
      seen.liars.add(plan.liars.length);
      seen.gone.add(plan.gone.length);
      if (allProposersLie(plan)) idle++;
    }
    assert.deepEqual([...seen.liars].sort(), [0, 1, 2, 3]);
    assert.ok(seen.gone.has(0) && seen.gone.has(1) && seen.gone.has(2));
    assert.deepEqual([...seen.conducts].sort(), [...CONDUCTS].sort());
    assert.ok(idle > 10);
  });

  it("decide with t_a acceptors gone for ever and all proposers but one mute", () => {
    const wishes = { proposers: 3, acceptors: 7, liars: 2, gone: 2, conducts: ["mute"] };
    const plan = makeBpfpPlan(3, wishes);
    const { violation, decisions, faults } = runBpfpPlan(plan);
    assert.equal(violation, undefined);
    assert.ok(decisions > 0);
    assert.equal(faults.get("gone"), 2);
  });

  it("stay quiet, and safe, where every proposer is mute", () => {
    const plan = makeBpfpPlan(3, {
      proposers: 2,
      acceptors: 4,
      liars: 2,
      conducts: ["mute"],
      changes: false,
    });
    const { violation, decisions } = runBpfpPlan(plan);
    assert.deepEqual([violation, decisions], [undefined, 0]);
  });

  it("let a record wait for the disk until the block that it votes for is decided", () => {
    // p4 stands still, is behind by three rounds when it goes on, and its records wait for a slow disk.
    const wishes = { proposers: 2, acceptors: 4, liars: 1, conducts: ["two-blocks"] };
    assert.equal(runBpfpPlan(makeBpfpPlan(28, wishes)).violation, undefined);
  });

  it("do not help a liar without end that says that it is behind, while the disk is slow: seed 100662", () => {
    const { violation } = runBpfpPlan(makeBpfpPlan(100_662, { conducts: CONDUCTS }));
    assert.equal(violation?.message, undefined);
  });

  it("do not take a vote that was written, and never said, for one that was forgotten", () => {
    // p2 crashes between the record of its vote in round 2 and the LEARN.
    assert.equal(runBpfpPlan(makeBpfpPlan(1_230, { conducts: CONDUCTS })).violation, undefined);
  });

  it("notice when nothing becomes final that should", () => {
    const wishes = { proposers: 2, acceptors: 4, liars: 2, conducts: ["mute"], changes: false };
    const plan = makeBpfpPlan(3, wishes);
    // The same world, if the second proposer were said to be correct: it is not heard of either.
    const cut = [2, 3, 4, 5].flatMap((to) => [[0, to] as const, [1, to] as const]);
    const fault = { kind: "partition" as const, atUs: 0, untilUs: 10 ** 12, cut };
    const { violation } = runBpfpPlan({ ...plan, liars: [], faults: [fault] });
    assert.equal(violation?.check, "liveness");
    assert.match(violation.message, /not everything is final .* a\d at height 1, round \d+/);
  });

  it("tell who is who", () => {
    const kind = {
      protocol: "bp-fast-paxos",
      wishes: { proposers: 2, byzantine: 1, acceptors: 4, crashed: 1 },
    };
    const { actors, circumstances } = makeWorld({ ...kind, level: "engines" }, 7);
    assert.deepEqual(
      actors.slice(0, 6).map(({ name }) => name),
      ["p0", "p1", "a2", "a3", "a4", "a5"],
    );
    assert.equal(actors.filter(({ isLiar }) => isLiar).length, 1);
    assert.equal(actors.filter(({ role }) => role.includes("crashes for ever")).length, 1);
    assert.ok(circumstances.some((line) => line.startsWith("gone ")));
  });

  for (const [name, { kind, seed }] of Object.entries(KNOWN))
    it(`have the traces that they always had: ${name}`, async () => {
      const once = await traceSeed(kind, seed);
      assert.equal((await traceSeed(kind, seed)).digest, once.digest);
      assert.match(once.lines[0] ?? "", new RegExp(`^# bp-fast-paxos, seed ${seed}$`));
      const text = once.lines.join("\n");
      for (const what of [/says ACCEPT h1 r0 \w{8}/, /says LEARN h1 r0 \w{8}/, /a\d decides \w{8} at 1$/m])
        assert.match(text, what);
      const known = JSON.parse(readFileSync(FILE, "utf8")) as Record<string, string>;
      if (process.env["WITAN_GOLDEN"] === "write")
        writeFileSync(FILE, `${JSON.stringify({ ...known, [name]: once.digest }, undefined, 2)}\n`);
      else assert.equal(once.digest, known[name], "worlds have changed: see the top of this file");
    });
});
