// What the client reads from a node before it pays: the coins of an address, and the chain; and the proof afterwards.
import assert from "node:assert/strict";
import {
  fetchChain,
  fetchProof,
  RpcAnswerError,
  RpcClient,
  type SpendableCoin,
  spendableCoins,
} from "@witan/client";
import { addressOf, coinsOf, madeUpCoin } from "./ledger-coins.ts";
import { LedgerNode } from "./ledger-node.ts";
import { failureOf, ScriptedNode, sendJson, serving } from "./scripted-node.ts";

/** A coin as `chain_outputs` tells it. */
function outputOf({ transaction, index, asset, amount, height, reward }: SpendableCoin) {
  return { transaction, index, asset, amount: `${amount}`, height, reward, spentBy: null };
}

describe("the coins of an address", () => {
  let node: LedgerNode;
  beforeEach(async () => {
    node = new LedgerNode();
    await node.server.start();
  });
  afterEach(() => node.server.stop());

  it("come page by page, without those that are being spent", async () => {
    const all = await spendableCoins(node.client, addressOf("alice"));
    assert.ok(all.ok);
    assert.deepEqual(all.value, {
      coins: [...coinsOf(node.ledger, "alice"), ...coinsOf(node.ledger, "alice", 1)],
      pending: [],
      height: 0,
      complete: true,
    });
    assert.equal(node.calls.length, 4);
    const [coin] = all.value.coins;
    assert.ok(coin);
    node.spentBy.set(`${coin.transaction} ${coin.index}`, coin.transaction);
    const rest = await spendableCoins(node.client, addressOf("alice"), { asset: 0 });
    assert.ok(rest.ok);
    assert.deepEqual(rest.value.pending, [{ ...coin, spentBy: coin.transaction }]);
    assert.deepEqual(rest.value.coins, coinsOf(node.ledger, "alice").slice(1));
  });

  it("are no more than asked for, and it says so", async () => {
    const some = await spendableCoins(node.client, addressOf("alice"), { coinsMax: 4 });
    assert.ok(some.ok && !some.value.complete);
    assert.equal(some.value.coins.length, 4);
    const all = await spendableCoins(node.client, addressOf("alice"), { coinsMax: 10 });
    assert.ok(all.ok && all.value.complete && all.value.coins.length === 10);
  });

  it("are the largest of each asset where there are too many: dust hides nothing", async () => {
    const dust = (asset: number, amount: bigint) => madeUpCoin("alice", amount, { asset });
    const few = [dust(0, 5n), dust(0, 700n), dust(2, 4n)];
    // The other asset's amounts are larger than any of these, and say nothing of them.
    const many = Array.from({ length: 40 }, (_, at) => dust(1, 10_000n + BigInt(at)));
    const pages = [...many, ...few, ...many.map(({ amount }) => dust(0, amount % 5n)), dust(0, 900n)];
    node.server.answer = serving(({ params }) => {
      const at = Number(params["after"] ?? 0);
      const next = at + 2 < pages.length ? `${at + 2}` : null;
      return { height: 1, outputs: pages.slice(at, at + 2).map(outputOf), next };
    });
    const some = await spendableCoins(node.client, addressOf("alice"), { coinsMax: 5 });
    assert.ok(some.ok && !some.value.complete);
    const kept = some.value.coins.map(({ asset, amount }) => `${amount} of ${asset}`);
    assert.deepEqual(kept.sort(), ["10038 of 1", "10039 of 1", "4 of 2", "700 of 0", "900 of 0"]);
    const [one] = pages;
    assert.ok(one);
    node.server.answer = serving(({ params }) => {
      const outputs = pages.map((coin) => ({ ...outputOf(coin), spentBy: one.transaction }));
      return { height: 1, outputs: params["after"] === undefined ? outputs : [], next: null };
    });
    const pending = await spendableCoins(node.client, addressOf("alice"), { coinsMax: 60 });
    assert.ok(pending.ok && !pending.value.complete && pending.value.pending.length === 60);
  });

  it("come behind empty pages, where a node looked at others only", async () => {
    const coin = madeUpCoin("alice", 5n);
    node.server.answer = serving(({ params }) => {
      const at = Number(params["after"] ?? 0);
      return { height: 1, outputs: at < 3 ? [] : [outputOf(coin)], next: at < 3 ? `${at + 1}` : null };
    });
    const found = await spendableCoins(node.client, addressOf("alice"));
    assert.ok(found.ok && found.value.complete);
    assert.deepEqual(
      found.value.coins.map(({ amount }) => amount),
      [5n],
    );
  });

  it("are looked for to an end, however many pages a node makes up", async () => {
    let pages = 0;
    node.server.answer = serving(() => {
      pages += 1;
      return { height: 1, outputs: [], next: `${pages}` };
    });
    const none = await spendableCoins(node.client, addressOf("alice"));
    assert.ok(none.ok && !none.value.complete);
    assert.equal(pages, 1_000);
  });

  it("are none of what is no address", async () => {
    for (const address of ["", "alice", "1", "wt1qqqq", addressOf("alice").toUpperCase()]) {
      const none = await spendableCoins(node.client, address);
      assert.equal(none.ok ? "ok" : none.code, "address-invalid", address);
    }
    assert.equal(node.calls.length, 0);
  });

  it("do not keep the client busy for ever, nor break it", async () => {
    const output = {
      transaction: "00".repeat(32),
      index: 0,
      asset: 0,
      amount: "1",
      height: 0,
      reward: false,
      spentBy: null,
    };
    const lies = [
      { height: 0, outputs: [], next: "more" },
      { height: 0, outputs: [{ ...output, index: 256 }], next: null },
      { height: 0, outputs: [{ ...output, amount: "18446744073709551616" }], next: null },
    ];
    for (const result of lies) {
      node.server.answer = ({ json }, response) =>
        sendJson(response, { jsonrpc: "2.0", id: (json as { id: number }).id, result });
      const failure = await failureOf(spendableCoins(node.client, addressOf("alice")), RpcAnswerError);
      assert.equal(failure.code, "result");
    }
  });
});

