// Each way to misbehave does what it says: it acts, and correct processes feel it. And with no more liars than f, of
// whatever conducts, the world keeps its promises.
import assert from "node:assert/strict";
import { type Ballot, ballotMessage, Pbft } from "@witan/consensus";
import type { WorldResult } from "../../packages/simulator/src/engines/world.ts";
import type { Check } from "../../packages/simulator/src/pbft/check.ts";
import { agreement } from "../../packages/simulator/src/pbft/checks/agreement.ts";
import { checksOf } from "../../packages/simulator/src/pbft/checks/checks.ts";
import { CONDUCT_MAKERS, CONDUCTS } from "../../packages/simulator/src/pbft/conducts/conducts.ts";
import { makePbftPlan } from "../../packages/simulator/src/pbft/make-plan.ts";
import type { PbftPlan } from "../../packages/simulator/src/pbft/plan.ts";
import { type Begin, PbftWorld } from "../../packages/simulator/src/pbft/world.ts";

/** What correct processes feel, counted. */
interface Felt {
  /** Messages that are wrong. */
  faulty: number;
  /** Well-formed messages of liars that their engines never gave. */
  lies: number;
  evidence: number;
  /** Proposals that were judged invalid. */
  invalid: number;
  /** VIEW-CHANGEs that they sent themselves. */
  viewChanges: number;
  /** CHECKPOINTs that they sent, again and again until a quorum has said the same. */
  checkpoints: number;
  /** How often they help one who seems to be behind. */
  helped: number;
  /** How often a transaction was passed over for long. */
  overdue: number;
  /** Bodies that had to be asked for. */
  askedBodies: number;
  /** Certificates beside blocks that did not hold. */
  certificates: number;
}

function feeling(felt: Felt): (world: PbftWorld) => Check {
  return (world) => {
    const true_ = new Set<string>();
    return {
      name: "feeling",
      signed: (at, { message, signature }) => {
        if (at.lies) true_.add(signature);
        else if (message.kind === "viewChange") felt.viewChanges++;
        else if (message.kind === "checkpoint") felt.checkpoints++;
      },
      faulted: (at) => {
        if (!at.lies) felt.faulty++;
      },
      stepped: (at, input, effects) => {
        if (at.lies) return;
        if (input.kind === "proposalJudged" && !input.valid) felt.invalid++;
        if (input.kind === "workChanged" && input.overdue) felt.overdue++;
        for (const { kind } of effects) {
          if (kind === "evidence") felt.evidence++;
          if (kind === "sendDecided" || kind === "forward") felt.helped++;
        }
        if (input.kind !== "message") return;
        const { sender, signature, message } = input.message;
        const name = world.conspiracy.membershipAt(message.membership)?.members[sender]?.name;
        if (name !== undefined && world.cast.isLiar(name) && !true_.has(signature)) felt.lies++;
      },
    };
  };
}

function beginOf({ viewTicks, viewTicksMax, resendTicks, bufferedMax }: PbftPlan): Begin {
  return (_world, { keys }, start) =>
    new Pbft({ viewTicks, viewTicksMax, resendTicks, bufferedMax, votingKeys: keys }, start);
}

function run(plan: PbftPlan): readonly [WorldResult, Felt] {
  const felt: Felt = {
    ...{ faulty: 0, lies: 0, evidence: 0, invalid: 0, viewChanges: 0 },
    ...{ checkpoints: 0, helped: 0, overdue: 0, askedBodies: 0, certificates: 0 },
  };
  const world = new PbftWorld(plan, {
    begin: beginOf(plan),
    checks: [...checksOf(plan), feeling(felt)],
    conducts: CONDUCT_MAKERS,
    recorder: {
      happened: (_atUs, happening) => {
        if (happening.kind === "send" && happening.what === "body?") felt.askedBodies++;
      },
    },
  });
  const result = world.run();
  felt.certificates = result.also.get("faulty-certificates") ?? 0;
  return [result, felt];
}

/** How each is felt: more than in the same world with a liar that keeps the rules. */
const FELT_AS: Readonly<Record<string, keyof Felt>> = {
  "two-proposals": "viewChanges",
  "two-prepares": "evidence",
  "two-commits": "evidence",
  "two-view-changes": "lies",
  "two-new-views": "lies",
  "two-checkpoints": "checkpoints",
  "two-statuses": "helped",
  "double-game": "lies",
  "silent-to-some": "viewChanges",
  "silent-by-turns": "viewChanges",
  "silent-by-kind": "viewChanges",
  "deaf-to-some": "viewChanges",
  "slow-primary": "viewChanges",
  "slow-votes": "viewChanges",
  "slow-at-random": "viewChanges",
  "bad-signature": "invalid",
  "bad-double-spend": "invalid",
  "bad-root": "invalid",
  "bad-parent": "invalid",
  "bad-size": "invalid",
  censorship: "overdue",
  "withheld-bodies": "askedBodies",
  "bodies-to-some": "askedBodies",
  "wrong-bodies": "askedBodies",
  "forged-decided": "faulty",
  "forged-prepared": "faulty",
  "padded-prepared": "faulty",
  "forged-senders": "faulty",
  "forged-sync": "certificates",
  "hidden-prepared": "lies",
  "stale-prepared": "lies",
  "stale-decided": "lies",
  "claimed-height": "faulty",
  "chosen-new-views": "lies",
  "malformed-new-views": "faulty",
  "ignored-force": "lies",
  "below-base": "lies",
  "far-views": "lies",
  "far-heights": "lies",
  flood: "lies",
  restless: "lies",
  "replayed-others": "helped",
  "replayed-own": "helped",
  "moved-votes": "faulty",
  amnesia: "evidence",
  "blind-votes": "lies",
  "premature-commits": "lies",
  mutation: "lies",
  "wild-mutation": "lies",
};

