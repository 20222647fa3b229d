// Two proposers, four acceptors and an observer, and the way of a transaction through them, when nothing goes wrong.
import assert from "node:assert/strict";
import { Purse } from "../purse.ts";
import {
  ACCEPTORS,
  certificateAt,
  certified,
  fastPaxos,
  MEMBERS,
  notingMessages,
  SIGNERS,
} from "./fast-paxos.ts";

function isAcceptor(name: string): boolean {
  return ACCEPTORS.some((one) => one === name);
}

describe("two proposers, four acceptors and an observer", () => {
  it("make a transfer final that was submitted at any of them", async () => {
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    for (const [index, name] of [...MEMBERS, "o"].entries()) {
      await cluster.pay(name, purse.pay());
      await cluster.agreed(index + 1);
    }
    assert.ok(cluster.seats.every(({ node }) => node.readings().view === 0));
    await certified(cluster);
    assert.deepEqual(cluster.world.faults, []);
    await cluster.finish();
  });

  it("make many transfers final that come at once at all of them, each in the order of its coins", async () => {
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    const all = MEMBERS.flatMap((name) => {
      const chain = purse.chain();
      return Array.from({ length: 10 }, () => cluster.pay(name, chain.next().value));
    });
    await Promise.all(all);
    assert.ok(cluster.seat("a").height < 30, `${cluster.seat("a").height} blocks for 60 transfers`);
    await certified(cluster);
    await cluster.finish();
  });

  it("make no block while there is nothing to do, and empty ones where they are wanted, in round 0", async () => {
    const idle = await fastPaxos();
    await idle.world.pass(20_000);
    assert.deepEqual(
      idle.seats.map(({ height, node }) => [height, node.readings().view]),
      idle.seats.map(() => [0, 0]),
    );
    await idle.finish();
    const empty = await fastPaxos({ genesis: { parameters: { emptyBlockIntervalMs: 1_000 } } });
    await empty.world.pass(10_500);
    await empty.agreed(9);
    assert.equal(empty.seat("d").node.readings().view, 0);
    await certified(empty);
    await empty.finish();
  });

  it("send n_a ACCEPTs and n_a (n_a - 1) LEARNs per block, and make and check nothing before it is final", async () => {
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    const sent = notingMessages(cluster);
    // Acceptors have shown each other that they have the same key.
    await cluster.world.until("they have", () =>
      cluster.seats.every(({ name, counts }) => !isAcceptor(name) || counts.macsChecked === 3),
    );
    const before = cluster.seats.map(({ counts }) => ({ ...counts }));
    // Nobody has asked for a signature or a MAC until it has the block: what acceptors sign comes afterwards.
    const early: string[] = [];
    cluster.world.onPoint = ({ name }, point) => {
      const { height, counts } = cluster.seat(name);
      const was = before[cluster.seats.findIndex((seat) => seat.name === name)];
      assert.ok(was);
      const made = counts.signed - was.signed + counts.sealed - was.sealed;
      const checked = counts.checked - was.checked + counts.macsChecked - was.macsChecked;
      if (height === 0 && made + checked > 0) early.push(`${name}: ${point}`);
    };
    let asked = 0;
    for (const { taps } of cluster.seats)
      taps.asked = () => {
        asked++;
      };
    await cluster.pay("p", purse.pay());
    await cluster.agreed(1);
    await certified(cluster);
    // Nobody had to ask for the body.
    assert.equal(asked, 0);
    const count = (kind: string) => sent.filter(({ message }) => message.kind === kind).length;
    assert.equal(count("accept"), 4);
    assert.equal(count("learn"), 12);
    assert.deepEqual([count("promise"), count("trustChange")], [0, 0]);
    assert.ok(sent.every(({ message }) => message.kind !== "accept" || message.proof.length === 0));
    assert.ok(sent.every(({ message }) => message.kind !== "learn" || message.signature.length === 0));
    assert.deepEqual(early, []);
    for (const [index, { name, counts }] of cluster.seats.entries()) {
      const was = before[index];
      assert.ok(was);
      // Behind the decision as many acceptors sign it as make a certificate, and everybody checks as many.
      // (Which acceptors do not sign, and when they do: decisions.test.ts.)
      const isSigner = SIGNERS.includes(name);
      assert.equal(counts.signed - was.signed, isSigner ? 1 : 0, `${name} signed`);
      assert.equal(counts.checked - was.checked, isSigner ? 2 : 3, `${name} checked`);
      assert.deepEqual([counts.sealed, counts.macsChecked], [was.sealed, was.macsChecked], name);
    }
    // Each DECIDED goes to everyone, once.
    assert.equal(count("decided"), SIGNERS.length * (cluster.seats.length - 1));
    await cluster.finish();
  });

  it("show a block final by a certificate of acceptors only, that a light client can check", async () => {
    const cluster = await fastPaxos();
    const transfer = new Purse(cluster).pay();
    await cluster.pay("q", transfer);
    await cluster.agreed(1);
    await certified(cluster);
    for (const seat of cluster.seats) {
      const certificate = await certificateAt(seat, 1);
      assert.ok(certificate?.kind === "bp-fast-paxos", seat.name);
      assert.ok(certificate.signatures.length >= 3);
      assert.ok(certificate.signatures.every(({ member }) => member >= 2));
      const { proof } = await seat.call("chain_proof", { transaction: transfer.id });
      assert.ok(proof.length > 0);
    }
    await cluster.finish();
  });
});
