// What is asked of the nodes of a network on this machine while it runs: whether they found each other, what accounts
// hold, what their chains say.
import { RpcClient } from "@witan/client";
import type { ResultOf } from "@witan/rpc";
import { LabFailure } from "./lab-failure.ts";
import type { LabAccount } from "./network-files.ts";

const POLL_MS = 20;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Waits until each node is connected to all the others.
 * @param urls where the nodes' RPC is; all members of the network
 * @returns how many validators must agree
 * @throws {LabFailure} `not-connected` if they have not found each other after `timeoutMs`
 */
export async function connected(
  urls: readonly string[],
  timeoutMs: number,
): Promise<{ readonly quorum: number }> {
  const clients = urls.map((url) => new RpcClient({ url }));
  const until = performance.now() + timeoutMs;
  for (;;) {
    const peers = await Promise.all(
      clients.map(async (client) => (await client.call("node_status", {})).peers),
    );
    if (peers.every((count) => count >= urls.length - 1)) break;
    if (performance.now() > until) {
      const counts = peers.map((count, at) => `${urls[at]} with ${count}`).join(", ");
      const message = `after ${timeoutMs / 1000} s not all nodes are connected to the ${urls.length - 1} others: ${counts}; their logs say more`;
      throw new LabFailure("not-connected", message);
    }
    await pause(POLL_MS);
  }
  const { mode } = (await clients[0]?.call("node_status", {})) ?? { mode: "pow" };
  // Under proof of work there are no members, and one node alone goes on.
  if (mode === "pow") return { quorum: 1 };
  const quorums = await Promise.all(clients.map((client) => client.call("consensus_membership", {})));
  return { quorum: quorums[0]?.quorum ?? 1 };
}

/** The accounts, with what each holds now of the native asset. */
export async function balancesOf(
  url: string,
  accounts: readonly LabAccount[],
): Promise<readonly LabAccount[]> {
  const client = new RpcClient({ url });
  return Promise.all(
    accounts.map(async (account) => {
      const { balances } = await client.call("chain_balance", { address: account.address });
      return { ...account, balance: balances["0"] ?? "0" };
    }),
  );
}

/** Where a transaction stands in a chain. */
export interface Place {
  readonly height: number;
  readonly index: number;
}

/** What one node's chain holds in a range of heights. */
export interface ChainContent {
  /** The hash of the last block read: equal on nodes whose chains are. */
  readonly hash: string;
  /** Where each transaction stands. */
  readonly places: ReadonlyMap<string, Place>;
  /** Transactions that stand there more than once: never, if the node is right. */
  readonly repeated: readonly string[];
}

/** Reads the transactions of a node's blocks, from height `first` to `last`, all of them. */
export async function readChain(url: string, first: number, last: number): Promise<ChainContent> {
  const client = new RpcClient({ url });
  const places = new Map<string, Place>();
  const repeated: string[] = [];
  let hash = "";
  for (let height = first; height <= last; height++) {
    const block: ResultOf<"chain_block"> = await client.call("chain_block", { height, transactions: "ids" });
    hash = block.hash;
    for (const [index, { transaction }] of block.transactions.entries()) {
      if (places.has(transaction)) repeated.push(transaction);
      places.set(transaction, { height, index });
    }
  }
  return { hash, places, repeated };
}
