// Peers that send garbage, floods, or what is not theirs to say: blamed and cut off, and the rest goes on.
import assert from "node:assert/strict";
import { type BpfpMessage, bpfpMessageCodec } from "@witan/consensus";
import { headerCodec } from "@witan/ledger";
import {
  type BlockHash,
  type Channel,
  type Height,
  type Signature,
  sha256Hex,
  type View,
} from "@witan/primitives";
import { bulkMessageCodec, certificatesCodec, requestCodec } from "../../../packages/node/src/wire.ts";
import type { Cluster } from "../cluster.ts";
import { Purse } from "../purse.ts";
import { fastPaxos, MEMBERS } from "./fast-paxos.ts";

const HASH = sha256Hex(new Uint8Array(3)) as BlockHash;
const ballot = { membership: 1 as Height, round: 0 as View, height: 1 as Height, blockHash: HASH };

const SAID: Readonly<Record<string, BpfpMessage>> = {
  learn: { kind: "learn", ...ballot, signature: [] },
  accept: { kind: "accept", ...ballot, proof: [], signature: [] },
  trustChange: { kind: "trustChange", membership: 1 as Height, round: 1 as View, reason: "evidence" },
  decided: {
    ...{ kind: "decided", membership: 1 as Height, height: 1 as Height, blockHash: HASH },
    signature: "00".repeat(64) as Signature,
  },
};

/** Blamed by `c` for one thing, cut off, and missed by nobody. */
async function isBlamedFor(cluster: Cluster, name: string, code: string): Promise<void> {
  const { faults } = cluster.world;
  const liar = cluster.seat(name);
  await cluster.world.until("it is blamed", () => faults.length > 0);
  assert.deepEqual(faults, [{ by: "c", of: liar.peerId, code }]);
  await cluster.world.until("it is cut off", () => !cluster.seat("c").network.isConnected(liar.peerId));
  const purse = new Purse(cluster);
  for (const one of MEMBERS.filter((other) => other !== name)) await cluster.pay(one, purse.pay());
  await cluster.finish();
}

function send(cluster: Cluster, from: string, bytes: Uint8Array, channel: Channel = "consensus"): void {
  const seat = cluster.seat(from);
  seat.honest = false;
  assert.ok(seat.network.send(cluster.seat("c").peerId, channel, bytes));
}