describe("the chain of a node", () => {
  it("is opened from its genesis, which must be that of its chain id", async () => {
    const node = new LedgerNode();
    await node.server.start();
    try {
      const chain = await fetchChain(node.client);
      assert.ok(chain.ok);
      assert.deepEqual(chain.value.genesis, node.ledger.chain.genesis);
      const right = await node.client.call("chain_genesis", {});
      const lies = [
        { ...right, chainId: "00".repeat(32) },
        { ...right, genesis: { ...right.genesis, name: "other" } },
        { ...right, genesis: {} },
      ];
      for (const result of lies) {
        node.server.answer = ({ json }, response) =>
          sendJson(response, { jsonrpc: "2.0", id: (json as { id: number }).id, result });
        assert.equal((await failureOf(fetchChain(node.client), RpcAnswerError)).code, "result");
      }
    } finally {
      await node.server.stop();
    }
  });
});

describe("fetching a proof", () => {
  const HASH = "ab".repeat(32);
  const transaction = "cd".repeat(32) as Parameters<typeof fetchProof>[1]["transaction"];
  const status = {
    ...{ agent: "witan", chainId: HASH, network: "test", mode: "pbft", role: "observer", member: null },
    ...{ height: 3, hash: HASH, timestamp: 1, peers: 0, syncing: null, startedAt: 0 },
    ...{ verifier: { backend: "noble", workers: 0 }, rulesVersion: 1, protocolVersions: [1] },
  };

  it("gives a proof file of the chain that the node serves", async () => {
    const proof = { transaction, height: 3, proof: "00ff" };
    const server = new ScriptedNode(serving(({ method }) => (method === "node_status" ? status : proof)));
    await server.start();
    try {
      const rpc = new RpcClient({ url: server.url });
      const expected = { format: "witan-proof", version: 1, chainId: HASH, ...proof };
      assert.deepEqual(await fetchProof(rpc, { transaction }), expected);
      const failure = await failureOf(
        fetchProof(rpc, { transaction: HASH as typeof transaction }),
        RpcAnswerError,
      );
      assert.equal(failure.code, "result");
    } finally {
      await server.stop();
    }
  });
});
