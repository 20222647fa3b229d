// Primaries that are gone, slow to be missed, or unfair: the others go on without them, soon.
import assert from "node:assert/strict";
import { digestOf, signedMessageCodec } from "@witan/consensus";
import { chooseSign } from "@witan/crypto/node";
import { decodeBlock, encodeBlock } from "@witan/ledger";
import { type BlockHash, bytesToHex, hexToBytes, type MemberIndex } from "@witan/primitives";
import { bulkMessageCodec } from "../../packages/node/src/wire.ts";
import { keyOfName, memberOf, membersOf, outputTo } from "../ledger/build.ts";
import { Cluster, membersOnly } from "./cluster.ts";
import { Purse } from "./purse.ts";
import { VIEW_MS } from "./seat.ts";

const sign = chooseSign();

/** Five views (node.ts, OVERDUE_VIEWS): so long a transaction may be the first in turn. */
const OVERDUE_MS = 5 * VIEW_MS;

function includes(bytes: Uint8Array, part: Uint8Array): boolean {
  return bytesToHex(bytes).includes(bytesToHex(part));
}

function seatsMore() {
  return ["e", "f", "g"].map((name) => ({ name }));
}

function sevenMembers() {
  return { members: [...membersOf("pbft"), ...["e", "f", "g"].map((name) => memberOf(name))] };
}

