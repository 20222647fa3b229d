// A disk so slow that a record of a vote is written only after its block is final: the body is in the chain then, and
// nowhere else.
import assert from "node:assert/strict";
import { bpfpMessageCodec } from "@witan/consensus";
import type { Height, View } from "@witan/primitives";
import { Purse } from "../purse.ts";
import { certified, fastPaxos } from "./fast-paxos.ts";

describe("an acceptor with a slow disk", () => {
  it("goes on when rounds change while a block becomes final that it has voted for", async () => {
    const cluster = await fastPaxos();
    const { world } = cluster;
    const [slow, other] = [cluster.seat("c"), cluster.seat("a")];
    const purse = new Purse(cluster);
    const writeVote = slow.disk.holdGuards();
    await cluster.pay("p", purse.pay());
    await world.until("it has decided", () => slow.node.readings().height === 0 && other.height === 1);
    const status = () => slow.call("consensus_status", {});
    for (const round of [1, 2] as View[]) {
      const message = { kind: "trustChange", membership: 1 as Height, round, reason: "evidence" } as const;
      other.network.send(slow.peerId, "consensus", bpfpMessageCodec.encode(message));
      await world.until(`it is in round ${round}`, () => slow.node.readings().view === round);
    }
    assert.equal((await status()).height, 1);
    // The vote leaves, and the block is applied beside the promise of round 1, which waits in its turn; behind it comes
    // the record of round 2, with the vote for the block.
    const writePromise = slow.disk.holdGuards();
    writeVote();
    await world.until("the block is final there", () => slow.height === 1);
    writePromise();
    await cluster.pay("c", purse.pay());
    await certified(cluster);
    assert.deepEqual(slow.failures, []);
    await cluster.finish();
  });
});
