// Nodes that lack blocks get them from several peers at once, while the chain goes on; peers that serve what is wrong are
// blamed, peers that serve nothing are passed over, and the rest suffices.
import assert from "node:assert/strict";
import { digestOf } from "@witan/consensus";
import { chooseSign } from "@witan/crypto/node";
import { bytesToHex, type ChainId, type Height, type Signature } from "@witan/primitives";
import { RpcError } from "@witan/rpc";
import { type DecidedBlock, rangeCodec, requestCodec } from "../../packages/node/src/wire.ts";
import { keyOfName } from "../ledger/build.ts";
import { Cluster } from "./cluster.ts";
import { never } from "./life.ts";
import { Purse } from "./purse.ts";
import type { Taps } from "./tapped-network.ts";

const sign = chooseSign();

/** Four nodes, of which `d` was away for so many blocks. */
async function withoutOne(blocks: number): Promise<{ cluster: Cluster; purse: Purse }> {
  const cluster = await Cluster.start();
  const purse = new Purse(cluster);
  cluster.seat("d").crash();
  const stream = cluster.stream("b", purse.chain());
  await cluster.world.until("blocks", () => stream.count >= blocks, 60_000);
  await stream.stop();
  await cluster.agreed(blocks);
  return { cluster, purse };
}

/** What a peer makes of the ranges it serves. */
function serving(
  change: (range: readonly DecidedBlock[]) => readonly DecidedBlock[] | Uint8Array,
): Taps["answer"] {
  return async (_from, bytes, honest) => {
    const request = requestCodec.decode(bytes);
    const answer = await honest();
    if (!request.ok || request.value.kind !== "blocks" || answer === undefined) return answer;
    const range = rangeCodec.decode(answer);
    assert.ok(range.ok);
    const changed = change(range.value);
    return changed instanceof Uint8Array ? changed : rangeCodec.encode(changed);
  };
}

function withForgedCertificate({ block, certificate }: DecidedBlock): DecidedBlock {
  assert.equal(certificate.kind, "pbft");
  const [first, ...rest] = certificate.kind === "pbft" ? certificate.signatures : [];
  assert.ok(first);
  const signature = (first.signature.slice(0, -2) +
    (first.signature.endsWith("00") ? "01" : "00")) as Signature;
  return { block, certificate: { ...certificate, signatures: [{ ...first, signature }, ...rest] } as never };
}

function withTooFewVotes({ block, certificate }: DecidedBlock): DecidedBlock {
  const signatures = certificate.kind === "pbft" ? certificate.signatures.slice(0, 2) : [];
  return { block, certificate: { ...certificate, signatures } as never };
}

/** The members' votes, but for this block on another chain. */
function withVotesOfAnotherChain({ block, certificate }: DecidedBlock): DecidedBlock {
  assert.equal(certificate.kind, "pbft");
  const { kind: _, signatures, ...ballot } = certificate.kind === "pbft" ? certificate : assert.fail();
  const digest = digestOf("cc".repeat(32) as ChainId, { kind: "commit", ...ballot });
  const signed = signatures.map(({ member }) => {
    const key = keyOfName(`${["a", "b", "c", "d"][member]} voting`);
    return { member, signature: sign(digest, key.secretKey) };
  });
  return { block, certificate: { ...certificate, signatures: signed } as never };
}

/** Half of what is asked for, once; then it is silent. */
function halfAndSilence(): Taps["answer"] {
  let isOver = false;
  const half = serving((range) => range.slice(0, range.length / 2));
  return (...asked) => {
    if (isOver) return never();
    isOver = true;
    return half?.(...asked) ?? never();
  };
}

/** Another parent: the height stays, the hash does not. */
function withChangedHeader({ block, certificate }: DecidedBlock): DecidedBlock {
  const bytes = block.slice();
  bytes[30] = (bytes[30] ?? 0) ^ 1;
  return { block: bytes, certificate };
}

/** What a peer does, and what it is blamed for; undefined: nothing. */
const LIES: readonly (readonly [string, Partial<Taps>, string | undefined])[] = [
  [
    "certificates with a forged signature",
    { answer: serving((range) => range.map(withForgedCertificate)) },
    "sync-certificate",
  ],
  [
    "certificates of too few votes",
    { answer: serving((range) => range.map(withTooFewVotes)) },
    "sync-certificate",
  ],
  [
    "certificates of votes for another chain",
    { answer: serving((range) => range.map(withVotesOfAnotherChain)) },
    "sync-certificate",
  ],
  [
    "half of them, and then nothing, and says it had a billion",
    { answer: halfAndSilence(), height: 1_000_000_000 as Height },
    undefined,
  ],
  [
    "other blocks than those of the heights asked for",
    { answer: serving((range) => range.slice(1)) },
    "sync-block",
  ],
  [
    "blocks with the certificates of others",
    {
      answer: serving((range) =>
        range.map(({ block }, index) => ({
          block,
          certificate: range[(index + 1) % range.length]?.certificate as never,
        })),
      ),
    },
    "sync-block",
  ],
  [
    "blocks with changed headers under the right certificates",
    { answer: serving((range) => range.map(withChangedHeader)) },
    "sync-block",
  ],
  ["bytes that are no range", { answer: serving(() => new Uint8Array([1, 2, 3])) }, "sync-encoding"],
  ["one block at a time", { answer: serving((range) => range.slice(0, 1)) }, undefined],
  ["empty ranges", { answer: serving(() => []) }, undefined],
  ["refusals", { answer: async () => undefined }, undefined],
  [
    "nothing, and says it had blocks that nobody has",
    { answer: serving(() => []), height: 5_000 as Height },
    undefined,
  ],
];

