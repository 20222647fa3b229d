// Lies of whole nodes: what is wrong with a block is what it is meant to be, every lie is told in some world and does no
// harm, a censor is replaced, and real signatures are asked where a world has them.
import assert from "node:assert/strict";
import {
  assembleBlock,
  type Block,
  judgeBlockBytes,
  type SealedTransaction,
  verdictsOf,
} from "@witan/ledger";
import type { Amount, AssetId, MemberIndex, Timestamp } from "@witan/primitives";
import { NODE_CHECKS } from "../../packages/simulator/src/nodes/checks/checks.ts";
import { Replay } from "../../packages/simulator/src/nodes/checks/replay.ts";
import { makeNodesPlan } from "../../packages/simulator/src/nodes/make-nodes-plan.ts";
import type { NodesPlan } from "../../packages/simulator/src/nodes/plan.ts";
import { runNodesWorld } from "../../packages/simulator/src/nodes/run-nodes-world.ts";
import { freshCoins } from "../../packages/simulator/src/nodes/taps/draft.ts";
import { badTime, type Flaw } from "../../packages/simulator/src/nodes/taps/flaws.ts";
import type { Liar } from "../../packages/simulator/src/nodes/taps/tap.ts";
import { FLAWS, TAPS } from "../../packages/simulator/src/nodes/taps/taps.ts";
import { NodesWorld } from "../../packages/simulator/src/nodes/world.ts";
import { Random } from "../../packages/simulator/src/random.ts";

/** What each flaw may break. */
const BREAKS: Readonly<Record<string, readonly string[]>> = {
  "bad-signature": ["signature-invalid"],
  "bad-witness": ["signature-invalid"],
  "bad-double-spend": ["input-missing"],
  "bad-root": ["transactions-root", "governance-root"],
  "bad-parent": ["header-parent"],
  "bad-size": ["block-too-large", "transactions-too-many"],
  "bad-reward": ["reward-wrong", "reward-missing", "reward-position"],
  "bad-governance": ["approvals-too-few"],
  "bad-header": ["header-version", "header-height", "header-proposer", "header-target", "header-nonce"],
  "bad-money": ["policy-missing", "input-missing", "unbalanced", "expired"],
};

const TIME = 1_767_229_260_000 as Timestamp;

function planOf(seed: number, taps: readonly string[], more: Partial<NodesPlan> = {}): NodesPlan {
  const plan = makeNodesPlan(seed, { members: 4, liars: 1, taps, twins: false, network: "lan" });
  const kindAtUs = 3_000_000;
  return {
    ...plan,
    ...{ kindAtUs, faults: [], changes: [], spares: 0, signatures: "fake" },
    dealings: plan.dealings.filter(({ atUs }) => atUs <= kindAtUs),
    liars: [{ node: 0, conducts: taps, twin: false }],
    ...more,
  };
}

/** A liar, and a block of its node that holds: a payment with a fee. */
function ground(seed: number, limits: NodesPlan["limits"] = "usual") {
  const world = new NodesWorld(planOf(seed, [], { limits }), { checks: [] });
  const { cast } = world;
  const liar: Liar = {
    ...{ node: 0, place: 0, cast, keys: cast.votingKeys(0), height: 0, finals: [] },
    ...{ random: Random.of(seed, "test"), conspiracy: world.liars.conspiracy },
    sign: (digest, key) => cast.scheme.sign(digest, key),
    did: () => {},
  };
  const ledger = new Replay(world);
  const [coin] = freshCoins(liar, { transactions: [] as readonly SealedTransaction[] } as never);
  assert.ok(coin);
  const coinThere = [...ledger.coins.values()].find(({ policyHash }) => policyHash === coin.owner.policyHash);
  assert.ok(coinThere);
  const fee = 5n as Amount;
  const payment = cast.seal(
    {
      ...{ kind: "transfer", inputs: [coin.input], issued: [], destroyed: [], memo: "", fee },
      validUntil: (TIME + 600_000) as Timestamp,
      outputs: [
        {
          asset: 0 as AssetId,
          amount: (coinThere.amount - fee) as Amount,
          policyHash: coin.owner.policyHash,
        },
      ],
    },
    [coin.owner.publicKey],
    [coin.owner.policy],
  );
  const made = assembleBlock(ledger.state, {
    ...{ timestamp: TIME, proposer: 0 as MemberIndex, transactions: [payment] },
  });
  assert.ok(made.ok);
  const judge = (block: Block) => judgeBlockBytes(ledger.state, block.bytes, ledger, verdictsOf(cast.scheme));
  return { liar, block: made.value, judge };
}

