// Worlds of whole nodes of BP Fast Paxos: seeds that must hold, the same world from the same seed, lies of proposers that do
// no harm, acceptors that are gone for ever; and the checks that only these worlds have can fail.
import assert from "node:assert/strict";
import { type BpfpMessage, bpfpMessageCodec } from "@witan/consensus";
import { crashMax, type Hash, type Height, type MemberIndex, type View } from "@witan/primitives";
import { makeWorld, traceSeed } from "@witan/simulator";
import { keyOf } from "@witan/storage";
import type { NodeCheckMaker } from "../../../packages/simulator/src/nodes/check.ts";
import { BPFP_NODE_CHECKS } from "../../../packages/simulator/src/nodes/checks/checks.ts";
import {
  type BpfpNodesWishes,
  makeBpfpNodesPlan,
} from "../../../packages/simulator/src/nodes/make-bpfp-nodes-plan.ts";
import type { NodeNetwork } from "../../../packages/simulator/src/nodes/node-network.ts";
import { type NodesPlan, owedIn, roleOf } from "../../../packages/simulator/src/nodes/plan.ts";
import { runNodesWorld } from "../../../packages/simulator/src/nodes/run-nodes-world.ts";
import { BPFP_TAPS } from "../../../packages/simulator/src/nodes/taps/bpfp-taps.ts";
import { TAPS } from "../../../packages/simulator/src/nodes/taps/taps.ts";
import { NodesWorld } from "../../../packages/simulator/src/nodes/world.ts";

const SEEDS_AT_ONCE = 8;
const ROUNDS = 5;
const SIZES: BpfpNodesWishes = { proposers: 2, acceptors: 4, gone: 0, network: "lan" };
/** What only proposers of this protocol do, and of the rest what is made otherwise here. */
const OWN_TAPS = [...Object.keys(BPFP_TAPS).filter((name) => !(name in TAPS)), "bad-money", "forged-sync"];

function calmPlan(seed: number, more: Partial<NodesPlan> = {}): NodesPlan {
  const made = makeBpfpNodesPlan(seed, { ...SIZES, liars: 0, signatures: "fake" });
  const kindAtUs = 2_000_000;
  return {
    ...{ ...made, kindAtUs, faults: [], changes: [], unknownRules: false, emptyBlockIntervalMs: 1_000 },
    dealings: made.dealings.filter(({ atUs }) => atUs < kindAtUs),
    ...more,
  };
}

function liedPlan(seed: number, name: string): NodesPlan {
  // To have two rounds with a proof, it must have been given up twice, and the other proposer twice in between.
  const awayUs = name === "stale-proofs" ? 8_000_000 : 3_500_000;
  const conducts = name === "stale-proofs" ? [name, "two-blocks"] : [name];
  const liars = [{ node: 0, conducts, twin: false }];
  // So that its turn comes again, and somebody is behind.
  const faults = [
    { kind: "crash", process: 5, atUs: 300_000, untilUs: 2_500_000, effects: 0 },
    { kind: "pause", process: 1, atUs: 1_000_000, untilUs: awayUs },
  ] as const;
  return { ...calmPlan(seed, { liars, faults }), kindAtUs: awayUs + 500_000 };
}

/** What a world of calm days comes to, by one check, in which somebody does something. */
async function foundBy(check: string, spoil: (world: NodesWorld) => void): Promise<string | undefined> {
  const make = BPFP_NODE_CHECKS[check]?.make;
  assert.ok(make, check);
  const world = new NodesWorld(calmPlan(3), { checks: [make] });
  spoil(world);
  return (await world.run()).violation?.check;
}

/** The same, in the end. */
async function foundInTheEndBy(check: string, spoil: (world: NodesWorld) => Promise<void>) {
  const make = BPFP_NODE_CHECKS[check]?.make;
  assert.ok(make, check);
  const spoiler: NodeCheckMaker = (world) => ({ name: "spoiler", ended: () => spoil(world) });
  return (await new NodesWorld(calmPlan(3), { checks: [spoiler, make] }).run()).violation;
}

const promise = (round: number, vote: readonly { round: View; blockHash: never }[]): BpfpMessage => ({
  ...{ kind: "promise", membership: 1 as Height, acceptor: 2 as MemberIndex, round: round as View },
  ...{ decidedHeight: 0 as Height, decidedHash: "00".repeat(32) as never, vote },
  seal: { kind: "mac", mac: "11".repeat(32) as Hash },
});
const learn = (round: number): BpfpMessage => ({
  ...{ kind: "learn", membership: 1 as Height, height: 1 as Height, round: round as View, signature: [] },
  blockHash: "ab".repeat(32) as never,
});

