// BP Fast Paxos, what comes after a decision: the signatures that make its certificate, and checkpoints.
import assert from "node:assert/strict";
import type { BpFastPaxosCertificate, Height } from "@witan/primitives";
import { AA, BB, CC, DD, decided, membership, NOBODY, only, P, Probe, said, X, Y } from "./probe.ts";

describe("BP Fast Paxos, certificates", () => {
  const certified = (probe: Probe, from: number) => probe.hear(from, decided(1, X, from));

  it("n_a - t_a signatures make one, also those that came before the block", () => {
    const probe = new Probe(P);
    assert.deepEqual(said(certified(probe, CC)), ["finalize"]);
    assert.deepEqual(said(certified(probe, AA)), []);
    assert.deepEqual(said(probe.applied()), []);
    const { certificate } = only(certified(probe, DD), "certify");
    assert.deepEqual(
      certificate.signatures.map(({ member }) => member),
      [AA, CC, DD],
    );
    assert.deepEqual([certificate.height, certificate.blockHash, certificate.membership], [1, X, 1]);
    assert.deepEqual(said(certified(probe, BB)), []);
  });

  it("signatures of one acceptor count once", () => {
    const probe = new Probe(NOBODY);
    probe.follow();
    for (let copy = 0; copy < 4; copy++) assert.deepEqual(said(certified(probe, BB)), []);
    certified(probe, CC);
    assert.deepEqual(said(certified(probe, DD)), ["certify"]);
  });

  it("what is missing is asked for in time, also after a restart, and taken whole", () => {
    const probe = new Probe(AA, { resendTicks: 5 });
    probe.follow();
    assert.ok(!said(probe.ticks(5)).includes("requestCertificates"), "it may be on its way");
    const { heights, from } = only(probe.ticks(5), "requestCertificates");
    assert.deepEqual([heights, from], [[1], [BB, CC, DD]]);
    const uncertified = [{ membership, height: 1 as Height, hash: X }];
    const again = new Probe(AA, { resendTicks: 5, height: 1, uncertified });
    assert.deepEqual(only(again.ticks(5), "requestCertificates").heights, [1]);
    const statement = { membership: 1 as Height, height: 1 as Height, blockHash: X };
    const certificate: BpFastPaxosCertificate = { kind: "bp-fast-paxos", ...statement, signatures: [] };
    const whole = { kind: "certificate", certificate } as const;
    assert.deepEqual(said(again.feed(whole)), ["certify"]);
    assert.deepEqual(said(again.feed(whole)), []);
    assert.ok(!said(again.ticks(5)).includes("requestCertificates"));
  });

  it("a block that came with its certificate needs no other", () => {
    const probe = new Probe(AA, { resendTicks: 5 });
    const certificate: BpFastPaxosCertificate = {
      ...{
        kind: "bp-fast-paxos",
        membership: 1 as Height,
        height: 1 as Height,
        blockHash: X,
        signatures: [],
      },
    };
    const effects = probe.feed({ kind: "synced", height: 1 as Height, hash: X, certificate });
    assert.equal(only(effects, "finalize").certificate, certificate);
    probe.applied();
    assert.ok(!said(probe.ticks(20)).includes("requestCertificates"));
  });

  it("those of older members are gathered, too", () => {
    const probe = new Probe(AA);
    probe.follow(X, { ...membership, from: 2 as Height });
    for (const from of [BB, CC]) certified(probe, from);
    assert.deepEqual(said(certified(probe, AA)), ["certify"]);
  });
});

describe("BP Fast Paxos, checkpoints", () => {
  it("a state is stable when a quorum of acceptors says the same of it", () => {
    const probe = new Probe(AA);
    const checkpoint = (digest = X) =>
      ({ kind: "checkpoint", membership: 1 as Height, height: 4 as Height, digest }) as const;
    const said4 = probe.feed({ ...checkpoint(), kind: "checkpointHashed" });
    assert.deepEqual(said(said4), ["checkpoint to acceptors"]);
    assert.deepEqual(said(probe.hear(BB, checkpoint())), []);
    assert.deepEqual(said(probe.hear(CC, checkpoint(Y))), []);
    assert.deepEqual(said(probe.hear(AA, checkpoint())), []);
    assert.deepEqual(said(probe.hear(DD, checkpoint())), ["stableCheckpoint"]);
  });
});