describe("with BP Fast Paxos, a peer that", () => {
  it("sends garbage for a message is blamed and cut off", async () => {
    const cluster = await fastPaxos();
    send(cluster, "d", new Uint8Array(300).fill(0xee));
    await isBlamedFor(cluster, "d", "consensus-encoding");
  });

  for (const kind of Object.keys(SAID))
    it(`is an observer and says ${kind} is blamed and cut off`, async () => {
      const cluster = await fastPaxos();
      send(cluster, "o", bpfpMessageCodec.encode(SAID[kind] as BpfpMessage));
      await isBlamedFor(cluster, "o", "not-a-member");
    });

  for (const kind of ["learn", "trustChange", "decided"])
    it(`is a proposer and says ${kind} is blamed and cut off`, async () => {
      const cluster = await fastPaxos();
      send(cluster, "q", bpfpMessageCodec.encode(SAID[kind] as BpfpMessage));
      await isBlamedFor(cluster, "q", "not-an-acceptor");
    });

  it("proposes in a round of another is blamed and cut off", async () => {
    const cluster = await fastPaxos();
    send(cluster, "q", bpfpMessageCodec.encode(SAID["accept"] as BpfpMessage));
    await isBlamedFor(cluster, "q", "accept-proposer");
  });

  it("is an acceptor and promises for another is blamed and cut off", async () => {
    const cluster = await fastPaxos();
    const promise: BpfpMessage = {
      ...{ kind: "promise", membership: 1 as Height, acceptor: 2 as never, round: 2 as View },
      ...{ decidedHeight: 0 as Height, decidedHash: HASH, vote: [], seal: { kind: "mac", mac: HASH } },
    } as BpfpMessage;
    send(cluster, "d", bpfpMessageCodec.encode(promise));
    await isBlamedFor(cluster, "d", "promise-acceptor");
  });

  it("signs a decision by a signature that does not hold is blamed and cut off", async () => {
    const cluster = await fastPaxos();
    send(cluster, "d", bpfpMessageCodec.encode(SAID["decided"] as BpfpMessage));
    await isBlamedFor(cluster, "d", "consensus-signature");
  });

  it("is a proposer and sends a block as final by its own word is blamed and cut off", async () => {
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    cluster.seat("c").crash();
    await cluster.pay("p", purse.pay());
    await cluster.agreed(1);
    const block = await blockOf(cluster);
    await cluster.finish();
    const other = await fastPaxos();
    const blockHash = (await other.seat("c").call("chain_head", {})).hash as BlockHash;
    assert.notEqual(blockHash, HASH);
    const hash = other.chain.blockHash(headerOfBlock(block));
    const certificate = { kind: "bp-fast-paxos", membership: 1 as Height, height: 1 as Height } as const;
    const word = { ...certificate, blockHash: hash, signatures: [] };
    send(other, "q", bulkMessageCodec.encode({ kind: "decided", block, certificate: word }), "bulk");
    await isBlamedFor(other, "q", "sync-certificate");
  });

  it("floods others with messages, valid ones too, is cut off in the end", async function () {
    this.timeout(60_000);
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    const [flooding, flooded] = [cluster.seat("d"), cluster.seat("c")];
    flooding.honest = false;
    const { blockHash: _, ...rest } = ballot;
    const status = { kind: "status", membership: rest.membership, round: rest.round } as const;
    const bytes = bpfpMessageCodec.encode({
      ...status,
      proven: "yes",
      height: 0 as Height,
      blockHash: HASH,
      vote: [],
    });
    let sent = 0;
    await cluster.world.until("it is cut off", () => {
      for (let count = 0; count < 100; count++)
        if (flooding.network.send(flooded.peerId, "consensus", bytes)) sent++;
      return sent > 4_000 && !flooded.network.isConnected(flooding.peerId);
    });
    assert.ok(sent < 6_000, `${sent} messages`);
    await cluster.pay("p", purse.pay());
    await cluster.finish();
  });

  it("answers with a certificate that does not hold is blamed, and the block is certified by others", async () => {
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    // `c` hears no signature under a decision, and asks.
    cluster.seat("c").taps.receive = (_from, channel, bytes) => {
      const decoded = channel === "consensus" ? bpfpMessageCodec.decode(bytes) : undefined;
      return !(decoded?.ok && decoded.value.kind === "decided");
    };
    const liar = cluster.seat("d");
    const isAboutCertificates = (bytes: Uint8Array): boolean => {
      const request = requestCodec.decode(bytes);
      return request.ok && request.value.kind === "certificates";
    };
    // The others have nothing to say until it has answered.
    for (const name of ["a", "b"])
      cluster.seat(name).taps.answer = async (_from, bytes, honest) =>
        isAboutCertificates(bytes) && cluster.world.faults.length === 0 ? undefined : honest();
    liar.taps.answer = async (_from, bytes, honest) => {
      if (!isAboutCertificates(bytes)) return honest();
      const answer = certificatesCodec.decode((await honest()) ?? new Uint8Array());
      if (!answer.ok) return undefined;
      const broken = answer.value.map((one) => ({
        ...one,
        signatures: one.signatures.map((all) => ({ ...all, signature: "11".repeat(64) as Signature })),
      }));
      return certificatesCodec.encode(broken);
    };
    await cluster.pay("p", purse.pay());
    const { certificateOf } = cluster.seat("c");
    await cluster.world.until("it is certified", () => certificateOf(1) !== undefined);
    const blamed = cluster.world.faults.map(({ by, of, code }) => ({ by, isLiar: of === liar.peerId, code }));
    assert.deepEqual(blamed, [{ by: "c", isLiar: true, code: "certificates-wrong" }]);
    await cluster.finish();
  });
});

async function blockOf(cluster: Cluster): Promise<Uint8Array> {
  const { rangeCodec } = await import("../../../packages/node/src/wire.ts");
  const request = requestCodec.encode({ kind: "blocks", from: 1 as Height, count: 1 });
  const asked = cluster.seat("o").network.request(cluster.seat("a").peerId, request, { timeoutMs: 1_000 });
  const answer = await cluster.world.settled("a block", asked);
  const range = answer.ok ? rangeCodec.decode(answer.value) : undefined;
  assert.ok(range?.ok && range.value[0] !== undefined);
  return range.value[0].block;
}

function headerOfBlock(block: Uint8Array) {
  const header = headerCodec.decode(block.subarray(0, 128));
  assert.ok(header.ok);
  return header.value;
}
