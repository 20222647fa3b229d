// PBFT's normal case, rule by rule (protocols/pbft.md): each test is named after its rule, and speaks to one engine.
import assert from "node:assert/strict";
import {
  A,
  accepted,
  B,
  ballot,
  built,
  certificate,
  judged,
  newView,
  Probe,
  prepared,
  said,
} from "./probe.ts";

describe("PBFT, normal case", () => {
  it("1: the primary proposes when there is work, once per view and height", () => {
    const probe = new Probe(0);
    assert.deepEqual(said(probe.work(false)), []);
    assert.deepEqual(said(probe.work(true)), ["buildProposal"]);
    assert.deepEqual(said(probe.work(true)), []);
    assert.deepEqual(said(probe.feed(built())), ["persist progress", "broadcast prePrepare"]);
    assert.deepEqual(said(probe.feed(built(B))), []);
    assert.deepEqual(said(new Probe(1).work(true)), []);
  });

  it("2: a backup takes the proposal of the primary, of its view and height, and only the first", () => {
    const probe = new Probe(1);
    assert.deepEqual(said(probe.hear(2, ballot("prePrepare"))), []);
    assert.deepEqual(said(probe.hear(1, ballot("prePrepare", A, 1))), []);
    assert.deepEqual(said(probe.hear(0, ballot("prePrepare", A, 0, 2))), []);
    assert.deepEqual(said(probe.hear(0, ballot("prePrepare"))), ["judgeProposal"]);
    assert.deepEqual(said(probe.hear(0, ballot("prePrepare", B))), ["evidence"]);
    assert.deepEqual(said(probe.feed(judged(B))), []);
  });

  it("2: a forced hash is held against the proposal, and the block against no clock", () => {
    const forced = newView(1, { 2: { prepared: prepared(A, 0) } });
    const probe = new Probe(3);
    probe.hear(1, forced);
    assert.deepEqual(said(probe.hear(1, ballot("prePrepare", B, 1))), []);
    const other = new Probe(3);
    other.hear(1, forced);
    const [judge] = other.hear(1, ballot("prePrepare", A, 1));
    assert.ok(judge?.kind === "judgeProposal" && judge.forced);
    assert.deepEqual(judge.holders, [1, 2]);
  });

  it("2: a block that is not valid gets no vote", () => {
    const probe = new Probe(1);
    probe.hear(0, ballot("prePrepare"));
    assert.deepEqual(said(probe.feed(judged(A, false))), []);
    assert.deepEqual(said(probe.feed(judged())), []);
  });

  it("3: vote and body are durable before PREPARE leaves; the primary's PRE-PREPARE counts as its PREPARE", () => {
    const probe = new Probe(1);
    probe.hear(0, ballot("prePrepare"));
    const effects = probe.feed(judged());
    assert.deepEqual(said(effects), ["persist progress", "broadcast prepare"]);
    const [first] = effects;
    assert.ok(first?.kind === "persist" && first.record.kind === "progress");
    assert.equal(first.record.accepted?.message.blockHash, A);
    const primary = new Probe(0);
    primary.work(true);
    assert.deepEqual(said(primary.feed(built())), ["persist progress", "broadcast prePrepare"]);
  });

  it("4: COMMIT needs q - 1 PREPAREs of others than the primary, and its certificate durable", () => {
    const probe = accepted();
    probe.hear(1, ballot("prepare"));
    assert.deepEqual(said(probe.hear(0, ballot("prepare"))), []);
    assert.deepEqual(said(probe.hear(2, ballot("prepare", B))), []);
    assert.deepEqual(said(probe.hear(3, ballot("prepare"))), ["persist progress", "broadcast commit"]);
    const kept = probe.records.get("progress");
    assert.ok(kept?.kind === "progress");
    assert.deepEqual(
      kept.prepared?.prepares.map(({ member }) => member),
      [1, 3],
    );
  });

  it("4: a primary is prepared once its own PRE-PREPARE is handed back", () => {
    const probe = new Probe(0);
    probe.work(true);
    probe.feed(built());
    probe.hear(1, ballot("prepare"));
    assert.deepEqual(said(probe.hear(2, ballot("prepare"))), []);
    assert.deepEqual(said(probe.hear(0, ballot("prePrepare"))), ["persist progress", "broadcast commit"]);
  });

  it("5: a quorum of COMMITs decides at one who has not prepared, in whatever view", () => {
    const probe = new Probe(3);
    probe.hear(0, ballot("commit", A, 2));
    probe.hear(1, ballot("commit", A, 2));
    assert.deepEqual(said(probe.hear(3, ballot("commit", A, 1))), []);
    const [effect] = probe.hear(2, ballot("commit", A, 2));
    assert.ok(effect?.kind === "finalize");
    assert.deepEqual(
      effect.certificate.signatures.map(({ member }) => member),
      [0, 1, 2],
    );
  });

  it("5: a certificate that is received decides as one that is gathered does", () => {
    const probe = new Probe(3);
    assert.deepEqual(said(probe.feed({ kind: "synced", certificate: certificate(A, 2) })), []);
    assert.deepEqual(said(probe.feed({ kind: "synced", certificate: certificate(A, 1) })), ["finalize"]);
    assert.deepEqual(said(probe.feed({ kind: "synced", certificate: certificate(A, 1) })), []);
  });

  it("6: a body that is missing is asked for from those who voted for it", () => {
    const probe = new Probe(3);
    for (const sender of [0, 1]) probe.hear(sender, ballot("commit"));
    const [effect] = probe.hear(2, ballot("commit"));
    assert.ok(effect?.kind === "finalize");
    assert.deepEqual(effect.holders, [0, 1, 2]);
    const later = new Probe(2);
    later.hear(1, ballot("prepare"));
    const [judge] = later.hear(0, ballot("prePrepare"));
    assert.ok(judge?.kind === "judgeProposal");
    assert.deepEqual(judge.holders, [0, 1]);
  });
});
