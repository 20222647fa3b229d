// Worlds of proof of work: the engine as it is breaks no rule in them; a seed makes the same world again; traces are the
// bytes that they always were. WITAN_GOLDEN=write writes the known digests anew.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { makeWorld, PROTOCOLS, runWorlds, traceSeed, type WorldKind } from "@witan/simulator";
import { POW_CONDUCTS } from "../../../packages/simulator/src/pow/conducts.ts";
import { makePowPlan } from "../../../packages/simulator/src/pow/make-plan.ts";
import { runPowPlan } from "../../../packages/simulator/src/pow/run-plan.ts";

const FILE = fileURLToPath(new URL("../golden/digests-pow.json", import.meta.url));
const CONDUCTS = Object.keys(POW_CONDUCTS);

const KNOWN: Readonly<Record<string, { readonly kind: WorldKind; readonly seed: number }>> = {
  "seed 5": { kind: { protocol: "pow", level: "engines", wishes: {} }, seed: 5 },
  "seed 12, two of four lie, wan": {
    kind: { protocol: "pow", level: "engines", wishes: { members: 4, byzantine: 2, network: "wan" } },
    seed: 12,
  },
};

describe("worlds of proof of work", function () {
  this.timeout(60_000);

  it("break no rule", async () => {
    const report = await runWorlds({ protocol: "pow", wishes: {}, from: 1, count: 30, threads: 0 });
    assert.deepEqual(report.violations, []);
    assert.deepEqual(Object.keys(report.levels), ["engines"]);
    assert.ok(report.decisions > 500, `${report.decisions} decisions`);
    assert.ok((report.also["blocks-undone"] ?? 0) > 100, JSON.stringify(report.also));
    for (const fault of ["crash", "partition", "lost", "pause", "slow-disk"])
      assert.ok((report.faults[fault] ?? 0) > 0, fault);
  });

  it("stay right whatever one way to lie does, with most of the hash power too", () => {
    for (const conduct of CONDUCTS)
      for (const seed of [1, 2]) {
        const plan = makePowPlan(seed, { nodes: 3, liars: 1, conducts: [conduct] });
        const [liar = 0] = plan.liars.map(({ node }) => node);
        const power = plan.power.map((_, node) => (node === liar ? 600 : 200));
        const { violation, faults } = runPowPlan({ ...plan, power });
        assert.equal(violation?.message, undefined, `${conduct}, seed ${seed}`);
        if (conduct !== "empty-answers") assert.ok((faults.get(conduct) ?? 0) > 0, conduct);
      }
  });

  it("undo what a majority rewrites", () => {
    const plan = makePowPlan(3, { nodes: 2, liars: 1, conducts: ["secret-branch"] });
    const [liar = 0] = plan.liars.map(({ node }) => node);
    const power = plan.power.map((_, node) => (node === liar ? 800 : 200));
    const times = { blockIntervalMs: 500, kindAtUs: 30_000_000, closesAtUs: 40_000_000 };
    const { violation, also } = runPowPlan({ ...plan, ...times, power, faults: [], payments: [] });
    assert.equal(violation, undefined);
    assert.ok((also.get("blocks-undone") ?? 0) >= 5);
  });

  it("notice when correct nodes do not come together", () => {
    const plan = makePowPlan(3, { nodes: 3, liars: 0, conducts: [] });
    const cut = [0, 1].flatMap((at) => [[at, 2] as const, [2, at] as const]);
    const fault = { kind: "partition" as const, atUs: 0, untilUs: 10 ** 12, cut };
    const { violation } = runPowPlan({ ...plan, faults: [fault] });
    assert.equal(violation?.check, "liveness");
    assert.match(violation.message, /not all stand on one chain .* p2 at h\d+ \w{8}/);
  });

  it("are drawn within their bounds", () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 300; seed++) {
      const plan = makePowPlan(seed, { conducts: CONDUCTS });
      assert.ok(plan.liars.length < plan.power.length);
      const sum = plan.power.reduce((all, share) => all + share, 0);
      assert.ok(sum > 900 && sum <= 1_000, `${plan.power}`);
      const honest = plan.power.filter((_, place) => !plan.liars.some(({ node }) => node === place));
      assert.ok(Math.max(...honest) > 0);
      for (const { atUs, untilUs } of plan.faults)
        assert.ok(atUs < plan.kindAtUs && untilUs <= plan.kindAtUs);
      for (const { conducts } of plan.liars) for (const name of conducts) seen.add(name);
    }
    assert.deepEqual([...seen].sort(), CONDUCTS.toSorted());
  });

  it("tell who is who, and are of engines only", () => {
    const { actors, circumstances } = makeWorld({ protocol: "pow", wishes: { members: 4, byzantine: 1 } }, 7);
    assert.deepEqual(
      actors.map(({ name }) => name),
      ["m0", "m1", "m2", "m3"],
    );
    assert.equal(actors.filter(({ isLiar }) => isLiar).length, 1);
    assert.ok(actors.some(({ role }) => /% of all hash power/.test(role)));
    assert.ok(circumstances.some((line) => line.startsWith("blockIntervalMs ")));
    assert.deepEqual(Object.keys(PROTOCOLS["pow"]?.levels ?? {}), ["engines"]);
  });

  for (const [name, { kind, seed }] of Object.entries(KNOWN))
    it(`have the traces that they always had: ${name}`, async () => {
      const once = await traceSeed(kind, seed);
      assert.equal((await traceSeed(kind, seed)).digest, once.digest);
      const text = once.lines.join("\n");
      for (const what of [
        /m\d finds h1 \w{8} on 0f0f0f0f/,
        /#\d+ BLOCK h\d+ \w{8}/,
        /m\d stands at h\d+ \w{8}/,
        /HEADERS 1 to h\d+/,
      ])
        assert.match(text, what);
      const known = JSON.parse(readFileSync(FILE, "utf8")) as Record<string, string>;
      if (process.env["WITAN_GOLDEN"] === "write")
        writeFileSync(FILE, `${JSON.stringify({ ...known, [name]: once.digest }, undefined, 2)}\n`);
      else assert.equal(once.digest, known[name], "worlds have changed: see the top of this file");
    });
});
