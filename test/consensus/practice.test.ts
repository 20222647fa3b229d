// What goes wrong in practice (protocols/pbft.md), item by item as far as it is the engine's: each test is named after
// its item. The random worlds and the small schedules of this folder try the same by force.
import assert from "node:assert/strict";
import { keptMax, membersWith, type PbftEffect, type PbftRecord, type PbftStatus } from "@witan/consensus";
import type { Height, PublicKey, View } from "@witan/primitives";
import { checksOf } from "../../packages/simulator/src/pbft/checks/checks.ts";
import { CONDUCT_MAKERS } from "../../packages/simulator/src/pbft/conducts/conducts.ts";
import { makePbftPlan } from "../../packages/simulator/src/pbft/make-plan.ts";
import { PbftWorld } from "../../packages/simulator/src/pbft/world.ts";
import {
  A,
  accepted,
  B,
  ballot,
  built,
  certificate,
  judged,
  members,
  membership,
  newView,
  Probe,
  said,
  viewChange,
} from "./probe.ts";
import { real } from "./stage.ts";

const LEFT = ["persist progress", "broadcast viewChange"];
const keyOf = (index: number) => members[index]?.votingKey as PublicKey;
const status = (height: number, view = 0) =>
  ({ ...ballot("prepare", A, view, height), kind: "status" }) as const;

