// With more liars than f there are forks, and the disks of the correct prove who is to blame: at least f + 1, and nobody
// who kept the rules.
import assert from "node:assert/strict";
import { asVerified } from "@witan/consensus";
import {
  asciiBytes,
  type BlockHash,
  byzantineMax,
  type Height,
  type MemberIndex,
  sha256Hex,
  type View,
} from "@witan/primitives";
import { makePbftPlan } from "../../packages/simulator/src/pbft/make-plan.ts";
import type { PbftPlan } from "../../packages/simulator/src/pbft/plan.ts";
import { tornFaults } from "../../packages/simulator/src/pbft/torn.ts";
import type { PbftWorld } from "../../packages/simulator/src/pbft/world.ts";
import { Random } from "../../packages/simulator/src/random.ts";
import { calmPlan, SECOND, worldOf } from "./calm-world.ts";

/** Two validators with twins, one of each pair on either side of a line that nothing crosses, each side a quorum. */
function dividedPlan(twins: readonly [number, number]): PbftPlan {
  const [one, other] = [0, 1, 2, 3].filter((node) => !twins.includes(node));
  const here = [one, ...twins];
  const there = [other, 4, 5];
  const cut = here.flatMap((a) => there.flatMap((b) => [[a, b] as const, [b, a] as const])) as [
    number,
    number,
  ][];
  const untilUs = 30 * SECOND;
  return calmPlan({
    liars: twins.map((node) => ({ node, conducts: [], twin: true })),
    faults: [{ kind: "partition", atUs: 0, untilUs, cut }],
    kindAtUs: untilUs,
    // Each side must hear of some.
    transactions: [1, 2, 3, 4, 5, 6, 7, 8].map((atUs) => ({ atUs, client: 1 })),
  });
}

/** A plan of a seed with 2f liars, each with a twin, and lines between the twins that come and go. */
function tornPlan(seed: number, members: number): PbftPlan {
  const plan = makePbftPlan(seed, {
    conducts: [],
    members,
    liars: 2 * byzantineMax(members),
    network: "lan",
  });
  const { spares, liars, kindAtUs } = plan;
  const torn = tornFaults(Random.of(seed, "torn"), { nodes: members + spares, liars, kindAtUs });
  return { ...plan, faults: [...plan.faults, ...torn].sort((a, b) => a.atUs - b.atUs) };
}

/** Ran to its end, with a fork or not. */
function forksOf(world: PbftWorld, what: string): number {
  const { violation, also } = world.run();
  assert.equal(violation, undefined, `${what}: ${violation?.check}: ${violation?.message}`);
  return also.get("proven-forks") ?? 0;
}

describe("who is to blame for a fork", () => {
  it("in one view: both primaries with one key propose", () => {
    assert.equal(forksOf(worldOf(dividedPlan([0, 3])), "twins 0 and 3"), 1);
  });

  it("across views: one side decides in view 0, the other begins view 1 as if nothing were prepared", () => {
    assert.equal(forksOf(worldOf(dividedPlan([2, 3])), "twins 2 and 3"), 1);
  });

  it("is not known without the NEW-VIEWs that the correct have voted by", () => {
    const world = worldOf(dividedPlan([2, 3]));
    for (const { disk } of world.correct) disk.newViews.push = () => 0;
    const { violation } = world.run();
    assert.equal(violation?.check, "accountability", violation?.message);
    assert.match(violation?.message ?? "", /nobody is proven guilty: fewer than 2/);
  });

  it("is never one who kept the rules: signatures that no correct process gives", () => {
    const world = worldOf(calmPlan());
    const key = world.cast.keysOf("v1")[0];
    const [first, second] = ["a", "b"].map((name) => {
      const blockHash = sha256Hex(asciiBytes(name)) as BlockHash;
      const at = { membership: 1 as Height, view: 0 as View, height: 1 as Height, blockHash };
      const message = { kind: "prepare", ...at } as const;
      return asVerified(1 as MemberIndex, message, world.cast.sign(key, 1, message).signature);
    });
    assert.ok(first && second);
    world.processes[0]?.disk.evidence.push({ first, second });
    const { violation } = world.run();
    assert.equal(violation?.check, "accountability", violation?.message);
    assert.match(violation?.message ?? "", /v1 is correct, and proven guilty of double-vote/);
  });

  it("in worlds full of faults, divided again and again, with up to 2f liars", () => {
    let forks = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const members = seed % 3 === 0 ? 7 : 4;
      forks += forksOf(worldOf(tornPlan(seed, members)), `seed ${seed} of ${members}`);
    }
    assert.ok(forks >= 8, `${forks} forks in 40 worlds: too few to tell`);
  });
});