describe("a view change", () => {
  it("replaces a primary that is gone, within two view timers", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    await cluster.pay("b", purse.pay());
    await cluster.agreed(1);
    cluster.seat("a").crash();
    const before = cluster.world.clock.passedMs;
    await cluster.pay("c", purse.pay());
    const tookMs = cluster.world.clock.passedMs - before;
    assert.ok(tookMs <= 2 * VIEW_MS, `${tookMs} ms`);
    assert.equal(cluster.seat("d").node.readings().view, 1);
    const told = cluster.seat("d").logged.filter(({ message }) => message.includes("view was given up"));
    assert.deepEqual(
      told.map(({ fields }) => fields),
      [{ ...told[0]?.fields, from: 0, to: 1, primary: "a", next: "b" }],
    );
    // The next primary stays: what follows costs no view.
    for (let count = 0; count < 3; count++) await cluster.pay("d", purse.pay());
    assert.equal(cluster.seat("d").node.readings().view, 1);
    await cluster.seat("a").start();
    await cluster.finish();
  });

  it("takes no longer when the next primary is gone as well as the timer's doubling allows", async () => {
    const cluster = await Cluster.start({
      seats: [...membersOnly(), ...seatsMore()],
      genesis: sevenMembers(),
    });
    const purse = new Purse(cluster);
    cluster.seat("a").crash();
    cluster.seat("b").crash();
    const before = cluster.world.clock.passedMs;
    await cluster.pay("c", purse.pay());
    const tookMs = cluster.world.clock.passedMs - before;
    assert.ok(tookMs <= 4 * VIEW_MS, `${tookMs} ms`);
    await cluster.startAll();
    await cluster.finish();
  });

  it("replaces a primary that leaves out one client's transactions, while it makes blocks of others", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    const censored = purse.pay();
    const primary = cluster.seat("a");
    primary.taps.receive = (_from, channel, bytes) =>
      channel !== "transactions" ||
      !(includes(bytes, censored.bytes) || includes(bytes, hexToBytes(censored.id)));
    const before = cluster.world.clock.passedMs;
    const fate = cluster.submit("b", censored);
    const others = purse.chain();
    let isFinal = false;
    fate.then(
      () => {
        isFinal = true;
      },
      () => {},
    );
    let blocks = 0;
    while (!isFinal) {
      await cluster.pay("a", others.next().value);
      blocks++;
    }
    const tookMs = cluster.world.clock.passedMs - before;
    assert.equal((await fate).status, "final");
    assert.ok(blocks > 5, `${blocks} blocks of others were made`);
    assert.ok(tookMs >= OVERDUE_MS / 2 && tookMs <= OVERDUE_MS + 3 * VIEW_MS, `${tookMs} ms`);
    assert.equal(cluster.seat("d").node.readings().view, 1);
    await cluster.finish();
  });

  it("is caught up on by one who was away: it is shown how the view began, and votes in it", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    cluster.cut("d", "a", "b", "c");
    cluster.seat("a").taps.send = (_to, channel, bytes) => (channel === "consensus" ? undefined : bytes);
    const fate = cluster.submit("b", purse.pay());
    await cluster.world.until("they leave the view", () => cluster.seat("c").node.readings().view === 1);
    Object.assign(cluster.seat("a").taps, { send: undefined });
    assert.equal((await fate).status, "final");
    const view = cluster.seat("b").node.readings().view;
    cluster.heal("d", "a", "b", "c");
    await cluster.connected();
    await cluster.agreed();
    cluster.seat("c").crash();
    await cluster.pay("a", purse.pay());
    assert.deepEqual(
      cluster.running.map(({ node }) => node.readings().view),
      [view, view, view],
    );
    await cluster.startAll();
    await cluster.finish();
  });

  for (const aheadMs of [-2_500, 2_500])
    it(`replaces a primary whose clock is ${aheadMs} ms from the others'`, async () => {
      const cluster = await Cluster.start();
      const purse = new Purse(cluster);
      const primary = cluster.seat("a");
      primary.crash();
      primary.clockAheadMs = aheadMs;
      // Late enough that it is later than the block before all the same.
      await cluster.world.pass(5_000);
      await primary.start();
      await cluster.connected();
      await cluster.pay("a", purse.pay());
      assert.equal(cluster.seat("c").node.readings().view, 1);
      const refused = cluster.seat("c").logged.filter(({ message }) => message === "proposal refused");
      assert.match(JSON.stringify(refused[0]?.fields), /timestamp|clock/);
      await cluster.finish();
    });

  it("replaces a primary that proposes in another's name", async () => {
    const cluster = await Cluster.start();
    const { chain } = cluster;
    const purse = new Purse(cluster);
    const primary = cluster.seat("a");
    primary.honest = false;
    let hash: BlockHash | undefined;
    primary.taps.send = (_to, channel, bytes) => {
      const bulk = channel === "bulk" ? bulkMessageCodec.decode(bytes) : undefined;
      if (bulk?.ok && bulk.value.kind === "proposal") {
        const block = decodeBlock(chain, bulk.value.block, 2 ** 21);
        assert.ok(block.ok);
        const { header, transactions } = block.value;
        const forged = encodeBlock(chain, { ...header, proposer: 1 as MemberIndex }, transactions);
        assert.ok(forged.ok);
        hash = forged.value.hash;
        return bulkMessageCodec.encode({ kind: "proposal", block: forged.value.bytes });
      }
      const vote = channel === "consensus" ? signedMessageCodec.decode(bytes) : undefined;
      if (!vote?.ok || vote.value.message.kind !== "prePrepare" || hash === undefined) return bytes;
      const message = { ...vote.value.message, blockHash: hash };
      const signature = sign(digestOf(chain.chainId, message), keyOfName("a voting").secretKey);
      return signedMessageCodec.encode({ sender: 0 as MemberIndex, message, signature });
    };
    // Without a fee there is no reward, which would name the proposer too.
    const coin = purse.take();
    const body = purse.ledger.transfer([coin], [outputTo(keyOfName("bob"), coin.amount)]);
    await cluster.pay("c", purse.ledger.seal(body, [keyOfName("alice")]));
    assert.equal(cluster.seat("c").node.readings().view, 1);
    const refused = cluster.seat("c").logged.filter(({ message }) => message === "proposal refused");
    assert.match(JSON.stringify(refused[0]?.fields), /made by member 1/);
    Object.assign(primary.taps, { send: undefined });
    await cluster.finish();
  });

  it("is over within ten view timers of a heal, after two of four were away for a thousand", async function () {
    this.timeout(60_000);
    const viewMs = 50;
    const settings = { viewTimeoutMs: viewMs, viewTimeoutMaxMs: 4 * viewMs };
    const cluster = await Cluster.start({ seats: membersOnly(settings) });
    const purse = new Purse(cluster);
    await cluster.pay("a", purse.pay());
    await cluster.agreed(1);
    cluster.seat("c").crash();
    cluster.seat("d").crash();
    const fate = cluster.submit("b", purse.pay(), 120_000);
    await cluster.world.pass(700 * viewMs);
    assert.deepEqual([cluster.seat("a").height, cluster.seat("b").height], [1, 1]);
    await cluster.seat("c").start();
    await cluster.world.pass(300 * viewMs);
    await cluster.seat("d").start();
    const before = cluster.world.clock.passedMs;
    await cluster.world.until("a decision", () => cluster.seat("a").height > 1);
    const tookMs = cluster.world.clock.passedMs - before;
    assert.ok(tookMs <= 10 * viewMs, `${tookMs} ms`);
    assert.equal((await fate).status, "final");
    await cluster.finish();
  });
});
