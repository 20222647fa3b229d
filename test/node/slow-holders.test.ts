// Bodies of blocks whose holders are slow or silent: a node waits long for none of them, nor for what comes by itself.
import assert from "node:assert/strict";
import type { Channel, PeerId } from "@witan/primitives";
import { requestCodec } from "../../packages/node/src/wire.ts";
import { Cluster } from "./cluster.ts";
import { never } from "./life.ts";
import { Purse } from "./purse.ts";
import type { Taps } from "./tapped-network.ts";

/** Four nodes; `d` is sent no blocks unasked. */
async function deprived() {
  const cluster = await Cluster.start();
  const victim = cluster.seat("d");
  const asked: PeerId[] = [];
  victim.taps.asked = (to, bytes) => {
    const request = requestCodec.decode(bytes);
    if (request.ok && request.value.kind === "body") asked.push(to);
  };
  const held: (() => void)[] = [];
  for (const { taps, network } of cluster.seats)
    taps.send = (to: PeerId, channel: Channel, bytes: Uint8Array) => {
      if (channel !== "bulk" || to !== victim.peerId) return bytes;
      held.push(() => network.send(to, channel, bytes));
      return undefined;
    };
  return { cluster, victim, asked, held };
}

/** Answers bodies this way, and blocks in ranges not at all: bodies are what this is about. */
function answering(body: Taps["answer"]): Taps["answer"] {
  return async (from, bytes, honest) => {
    const request = requestCodec.decode(bytes);
    return request.ok && request.value.kind === "body" ? body?.(from, bytes, honest) : undefined;
  };
}

describe("a node that lacks a body", () => {
  it("has it from whoever has it within a second, though the first two that it asks never answer", async () => {
    const { cluster, victim, asked } = await deprived();
    for (const name of ["a", "b"]) cluster.seat(name).taps.answer = answering(() => never());
    cluster.seat("c").taps.answer = answering((_from, _bytes, honest) => honest());
    const before = cluster.world.clock.passedMs;
    await cluster.pay("a", new Purse(cluster).pay());
    await cluster.world.until("it has the block", () => victim.height === 1);
    const tookMs = cluster.world.clock.passedMs - before;
    assert.ok(tookMs < 1_000, `${tookMs} ms`);
    assert.equal(new Set(asked).size, 3);
    assert.equal(asked.length, 3, "each is asked once");
    assert.deepEqual(cluster.world.faults, []);
    for (const { taps } of cluster.seats) Object.assign(taps, { answer: undefined, send: undefined });
    await cluster.finish();
  });

  it("takes it from the proposer as soon as that comes, though it waits for answers", async () => {
    const { cluster, victim, asked, held } = await deprived();
    for (const name of ["a", "b", "c"]) cluster.seat(name).taps.answer = answering(() => never());
    await cluster.pay("a", new Purse(cluster).pay());
    await cluster.world.until("all were asked", () => new Set(asked).size === 3);
    assert.equal(victim.height, 0);
    const before = cluster.world.clock.passedMs;
    for (const { taps } of cluster.seats) Object.assign(taps, { send: undefined });
    held[0]?.();
    await cluster.world.until("it has the block", () => victim.height === 1);
    assert.ok(cluster.world.clock.passedMs - before < 100);
    for (const { taps } of cluster.seats) Object.assign(taps, { answer: undefined });
    await cluster.finish();
  });

  it("takes it from one that is slow, if nobody else has it", async () => {
    const { cluster, victim } = await deprived();
    const { world } = cluster;
    for (const name of ["a", "c"]) cluster.seat(name).taps.answer = answering(async () => undefined);
    cluster.seat("b").taps.answer = answering(async (_from, _bytes, honest) => {
      const body = await honest();
      const clock = world.clock.port(() => true);
      return new Promise((resolve) => clock.after(1_500, () => resolve(body)));
    });
    const before = world.clock.passedMs;
    await cluster.pay("a", new Purse(cluster).pay());
    await world.until("it has the block", () => victim.height === 1);
    const tookMs = world.clock.passedMs - before;
    assert.ok(tookMs < 2_000, `${tookMs} ms`);
    for (const { taps } of cluster.seats) Object.assign(taps, { answer: undefined, send: undefined });
    await cluster.finish();
  });
});