describe("a node that lacks blocks", () => {
  it("catches up by hundreds from several peers at once while the chain goes on", async function () {
    this.timeout(60_000);
    const { cluster, purse } = await withoutOne(300);
    const stream = cluster.stream("b", purse.chain());
    const late = cluster.seat("d");
    const asked = new Map<string, number>();
    late.taps.asked = (to) => asked.set(to, (asked.get(to) ?? 0) + 1);
    const before = cluster.world.clock.passedMs;
    await late.start();
    assert.equal(late.height, 0);
    await cluster.world.until(
      "it caught up",
      () => late.height >= cluster.seat("a").height && late.height > 310,
    );
    assert.ok(cluster.world.clock.passedMs - before < 10_000);
    assert.equal(asked.size, 3, "peers that were asked");
    assert.ok(Math.max(...asked.values()) < 10, "ranges, not single blocks");
    await stream.stop();
    assert.deepEqual(cluster.world.faults, []);
    await cluster.finish();
  });

  for (const [what, taps, code] of LIES)
    it(`gets them from others when a peer serves ${what}`, async () => {
      const { cluster, purse } = await withoutOne(20);
      const [liar, late] = [cluster.seat("b"), cluster.seat("d")];
      Object.assign(liar.taps, taps);
      if (taps.height !== undefined) liar.network.setHeight(taps.height);
      // At first the liar is alone with it.
      cluster.cut("d", "a", "c");
      await late.start();
      await cluster.world.pass(300);
      cluster.heal("d", "a", "c");
      await cluster.world.until("it caught up", () => late.height >= 20, 20_000);
      const faults = cluster.world.faults.filter(({ by }) => by === "d");
      assert.deepEqual([...new Set(faults.map((fault) => fault.code))], code === undefined ? [] : [code]);
      assert.ok(faults.every(({ of }) => of === liar.peerId));
      await cluster.world.until(
        "it knows that it lacks nothing",
        () => late.node.readings().behind === 0,
        20_000,
      );
      Object.assign(liar.taps, { answer: undefined, height: undefined });
      await cluster.pay("c", purse.pay());
      await cluster.finish();
    });

  it("is sent what it lacks by those that hear where it stands, even if nobody answers it", async () => {
    const { cluster, purse } = await withoutOne(5);
    for (const { taps } of cluster.running) taps.answer = async () => undefined;
    const late = cluster.seat("d");
    await late.start();
    await cluster.agreed(5);
    for (const { taps } of cluster.seats) Object.assign(taps, { answer: undefined });
    await cluster.pay("d", purse.pay());
    await cluster.finish();
  });

  it("takes no transactions while it is far behind: it says so, and takes them when it has caught up", async () => {
    const { cluster, purse } = await withoutOne(20);
    const late = cluster.seat("d");
    for (const { taps } of cluster.running)
      Object.assign(taps, {
        answer: async () => undefined,
        send: (_to: unknown, channel: string, bytes: Uint8Array) => (channel === "bulk" ? undefined : bytes),
      });
    await late.start();
    await cluster.world.until("it knows that it is behind", () => late.node.readings().behind > 5);
    const transaction = purse.pay();
    const params = { transaction: bytesToHex(transaction.bytes) };
    await assert.rejects(
      late.call("transaction_submit", params),
      (error) => error instanceof RpcError && error.reason === "syncing" && error.code === -32002,
    );
    assert.deepEqual(
      (await late.call("node_health", {})).reasons.map(({ reason }) => reason),
      ["behind"],
    );
    for (const { taps } of cluster.seats) Object.assign(taps, { answer: undefined, send: undefined });
    await cluster.world.until("it caught up", () => late.height >= 20, 20_000);
    await cluster.pay("d", transaction);
    await cluster.finish();
  });

  it("waits for a peer that never answers once, and then asks those that do", async function () {
    this.timeout(60_000);
    const { cluster } = await withoutOne(500);
    const [silent, late] = [cluster.seat("b"), cluster.seat("d")];
    silent.taps.answer = () => new Promise(() => {});
    // The only other one is slow, and nobody sends blocks unasked.
    cluster.seat("a").taps.answer = serving((range) => range.slice(0, 4));
    for (const { taps } of cluster.running)
      taps.send = (_to, channel, bytes) => (channel === "bulk" ? undefined : bytes);
    cluster.cut("d", "c");
    const before = cluster.world.clock.passedMs;
    await late.start();
    await cluster.world.until("it caught up", () => late.height >= 500, 200_000);
    const tookMs = cluster.world.clock.passedMs - before;
    assert.ok(tookMs <= 15_000, `${tookMs} ms`);
    cluster.heal("d", "c");
    for (const { taps } of cluster.running) Object.assign(taps, { answer: undefined, send: undefined });
    await cluster.finish();
  });
});
