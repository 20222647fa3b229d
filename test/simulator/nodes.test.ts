// Worlds of whole nodes: two hundred seeds that must hold, the same world from the same seed on every run and in every
// process, and more liars than f, with whom there are forks: then the disks show who is to blame.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { PARAMETER_NAMES } from "@witan/ledger";
import { byzantineMax } from "@witan/primitives";
import { drawDiagram, makeWorld, Recording } from "@witan/simulator";
import { makeNodesPlan } from "../../packages/simulator/src/nodes/make-nodes-plan.ts";
import { runNodesWorld } from "../../packages/simulator/src/nodes/run-nodes-world.ts";
import { digestOfWorld } from "./nodes-digest.ts";

/** A seed at which two twins of four made a fork, when this was written: so it need not be looked for long. */
const FORKS_FROM = 15;
/** And one at which somebody heard both. */
const EVIDENCE_FROM = 4;
/** Worlds as they are drawn, and brief ones, of which more can be run. */
const BATCHES = [
  { name: "", from: 1, count: 8, brief: false },
  ...Array.from({ length: 12 }, (_, at) => ({
    ...{ name: "brief, ", from: 1 + at * 16, count: 16, brief: true },
  })),
] as const;

describe("worlds of whole nodes", () => {
  for (const { name, from, count, brief } of BATCHES)
    it(`hold what is promised: ${name}seeds ${from} to ${from + count - 1}`, async function () {
      this.timeout(120_000);
      let decisions = 0;
      for (let seed = from; seed < from + count; seed++) {
        const result = await runNodesWorld(seed, { wishes: { brief } });
        assert.equal(result.violation?.message, undefined, `seed ${seed}: ${result.violation?.check}`);
        decisions += result.decisions;
      }
      assert.ok(decisions > 0);
    });

  it("inflict every kind of fault, in some dozens of seeds", () => {
    const kinds = new Set<string>();
    for (let seed = 1; seed <= 200; seed++)
      for (const { kind } of makeNodesPlan(seed).faults) kinds.add(kind);
    assert.deepEqual([...kinds].sort(), [
      ...["clock-jump", "corruption", "crash", "disk-full", "lost-data", "old-copy", "partition", "pause"],
      ...["power-cut", "slow-disk", "slow-link", "slow-process", "stop", "storm", "write-error"],
    ]);
  });

  it("are the same to the last event, alone, side by side, and in another process; others where the seed is", async function () {
    this.timeout(120_000);
    const seeds = [4, 7, 11];
    const here: string[] = [];
    for (const seed of seeds) here.push(await digestOfWorld(seed));
    assert.equal(new Set(here).size, seeds.length, "another seed, another world");
    // Together they would disturb each other, if they shared anything.
    assert.deepEqual(await Promise.all(seeds.map(digestOfWorld)), here);
    const script = fileURLToPath(new URL("nodes-digest.ts", import.meta.url));
    const there = execFileSync(
      process.execPath,
      ["--conditions=@witan/source", "--disable-warning=ExperimentalWarning", script, ...seeds.map(String)],
      { encoding: "utf8" },
    );
    assert.deepEqual(there.trim().split("\n"), here);
  });

  it("see forks where two of four run twice, and then who is to blame", async function () {
    this.timeout(120_000);
    let forks = 0;
    for (let seed = FORKS_FROM; forks === 0 && seed < FORKS_FROM + 30; seed++) {
      const { violation, also } = await runNodesWorld(seed, {
        wishes: { members: 4, liars: 2, taps: [] },
      });
      assert.equal(violation?.message, undefined, `seed ${seed}: ${violation?.check}`);
      forks += also.get("proven-forks") ?? 0;
    }
    assert.equal(forks, 1);
  });

  it("tell what travels in few words, and what keeps the house is left out of pictures", async function () {
    this.timeout(120_000);
    const recording = new Recording();
    const world = makeWorld({ protocol: "pbft", level: "nodes", wishes: { members: 4 } }, 6);
    await world.run(recording);
    const sent = recording.all.flatMap(({ happening }) =>
      happening.kind === "send" ? [happening.what] : [],
    );
    for (const words of [/^PREPARE h\d+ v\d+ \w{8}$/, /^transactions, \d+$/, /^body h\d+ \w{8}$/, /^dials$/])
      assert.ok(
        sent.some((what) => words.test(what)),
        String(words),
      );
    assert.ok(!sent.some((what) => /\d bytes/.test(what)));
    const { actors } = world;
    const options = { title: "nodes", actors, happenings: recording.all, broken: undefined };
    assert.ok(!/>(?:transactions, |dials|tip h)/.test(drawDiagram(options)));
  });

  it("have more liars than f in one of twelve, and never more than 2f", () => {
    let many = 0;
    const SEEDS = 1_200;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { members, liars } = makeNodesPlan(seed);
      assert.ok(liars.length <= 2 * byzantineMax(members), `seed ${seed}`);
      if (liars.length > byzantineMax(members)) many++;
    }
    assert.ok(many > SEEDS / 20 && many < SEEDS / 8, `${many} of ${SEEDS}`);
  });

  it("let nodes hear both of twins: then they keep the evidence", async function () {
    this.timeout(120_000);
    let kept = 0;
    for (let seed = EVIDENCE_FROM; kept === 0 && seed < EVIDENCE_FROM + 20; seed++) {
      const { also } = await runNodesWorld(seed, { wishes: { members: 4, liars: 1, taps: [] } });
      kept += also.get("evidence-kept") ?? 0;
    }
    assert.ok(kept > 0);
  });

  it("change everything that operators can, and have pools that are small in every respect", () => {
    const changes = new Set<string>();
    const limits = new Set<string>();
    for (let seed = 1; seed <= 300; seed++) {
      const plan = makeNodesPlan(seed);
      for (const change of plan.changes)
        changes.add(change.kind === "parameter" ? change.parameter : change.kind);
      for (const limit of Object.keys(plan.mempool)) limits.add(limit);
    }
    assert.deepEqual(
      [...changes].sort(),
      [
        ...["add", "remove", "replace-key", "replace-operator-key", "replace-peer-key", "asset"],
        ...["permit-client", "revoke-client", "forget-client"],
        ...PARAMETER_NAMES.filter((name) => name !== "feeRateMin"),
      ].sort(),
    );
    assert.equal(limits.size, 7);
  });
});
