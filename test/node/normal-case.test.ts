// Four nodes and the way of a transaction through them, when nothing goes wrong.
import assert from "node:assert/strict";
import { Cluster, membersOnly } from "./cluster.ts";
import { Purse } from "./purse.ts";

describe("four nodes", () => {
  it("make a transfer final that was submitted at any of them", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    for (const [index, name] of ["a", "b", "c", "d"].entries()) {
      await cluster.pay(name, purse.pay());
      await cluster.agreed(index + 1);
    }
    assert.equal(cluster.seat("a").height, 4);
    await cluster.finish();
  });

  it("make many transfers final that come at once at all of them, each in the order of its coins", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    const all = ["a", "b", "c", "d"].flatMap((name) => {
      const chain = purse.chain();
      return Array.from({ length: 10 }, () => cluster.pay(name, chain.next().value));
    });
    await Promise.all(all);
    assert.ok(cluster.seat("a").height < 20, `${cluster.seat("a").height} blocks for 40 transfers`);
    await cluster.finish();
  });

  it("make no block while there is nothing to do and empty blocks are off", async () => {
    const cluster = await Cluster.start();
    await cluster.world.pass(20_000);
    assert.deepEqual(
      cluster.seats.map(({ height, node }) => [height, node.readings().view]),
      cluster.seats.map(() => [0, 0]),
    );
    await cluster.pay("c", new Purse(cluster).pay());
    await cluster.finish();
  });

  it("make an empty block when the interval for them is over, without changing the view", async () => {
    const cluster = await Cluster.start({ genesis: { parameters: { emptyBlockIntervalMs: 1_000 } } });
    await cluster.world.pass(10_500);
    await cluster.agreed(9);
    const { blocks, node } = cluster.seat("d");
    assert.ok(blocks.length <= 11, `${blocks.length} blocks`);
    assert.ok(blocks.every(({ transactions }) => transactions === 0));
    for (const [index, { timestamp }] of blocks.entries())
      if (index > 0) assert.ok(timestamp - (blocks[index - 1]?.timestamp ?? 0) >= 1_000);
    assert.equal(node.readings().view, 0);
    await cluster.finish();
  });

  it("have the same state at each checkpoint, and know that a quorum has it", async () => {
    const cluster = await Cluster.start({ genesis: { parameters: { checkpointInterval: 10 } } });
    const transfers = new Purse(cluster).chain();
    for (let count = 0; count < 21; count++) await cluster.pay("b", transfers.next().value);
    const stable = (name: string) =>
      cluster.seat(name).logged.filter(({ message }) => message.includes("stable checkpoint"));
    await cluster.world.until("stable checkpoints", () =>
      cluster.seats.every(({ name }) => stable(name).length === 2),
    );
    const fields = stable("a").map((line) => line.fields);
    assert.deepEqual(
      fields.map((one) => "height" in one && one.height),
      [10, 20],
    );
    for (const { name } of cluster.seats)
      assert.deepEqual(
        stable(name).map((line) => line.fields),
        fields,
      );
    await cluster.finish();
  });

  it("stop in order and start again on their disks, and go on", async () => {
    const cluster = await Cluster.start({ seats: membersOnly() });
    const purse = new Purse(cluster);
    await cluster.pay("a", purse.pay());
    await cluster.agreed(1);
    for (const seat of cluster.seats) await seat.stop();
    await cluster.startAll();
    assert.deepEqual(
      cluster.seats.map(({ height }) => height),
      [1, 1, 1, 1],
    );
    await cluster.pay("c", purse.pay());
    await cluster.finish();
  });
});
