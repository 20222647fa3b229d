// `transaction_check` says what submitting would do, and does none of it; `transaction_wait` ends when somebody else is
// told that the transaction can't be.
import assert from "node:assert/strict";
import { type Amount, bytesToHex, type Timestamp } from "@witan/primitives";
import type { ResultOf } from "@witan/rpc";
import { GENESIS_TIME, keyOfName, outputTo } from "../ledger/build.ts";
import { withBrokenWitness } from "./broken-witness.ts";
import { Cluster, membersOnly } from "./cluster.ts";
import { FEE, Purse } from "./purse.ts";

type Sealed = ReturnType<Purse["pay"]>;

async function scene() {
  const cluster = await Cluster.start();
  const purse = new Purse(cluster);
  const seat = cluster.seat("c");
  const check = (one: Sealed): Promise<ResultOf<"transaction_check">> =>
    cluster.world.settled(
      "a verdict",
      seat.call("transaction_check", { transaction: bytesToHex(one.bytes) }),
    );
  const submit = (one: Sealed): Promise<ResultOf<"transaction_submit">> =>
    cluster.world.settled(
      "it is in",
      seat.call("transaction_submit", { transaction: bytesToHex(one.bytes) }),
    );
  return { cluster, purse, seat, check, submit };
}

describe("transaction_check", () => {
  it("says valid with the price, again and again, and nothing is kept", async () => {
    const { cluster, purse, seat, check } = await scene();
    const transaction = purse.pay();
    const expected = {
      transaction: transaction.id,
      status: "valid",
      fee: `${FEE}`,
      bytes: transaction.bytes.length,
      feeRate: `${(FEE * 1_000n) / BigInt(transaction.weight)}`,
    };
    for (let count = 0; count < 3; count++) assert.deepEqual(await check(transaction), expected);
    const { transactions, waiting } = await seat.call("mempool_status", {});
    assert.deepEqual([transactions, waiting], [0, 0]);
    const known = await seat.call("chain_transaction", { transaction: transaction.id });
    assert.equal(known.status, "unknown");
    await cluster.pay("c", transaction);
    await cluster.finish();
  });

  it("says what submit says then, of transactions of all kinds", async () => {
    const { cluster, purse, seat, check, submit } = await scene();
    const spent = purse.take();
    const first = purse.spend(spent);
    await cluster.pay("c", first);
    cluster.cut("c", "a", "b", "d");
    const own = keyOfName("alice");
    const coin = purse.take();
    const some = { fee: FEE as Amount, validUntil: (GENESIS_TIME + 86_400_000) as Timestamp };
    const unbalanced = purse.ledger.seal(purse.ledger.transfer([coin], [outputTo(own, coin.amount)], some), [
      own,
    ]);
    const expired = purse.pay(10n, { validUntil: (GENESIS_TIME - 1) as Timestamp });
    const pending = purse.spend(coin);
    const conflict = purse.spend(coin, 20n);
    const parent = purse.pay();
    const cases: readonly (readonly [string, Sealed])[] = [
      ["final", first],
      ["rejected signature-invalid", withBrokenWitness(cluster, purse.pay())],
      ["rejected input-missing", purse.spend(spent, 99n)],
      ["rejected unbalanced", unbalanced],
      ["rejected expired", expired],
      ["valid", pending],
      ["waiting", purse.spend(purse.changeOf(parent))],
    ];
    const told = (one: { readonly status: string; readonly code?: string }) =>
      [one.status, one.code].filter((part) => part !== undefined).join(" ");
    for (const [expectation, transaction] of cases) {
      const verdict = await check(transaction);
      const known = await seat.call("chain_transaction", { transaction: transaction.id });
      if (expectation !== "final") assert.equal(known.status, "unknown", `${expectation} is not remembered`);
      const isOver = expectation === "rejected expired" && verdict.status === "expired";
      assert.equal(isOver ? expectation : told(verdict), expectation);
      const outcome = await submit(transaction);
      if (verdict.status === "valid") assert.equal(outcome.status, "pending");
      else assert.deepEqual({ ...outcome }, { ...verdict });
    }
    assert.equal(told(await check(pending)), "pending");
    assert.equal(told(await check(conflict)), "rejected conflict");
    // What is pending with another witness is pending: who is told otherwise pays twice.
    assert.equal(told(await check(withBrokenWitness(cluster, pending))), "pending");
    assert.equal(told(await submit(withBrokenWitness(cluster, pending))), "pending");
    cluster.heal("c", "a", "b", "d");
    await cluster.agreed(2);
    await cluster.finish();
  });

  it("says valid where a full mempool would make room, and nobody has to go for it", async () => {
    const cluster = await Cluster.start({ seats: membersOnly({ mempoolLimits: { transactions: 1 } }) });
    const purse = new Purse(cluster);
    const seat = cluster.seat("c");
    cluster.cut("c", "a", "b", "d");
    const cheap = purse.pay();
    const params = (one: Sealed) => ({ transaction: bytesToHex(one.bytes) });
    await cluster.world.settled("it is pending", seat.call("transaction_submit", params(cheap)));
    const own = keyOfName("alice");
    const coin = purse.take();
    const validUntil = (GENESIS_TIME + 86_400_000) as Timestamp;
    const outputs = [outputTo(own, coin.amount - 1_000n)];
    const dear = purse.ledger.seal(
      purse.ledger.transfer([coin], outputs, { fee: 1_000n as Amount, validUntil }),
      [own],
    );
    const verdicts = [dear, purse.pay()].map((one) => seat.call("transaction_check", params(one)));
    const [first, second] = await cluster.world.settled("verdicts", Promise.all(verdicts));
    assert.equal(first?.status, "valid");
    assert.ok(second?.status === "rejected" && second.code === "mempool-full", JSON.stringify(second));
    assert.equal((await seat.call("chain_transaction", { transaction: cheap.id })).status, "pending");
    cluster.heal("c", "a", "b", "d");
    await cluster.agreed(1);
    await cluster.finish();
  });

  it("is refused while nobody can check signatures", async () => {
    const { cluster, purse, seat } = await scene();
    seat.verifierBusy = true;
    const params = { transaction: bytesToHex(purse.pay().bytes) };
    await assert.rejects(seat.call("transaction_check", params), { reason: "busy" });
    seat.verifierBusy = false;
    await cluster.finish();
  });
});

