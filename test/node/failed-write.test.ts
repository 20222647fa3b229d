// A disk that fails at any write of a dialogue: the node stops itself, says so once, answers that it is stopping; the
// others go on, and it starts again well.
import assert from "node:assert/strict";
import { bytesToHex } from "@witan/primitives";
import { RpcError } from "@witan/rpc";
import { Cluster } from "./cluster.ts";
import { Purse } from "./purse.ts";

function isOf(point: string, what: "store" | "guard"): boolean {
  return point === `${what} write`;
}

/** @returns whether there was such a write */
async function failingAt(victim: string, what: "store" | "guard", number: number): Promise<boolean> {
  const cluster = await Cluster.start();
  const purse = new Purse(cluster);
  const [seat, first] = [cluster.seat(victim), purse.pay()];
  seat.mayFail = true;
  let left = number;
  cluster.world.onPoint = ({ name }, point) => {
    if (name !== victim || !isOf(point, what) || left-- !== 0) return;
    seat.disk.failNext = { what, error: Object.assign(new Error("ENOSPC: injected"), { code: "ENOSPC" }) };
  };
  await cluster.pay(victim === "b" ? "c" : "b", first);
  await cluster.world.until(
    "it failed, or all have the block",
    () => seat.failures.length > 0 || seat.height === 1,
  );
  cluster.world.onPoint = () => {};
  const hasFailed = seat.failures.length > 0;
  if (hasFailed) {
    await assert.rejects(seat.call("transaction_submit", { transaction: bytesToHex(first.bytes) }), {
      name: "RpcError",
      reason: "stopping",
    });
    await assert.rejects(seat.call("transaction_wait", { transaction: first.id }), { reason: "stopping" });
    const { fit, reasons } = await seat.call("node_health", {});
    assert.ok(!fit && reasons.some(({ reason }) => reason === "stopping"));
    await cluster.world.pass(500);
    assert.equal(seat.failures.length, 1, "told once");
    await seat.node.stop();
    seat.crash();
    await cluster.pay("d" === victim ? "c" : "d", purse.pay());
    await seat.start();
  }
  await cluster.pay(victim, purse.pay());
  await cluster.finish();
  return hasFailed;
}

describe("a failed write", () => {
  it("ends the waits at the node: they hear that it is stopping, when their time is up or nobody listens", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    const seat = cluster.seat("c");
    seat.mayFail = true;
    const ends: unknown[] = [];
    const controller = new AbortController();
    for (const [timeoutMs, signal] of [
      [3_000, new AbortController().signal],
      [60_000, controller.signal],
    ] as const)
      seat.call("transaction_wait", { transaction: purse.pay().id, timeoutMs }, { signal }).then(
        () => ends.push("answered"),
        (error: unknown) => ends.push(error instanceof RpcError ? error.reason : error),
      );
    seat.disk.failNext = { what: "store", error: new Error("EIO: injected") };
    await cluster.pay("b", purse.pay());
    await cluster.world.until("it failed", () => seat.failures.length > 0);
    controller.abort();
    await cluster.world.until("the waits end", () => ends.length === 2);
    assert.deepEqual(ends, ["stopping", "stopping"]);
    seat.crash();
    await seat.start();
    await cluster.finish();
  });

  it("at the very end is told to whoever stops the node, which starts again well", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    await cluster.pay("b", purse.pay());
    await cluster.agreed(1);
    const seat = cluster.seat("c");
    seat.mayFail = true;
    seat.disk.failNext = { what: "store", error: new Error("ENOSPC: injected") };
    await assert.rejects(cluster.world.settled("c stops", seat.node.stop()), /ENOSPC/);
    await assert.rejects(seat.node.stop(), /ENOSPC/, "again: the same");
    assert.deepEqual(seat.failures, [], "who stops it is told, and nobody else");
    seat.crash();
    await seat.start();
    assert.equal(seat.height, 1);
    await cluster.pay("c", purse.pay());
    await cluster.finish();
  });

  for (const victim of ["a", "c"])
    for (const what of ["store", "guard"] as const)
      it(`to the ${what} of ${victim === "a" ? "the primary" : "a backup"} stops the node, which starts again well`, async () => {
        let failed = 0;
        while (await failingAt(victim, what, failed)) failed++;
        assert.equal(failed, what === "store" ? 3 : 2, "writes of a dialogue");
      });
});
