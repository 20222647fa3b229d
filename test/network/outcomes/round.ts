// One round: a network of four validators, clients that bring in transactions of all kinds over ways that are cut, and
// validators that are killed meanwhile, one or all at once, and started again.
import assert from "node:assert/strict";
import { fetchChain } from "@witan/client";
import { between } from "../conditions.ts";
import { type TestNetwork, withNetwork } from "../harness.ts";
import { checkAccount } from "./agreement.ts";
import { Cases } from "./cases.ts";
import { Clients } from "./clients.ts";
import { Purse } from "./purse.ts";

/** What a round is made of. */
export interface RoundShape {
  /** Transactions, about. */
  readonly count: number;
  /** Clients that are at work at a time. */
  readonly lanes: number;
  /** Ends between one hurt and the next. */
  readonly pace: number;
}

const PARAMETERS = ["feeRateMin=1000", "emptyBlockIntervalMs=1000"];
/** One time in so many all validators are killed, as by a power cut. */
const ALL_KILLED = 4;

/** Runs a round, and checks all that was told. */
export function outcomeRound({ count, lanes, pace }: RoundShape): Promise<void> {
  return withNetwork({ parameters: PARAMETERS }, async (network) => {
    const opened = await fetchChain(network.client(0));
    assert.ok(opened.ok);
    const chain = opened.value;
    const purse = await Purse.fill(network, chain, { coins: count, locked: Math.ceil(count / 8) });
    const clients = await Clients.start(network, new Cases(purse, network), { count, lanes });
    let kills = 0;
    try {
      while (!clients.isDone) {
        await clients.more(between(network.random, 1, pace));
        kills += await hurt(network, clients, pace);
      }
      await clients.done();
    } finally {
      await clients.close();
    }
    const { ends, heard } = clients.account;
    await network.until("nothing is pending, and all have the same height", () => isQuiet(network));
    await checkAccount(network, chain, clients.account);
    const statuses = new Set(ends.map(({ outcome }) => outcome.status));
    assert.deepEqual(statuses, new Set(["final", "rejected", "expired"]));
    assert.ok(ends.length >= count && heard.length > 0 && kills > 0 && clients.cuts > 0, `${kills} kills`);
    const refused = network.warnings().filter(({ msg }) => msg.startsWith("the signer guard refused"));
    assert.deepEqual(refused, [], "validators would have contradicted themselves");
  });
}

/** Kills one validator, or all, and starts it again after others went on. */
async function hurt(network: TestNetwork, clients: Clients, pace: number): Promise<number> {
  const { random, nodes } = network;
  const all = nodes.map((_, node) => node);
  const victims = random() * ALL_KILLED < 1 ? all : [between(random, 0, nodes.length - 1)];
  await Promise.all(victims.map((node) => network.kill(node)));
  // With all of them away nobody hears of anything.
  if (victims.length === 1) await clients.more(between(random, 1, pace));
  await Promise.all(victims.map((node) => network.restart(node)));
  return victims.length;
}

async function isQuiet(network: TestNetwork): Promise<boolean> {
  const heads = await Promise.all(network.clients.map((client) => client.call("chain_head", {})));
  const pools = await Promise.all(network.clients.map((client) => client.call("mempool_status", {})));
  const isEmpty = pools.every(({ transactions }) => transactions === 0);
  return isEmpty && new Set(heads.map(({ hash }) => hash)).size === 1;
}
