// What the stores of a network hold after crashes, view changes and power cuts: enough to look into, and nothing against
// anybody.
import assert from "node:assert/strict";
import { investigate } from "../../../packages/node/src/consensus/pbft/investigate.ts";
import { StoredStatements } from "../../../packages/node/src/consensus/pbft/stored-statements.ts";
import { Cluster } from "../cluster.ts";
import { Life } from "../life.ts";
import { Purse } from "../purse.ts";

async function storesOf(cluster: Cluster): Promise<readonly StoredStatements[]> {
  const read: StoredStatements[] = [];
  for (const { disk, name } of cluster.seats) {
    const store = await disk.openStore(new Life(name, () => {}));
    const statements = await StoredStatements.read(cluster.chain, store);
    assert.ok(statements, name);
    read.push(statements);
  }
  return read;
}

describe("the stores of nodes that kept the rules", () => {
  it("accuse nobody, after crashes and view changes, and hold how each view began", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    await cluster.pay("b", purse.pay());
    for (const away of ["a", "b", "c", "d"]) {
      cluster.seat(away).crash();
      await cluster.pay(away === "c" ? "d" : "c", purse.pay());
      await cluster.seat(away).start();
      await cluster.connected();
    }
    await cluster.pay("b", purse.pay());
    await cluster.agreed();
    for (const seat of cluster.seats) await seat.stop();
    const stores = await storesOf(cluster);
    const views = stores.map(
      (store) => new Set(store.held([]).newViews.map(({ message }) => JSON.stringify(message))),
    );
    assert.ok(Math.max(...views.map(({ size }) => size)) >= 2, "some view changes were voted in");
    const { fork, unsigned, guilty, statements } = investigate(cluster.chain, stores, cluster.world.scheme);
    assert.deepEqual({ fork, unsigned, guilty }, { fork: undefined, unsigned: 0, guilty: [] });
    assert.ok(statements > 10, `${statements} statements`);
  });
});
