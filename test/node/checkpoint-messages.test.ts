// CHECKPOINTs that are lost: they are said again until a quorum has said the same.
import assert from "node:assert/strict";
import { signedMessageCodec } from "@witan/consensus";
import type { Channel, PeerId } from "@witan/primitives";
import { Cluster } from "./cluster.ts";
import { Purse } from "./purse.ts";
import type { Seat } from "./seat.ts";

const INTERVAL = 10;

/** Four nodes that have decided the blocks up to a checkpoint; nobody hears the CHECKPOINTs of others. */
async function atCheckpoint() {
  const cluster = await Cluster.start({ genesis: { parameters: { checkpointInterval: INTERVAL } } });
  const purse = new Purse(cluster);
  for (const { taps } of cluster.seats)
    taps.send = (_to: PeerId, channel: Channel, bytes: Uint8Array) => {
      const read = channel === "consensus" ? signedMessageCodec.decode(bytes) : undefined;
      return read?.ok && read.value.message.kind === "checkpoint" ? undefined : bytes;
    };
  const transfers = purse.chain();
  for (let height = 1; height <= INTERVAL; height++) await cluster.pay("b", transfers.next().value);
  await cluster.agreed(INTERVAL);
  await cluster.world.pass(1_000);
  return { cluster, purse };
}

function stableAt({ logged }: Seat): readonly number[] {
  return logged
    .filter(({ message }) => message.includes("stable checkpoint"))
    .map(({ fields }) => (fields as { readonly height: number }).height);
}

describe("a checkpoint", () => {
  it("becomes stable everywhere though its messages were lost at first", async () => {
    const { cluster } = await atCheckpoint();
    assert.deepEqual(cluster.seats.flatMap(stableAt), []);
    for (const { taps } of cluster.seats) Object.assign(taps, { send: undefined });
    await cluster.world.until("it is stable", () =>
      cluster.seats.every((seat) => stableAt(seat).join() === String(INTERVAL)),
    );
    await cluster.finish();
  });

  it("becomes stable at one that was cut off when the others said theirs", async () => {
    const { cluster } = await atCheckpoint();
    cluster.cut("d", "a", "b", "c");
    for (const { taps } of cluster.seats) Object.assign(taps, { send: undefined });
    await cluster.world.until("it is stable", () =>
      ["a", "b", "c"].every((name) => stableAt(cluster.seat(name)).length === 1),
    );
    assert.deepEqual(stableAt(cluster.seat("d")), []);
    cluster.heal("d", "a", "b", "c");
    await cluster.world.until("it is stable there too", () => stableAt(cluster.seat("d")).length === 1);
    await cluster.finish();
  });
});
