// What peers may do wrong: blocks that break a rule, bodies that are of no header, headers without work. Nobody follows,
// and who sent it is cut off; what is merely early or out of order is nobody's fault.
import assert from "node:assert/strict";
import { bytesToHex } from "@witan/primitives";
import { bulkMessageCodec } from "../../../packages/node/src/wire.ts";
import { withBrokenWitness } from "../broken-witness.ts";
import { Purse } from "../purse.ts";
import { Miners } from "./miners.ts";

describe("proof of work: misbehaviour", () => {
  it("does not follow a branch with a block that breaks a rule, however much work it has", async () => {
    const miners = await Miners.start();
    const { world } = miners.cluster;
    const liar = miners.seat("m3");
    liar.believesAll = true;
    const broken = withBrokenWitness(miners.cluster, new Purse(miners.cluster).pay());
    await miners.mine("m1");
    await miners.agreed();
    miners.split("m3");
    await liar.call("transaction_submit", { transaction: bytesToHex(broken.bytes) });
    await world.until("the liar has it", () => liar.node.readings().pending === 1);
    await miners.mine("m3", 4);
    const good = miners.seat("m1").node.tip.hash;
    miners.split("m3", "heal");
    const isBlamed = (by: string) =>
      world.faults.some(
        (fault) => fault.by === by && fault.of === liar.peerId && fault.code === "invalid-block",
      );
    await world.until("it is blamed", () => isBlamed("m1") && isBlamed("m2"));
    const judged = () =>
      miners.seat("m1").logged.filter(({ message }) => message.startsWith("a block breaks a rule")).length;
    assert.equal(judged(), 1);
    await world.pass(1_000);
    assert.equal(miners.seat("m1").node.tip.hash, good);
    assert.equal(miners.seat("m2").node.tip.hash, good);
    await miners.mine("m2", 2);
    await miners.agreed("m1", "m2");
    // After a restart it is not tried again.
    await miners.seat("m1").stop();
    await miners.seat("m1").start();
    const faults = world.faults.length;
    await world.until("it tells m1 of it again", () =>
      world.faults.slice(faults).some(({ by }) => by === "m1"),
    );
    await world.pass(1_000);
    await miners.agreed("m1", "m2");
    assert.equal(judged(), 1);
    liar.mayFail = true;
    await liar.stop();
    await miners.finish();
  });

  it("waits for the parent of a block that comes before it", async () => {
    const miners = await Miners.start(["m1", "m2"]);
    const late = miners.seat("m2");
    late.taps.receive = (_from, channel) => channel === "transactions";
    await miners.mine("m1", 2);
    await miners.cluster.world.pass(500);
    assert.equal(late.height, 0);
    // Of the third it hears whole, and of those before it nothing yet.
    late.taps.receive = (_from, channel) => channel !== "consensus";
    await miners.mine("m1");
    await miners.cluster.world.pass(200);
    const status = await late.call("consensus_status", {});
    assert.ok(status.mode === "pow");
    assert.equal(status.orphans, 1);
    assert.equal(late.height, 0);
    late.taps.receive = undefined;
    await miners.agreed();
    assert.deepEqual(miners.cluster.world.faults, []);
    await miners.finish();
  });

  const LIES: readonly (readonly [string, string, (block: Uint8Array) => Uint8Array])[] = [
    // Its body would not even decode: work is asked for before anything that costs more.
    ["a block that did not cost its work", "header-work", (block) => changed(block.slice(0, -1), 120)],
    ["a body that is of another header", "body-encoding", (block) => block.slice(0, block.length - 1)],
    ["bytes that are no block", "block-encoding", (block) => block.slice(0, 100)],
  ];
  for (const [what, code, lie] of LIES)
    it(`blames who sends ${what}`, async () => {
      const miners = await Miners.start(["m1", "m2"]);
      const { world } = miners.cluster;
      const liar = miners.seat("m2");
      liar.taps.send = (_to, channel, bytes) => {
        const message = channel === "bulk" ? bulkMessageCodec.decode(bytes) : undefined;
        if (!message?.ok || message.value.kind !== "proposal") return bytes;
        return bulkMessageCodec.encode({ kind: "proposal", block: lie(message.value.block) });
      };
      await miners.mine("m2");
      await world.until("it is blamed", () =>
        world.faults.some((fault) => fault.by === "m1" && fault.of === liar.peerId && fault.code === code),
      );
      liar.taps.send = undefined;
      await miners.finish();
    });

  it("blames who sends what is no message, and what no node of such a chain sends", async () => {
    const miners = await Miners.start(["m1", "m2"]);
    const { world } = miners.cluster;
    const liar = miners.seat("m2");
    liar.taps.send = (_to, channel, bytes) => (channel === "consensus" ? bytes.slice(1) : bytes);
    await miners.mine("m1");
    await world.until("it is blamed", () =>
      world.faults.some(({ by, code }) => by === "m1" && code === "headers-encoding"),
    );
    liar.taps.send = (_to, channel) =>
      channel === "consensus" ? undefined : bulkMessageCodec.encode({ kind: "tip", height: 3 as never });
    await world.until("both are connected again", () => miners.seat("m1").network.isConnected(liar.peerId));
    liar.network.send(miners.seat("m1").peerId, "bulk", new Uint8Array());
    await world.until("it is blamed again", () => world.faults.some(({ code }) => code === "bulk-kind"));
    liar.taps.send = undefined;
    await miners.finish();
  });
});

function changed(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  for (let byte = at; byte < at + 8; byte++) copy[byte] = 0xff;
  return copy;
}
