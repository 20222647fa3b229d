// Bodies of blocks that get lost, or that somebody forges: asked for by hash, and only whoever sent the forgery is blamed.
import assert from "node:assert/strict";
import { signedMessageCodec } from "@witan/consensus";
import { decodeBlock, encodeBlock, headerCodec } from "@witan/ledger";
import { type BlockHash, bytesToHex, type Channel, type PeerId } from "@witan/primitives";
import { bulkMessageCodec, requestCodec } from "../../packages/node/src/wire.ts";
import { keyOfName, outputTo } from "../ledger/build.ts";
import { Cluster } from "./cluster.ts";
import { Purse } from "./purse.ts";
import type { Seat } from "./seat.ts";

/** The block in a proposal's message. */
function proposalIn(channel: Channel, bytes: Uint8Array): Uint8Array | undefined {
  const decoded = channel === "bulk" ? bulkMessageCodec.decode(bytes) : undefined;
  return decoded?.ok && decoded.value.kind === "proposal" ? decoded.value.block : undefined;
}

/** The header as it is, and behind it something else. */
function forged(block: Uint8Array): Uint8Array {
  const bytes = block.slice();
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return bytes;
}

/** Behind a header that means other transactions, so that it has another hash. */
function ofAnotherHeader(block: Uint8Array): Uint8Array {
  const read = headerCodec.decode(block.subarray(0, 128));
  assert.ok(read.ok);
  const bytes = block.slice();
  bytes.set(headerCodec.encode({ ...read.value, transactionsRoot: read.value.governanceRoot }));
  return bytes;
}

/** Drops the bodies that a proposer sends to some. */
function withholdBodies(primary: Seat, from: (to: PeerId) => boolean): void {
  primary.taps.send = (to, channel, bytes) =>
    from(to) && proposalIn(channel, bytes) !== undefined ? undefined : bytes;
}

/** Four nodes, and a block that `a` has proposed; `c` has heard nothing of it, and is sent only what `send` sends until healed. */
async function unheard() {
  const cluster = await Cluster.start();
  const victim = cluster.seat("c");
  const bodies: Uint8Array[] = [];
  let isSending = false;
  for (const { taps } of cluster.seats)
    taps.send = (to, channel, bytes) => {
      const block = proposalIn(channel, bytes);
      if (block !== undefined) bodies.push(block);
      return to === victim.peerId && !isSending ? undefined : bytes;
    };
  await cluster.pay("d", new Purse(cluster).pay());
  const [block] = bodies;
  assert.ok(block);
  return {
    ...{ cluster, block },
    send: (from: Seat, body: Uint8Array): void => {
      isSending = true;
      from.network.send(victim.peerId, "bulk", bulkMessageCodec.encode({ kind: "proposal", block: body }));
      isSending = false;
    },
    heal: (): void => {
      for (const { taps } of cluster.seats) Object.assign(taps, { send: undefined });
    },
  };
}