describe("PBFT, what goes wrong in practice", () => {
  it("votes are counted by distinct sender, not by message", () => {
    const probe = accepted();
    for (let copy = 0; copy < 5; copy++) assert.deepEqual(said(probe.hear(2, ballot("prepare"))), []);
    for (let copy = 0; copy < 5; copy++) assert.deepEqual(said(probe.hear(2, ballot("commit"))), []);
    const asked = new Probe(1);
    for (let copy = 0; copy < 5; copy++) assert.deepEqual(said(asked.hear(2, viewChange(1))), []);
  });

  it("a validator that restarts votes as before, and sends its vote again unchanged", () => {
    const before = accepted();
    const probe = new Probe(1, { records: [...before.records.values()], resendTicks: 1 });
    assert.deepEqual(said(probe.hear(0, ballot("prePrepare", B))), []);
    assert.deepEqual(said(probe.feed(judged(B))), []);
    const [again] = probe.ticks(1);
    assert.ok(again?.kind === "broadcast");
    assert.deepEqual(again.message, ballot("prepare"));
    const primary = new Probe(0);
    primary.work(true);
    primary.feed(built());
    const restarted = primary.restarted(0);
    assert.deepEqual(said(restarted.work(true)), []);
    assert.equal(restarted.engine.status().phase, "proposed");
  });

  it("records of a decided height and of other members mean nothing", () => {
    const { records } = accepted();
    const [record] = records.values() as unknown as [PbftRecord];
    assert.equal(new Probe(1, { records: [record], height: 1 }).engine.status().phase, "idle");
    const later = { ...membership, from: 2 as Height };
    const other = new Probe(1, { records: [record], height: 1, membership: later });
    assert.equal(other.engine.status().phase, "idle");
  });

  it("lost messages: what others may have missed is sent again on a timer", () => {
    const probe = new Probe(1, { resendTicks: 3 });
    probe.hear(0, ballot("prePrepare"));
    probe.feed(judged());
    assert.deepEqual(said(probe.ticks(3)), ["broadcast prepare", "broadcast status"]);
    for (const sender of [1, 2]) probe.hear(sender, ballot("prepare"));
    const both = ["broadcast prepare", "broadcast commit", "broadcast status"];
    assert.deepEqual(said(probe.ticks(3)), both);
  });

  it("lost messages: one who is ahead answers one who is behind, and one who is behind asks", () => {
    const ahead = new Probe(1, { height: 5 });
    assert.deepEqual(ahead.hear(2, status(3)), [{ kind: "sendDecided", to: 2, membership: 1, height: 4 }]);
    const behind = new Probe(1);
    assert.deepEqual(behind.hear(2, status(3)), [{ kind: "requestSync", height: 3, from: [2] }]);
    assert.deepEqual(behind.hear(3, ballot("commit", A, 0, 3)), [
      { kind: "requestSync", height: 2, from: [3] },
    ]);
    behind.hear(1, newView(1));
    assert.deepEqual(said(behind.hear(2, status(0))), ["forward"]);
    assert.deepEqual(said(behind.feed({ kind: "connected", member: 2 as never })), ["send status"]);
    assert.deepEqual(said(new Probe(9).feed({ kind: "connected", member: 2 as never })), []);
  });

  // Found by the simulator: a validator that had stood still asked thousands of times (test/simulator/long-outage.test.ts).
  it("lost messages: one who is behind asks each member once until the blocks are here", () => {
    const probe = new Probe(1, { resendTicks: 3 });
    const asked = (effects: readonly PbftEffect[]) =>
      effects.flatMap((effect) => (effect.kind === "requestSync" ? [[effect.height, ...effect.from]] : []));
    assert.deepEqual(asked(probe.hear(2, status(3))), [[3, 2]]);
    for (const height of [3, 4, 50]) {
      assert.deepEqual(asked(probe.hear(2, status(height))), []);
      assert.deepEqual(asked(probe.hear(2, ballot("commit", A, 0, height))), []);
    }
    assert.deepEqual(asked(probe.hear(3, ballot("commit", A, 0, 3))), [[2, 3]]);
    // What was kept for later is looked at again with each block.
    assert.deepEqual(asked(probe.decide(A)), []);
    assert.deepEqual(asked(probe.decide(A)), []);
    assert.deepEqual(asked(probe.hear(3, status(4))), [[4, 3]]);
    // The blocks that it was asked for are here, and it has said by a COMMIT for height 50 that it has more.
    assert.deepEqual(asked(probe.decide(A)), [[49, 2]]);
    assert.deepEqual(asked(probe.hear(2, status(60))), []);
  });

  it("lost messages: one who is behind asks again on the timer, by a new connection, and new members", () => {
    const probe = new Probe(1, { resendTicks: 3 });
    const asks = (height: number): boolean =>
      said(probe.hear(2, status(height))).some((effect) => effect === "requestSync");
    assert.ok(asks(9));
    probe.ticks(2);
    assert.ok(!asks(9));
    probe.ticks(1);
    assert.ok(asks(9) && !asks(9));
    probe.feed({ kind: "connected", member: 3 as never });
    assert.ok(!asks(9));
    probe.feed({ kind: "connected", member: 2 as never });
    assert.ok(asks(9) && !asks(9));
    probe.decide(A, { ...membership, from: 2 as Height });
    const ofNew = { ...status(9), membership: 2 as Height };
    assert.deepEqual(said(probe.hear(2, ofNew)), ["requestSync"]);
    // An observer sends nothing again, and asks again all the same.
    const observer = new Probe(9, { resendTicks: 3 });
    assert.deepEqual(said(observer.hear(2, status(9))), ["requestSync"]);
    assert.deepEqual(said(observer.ticks(3)), []);
    assert.deepEqual(said(observer.hear(2, status(9))), ["requestSync"]);
  });

  it("memory held hostage: of each sender a bounded number for later, and votes of a window of views", () => {
    const probe = new Probe(1);
    for (let view = 0; view < 100; view++) probe.hear(0, ballot("commit", A, view, 2));
    probe.hear(0, ballot("prePrepare", A, 0, 2));
    assert.deepEqual(said(probe.decide(A)), ["judgeProposal"]);
    const pushed = new Probe(1);
    pushed.hear(0, ballot("prePrepare", A, 0, 2));
    for (const view of [1, 2, 3, 4]) pushed.hear(0, ballot("commit", A, view, 2));
    assert.deepEqual(said(pushed.decide(A)), []);
    const far = new Probe(3);
    for (const sender of [0, 1, 2]) assert.deepEqual(said(far.hear(sender, ballot("commit", A, 9))), []);
    for (const sender of [0, 1]) far.hear(sender, ballot("commit", A, 8));
    assert.deepEqual(said(far.hear(2, ballot("commit", A, 8))), ["finalize"]);
  });

  // Found by the simulator: seeds 172 and 189 of `npx witan simulate --consensus pbft`. The guard refused the PREPARE.
  it("a validator that restarts with a vote that nobody heard says it before its COMMIT", () => {
    const restarted = accepted().restarted(1);
    restarted.hear(0, ballot("prePrepare"));
    restarted.hear(2, ballot("prepare"));
    const effects = said(restarted.hear(3, ballot("prepare")));
    assert.deepEqual(effects, ["persist progress", "broadcast prepare", "broadcast commit"]);
  });

  it("memory held hostage: votes of views that were left are not kept, COMMITs for a window of views", () => {
    const probe = new Probe(3);
    probe.hear(1, newView(9));
    for (const sender of [0, 1, 2]) assert.deepEqual(said(probe.hear(sender, ballot("commit", A, 0))), []);
    for (const sender of [0, 1, 2]) probe.hear(sender, ballot("prepare", A, 8));
    assert.equal(probe.engine.status().timeoutTicks, undefined);
    for (const sender of [0, 1]) probe.hear(sender, ballot("commit", A, 1));
    assert.deepEqual(said(probe.hear(2, ballot("commit", A, 1))), ["finalize"]);
  });

  it("memory held hostage: what is kept is bounded however many views fail at one height, and lie", () => {
    const probe = new Probe(1);
    for (let view = 1; view <= 300; view++) {
      for (const sender of [0, 2]) probe.hear(sender, viewChange(view));
      for (const kind of ["prepare", "commit"] as const)
        for (const hash of [A, B]) probe.hear(0, ballot(kind, hash, view + 8));
    }
    assert.equal(probe.engine.status().view, 300);
    const most = keptMax(members.length, 4);
    for (const [what, count] of Object.entries(probe.engine.kept()))
      assert.ok(count <= most[what as keyof typeof most], `${what}: ${count} are kept`);
  });

  it("memory held hostage: a view number far ahead moves nobody by itself", () => {
    const probe = new Probe(3);
    for (const view of [5, 50, 5_000_000]) assert.deepEqual(said(probe.hear(0, viewChange(view))), []);
    assert.equal(probe.engine.status().view, 0);
    assert.deepEqual(said(probe.hear(2, viewChange(2))), LEFT);
    assert.equal(probe.engine.status().view, 2);
  });

  it("equivocation: two different votes of one sender for one type, view and height are evidence, told once", () => {
    for (const kind of ["prePrepare", "prepare", "commit"] as const) {
      const probe = new Probe(1);
      probe.hear(0, ballot(kind));
      const [effect] = probe.hear(0, ballot(kind, B));
      assert.ok(effect?.kind === "evidence");
      assert.deepEqual(
        [effect.evidence.first.message, effect.evidence.second.message],
        [ballot(kind), ballot(kind, B)],
      );
      assert.deepEqual(said(probe.hear(0, ballot(kind, B))), []);
    }
  });

  it("checkpoint: stable once a quorum of distinct senders has the same digest", () => {
    const probe = new Probe(0);
    const say = (sender: number, digest: string, height = 10) => {
      const where = { membership: 1 as Height, height: height as Height };
      return said(probe.hear(sender, { kind: "checkpoint", ...where, digest: digest as never }));
    };
    say(1, A);
    assert.deepEqual(say(1, A), []);
    assert.deepEqual(say(2, B), []);
    assert.deepEqual(say(0, A), []);
    assert.deepEqual(say(3, A), ["stableCheckpoint"]);
    assert.deepEqual(say(2, A, 11), []);
    const hashed = { kind: "checkpointHashed", height: 20 as Height, digest: A as never } as const;
    assert.deepEqual(said(probe.feed(hashed)), ["broadcast checkpoint"]);
  });

  it("checkpoint: one that was lost is said again until a quorum says the same, and to whoever connects", () => {
    const probe = new Probe(0, { viewTicks: 5, resendTicks: 5 });
    const where = { membership: 1 as Height, height: 20 as Height };
    const digest = A as never;
    const checkpoint = { kind: "checkpoint", ...where, digest } as const;
    const connected = { kind: "connected", member: 2 as never } as const;
    const onTimer = (): string[] => said(probe.ticks(5));
    assert.deepEqual(onTimer(), ["broadcast status"]);
    probe.feed({ kind: "checkpointHashed", height: where.height, digest });
    for (const sender of [0, 1]) probe.hear(sender, checkpoint);
    for (let time = 0; time < 3; time++)
      assert.deepEqual(onTimer(), ["broadcast checkpoint", "broadcast status"]);
    // Another digest does not settle it.
    probe.hear(3, { ...checkpoint, digest: B as never });
    assert.deepEqual(onTimer(), ["broadcast checkpoint", "broadcast status"]);
    assert.deepEqual(said(probe.hear(2, checkpoint)), ["stableCheckpoint"]);
    assert.deepEqual(onTimer(), ["broadcast status"]);
    assert.deepEqual(said(probe.feed(connected)), ["send checkpoint", "send status"]);
    // It was signed for members who decide no more: the signer guard would refuse it for others.
    probe.feed({ kind: "checkpointHashed", height: 30 as Height, digest });
    probe.decide(A, { ...membership, from: 2 as Height });
    assert.deepEqual(onTimer(), ["broadcast status"]);
    assert.deepEqual(said(probe.feed(connected)), ["send status"]);
  });

  it("where nothing is under way it is said once in a view's time where a validator stands, and else on the timer", () => {
    const probe = new Probe(1, { viewTicks: 20, resendTicks: 5 });
    const onTimer = (): string[] => said(probe.ticks(5));
    const aViewsTime = (): string[][] => [onTimer(), onTimer(), onTimer(), onTimer()];
    assert.deepEqual(aViewsTime(), [[], [], [], ["broadcast status"]]);
    // Work that comes in between waits for the timer's next time, as ever: it is not said at once what was left out.
    assert.deepEqual([said(probe.ticks(8)), said(probe.work(true)), said(probe.ticks(1))], [[], [], []]);
    assert.deepEqual([said(probe.ticks(1)), onTimer()], [["broadcast status"], ["broadcast status"]]);
    probe.work(false);
    assert.deepEqual(onTimer(), []);
    // What was asked for has not come.
    assert.deepEqual(said(probe.hear(2, status(3))), ["requestSync"]);
    assert.deepEqual(onTimer(), ["broadcast status"]);
    assert.deepEqual(aViewsTime(), [[], [], [], ["broadcast status"]]);
  });

  it("checkpoint: whoever repeats one that is settled here lacks the others', and is told this one, three times", () => {
    const probe = new Probe(0);
    const where = { membership: 1 as Height, height: 20 as Height };
    const checkpoint = { kind: "checkpoint", ...where, digest: A as never } as const;
    probe.feed({ kind: "checkpointHashed", height: where.height, digest: checkpoint.digest });
    for (const sender of [0, 1]) probe.hear(sender, checkpoint);
    // Not settled: it is said to all on the timer.
    assert.deepEqual(said(probe.hear(1, checkpoint)), []);
    assert.deepEqual(said(probe.hear(2, checkpoint)), ["stableCheckpoint"]);
    assert.deepEqual(said(probe.hear(3, checkpoint)), []);
    const times = [1, 2, 3, 4, 5].map(() => said(probe.hear(3, checkpoint)).join());
    assert.deepEqual(times, ["send checkpoint", "send checkpoint", "send checkpoint", "", ""]);
    assert.deepEqual(said(probe.hear(2, checkpoint)), ["send checkpoint"]);
    assert.deepEqual(said(probe.hear(0, checkpoint)), []);
  });
});