describe("worlds of whole nodes of BP Fast Paxos", function () {
  this.timeout(120_000);

  for (let round = 0; round < ROUNDS; round++) {
    const from = 1 + round * SEEDS_AT_ONCE;
    it(`hold what is promised: seeds ${from} to ${from + SEEDS_AT_ONCE - 1}`, async () => {
      for (let seed = from; seed < from + SEEDS_AT_ONCE; seed++) {
        const { violation } = await runNodesWorld(seed, { plan: makeBpfpNodesPlan(seed, { brief: true }) });
        assert.equal(violation?.message, undefined, `seed ${seed}: ${violation?.check}`);
      }
    });
  }

  it("have every transaction proposed, though a copy with a broken witness came before it: seeds 47, 491", async () => {
    for (const seed of [47, 491]) {
      const { violation } = await runNodesWorld(seed, { plan: makeBpfpNodesPlan(seed, { brief: true }) });
      assert.equal(violation?.message, undefined, `seed ${seed}: ${violation?.check}`);
    }
  });

  it("have every transaction proposed, though the only proposer had no room when it came: seed 549", async () => {
    const { violation } = await runNodesWorld(549, { plan: makeBpfpNodesPlan(549, { brief: true }) });
    assert.equal(violation?.message, undefined, violation?.check);
  });

  it("go on, though the only acceptor that had decided, and told both proposers, is gone for ever: seed 3147", async () => {
    const { violation } = await runNodesWorld(3147, { plan: makeBpfpNodesPlan(3147) });
    assert.equal(violation?.message, undefined, violation?.check);
  });

  it("want no certificate of what only an observer decided, who counts votes, where all proposers lie: seed 30135", async () => {
    const { violation } = await runNodesWorld(30135, { plan: makeBpfpNodesPlan(30135) });
    assert.equal(violation?.message, undefined);
  });

  it("go on, though only proposers decided the block that changed the members: seed 891", async () => {
    const { violation } = await runNodesWorld(891, { plan: makeBpfpNodesPlan(891) });
    assert.equal(violation?.message, undefined, violation?.check);
  });

  it("have certificates, though who is left signed before a power cut: seeds 123, 243", async () => {
    for (const seed of [123, 243]) {
      const { violation } = await runNodesWorld(seed, { plan: makeBpfpNodesPlan(seed, { brief: true }) });
      assert.equal(violation?.message, undefined, `seed ${seed}: ${violation?.check}`);
    }
  });

  it("have all sizes, liars and crashes, within what is borne", () => {
    const seen = { liars: new Set<number>(), gone: new Set<number>(), roles: new Set<string>() };
    let [idle, twins] = [0, 0];
    for (let seed = 1; seed <= 300; seed++) {
      const plan = makeBpfpNodesPlan(seed);
      const { members, spares, observers, liars, gone, faults, kindAtUs } = plan;
      const nodes = [...Array(members + spares + observers).keys()];
      const acceptors = nodes.filter((node) => node < members && roleOf(plan, node) === "acceptor");
      for (const node of nodes) seen.roles.add(roleOf(plan, node));
      for (const { node } of liars) assert.equal(roleOf(plan, node), "proposer", `seed ${seed}`);
      const losers = faults.flatMap((fault) =>
        fault.kind === "corruption" || fault.kind === "lost-data" || fault.kind === "old-copy"
          ? [fault.process]
          : [],
      );
      const away = new Set([
        ...gone.map(({ node }) => node),
        ...losers.filter((one) => acceptors.includes(one)),
      ]);
      assert.ok(away.size <= crashMax(acceptors.length), `seed ${seed}`);
      for (const { atUs, untilUs } of faults) assert.ok(atUs < kindAtUs && untilUs <= kindAtUs);
      seen.liars.add(liars.length);
      seen.gone.add(gone.length);
      if (!owedIn(plan).liveness) idle++;
      twins += liars.filter(({ twin }) => twin).length;
      assert.ok(owedIn(plan).agreement);
    }
    assert.deepEqual([...seen.liars].sort(), [0, 1, 2, 3]);
    assert.ok(seen.gone.has(0) && seen.gone.has(1) && seen.gone.has(2));
    assert.deepEqual([...seen.roles].sort(), ["acceptor", "observer", "proposer"]);
    assert.ok(idle > 10 && twins > 10, `${idle} ${twins}`);
  });

  it("are the same to the last event, and tell who is who", async () => {
    const kind = {
      protocol: "bp-fast-paxos",
      level: "nodes" as const,
      wishes: { proposers: 2, byzantine: 1 },
    };
    const once = await traceSeed(kind, 9);
    assert.equal((await traceSeed(kind, 9)).digest, once.digest);
    const { actors } = makeWorld({ ...kind, wishes: { proposers: 2, acceptors: 4, crashed: 1 } }, 9);
    const names = actors.map(({ name }) => name);
    assert.deepEqual(names.slice(0, 6), ["p0", "p1", "a2", "a3", "a4", "a5"]);
    assert.equal(actors.filter(({ role }) => role.includes("crashes for ever")).length, 1);
    const text = once.lines.join("\n");
    for (const what of [
      / ACCEPT h1 r0 \w{8}/,
      / LEARN h1 r0 \w{8}/,
      / DECIDED h1 \w{8}/,
      / decides \w{8} at 1$/m,
    ])
      assert.match(text, what);
  });

  it("decide with one of four acceptors gone for ever, and count it", async () => {
    const plan = calmPlan(5, { gone: [{ node: 4, atUs: 400_000 }] });
    const { violation, decisions, faults } = await runNodesWorld(5, { plan });
    assert.equal(violation?.message, undefined, violation?.check);
    assert.equal(faults.get("gone"), 1);
    assert.ok(decisions > 2, `${decisions} blocks`);
  });

  it("keep evidence of a proposer that shows two blocks, and go on with the next", async () => {
    let kept = 0;
    for (let seed = 1; kept === 0 && seed <= 12; seed++) {
      const { violation, also } = await runNodesWorld(seed, { plan: liedPlan(seed, "two-blocks") });
      assert.equal(violation?.message, undefined, `seed ${seed}: ${violation?.check}`);
      kept += also.get("evidence-kept") ?? 0;
    }
    assert.ok(kept > 0);
  });

  for (const name of OWN_TAPS)
    it(`${name}: is told, and does no harm`, async () => {
      for (let seed = 1, told = false; !told; seed++) {
        assert.ok(seed <= 12, "never told");
        const { violation, faults } = await runNodesWorld(seed, { plan: liedPlan(seed, name) });
        assert.equal(violation?.message, undefined, `seed ${seed}: ${violation?.check}`);
        told = faults.has(name);
      }
    });

  it("promises: a vote below one, and a promise without the vote that was said", async () => {
    const said = (...messages: readonly BpfpMessage[]) =>
      foundBy("promises", (world) => {
        for (const message of messages)
          world.saidBy({ place: 2 } as NodeNetwork, bpfpMessageCodec.encode(message));
      });
    assert.equal(await said(promise(5, []), learn(3)), "promises");
    assert.equal(await said(learn(3), promise(5, [])), "promises");
  });

  it("certificates: one that never comes", async () => {
    const found = await foundInTheEndBy("certificates", async (world) => {
      const store = await world.processes[3]?.disk.openForOperator();
      await store?.write([{ kind: "delete", key: keyOf("certificate", 1 as Height) }], { sync: true });
    });
    assert.equal(found?.check, "certificates", found?.message);
  });

  it("evidence: somebody who keeps the rules is accused", async () => {
    const found = await foundInTheEndBy("evidence", async (world) => {
      const process = world.processes[3];
      const call = process?.call.bind(process);
      const accused = { member: "p1", kind: "two-blocks", says: "p1 proposed two blocks" };
      Object.defineProperty(process, "call", {
        value: (...args: Parameters<NonNullable<typeof call>>) =>
          args[0] === "consensus_evidence" ? Promise.resolve({ evidence: [accused] }) : call?.(...args),
      });
    });
    assert.equal(found?.check, "evidence", found?.message);
    assert.match(found?.message ?? "", /p1/);
  });

  it("liveness: owed while one proposer keeps the rules, and not where none does", () => {
    const plan = calmPlan(3);
    const [one, two] = [0, 1].map((node) => ({ node, conducts: [], twin: false }));
    assert.ok(one && two);
    assert.ok(owedIn({ ...plan, liars: [one] }).liveness);
    assert.deepEqual(owedIn({ ...plan, liars: [one, two] }), { agreement: true, liveness: false });
  });
});
