// Members that send garbage, floods, votes of other chains, or vote twice: blamed and cut off, or noted, and the rest goes
// on.
import assert from "node:assert/strict";
import { digestOf, type PbftMessage, signedMessageCodec } from "@witan/consensus";
import { chooseSign } from "@witan/crypto/node";
import {
  type BlockHash,
  type ChainId,
  type Channel,
  type Height,
  type MemberIndex,
  type Signature,
  sha256Hex,
  type View,
} from "@witan/primitives";
import { REQUESTS } from "../../packages/node/src/flood-guard.ts";
import { rangeCodec, requestCodec } from "../../packages/node/src/wire.ts";
import { keyOfName } from "../ledger/build.ts";
import { Cluster } from "./cluster.ts";
import { Purse } from "./purse.ts";

const sign = chooseSign();
const HASH = sha256Hex(new Uint8Array(3)) as BlockHash;

/** A message of a member as it travels. */
function signed(
  message: PbftMessage,
  { chainId, sender, name }: { readonly chainId: ChainId; readonly sender: number; readonly name: string },
): Uint8Array {
  const signature = sign(digestOf(chainId, message), keyOfName(`${name} voting`).secretKey) as Signature;
  return signedMessageCodec.encode({ sender: sender as MemberIndex, message, signature });
}

function prepare(height: number): PbftMessage {
  const [membership, view] = [1 as Height, 0 as View];
  return { kind: "prepare", membership, view, height: height as Height, blockHash: HASH };
}

/** Blamed by `c` for one thing, cut off for a while, and missed by nobody. */
async function isBlamedFor(cluster: Cluster, code: string): Promise<void> {
  const { faults } = cluster.world;
  const liar = cluster.seat("d");
  await cluster.world.until("it is blamed", () => faults.length > 0);
  assert.deepEqual(faults, [{ by: "c", of: liar.peerId, code }]);
  await cluster.world.until("it is cut off", () => !cluster.seat("c").network.isConnected(liar.peerId));
  const purse = new Purse(cluster);
  for (const name of ["a", "b", "c"]) await cluster.pay(name, purse.pay());
  assert.equal(cluster.seat("b").node.readings().view, 0);
  const { peers } = await cluster.seat("c").call("node_peers", {});
  assert.ok((peers.find(({ name }) => name === "d")?.bannedUntil ?? 0) > 0);
  await cluster.finish();
}

const GARBAGE: readonly (readonly [Channel, string])[] = [
  ["consensus", "consensus-encoding"],
  ["transactions", "transactions-encoding"],
  ["bulk", "bulk-encoding"],
];