describe("PBFT, a primary that leaves out one client's transactions", () => {
  function decideFor(probe: Probe, ticks: number): string[] {
    const effects = [];
    for (let tick = 0; tick < ticks; tick++) {
      effects.push(...probe.ticks(1).filter((effect) => effect.kind !== "finalize"));
      if (probe.engine.status().phase === "idle") probe.decide(A);
    }
    return said(effects);
  }

  it("while a transaction is overdue, decisions do not restart the timer: the view is left", () => {
    const probe = new Probe(3);
    probe.work(true, true);
    assert.deepEqual(decideFor(probe, 9), []);
    assert.equal(probe.engine.status().height, 10);
    assert.deepEqual(said(probe.ticks(1)), LEFT);
  });

  it("while nothing is overdue, and once it no longer is, they do", () => {
    const probe = new Probe(3);
    probe.work(true);
    assert.deepEqual(decideFor(probe, 50), []);
    probe.work(true, true);
    assert.deepEqual(decideFor(probe, 9), []);
    probe.work(true, false);
    assert.equal(probe.engine.status().timeoutTicks, 10);
    assert.deepEqual(decideFor(probe, 50), []);
  });

  it("a new view has all its time, and after its first decision never more than T", () => {
    const probe = new Probe(3);
    probe.work(true, true);
    assert.deepEqual(said(probe.ticks(10)), LEFT);
    probe.hear(1, newView(1));
    assert.equal(probe.engine.status().timeoutTicks, 20);
    probe.ticks(4);
    probe.decide(A);
    assert.equal(probe.engine.status().timeoutTicks, 10);
    probe.ticks(4);
    probe.decide(B);
    assert.equal(probe.engine.status().timeoutTicks, 6);
  });

  it("a block that is being applied may hold it: time counts, but the view is not given up before", () => {
    const probe = new Probe(3);
    probe.work(true, true);
    for (const sender of [0, 1, 2]) probe.hear(sender, ballot("commit"));
    assert.deepEqual(said(probe.ticks(20)), []);
    probe.feed({ kind: "applied", height: 1 as Height, hash: A, membership });
    probe.work(true, false);
    assert.deepEqual(said(probe.ticks(9)), []);
    assert.deepEqual(said(probe.ticks(1)), LEFT);
  });

  it("is replaced while blocks go on, and the transactions are decided", () => {
    const drawn = makePbftPlan(1, { conducts: [], members: 4, liars: 0, network: "lan", faults: [] });
    // Of two clients. v0, the first primary, leaves out what the first one sends.
    const transactions = Array.from({ length: 120 }, (_, id) => ({ atUs: id * 50_000, client: id % 2 }));
    for (const twin of [false, true]) {
      const plan = {
        ...{ ...drawn, spares: 0, changesPermille: 0, transactions, writeUs: [50, 200] as const },
        network: { ...drawn.network, lossPermille: 20 },
        boundUs: 8_000_000,
        liars: [{ node: 0, conducts: ["censorship"], twin }],
      };
      const world = new PbftWorld(plan, { begin: real, checks: checksOf(plan), conducts: CONDUCT_MAKERS });
      const { violation, decisions, faults } = world.run();
      assert.equal(violation, undefined, `${violation?.check}: ${violation?.message}`);
      assert.ok((faults.get("censorship") ?? 0) > 10, "nothing was left out");
      assert.ok(decisions > 50, `blocks did not go on: ${decisions}`);
      for (const { disk, engine } of world.correct) {
        assert.equal(disk.held.size, transactions.length);
        assert.ok(engine.status().view > 0);
      }
    }
  });
});