describe("lies of whole nodes", () => {
  for (const [name, codes] of Object.entries(BREAKS))
    it(`${name} breaks ${codes.join(", ")}, and nothing else`, () => {
      const flaw = FLAWS[name]?.flaw as Flaw;
      const found = new Set<string>();
      for (let seed = 1; seed <= 40; seed++) {
        const { liar, block, judge } = ground(seed, seed % 2 === 0 ? "tight" : "usual");
        assert.ok(judge(block).ok, "the block that is spoilt holds");
        const bad = flaw(block, liar);
        if (bad === undefined) continue;
        const judged = judge(bad);
        // That another than the proposer made it is no rule of the ledger: who votes looks at that.
        if (judged.ok) assert.notEqual(bad.header.proposer, block.header.proposer, `seed ${seed}`);
        else found.add(judged.code);
      }
      for (const code of found) assert.ok(codes.includes(code), `${name} breaks ${code}`);
      for (const code of codes) assert.ok(found.has(code), `${name} never breaks ${code}`);
    });

  it("bad-time is far from every clock, and breaks no more", () => {
    const { liar, block, judge } = ground(1);
    const found = Array.from({ length: 10 }, () => badTime(block, liar));
    for (const bad of found) {
      assert.ok(bad && Math.abs(bad.header.timestamp - TIME) > 120_000);
      assert.ok(judge(bad).ok);
    }
  });

  for (const name of Object.keys(TAPS))
    it(`${name}: is told, and does no harm`, async function () {
      this.timeout(60_000);
      // It waits for another's bad block: below.
      const isAlone = name !== "accomplice";
      for (let seed = 1, told = false; !told; seed++) {
        assert.ok(seed <= 12, "never told");
        const { violation, faults } = await runNodesWorld(seed, { plan: planOf(seed, [name]) });
        assert.equal(violation?.message, undefined, `seed ${seed}: ${violation?.check}`);
        told = !isAlone || faults.has(name);
      }
    });

  it("accomplices vote for each other's bad blocks, and a quorum does not", async function () {
    this.timeout(120_000);
    const liars = [0, 1].map((node) => ({ node, conducts: ["bad-money", "accomplice"], twin: false }));
    let told = 0;
    for (let seed = 1; told === 0 && seed <= 12; seed++) {
      const made = makeNodesPlan(seed, { members: 7, liars: 2, taps: [], twins: false, network: "lan" });
      const plan = { ...planOf(seed, [], made), faults: [], changes: [], liars, kindAtUs: 3_000_000 };
      const dealings = made.dealings.filter(({ atUs }) => atUs <= plan.kindAtUs);
      const { violation, faults } = await runNodesWorld(seed, { plan: { ...plan, dealings } });
      assert.equal(violation?.message, undefined, `seed ${seed}: ${violation?.check}`);
      told = faults.get("accomplice") ?? 0;
    }
    assert.ok(told > 0);
  });

  it("real signatures are asked: forged ones are refused, and all else goes on as ever", async function () {
    this.timeout(120_000);
    const dealings = (["pay", "forged", "two-witnesses", "issue", "double-spend", "chain"] as const).map(
      (kind, at) => ({ atUs: 200_000 * (at + 1), client: at, kind }),
    );
    const plan = planOf(3, ["bad-signature", "broken-copies"], { signatures: "real", dealings });
    const real = await runNodesWorld(3, { plan: { ...plan, emptyBlockIntervalMs: 10_000 } });
    assert.equal(real.violation?.message, undefined, real.violation?.check);
    assert.ok(real.decisions >= 2, `${real.decisions} blocks`);
  });

  it("some worlds have real signatures, a few of a hundred", () => {
    const seeds = Array.from({ length: 500 }, (_, seed) => makeNodesPlan(seed).signatures);
    const count = seeds.filter((kind) => kind === "real").length;
    assert.ok(count > 0 && count < 50, `${count} of 500`);
    assert.ok("validity" in NODE_CHECKS);
  });
});
