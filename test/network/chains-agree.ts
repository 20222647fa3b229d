// What must hold of every network at the end, whatever was done to it: one chain, nothing lost that was told final,
// nobody who contradicts themselves, no money made or lost.
import assert from "node:assert/strict";
import type { RpcClient } from "@witan/client";
import type { TestNetwork } from "./harness.ts";
import type { Final } from "./load.ts";

/** Blocks asked for at a time. */
const PAGE = 50;

interface Chain {
  readonly hashes: readonly string[];
  /** The height of each transaction. */
  readonly places: ReadonlyMap<string, number>;
}

/** Checks all nodes that run, after they have come to the same height. @param liars who is known to have lied */
export async function checkChains(
  network: TestNetwork,
  finals: readonly Final[],
  liars: readonly string[] = [],
): Promise<void> {
  network.checkAlive();
  const nodes = network.awake;
  await network.until("all have the same height, and nothing waits", async () => {
    const heights = await network.heights(nodes);
    const pools = await Promise.all(nodes.map((node) => network.client(node).call("mempool_status", {})));
    return new Set(heights).size === 1 && pools.every(({ transactions }) => transactions === 0);
  });
  const height = Math.min(...(await network.heights(nodes)));
  const chains = await Promise.all(nodes.map((node) => readChain(network.client(node), height)));
  const [first] = chains;
  assert.ok(first !== undefined);
  for (const [at, { hashes, places }] of chains.entries()) {
    const name = network.nodes[nodes[at] ?? 0]?.name;
    for (const [block, hash] of hashes.entries())
      assert.equal(hash, first.hashes[block], `${name} has another block ${block}`);
    for (const final of finals) {
      assert.equal(places.get(final.transaction), final.height, `${name} lost ${final.transaction}`);
      assert.equal(
        hashes[final.height],
        final.hash,
        `${name} has another block ${final.height} than was told`,
      );
    }
  }
  await Promise.all(nodes.map((node) => checkNode(network, node, liars)));
  const refused = network.warnings().filter(({ msg }) => msg.startsWith("the signer guard refused"));
  assert.deepEqual(refused, [], "validators would have contradicted themselves");
}

async function checkNode(network: TestNetwork, node: number, liars: readonly string[]): Promise<void> {
  const client = network.client(node);
  const { evidence } = await client.call("consensus_evidence", {});
  const ofOthers = evidence.filter(({ member }) => !liars.includes(member ?? ""));
  assert.deepEqual(ofOthers, [], `${network.nodes[node]?.name} saw validators contradict themselves`);
  const { accounts } = network.list;
  const held = await Promise.all(
    accounts.map(async ({ address }) => {
      const { balances } = await client.call("chain_balance", { address });
      return BigInt(balances["0"] ?? "0");
    }),
  );
  const paid = accounts.map(({ balance }) => BigInt(balance));
  assert.equal(sum(held), sum(paid), `${network.nodes[node]?.name} made or lost money`);
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}

/** Reads a chain up to a height, from the genesis. */
export async function readChain(client: RpcClient, height: number): Promise<Chain> {
  const hashes: string[] = [];
  const places = new Map<string, number>();
  for (let from = 0; from <= height; from += PAGE) {
    const calls = Array.from(
      { length: Math.min(PAGE, height - from + 1) },
      (_, at) => ({ method: "chain_block", params: { height: from + at, transactions: "ids" } }) as const,
    );
    for (const answer of await client.batch(calls)) {
      assert.ok(answer.ok, JSON.stringify(answer));
      const block = answer.value;
      assert.equal(block.height, hashes.length);
      hashes.push(block.hash);
      for (const { transaction } of block.transactions) {
        assert.ok(!places.has(transaction), `${client.url} has ${transaction} twice`);
        places.set(transaction, block.height);
      }
    }
  }
  return { hashes, places };
}
