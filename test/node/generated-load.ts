// Generated requests, many of them, to a node that runs among others: every answer must fit the document, and the node
// must hold no more afterwards than before.
import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { formatAddress } from "@witan/crypto";
import { bytesToHex } from "@witan/primitives";
import fc from "fast-check";
import { keyOfName } from "../ledger/build.ts";
import { type GeneratedBody, generatedBodies, type Known } from "../rpc/generated-requests.ts";
import { closeAll, type Opened, open, send } from "../rpc/server.ts";
import { approval } from "./approval.ts";
import { withBrokenWitness } from "./broken-witness.ts";
import { Cluster } from "./cluster.ts";
import { assertAllSeen, checkAnswer, Seen } from "./generated-answers.ts";
import { Purse } from "./purse.ts";
import { registerParams } from "./register-requests.ts";

/** What a node may hold more, after any number of requests. */
const GROWTH_MAX_BYTES = 48 * 1024 * 1024;
/** Bodies before memory is first looked at: code is compiled, caches are full. */
const WARM_UP = 500;

/** Values that mean something on the chain of a cluster. */
async function knownOf(cluster: Cluster): Promise<Known> {
  const purse = new Purse(cluster);
  const final = purse.pay();
  await cluster.pay("a", final);
  await cluster.agreed(1);
  const seat = cluster.seat("a");
  const fresh = [purse.pay(), purse.pay(20n)];
  const parent = purse.pay(30n);
  const given = [
    final,
    ...fresh,
    purse.spend(purse.changeOf(parent)),
    withBrokenWitness(cluster, purse.pay(40n)),
  ];
  const addresses = ["alice", "bob", "nobody"].map((name) =>
    formatAddress(cluster.chain.genesis.addressPrefix, keyOfName(name).policyHash),
  );
  const { blocks } = await seat.call("chain_blocks", {});
  const approvals = ["a", "b"].map((name) => approval(cluster, name));
  return {
    hash: [...given.map(({ id }) => id), ...blocks.map(({ hash }) => hash)],
    height: [0, 1, 2],
    address: addresses,
    transactionHex: [...given.map(({ bytes }) => bytesToHex(bytes)), ...approvals.map((one) => one.proposal)],
    publicKey: approvals.map((one) => one.publicKey),
    signature: approvals.map((one) => one.signature),
    cursor: ["1.0", "0.0", "pending.1", "waiting.0"],
    registerRequest: Object.values(registerParams(cluster.chain)).map(({ request }) => request),
  };
}

async function exchange(server: Opened, body: GeneratedBody, seen: Seen): Promise<void> {
  const reply = await send(server, body.text);
  assert.ok([200, 400, 413].includes(reply.status), `${reply.status} ${reply.text}`);
  checkAnswer(body, reply.text, seen);
}

/** Bytes in use after everything that can go has gone. */
function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}

/** Sends so many bodies, and holds every answer against the document. */
export async function sendGenerated(count: number, seed: number): Promise<void> {
  const cluster = await Cluster.start();
  const known = await knownOf(cluster);
  const limits = { callsPerSecond: 10_000_000, wrongPerSecond: 10_000_000 };
  const server = await open(cluster.seat("a").node.service, { limits });
  const seen = new Seen();
  let sent = 0;
  let before: number | undefined;
  const bodies = generatedBodies(known);
  const property = fc.asyncProperty(bodies, async (body) => {
    await cluster.world.settled("an answer", exchange(server, body, seen));
    sent++;
    if (sent === WARM_UP) before = heapBytes();
  });
  try {
    await fc.assert(property, { numRuns: count, seed, endOnFailure: true });
  } finally {
    await closeAll();
  }
  const grown = heapBytes() - (before ?? 0);
  assert.deepEqual(server.bugs, []);
  assertAllSeen(seen);
  assert.ok(sent >= count && before !== undefined);
  assert.ok(grown < GROWTH_MAX_BYTES, `${grown} bytes more after ${count} bodies`);
  const { transactions, waiting } = await cluster.seat("a").call("mempool_status", {});
  assert.ok(transactions + waiting <= 10, `${transactions} pending, ${waiting} waiting`);
  await cluster.agreed();
  await cluster.finish();
}
