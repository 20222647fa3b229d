// A proposer that makes blocks in time, but small ones on purpose: it is seen by what the others have in store, and
// replaced; an honest one is not, however uneven the load.
import assert from "node:assert/strict";
import type { SealedTransaction } from "@witan/ledger";
import { bytesToHex } from "@witan/primitives";
import { keyOfName, outputTo } from "../../ledger/build.ts";
import type { Cluster } from "../cluster.ts";
import { FEE, Purse } from "../purse.ts";
import { VIEW_MS } from "../seat.ts";
import { fastPaxos, MEMBERS, notingMessages } from "./fast-paxos.ts";

/** Just below what the detector takes for muteness. */
const PACE_MS = VIEW_MS / 2;
const COINS = 200;

function cluster(minimumSharePermille: number): Promise<Cluster> {
  return fastPaxos({ seats: MEMBERS.map((name) => ({ name, settings: { minimumSharePermille } })) });
}

/** Many transfers that need nothing of each other; the first makes their coins, and is final when this resolves. */
async function transfers(of: Cluster, purse: Purse): Promise<readonly SealedTransaction[]> {
  const alice = keyOfName("alice");
  const coin = purse.take();
  const outputs = Array.from({ length: COINS }, () => outputTo(alice, 1_000n));
  const left = outputTo(alice, coin.amount - 1_000n * BigInt(COINS) - FEE);
  const split = purse.spend(coin, 10n, { outputs: [...outputs, left] });
  await of.pay("p", split);
  const { body, id } = split;
  assert.ok(body.kind === "transfer");
  return body.outputs
    .slice(0, COINS)
    .map((output, index) =>
      purse.spend({ ...output, height: coin.height, reward: false, transaction: id, index }),
    );
}

function submit(of: Cluster, at: string, some: readonly SealedTransaction[]): Promise<unknown> {
  const seat = of.seat(at);
  const calls = some.map(({ bytes }) => seat.call("transaction_submit", { transaction: bytesToHex(bytes) }));
  return of.world.settled("they are taken", Promise.all(calls));
}

/** p hears of transactions from nobody, and takes one now and then, the oldest. @returns the blocks that it made */
async function slowly(
  of: Cluster,
  waiting: readonly SealedTransaction[],
  isOver: () => boolean,
): Promise<number> {
  const from = of.seat("a").height;
  for (const one of waiting.slice(0, 40)) {
    if (isOver()) break;
    await submit(of, "p", [one]);
    await of.world.pass(PACE_MS);
  }
  return of.seat("a").height - from;
}

async function underBacklog(minimumSharePermille: number, isOver: (of: Cluster) => boolean) {
  const of = await cluster(minimumSharePermille);
  const all = await transfers(of, new Purse(of));
  const sent = notingMessages(of);
  // What the network can do.
  await submit(of, "a", all.slice(0, 100));
  await of.world.until("they are final", () => of.seat("a").node.readings().pending === 0);
  of.seat("p").taps.receive = (_from, channel) => channel !== "transactions";
  await submit(of, "a", all.slice(100));
  const blocks = await slowly(of, all.slice(100), () => isOver(of));
  return { of, sent, blocks };
}

describe("a proposer that makes small blocks under a backlog", () => {
  it("is replaced, and nobody is accused", async function () {
    this.timeout(20_000);
    const isReplaced = (of: Cluster) => of.seat("a").node.readings().view > 0;
    const { of, sent, blocks } = await underBacklog(200, isReplaced);
    assert.ok(isReplaced(of), `it was not replaced in ${blocks} blocks`);
    assert.ok(blocks >= 4, `${blocks} blocks`);
    const asked = sent.flatMap(({ message }) => (message.kind === "trustChange" ? [message] : []));
    assert.ok(asked.length > 0 && asked.every(({ reason }) => reason === "suspicion"));
    assert.ok(of.seats.every(({ node }) => node.readings().evidence === 0));
    // The next one takes all.
    await of.world.until("nothing waits", () => of.seat("a").node.readings().pending === 0);
    Object.assign(of.seat("p").taps, { receive: undefined });
    await of.finish();
  });

  it("stays where the share is not looked at", async function () {
    this.timeout(20_000);
    const { of, blocks } = await underBacklog(0, () => false);
    assert.equal(of.seat("a").node.readings().view, 0);
    assert.ok(blocks >= 30, `${blocks} blocks`);
    Object.assign(of.seat("p").taps, { receive: undefined });
    await of.finish();
  });

  it("that is all there is to put into them stays, after a rush too", async function () {
    this.timeout(20_000);
    const of = await cluster(200);
    const all = await transfers(of, new Purse(of));
    await submit(of, "a", all.slice(0, 150));
    for (const one of all.slice(150)) {
      await submit(of, "a", [one]);
      await of.world.pass(PACE_MS);
    }
    assert.equal(of.seat("a").node.readings().view, 0);
    await of.finish();
  });
});