/** Worlds that are looked through for one in which a conduct is felt. */
const SEEDS = 60;

function isFelt(name: string, as: keyof Felt, seed: number): boolean {
  const plan = makePbftPlan(seed, { members: 4, liars: 1, twins: false, conducts: [name] });
  const [{ faults, violation }, felt] = run(plan);
  assert.equal(violation, undefined, `seed ${seed}: ${violation?.check}: ${violation?.message}`);
  if ((faults.get(name) ?? 0) === 0) return false;
  const honest = { ...plan, liars: plan.liars.map((liar) => ({ ...liar, conducts: [] })) };
  return felt[as] > run(honest)[1][as];
}

describe("a conduct", () => {
  it("is felt in a way that is stated for each", () => {
    assert.deepEqual(Object.keys(FELT_AS).sort(), Object.keys(CONDUCTS).sort());
  });

  for (const [name, as] of Object.entries(FELT_AS))
    it(`${name}: ${CONDUCTS[name]?.says} (felt as ${as})`, () => {
      let seed = 0;
      while (seed < SEEDS && !isFelt(name, as, seed)) seed++;
      assert.ok(seed < SEEDS, `not felt in ${SEEDS} worlds`);
    }).timeout(60_000);
});

const NAMES = Object.keys(CONDUCTS);

describe("liars", () => {
  it("have no signature but their own and each other's", () => {
    const plan = makePbftPlan(1, { members: 7, liars: 2, twins: false, conducts: ["restless"] });
    const world = new PbftWorld(plan, { begin: beginOf(plan), checks: [], conducts: CONDUCT_MAKERS });
    const { conspiracy, firstMembership, cast } = world;
    const liars = conspiracy.liarsOf(firstMembership);
    assert.deepEqual(
      liars,
      plan.liars.map(({ node }) => node).sort((a, b) => a - b),
    );
    const ballot = { membership: 1, view: 0, height: 1, blockHash: "ab".repeat(32) } as unknown as Ballot;
    for (const [sender] of firstMembership.members.entries()) {
      const signed = conspiracy.sign(firstMembership, sender, ballotMessage("prepare", ballot));
      assert.equal(signed !== undefined, liars.includes(sender));
      const own = conspiracy.sign(firstMembership, liars[0] as number, ballotMessage("prepare", ballot));
      const forged = conspiracy.forge(sender, own?.signature as never, ballotMessage("prepare", ballot));
      const found = cast.check(forged, 0, () => firstMembership);
      assert.equal(found, sender === liars[0] ? "holds" : "fault");
    }
  });

  it("break nothing while they are no more than f, whatever they combine", () => {
    for (let seed = 0; seed < 30; seed++) {
      const [{ violation }] = run(makePbftPlan(seed, { members: seed % 3 === 0 ? 7 : 4, conducts: NAMES }));
      assert.equal(violation, undefined, `seed ${seed}: ${violation?.check}: ${violation?.message}`);
    }
  }).timeout(60_000);

  it("do not answer each other for ever: one that votes blindly, with a twin, where somebody floods", () => {
    const [{ violation }] = run(makePbftPlan(922, { conducts: NAMES }));
    assert.equal(violation?.message, undefined);
  });

  it("can make two blocks final when they are more than f and play together", () => {
    const broken = (seed: number) => {
      const plan = makePbftPlan(seed, { members: 4, liars: 2, twins: false, conducts: ["double-game"] });
      const world = new PbftWorld(plan, {
        begin: beginOf(plan),
        checks: [agreement],
        conducts: CONDUCT_MAKERS,
      });
      return world.run().violation?.check === "agreement";
    };
    assert.ok([...Array(20).keys()].some(broken));
  });

  it("are drawn in many ways: alone and several, as twins, as primaries of early views", () => {
    const plans = Array.from({ length: 300 }, (_, seed) => makePbftPlan(seed, { conducts: NAMES }));
    const withLiars = plans.filter(({ liars }) => liars.length > 0);
    const share = (list: readonly PbftPlan[], of: (plan: PbftPlan) => boolean) =>
      list.filter(of).length / list.length;
    assert.ok(share(plans, ({ liars }) => liars.length > 0) > 0.6);
    assert.ok(share(withLiars, ({ liars }) => liars.some(({ twin }) => twin)) > 0.15);
    assert.ok(share(withLiars, ({ liars }) => liars.some(({ node }) => node < 2)) > 0.5);
    const drawn = new Set(plans.flatMap(({ liars }) => liars.flatMap(({ conducts }) => conducts)));
    assert.deepEqual([...drawn].sort(), [...NAMES].sort());
  });

  it("are given more time the more they are, and no more than a few of the longest view timers", () => {
    const boundOf = (members: number, liars: number) => {
      const { boundUs, viewTicksMax, tickUs, transactions } = makePbftPlan(5, {
        members,
        liars,
        conducts: NAMES,
      });
      const backlogUs = Math.ceil(transactions.length / 64) * 250_000;
      return (boundUs - backlogUs) / (viewTicksMax * tickUs);
    };
    assert.deepEqual([boundOf(4, 0), boundOf(4, 1), boundOf(10, 3)], [2.95, 4.2, 6.7]);
  });

  it("lie the same way on every run", () => {
    const plan = makePbftPlan(3, { members: 7, liars: 2, conducts: NAMES });
    const outcome = () => {
      const [{ violation: _, faults, also, ...rest }, felt] = run(plan);
      return { ...rest, ...felt, faults: [...faults], also: [...also] };
    };
    assert.deepEqual(outcome(), outcome());
  });
});
