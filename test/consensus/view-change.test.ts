// PBFT's view change, rule by rule (protocols/pbft.md): each test is named after its rule, and speaks to one engine.
import assert from "node:assert/strict";
import { viewStart } from "@witan/consensus";
import type { Height } from "@witan/primitives";
import {
  A,
  accepted,
  B,
  ballot,
  built,
  certificate,
  judged,
  membership,
  newView,
  Probe,
  prepared,
  said,
  viewChange,
} from "./probe.ts";

const LEFT = ["persist progress", "broadcast viewChange"];

describe("PBFT, view change", () => {
  it("1: a timer runs only while something is waited for, and starts over with each decision", () => {
    const probe = new Probe(1);
    assert.deepEqual(said(probe.ticks(100)), []);
    probe.work(true);
    assert.deepEqual(said(probe.ticks(9)), []);
    probe.decide(A);
    assert.deepEqual(said(probe.ticks(9)), []);
    assert.deepEqual(said(probe.ticks(1)), LEFT);
    assert.equal(probe.engine.status().phase, "changingView");
  });

  it("1: a proposal is waited for; votes of f members, who may lie, are not", () => {
    const proposed = new Probe(1);
    proposed.hear(0, ballot("prePrepare"));
    assert.deepEqual(said(proposed.ticks(10)), LEFT);
    const one = new Probe(1);
    one.hear(2, ballot("prepare"));
    one.hear(2, ballot("commit"));
    assert.deepEqual(said(one.ticks(100)), []);
    one.hear(3, ballot("prepare"));
    assert.deepEqual(said(one.ticks(10)), LEFT);
  });

  it("1: the timer doubles with each view given up, never beyond its cap", () => {
    const probe = new Probe(1);
    probe.work(true);
    const lasted: (number | undefined)[] = [];
    for (const view of [1, 2, 3, 4, 5]) {
      probe.ticks(probe.engine.status().timeoutTicks ?? 0);
      for (const sender of [1, 2, 3]) probe.hear(sender, viewChange(view));
      lasted.push(probe.engine.status().timeoutTicks);
    }
    assert.deepEqual(lasted, [20, 40, 40, 40, 40]);
  });

  it("2: a view is left durably, and its votes are taken no more; a complete commit certificate is", () => {
    const probe = accepted();
    assert.deepEqual(said(probe.ticks(10)), LEFT);
    for (const sender of [1, 2, 3]) assert.deepEqual(said(probe.hear(sender, ballot("prepare"))), []);
    const again = probe.restarted(1);
    assert.equal(again.engine.status().phase, "changingView");
    assert.equal(again.engine.status().view, 1);
    for (const sender of [0, 2]) probe.hear(sender, ballot("commit"));
    assert.deepEqual(said(probe.hear(3, ballot("commit"))), ["finalize"]);
  });

  it("2: a VIEW-CHANGE is sent again until the view begins", () => {
    const probe = new Probe(1, { resendTicks: 5 });
    probe.work(true);
    probe.ticks(10);
    const again = ["broadcast viewChange", "broadcast status"];
    assert.deepEqual(said(probe.ticks(15)), [...again, ...again, ...again]);
  });

  it("2: one alone does not run ahead: the next timer waits for q VIEW-CHANGEs of that view or above", () => {
    const probe = new Probe(1);
    probe.work(true);
    probe.ticks(10);
    assert.deepEqual(said(probe.ticks(500)), []);
    probe.hear(1, viewChange(1));
    probe.hear(2, viewChange(1));
    assert.equal(probe.engine.status().timeoutTicks, undefined);
    probe.hear(3, viewChange(4));
    assert.equal(probe.engine.status().timeoutTicks, 20);
    assert.deepEqual(said(probe.ticks(20)), LEFT);
    assert.equal(probe.engine.status().view, 2);
  });

  it("3: f + 1 views above are joined, the smallest of them; f are not", () => {
    const probe = new Probe(3);
    assert.deepEqual(said(probe.hear(0, viewChange(7))), []);
    assert.deepEqual(said(probe.hear(2, viewChange(4))), LEFT);
    assert.equal(probe.engine.status().view, 4);
  });

  it("4: the new primary begins with q VIEW-CHANGEs, once, whoever comes later, and after a restart too", () => {
    const probe = new Probe(1);
    probe.hear(2, viewChange(1));
    probe.hear(3, viewChange(1));
    const begun = probe.hear(1, viewChange(1));
    assert.deepEqual(said(begun), ["persist progress", "broadcast newView"]);
    assert.deepEqual(said(probe.hear(0, viewChange(1))), []);
    const again = new Probe(1, { records: [...probe.records.values()], resendTicks: 1 });
    for (const sender of [0, 1, 2]) assert.deepEqual(said(again.hear(sender, viewChange(1))), []);
    const [repeated] = again.ticks(1);
    const [, announced] = begun;
    assert.ok(repeated?.kind === "broadcast" && announced?.kind === "broadcast");
    assert.deepEqual(repeated.message, announced.message);
  });

  it("4: the prepared certificate of the highest view forces the block above the highest decided height", () => {
    const start = viewStart([
      viewChange(5, { prepared: prepared(B, 1) }),
      viewChange(5, { prepared: prepared(A, 3) }),
      viewChange(5),
    ]);
    assert.deepEqual(start, { base: 0, forced: A });
    const later = viewStart([
      viewChange(5, { prepared: prepared(A, 3) }),
      viewChange(5, { decidedHeight: 1 as Height, prepared: prepared(B, 1, 2) }),
    ]);
    assert.deepEqual(later, { base: 1, forced: B });
    assert.deepEqual(viewStart([viewChange(5)]), { base: 0, forced: undefined });
  });

  it("4: a new primary that is behind catches up before it begins", () => {
    const probe = new Probe(1);
    const ahead = { decidedHeight: 2 as Height, decided: [certificate(A, 2)] };
    probe.hear(2, viewChange(1, ahead));
    probe.hear(3, viewChange(1, ahead));
    const effects = probe.hear(1, viewChange(1));
    assert.deepEqual(effects, [{ kind: "requestSync", height: 2, from: [2, 3] }]);
    assert.equal(probe.engine.status().phase, "changingView");
  });

  it("4, 5: the primary proposes what is forced; what it would build itself has to wait", () => {
    const probe = new Probe(1);
    probe.work(true);
    const effects = probe.hear(1, newView(1, { 0: { prepared: prepared(A, 0) } }));
    assert.deepEqual(said(effects), ["persist newView", "persist progress", "judgeProposal"]);
    const [prePrepare] = probe.feed(judged(A, true, 1)).slice(1);
    assert.ok(prePrepare?.kind === "broadcast" && prePrepare.message.kind === "prePrepare");
    assert.equal(prePrepare.message.blockHash, A);
  });

  it("5: a NEW-VIEW is durable before a vote of its view; a lower view is never entered again", () => {
    const probe = new Probe(3);
    assert.deepEqual(said(probe.hear(1, newView(1))), ["persist newView", "persist progress"]);
    probe.ticks(0);
    probe.hear(1, ballot("prePrepare", A, 1));
    assert.deepEqual(said(probe.feed(judged(A, true, 1))), ["persist progress", "broadcast prepare"]);
    assert.deepEqual(said(probe.hear(1, newView(1))), []);
    assert.deepEqual(said(probe.hear(2, newView(2))), ["persist newView", "persist progress"]);
    assert.deepEqual(said(probe.hear(1, newView(1))), []);
    assert.equal(probe.engine.status().view, 2);
  });

  it("5: a laggard votes for nothing at or below the base of its view", () => {
    const probe = new Probe(3);
    const begun = probe.hear(1, newView(1, { 0: { decidedHeight: 1 as Height } }));
    assert.deepEqual(said(begun), ["persist newView", "persist progress", "requestSync"]);
    assert.deepEqual(said(probe.hear(1, ballot("prePrepare", A, 1))), []);
    probe.feed({ kind: "synced", certificate: certificate(B, 1) });
    probe.feed({ kind: "applied", height: 1 as Height, hash: B, membership });
    assert.deepEqual(said(probe.hear(1, ballot("prePrepare", A, 1, 2))), ["judgeProposal"]);
  });

  it("5: who does not hold the NEW-VIEW of its view votes for nothing in it", () => {
    const probe = new Probe(3);
    probe.hear(1, newView(1));
    const progress = probe.records.get("progress");
    assert.ok(progress);
    const again = new Probe(3, { records: [progress] });
    assert.equal(again.engine.status().phase, "changingView");
    assert.deepEqual(said(again.hear(1, ballot("prePrepare", A, 1))), []);
    again.hear(1, newView(1));
    assert.equal(again.engine.status().phase, "proposed");
  });

  it("6: a block that changes the members ends the view, and older members are told what was decided", () => {
    const probe = new Probe(3);
    probe.hear(0, viewChange(4));
    probe.hear(2, viewChange(4));
    assert.equal(probe.engine.status().view, 4);
    probe.decide(A, { ...membership, from: 2 as Height });
    const { view, phase, membership: from } = probe.engine.status();
    assert.deepEqual([view, phase, from], [0, "idle", 2]);
    assert.deepEqual(probe.hear(0, viewChange(9)), [
      { kind: "sendDecided", to: 0, membership: 1, height: 1 },
    ]);
    assert.equal(probe.engine.status().view, 0);
    for (const sender of [0, 1, 2]) assert.deepEqual(said(probe.hear(sender, ballot("commit", B, 0, 2))), []);
  });

  it("votes are for the view that one is in: what was asked of another changes nothing", () => {
    const probe = new Probe(0);
    probe.work(true);
    probe.hear(2, viewChange(1));
    probe.hear(3, viewChange(1));
    assert.deepEqual(said(probe.feed(built())), []);
  });
});