describe("PBFT, the keys of a validator", () => {
  const status = (keys: readonly PublicKey[], own = membership): PbftStatus =>
    new Probe(0, { votingKeys: keys, membership: own }).engine.status();

  it("none, or those of no member: an observer, who follows and says nothing", () => {
    assert.equal(status([]).me, undefined);
    const probe = new Probe(9, { resendTicks: 1 });
    probe.work(true);
    assert.deepEqual(said(probe.hear(0, ballot("prePrepare"))), []);
    assert.deepEqual(said(probe.ticks(100)), []);
    for (const sender of [0, 1]) probe.hear(sender, ballot("commit"));
    assert.deepEqual(said(probe.hear(2, ballot("commit"))), ["finalize"]);
  });

  it("old and new while a key is replaced: the members say which one counts", () => {
    const fresh = keyOf(3);
    const before = { ...membership, members: members.slice(0, 3) };
    const after = {
      ...membership,
      from: 2 as Height,
      members: members.slice(0, 3).with(1, { ...(members[1] as (typeof members)[number]), votingKey: fresh }),
    };
    const probe = new Probe(1, { votingKeys: [keyOf(1), fresh], membership: before });
    assert.equal(probe.engine.status().me, 1);
    probe.decide(A, after);
    assert.equal(probe.engine.status().me, 1);
    assert.deepEqual(membersWith(after, [keyOf(1), fresh]), [1]);
  });

  it("of two members in one home: votes for the first, and the host can find out", () => {
    assert.equal(status([keyOf(3), keyOf(2)]).me, 2);
    assert.deepEqual(membersWith(membership, [keyOf(3), keyOf(2)]), [2, 3]);
  });
});

describe("PBFT, the host's mistakes", () => {
  it("a block applied that was not finalized stops the program", () => {
    const applied = { kind: "applied", height: 1 as Height, hash: A, membership } as const;
    assert.throws(() => new Probe(1).feed(applied), /not finalized/);
    const probe = new Probe(1);
    probe.feed({ kind: "synced", certificate: certificate(B, 1, 3 as View) });
    assert.throws(() => probe.feed(applied), /expected/);
  });
});
