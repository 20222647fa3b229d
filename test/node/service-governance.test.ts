// Changes that operators approve at a node, one after the other: with the last one needed the change is submitted. Nobody
// else gets anything in, and what is held is bounded.
import assert from "node:assert/strict";
import { bytesToHex } from "@witan/primitives";
import { PROPOSALS_OF_OPERATOR_MAX } from "@witan/rpc";
import { GENESIS_TIME, keyOfName } from "../ledger/build.ts";
import { approval, type Proposed, proposal } from "./approval.ts";
import { withBrokenWitness } from "./broken-witness.ts";
import { Cluster } from "./cluster.ts";
import { Purse } from "./purse.ts";

const fee = (value: number): Proposed => ({
  change: { kind: "changeParameter", parameter: "feeRateMin", value },
});

describe("the service: governance", () => {
  it("collects approvals until a quorum has approved, and the change is made", async () => {
    const cluster = await Cluster.start();
    const seat = cluster.seat("b");
    const { id } = proposal(cluster);
    const first = await seat.call("governance_approve", approval(cluster, "d"));
    assert.deepEqual(first, { id, approvals: ["d"], needed: 3, transaction: null });
    // The same again changes nothing.
    assert.deepEqual(await seat.call("governance_approve", approval(cluster, "d")), first);
    const second = await seat.call("governance_approve", approval(cluster, "a"));
    assert.deepEqual(second.approvals, ["a", "d"]);
    const { pending } = await seat.call("governance_pending", {});
    assert.equal(pending.length, 1);
    const [held] = pending;
    assert.deepEqual([held?.id, held?.sequence, held?.approvals, held?.needed], [id, 0, ["a", "d"], 3]);
    assert.deepEqual(held?.change, { kind: "changeParameter", parameter: "feeRateMin", value: 7 });
    const last = await cluster.world.settled(
      "it is submitted",
      seat.call("governance_approve", approval(cluster, "c")),
    );
    assert.deepEqual(last, { id, approvals: ["a", "c", "d"], needed: 3, transaction: id });
    const waiting = seat.call("transaction_wait", { transaction: id, timeoutMs: 60_000 });
    assert.equal((await cluster.world.settled("it is made", waiting, 61_000)).status, "final");
    assert.deepEqual((await seat.call("governance_pending", {})).pending, []);
    const { sequence, parameters } = await seat.call("governance_state", {});
    assert.deepEqual([sequence, parameters.feeRateMin], [1, 7]);
    await assert.rejects(seat.call("governance_approve", approval(cluster, "b")), {
      reason: "proposal-out-of-turn",
    });
    await cluster.finish();
  });

  it("takes approvals that a proposal brings along, and passes over those that do not hold", async () => {
    const cluster = await Cluster.start();
    const { ledger } = new Purse(cluster);
    const seat = cluster.seat("c");
    const { change, sequence } = {
      change: { kind: "revokeClient", publicKey: keyOfName("eve").publicKey } as const,
      sequence: 0,
    };
    const approved = ledger.governance(change, ["a", "b"], sequence);
    const { publicKey, signature } = approved.witness.signatures[0] as never;
    const given = await cluster.world.settled(
      "it is taken",
      seat.call("governance_approve", { proposal: bytesToHex(approved.bytes), publicKey, signature }),
    );
    assert.deepEqual([given.approvals, given.transaction], [["a", "b"], null]);
    // The operator of c is named, with a signature that is not theirs.
    const broken = withBrokenWitness(cluster, ledger.governance(change, ["b", "c"], sequence));
    const unheld = await seat.call("governance_approve", {
      ...{ proposal: bytesToHex(broken.bytes), publicKey, signature },
    });
    assert.deepEqual([unheld.approvals, unheld.transaction], [["a", "b"], null]);
    const stranger = ledger.governance(change, ["a", "b", "mallory"], sequence);
    const again = await seat.call("governance_approve", {
      ...{ proposal: bytesToHex(stranger.bytes), publicKey, signature },
    });
    assert.deepEqual(again.approvals, ["a", "b"]);
    await cluster.finish();
  });

  it("refuses what is no change, out of turn, over, or not by an operator of a voting member", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    const seat = cluster.seat("a");
    const own = approval(cluster, "a");
    const transfer = purse.pay();
    const refused: readonly (readonly [object, string])[] = [
      [{ ...own, proposal: "00" }, "transaction-encoding"],
      [{ ...own, proposal: bytesToHex(transfer.bytes) }, "proposal-invalid"],
      [approval(cluster, "a", fee(0)), "proposal-invalid"],
      [approval(cluster, "a", fee(2 ** 52)), "proposal-invalid"],
      [approval(cluster, "a", { change: { kind: "removeMember", name: "nobody" } }), "proposal-invalid"],
      [approval(cluster, "a", { change: { kind: "removeMember", name: "A!" } }), "proposal-invalid"],
      [approval(cluster, "a", { sequence: 1 }), "proposal-out-of-turn"],
      [approval(cluster, "a", { validUntil: GENESIS_TIME - 1 }), "proposal-out-of-turn"],
      [approval(cluster, "mallory"), "approval-invalid"],
      [{ ...own, signature: approval(cluster, "b").signature }, "approval-invalid"],
      [{ ...own, signature: "00".repeat(64) }, "approval-invalid"],
      [{ ...own, publicKey: keyOfName("a voting").publicKey }, "approval-invalid"],
    ];
    for (const [params, reason] of refused)
      await assert.rejects(seat.call("governance_approve", params as typeof own), { reason }, reason);
    assert.deepEqual((await seat.call("governance_pending", {})).pending, []);
    await cluster.finish();
  });

  it("holds so many changes of one operator, and room again once another was made", async () => {
    const cluster = await Cluster.start();
    const { ledger } = new Purse(cluster);
    const seat = cluster.seat("a");
    for (let value = 1; value <= PROPOSALS_OF_OPERATOR_MAX; value++)
      await seat.call("governance_approve", approval(cluster, "a", fee(value)));
    await assert.rejects(seat.call("governance_approve", approval(cluster, "a", fee(100))), {
      reason: "approvals-too-many",
    });
    // Another operator has room of its own; the same change again needs none.
    await seat.call("governance_approve", approval(cluster, "b", fee(100)));
    await seat.call("governance_approve", approval(cluster, "a", fee(1)));
    assert.equal((await seat.call("governance_pending", {})).pending.length, PROPOSALS_OF_OPERATOR_MAX + 1);
    const made = ledger.governance(
      { kind: "changeParameter", parameter: "feeRateMin", value: 50 },
      ["a", "b", "c"],
      0,
    );
    await cluster.pay("c", made);
    await cluster.agreed(1);
    assert.deepEqual((await seat.call("governance_pending", {})).pending, []);
    const next = { ...fee(100), sequence: 1 };
    assert.equal((await seat.call("governance_approve", approval(cluster, "a", next))).approvals.length, 1);
    await cluster.finish();
  });
});