describe("a member that", () => {
  for (const [channel, code] of GARBAGE)
    it(`sends garbage on the channel ${channel} is blamed and cut off, and the rest goes on`, async () => {
      const cluster = await Cluster.start();
      const bytes = new Uint8Array(300).fill(0xee);
      cluster.seat("d").network.send(cluster.seat("c").peerId, channel, bytes);
      await isBlamedFor(cluster, code);
    });

  it("asks for garbage is blamed and cut off, and the rest goes on", async () => {
    const cluster = await Cluster.start();
    const [asking, asked] = [cluster.seat("d"), cluster.seat("c")];
    const answer = asking.network.request(asked.peerId, new Uint8Array(40), { timeoutMs: 1_000 });
    assert.equal((await cluster.world.settled("no answer", answer)).ok, false);
    await isBlamedFor(cluster, "request-encoding");
  });

  it("sends a proposal without a header is blamed and cut off, and the rest goes on", async () => {
    const cluster = await Cluster.start();
    // The selector of a proposal, the offset of its bytes, and too few of them.
    const bytes = Uint8Array.of(0, 4, 0, 0, 0, 1, 2, 3);
    cluster.seat("d").network.send(cluster.seat("c").peerId, "bulk", bytes);
    await isBlamedFor(cluster, "proposal-encoding");
  });

  it("votes for another chain is blamed and cut off, and the rest goes on", async () => {
    const cluster = await Cluster.start();
    const vote = signed(prepare(1), { chainId: HASH as string as ChainId, sender: 3, name: "d" });
    cluster.seat("d").network.send(cluster.seat("c").peerId, "consensus", vote);
    await isBlamedFor(cluster, "consensus-signature");
  });

  it("votes in another's name is blamed and cut off, and the rest goes on", async () => {
    const cluster = await Cluster.start();
    const vote = signed(prepare(1), { chainId: cluster.chain.chainId, sender: 1, name: "d" });
    cluster.seat("d").network.send(cluster.seat("c").peerId, "consensus", vote);
    await isBlamedFor(cluster, "consensus-signature");
  });

  it("floods others with votes, valid ones too, is cut off in the end, and the rest goes on", async function () {
    this.timeout(60_000);
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    const [flooding, flooded] = [cluster.seat("d"), cluster.seat("c")];
    const vote = signed(prepare(1), { chainId: cluster.chain.chainId, sender: 3, name: "d" });
    let sent = 0;
    await cluster.world.until("it is cut off", () => {
      for (let count = 0; count < 100; count++)
        if (flooding.network.send(flooded.peerId, "consensus", vote)) sent++;
      return sent > 4_000 && !flooded.network.isConnected(flooding.peerId);
    });
    assert.ok(sent < 6_000, `${sent} votes`);
    const { faults } = cluster.world;
    assert.ok(
      faults.every(({ by, of, code }) => by === "c" && of === flooding.peerId && code === "consensus-flood"),
    );
    await cluster.pay("a", purse.pay());
    await cluster.finish();
  });

  it("floods others with requests is refused, cut off in the end, and the rest goes on", async function () {
    this.timeout(60_000);
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    await cluster.pay("a", purse.pay());
    await cluster.agreed(1);
    const [flooding, flooded] = [cluster.seat("d"), cluster.seat("c")];
    const request = requestCodec.encode({ kind: "blocks", from: 1 as Height, count: 1 });
    const answers = { full: 0, none: 0 };
    const { faults } = cluster.world;
    await cluster.world.until("it is cut off", () => {
      const isConnected = flooded.network.isConnected(flooding.peerId);
      for (let count = 0; isConnected && count < 4; count++)
        flooding.network.request(flooded.peerId, request, { timeoutMs: 1_000 }).then((answer) => {
          answers[answer.ok ? "full" : "none"]++;
        });
      return faults.length > 0 && !isConnected;
    });
    assert.ok(answers.full >= REQUESTS.burst, `${answers.full} answers`);
    assert.ok(answers.full < 2 * REQUESTS.burst, `${answers.full} answers`);
    assert.ok(answers.none > 0);
    assert.ok(
      faults.every(({ by, of, code }) => by === "c" && of === flooding.peerId && code === "request-flood"),
    );
    await cluster.pay("a", purse.pay());
    await cluster.finish();
  });

  it("votes twice is not blamed before others: the evidence is kept, across a restart too", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    const [liar, witness] = [cluster.seat("d"), cluster.seat("c")];
    liar.honest = false;
    // Before it votes for the block of height 1, it votes for none that there is.
    const vote = signed(prepare(1), { chainId: cluster.chain.chainId, sender: 3, name: "d" });
    liar.network.send(witness.peerId, "consensus", vote);
    await cluster.pay("a", purse.pay());
    await cluster.agreed(1);
    const evidenceOf = async () => (await witness.call("consensus_evidence", {})).evidence;
    const [evidence, ...others] = await evidenceOf();
    assert.ok(evidence && "first" in evidence && others.length === 0);
    assert.equal(evidence.member, "d");
    assert.equal(evidence.votingKey, keyOfName("d voting").publicKey);
    assert.deepEqual([evidence.first.height, evidence.second.height], [1, 1]);
    assert.notEqual(evidence.first.signature, evidence.second.signature);
    assert.equal(witness.node.readings().evidence, 1);
    await witness.stop();
    await witness.start();
    assert.deepEqual(await evidenceOf(), [evidence]);
    await cluster.pay("b", purse.pay());
    await cluster.finish();
  });

  it("asks for more blocks than there are, or than fit, gets what there is", async () => {
    const cluster = await Cluster.start();
    const transfers = new Purse(cluster).chain();
    for (let count = 0; count < 3; count++) await cluster.pay("b", transfers.next().value);
    await cluster.agreed(3);
    const ranges: number[] = [];
    for (const [from, count] of [
      [1, 4_294_967_295],
      [3, 1],
      [4, 10],
      [2, 0],
      [Number.MAX_SAFE_INTEGER, 1],
    ] as const) {
      const request = requestCodec.encode({ kind: "blocks", from: from as Height, count });
      const asked = cluster
        .seat("d")
        .network.request(cluster.seat("c").peerId, request, { timeoutMs: 1_000 });
      const answer = await cluster.world.settled("an answer", asked);
      const range = answer.ok ? rangeCodec.decode(answer.value) : undefined;
      ranges.push(range?.ok ? range.value.length : -1);
    }
    assert.deepEqual(ranges, [3, 1, 0, 0, 0]);
    await cluster.finish();
  });
});