describe("transaction_wait", () => {
  it("ends when a later submit of the same transaction is refused for what no witness can mend", async () => {
    const { cluster, purse, seat, submit } = await scene();
    const coin = purse.take();
    await cluster.pay("c", purse.spend(coin));
    const late = purse.spend(coin, 99n);
    const waiting = seat.call("transaction_wait", { transaction: late.id, timeoutMs: 100_000 });
    const outcome = await submit(late);
    assert.equal(outcome.status, "rejected");
    assert.deepEqual(await cluster.world.settled("the wait ends", waiting, 1_000), outcome);
    await cluster.finish();
  });

  it("tells who knows the id only that others may take what this node refuses for the moment", async () => {
    const { cluster, purse, seat, submit } = await scene();
    cluster.cut("c", "a", "b", "d");
    const coin = purse.take();
    const [first, rival] = [purse.spend(coin), purse.spend(coin, 20n)];
    assert.equal((await submit(first)).status, "pending");
    const refused = await submit(rival);
    assert.ok(
      refused.status === "rejected" && refused.code === "conflict",
      "its submitter has the only copy",
    );
    const seen = await seat.call("transaction_wait", { transaction: rival.id, timeoutMs: 0 });
    assert.ok(seen.status === "evicted" && seen.code === "conflict", JSON.stringify(seen));
    // As it is: a rival that another node had taken first.
    const taken = cluster.submit("a", rival);
    await cluster.world.settled("the others take it", taken);
    cluster.heal("c", "a", "b", "d");
    const wait = seat.call("transaction_wait", { transaction: first.id, timeoutMs: 10_000 });
    const lost = await cluster.world.settled("the first is told", wait);
    assert.ok(lost.status === "rejected" && lost.code === "conflict", JSON.stringify(lost));
    assert.equal(
      (await seat.call("transaction_wait", { transaction: rival.id, timeoutMs: 0 })).status,
      "final",
    );
    await cluster.finish();
  });

  it("goes on when a copy with a broken witness is refused, and tells of the good one", async () => {
    const { cluster, purse, seat, submit } = await scene();
    const good = purse.pay();
    let ended = false;
    const waiting = seat.call("transaction_wait", { transaction: good.id, timeoutMs: 100_000 });
    waiting.then(() => {
      ended = true;
    });
    const refused = await submit(withBrokenWitness(cluster, good));
    assert.deepEqual([refused.status, ended], ["rejected", false]);
    await cluster.world.pass(500);
    assert.ok(!ended, "the wait has ended");
    await cluster.pay("a", good);
    assert.equal((await cluster.world.settled("the wait ends", waiting, 5_000)).status, "final");
    await cluster.finish();
  });
});