describe("a proposal's body", () => {
  it("that never arrives is asked for by hash, and the view stays", async () => {
    const cluster = await Cluster.start();
    withholdBodies(cluster.seat("a"), () => true);
    const asked: string[] = [];
    for (const name of ["b", "c", "d"])
      cluster.seat(name).taps.asked = (_to, bytes) => {
        const request = requestCodec.decode(bytes);
        if (request.ok) asked.push(`${name} ${request.value.kind}`);
      };
    await cluster.pay("b", new Purse(cluster).pay());
    await cluster.agreed(1);
    assert.deepEqual([...new Set(asked)].sort(), ["b body", "c body", "d body"]);
    assert.ok(cluster.seats.every(({ node }) => node.readings().view === 0));
    assert.deepEqual(cluster.world.faults, []);
    await cluster.finish();
  });

  it("of a proposer that shows it to nobody costs a view, and no more", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    const primary = cluster.seat("a");
    withholdBodies(primary, () => true);
    primary.taps.answer = async () => undefined;
    await cluster.pay("b", purse.pay());
    assert.equal(cluster.seat("c").node.readings().view, 1);
    Object.assign(primary.taps, { answer: undefined });
    await cluster.finish();
  });

  it("is judged before it is proposed, if who is to propose sends it", async () => {
    const { cluster, block, send, heal } = await unheard();
    send(cluster.seat("b"), ofAnotherHeader(block));
    send(cluster.seat("a"), forged(block));
    await cluster.world.until("somebody is blamed", () => cluster.world.faults.length > 0);
    heal();
    await cluster.agreed(1);
    const seen = cluster.world.faults.map(({ by, of, code }) => [by, of, code.startsWith("body-")]);
    assert.deepEqual(seen, [["c", cluster.seat("a").peerId, true]]);
    await cluster.finish();
  });

  it("is judged so once for a height, however many are sent", async () => {
    const { cluster, block, send, heal } = await unheard();
    send(cluster.seat("a"), block);
    await cluster.world.pass(5);
    send(cluster.seat("a"), ofAnotherHeader(block));
    await cluster.world.pass(5);
    heal();
    await cluster.agreed(1);
    assert.deepEqual(cluster.world.faults, []);
    await cluster.finish();
  });

  it("that a backup forges, with the right header, is not taken for it: the forger is blamed, the block decided", async () => {
    const cluster = await Cluster.start();
    const [primary, forger, victim] = [cluster.seat("a"), cluster.seat("b"), cluster.seat("c")];
    withholdBodies(primary, (to) => to === victim.peerId);
    forger.taps.receive = (_from, channel, bytes) => {
      const block = proposalIn(channel, bytes);
      if (block !== undefined)
        forger.network.send(
          victim.peerId,
          "bulk",
          bulkMessageCodec.encode({ kind: "proposal", block: forged(block) }),
        );
      return true;
    };
    await cluster.pay("d", new Purse(cluster).pay());
    await cluster.agreed(1);
    const seen = cluster.world.faults.map(({ by, of, code }) => [by, of, code.startsWith("body-")]);
    assert.deepEqual(seen, [["c", forger.peerId, true]]);
    assert.ok(cluster.seats.every(({ node }) => node.readings().view === 0));
    await cluster.finish();
  });

  it("that a backup forges out of more transactions than a block may have is no reason against the block", async () => {
    const blockTransactionsMax = 16;
    const cluster = await Cluster.start({ genesis: { parameters: { blockTransactionsMax } } });
    const { chain } = cluster;
    const purse = new Purse(cluster);
    const [primary, forger, victim] = [cluster.seat("a"), cluster.seat("b"), cluster.seat("c")];
    withholdBodies(primary, (to) => to === victim.peerId);
    const coin = purse.take();
    const nothing = { policies: [], signatures: [], preimages: [] };
    const unsigned = Array.from({ length: blockTransactionsMax + 1 }, (_, index) =>
      purse.ledger.sealRaw(
        purse.ledger.transfer([{ ...coin, index }], [outputTo(keyOfName("bob"), 1n)]),
        nothing,
      ),
    );
    forger.taps.receive = (_from, channel, bytes) => {
      const block = proposalIn(channel, bytes);
      const read = block && decodeBlock(chain, block);
      const made = read?.ok ? encodeBlock(chain, read.value.header, unsigned) : undefined;
      if (made?.ok)
        forger.network.send(
          victim.peerId,
          "bulk",
          bulkMessageCodec.encode({ kind: "proposal", block: made.value.bytes }),
        );
      return true;
    };
    await cluster.pay("d", purse.pay());
    await cluster.agreed(1);
    const seen = cluster.world.faults.map(({ by, of, code }) => [by, of, code.startsWith("body-")]);
    assert.deepEqual(seen, [["c", forger.peerId, true]]);
    await cluster.finish();
  });

  it("that an asked peer answers with another block is not taken, and that peer is blamed", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    await cluster.pay("a", purse.pay());
    await cluster.agreed(1);
    const [primary, liar, victim] = [cluster.seat("a"), cluster.seat("b"), cluster.seat("c")];
    const { hash } = await victim.call("chain_head", {});
    const request = requestCodec.encode({ kind: "body", hash: hash as BlockHash });
    const other = await cluster.world.settled(
      "the other block",
      victim.network.request(liar.peerId, request, { timeoutMs: 1_000 }),
    );
    assert.ok(other.ok);
    // Nobody sends it anything unasked, the primary has no answer, the next lies.
    for (const { taps } of cluster.seats)
      taps.send = (to, channel, bytes) => (channel === "bulk" && to === victim.peerId ? undefined : bytes);
    const isForBody = (bytes: Uint8Array) => {
      const asked = requestCodec.decode(bytes);
      return asked.ok && asked.value.kind === "body";
    };
    primary.taps.answer = async () => undefined;
    liar.taps.answer = async (_from, bytes) => (isForBody(bytes) ? other.value : undefined);
    cluster.seat("d").taps.answer = async (_from, bytes, honest) => (isForBody(bytes) ? honest() : undefined);
    await cluster.pay("d", purse.pay());
    await cluster.agreed(2);
    const seen = cluster.world.faults.map(({ by, of, code }) => [by, of, code]);
    assert.deepEqual(seen, [["c", liar.peerId, "body-of-another-block"]]);
    await cluster.finish();
  });

  it("with a broken transaction in it is refused by all, and the next primary goes on", async () => {
    const cluster = await Cluster.start();
    const primary = cluster.seat("a");
    // It sends votes for a block whose body is wrong whoever has it: nobody gets the right one.
    primary.taps.send = (_to, channel, bytes) => {
      const block = proposalIn(channel, bytes);
      return block === undefined
        ? bytes
        : bulkMessageCodec.encode({ kind: "proposal", block: forged(block) });
    };
    primary.taps.answer = async (_from, _bytes, honest) => {
      const block = await honest();
      return block && forged(block);
    };
    await cluster.pay("b", new Purse(cluster).pay());
    const blamers = cluster.world.faults.filter(({ of }) => of === primary.peerId).map(({ by }) => by);
    assert.deepEqual([...new Set(blamers)].sort(), ["b", "c", "d"]);
    Object.assign(primary.taps, { send: undefined, answer: undefined });
    await cluster.finish();
  });

  it("that was voted for is on the disk: after a power cut of all nobody asks for it", async () => {
    const cluster = await Cluster.start();
    const isCommit = (bytes: Uint8Array) => {
      const decoded = signedMessageCodec.decode(bytes);
      return decoded.ok && decoded.value.message.kind === "commit";
    };
    for (const { taps } of cluster.seats)
      taps.send = (_to, channel, bytes) => (channel === "consensus" && isCommit(bytes) ? undefined : bytes);
    const transaction = new Purse(cluster).pay();
    const params = { transaction: bytesToHex(transaction.bytes) };
    await cluster.world.settled("it is taken", cluster.seat("b").call("transaction_submit", params));
    await cluster.world.until("all are prepared", () =>
      cluster.seats.every(({ node }) => node.readings().view === 0 && node.readings().pending === 1),
    );
    await cluster.world.pass(100);
    await cluster.powerCut();
    const asked: string[] = [];
    for (const { taps, name } of cluster.seats) {
      Object.assign(taps, { send: undefined });
      taps.asked = (_to, bytes) => {
        const request = requestCodec.decode(bytes);
        if (request.ok && request.value.kind === "body") asked.push(name);
      };
    }
    await cluster.startAll();
    await cluster.agreed(1);
    assert.deepEqual(asked, []);
    assert.equal(
      (await cluster.seat("d").call("chain_transaction", { transaction: transaction.id })).status,
      "final",
    );
    await cluster.finish();
  });
});
