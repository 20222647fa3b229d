// A disk so slow that records are written only after the block is final that was voted for before them: its body is in the
// chain then, and nowhere else. (A record of a later view names no vote; in BP Fast Paxos it does, see slow-disk.test.ts
// there.)
import assert from "node:assert/strict";
import { digestOf, signedMessageCodec } from "@witan/consensus";
import { chooseSign } from "@witan/crypto/node";
import type { Height, MemberIndex, View } from "@witan/primitives";
import { keyOfName } from "../../ledger/build.ts";
import { Cluster } from "../cluster.ts";
import { Purse } from "../purse.ts";

const sign = chooseSign();

/** Two validators ask `c` for a view, as if they had not decided. */
function askForView(cluster: Cluster, view: View): void {
  const [membership, decidedHeight] = [1 as Height, 0 as Height];
  const content = { membership, view, decidedHeight, decided: [], prepared: [] };
  const message = { kind: "viewChange", ...content } as const;
  for (const [sender, name] of ["a", "b"].entries()) {
    const digest = digestOf(cluster.chain.chainId, message);
    const signature = sign(digest, keyOfName(`${name} voting`).secretKey);
    const bytes = signedMessageCodec.encode({ sender: sender as MemberIndex, message, signature });
    const seat = cluster.seat(name);
    seat.honest = false;
    seat.network.send(cluster.seat("c").peerId, "consensus", bytes);
  }
}

describe("a validator with a slow disk", () => {
  it("goes on when views change while a block becomes final that it has voted for", async () => {
    const cluster = await Cluster.start();
    const { world } = cluster;
    const slow = cluster.seat("c");
    const purse = new Purse(cluster);
    const writePrepare = slow.disk.holdGuards();
    await cluster.pay("b", purse.pay());
    assert.equal((await slow.call("consensus_status", {})).phase, "deciding");
    for (const view of [1, 2] as View[]) {
      askForView(cluster, view);
      await world.until(`it is in view ${view}`, () => slow.node.readings().view === view);
    }
    assert.equal(slow.height, 0);
    // The votes leave, and the block is applied beside the VIEW-CHANGE to view 1, which waits in its turn; behind it comes
    // the record of view 2.
    const writeCommit = slow.disk.holdGuards();
    writePrepare();
    await world.pass(50);
    const writeViewChange = slow.disk.holdGuards();
    writeCommit();
    await world.until("the block is final there", () => slow.height === 1);
    writeViewChange();
    await cluster.pay("b", purse.pay());
    await cluster.agreed(2);
    assert.deepEqual(slow.failures, []);
    await cluster.finish();
  });
});
