// Every method of the RPC on a real node: answers are what the contract says, and errors have the reasons it names.
import assert from "node:assert/strict";
import { verifyProof } from "@witan/client";
import { formatAddress } from "@witan/crypto";
import { bytesToHex } from "@witan/primitives";
import {
  type CallParamsOf,
  METHODS,
  RpcError,
  type ServiceMethodName,
  SUBSCRIPTION_METHODS,
} from "@witan/rpc";
import { keyOfName } from "../ledger/build.ts";
import { approval } from "./approval.ts";
import { withBrokenWitness } from "./broken-witness.ts";
import { Cluster, membersOnly } from "./cluster.ts";
import { FEE, Purse } from "./purse.ts";
import { registerParams } from "./register-requests.ts";

const HASH = "ab".repeat(32);

interface Scene {
  readonly cluster: Cluster;
  readonly purse: Purse;
  readonly addressOf: (name: string) => string;
}

async function scene(options: Parameters<typeof Cluster.start>[0] = {}): Promise<Scene> {
  const cluster = await Cluster.start(options);
  const { addressPrefix } = cluster.chain.genesis;
  const addressOf = (name: string) => formatAddress(addressPrefix, keyOfName(name).policyHash);
  return { cluster, purse: new Purse(cluster), addressOf };
}

type Refusal = readonly [params: unknown, reason: string];

describe("the service", () => {
  it("answers every method as the contract says", async () => {
    const { cluster, purse, addressOf } = await scene();
    const transaction = purse.pay(10n);
    await cluster.pay("b", transaction);
    await cluster.agreed(1);
    const [address, id] = [addressOf("bob"), transaction.id];
    const calls: { readonly [M in ServiceMethodName]: CallParamsOf<M> } = {
      node_status: {},
      node_peers: {},
      node_health: {},
      mempool_status: {},
      mempool_transactions: {},
      chain_genesis: {},
      chain_head: {},
      chain_block: { height: 1, transactions: "full" },
      chain_blocks: {},
      chain_transaction: { transaction: id },
      chain_proof: { transaction: id },
      chain_outputs: { address },
      chain_balance: { address },
      chain_history: { address },
      chain_assets: {},
      transaction_submit: { transaction: bytesToHex(transaction.bytes), waitFor: "final" },
      transaction_check: { transaction: bytesToHex(transaction.bytes) },
      transaction_wait: { transaction: id },
      consensus_status: {},
      consensus_membership: {},
      consensus_evidence: {},
      consensus_explain: {},
      governance_state: {},
      governance_pending: {},
      governance_approve: approval(cluster, "a"),
      ...registerParams(cluster.chain),
      "rpc.discover": {},
    };
    const events = Object.keys(SUBSCRIPTION_METHODS);
    assert.deepEqual([...Object.keys(calls), ...events].sort(), Object.keys(METHODS).sort());
    // `call` holds each answer against the schema.
    for (const name of Object.keys(calls) as ServiceMethodName[])
      for (const seat of cluster.seats) await seat.call(name, calls[name]);
    await cluster.finish();
  });

  it("tells the same chain by height and by hash, with a proof that convinces a client", async () => {
    const { cluster, purse } = await scene();
    const transaction = purse.pay();
    await cluster.pay("d", transaction);
    await cluster.agreed(1);
    const seat = cluster.seat("c");
    const head = await seat.call("chain_head", {});
    const block = await seat.call("chain_block", { hash: head.hash, transactions: "full" });
    assert.deepEqual(block, await seat.call("chain_block", { height: 1, transactions: "full" }));
    const [reward, transfer] = block.transactions;
    assert.equal(block.transactions.length, 2);
    assert.equal(transfer?.bytes, bytesToHex(transaction.bytes));
    assert.equal(
      (await seat.call("chain_transaction", { transaction: reward?.transaction ?? "" })).status,
      "final",
    );
    assert.equal(block.certificate?.kind, "pbft");
    const { proof } = await seat.call("chain_proof", { transaction: transaction.id });
    const verified = await verifyProof({ genesis: cluster.chain, proof, transaction: transaction.id });
    assert.ok(verified.verified, JSON.stringify(verified));
    assert.deepEqual([verified.height, verified.index, verified.blockHash], [1, 1, head.hash]);
    assert.equal((await seat.call("chain_block", { height: 0 })).certificate, null);
    await cluster.finish();
  });

  it("tells outputs page by page, with what pending transactions spend, and balances that add up", async () => {
    const { cluster, purse, addressOf } = await scene();
    await cluster.pay("a", purse.pay(10n));
    await cluster.agreed(1);
    const seat = cluster.seat("d");
    cluster.cut("d", "a", "b", "c");
    const coin = purse.take();
    const pending = purse.spend(coin);
    const params = { transaction: bytesToHex(pending.bytes) };
    await cluster.world.settled("it is pending", seat.call("transaction_submit", params));
    assert.equal((await seat.call("chain_transaction", { transaction: pending.id })).status, "pending");
    const found = [];
    let after: string | undefined;
    do {
      const page = await seat.call("chain_outputs", {
        address: addressOf("alice"),
        asset: 0,
        limit: 3,
        ...(after === undefined ? {} : { after }),
      });
      found.push(...page.outputs);
      after = page.next ?? undefined;
    } while (after !== undefined);
    assert.equal(found.length, 8);
    assert.deepEqual(
      found
        .filter(({ spentBy }) => spentBy !== null)
        .map(({ transaction, index, spentBy }) => [transaction, index, spentBy]),
      [[coin.transaction, coin.index, pending.id]],
    );
    const sum = found.reduce((total, { amount }) => total + BigInt(amount), 0n);
    const { balances } = await seat.call("chain_balance", { address: addressOf("alice") });
    assert.equal(balances["0"], `${sum}`);
    assert.equal(sum, 8_000_000n - 10n - FEE);
    assert.deepEqual((await seat.call("chain_balance", { address: addressOf("nobody") })).balances, {
      "0": "0",
    });
    cluster.heal("d", "a", "b", "c");
    await cluster.pay("d", pending);
    await cluster.finish();
  });

  it("refuses with the reasons that the contract names", async () => {
    const { cluster, purse, addressOf } = await scene();
    const transaction = purse.pay();
    const broken = withBrokenWitness(cluster, transaction);
    const seat = cluster.seat("c");
    cluster.cut("c", "a", "b", "d");
    const submitted = seat.call("transaction_submit", { transaction: bytesToHex(transaction.bytes) });
    await cluster.world.settled("it is pending", submitted);
    const genesis = await seat.call("chain_block", { height: 0 });
    const bob = addressOf("bob");
    const misspelt = bob.slice(0, -1) + (bob.endsWith("q") ? "p" : "q");
    const refusals: Partial<Record<ServiceMethodName, readonly Refusal[]>> = {
      chain_block: [
        [{ height: 1 }, "block-unknown"],
        [{ hash: HASH }, "block-unknown"],
      ],
      chain_proof: [
        [{ transaction: HASH }, "transaction-unknown"],
        [{ transaction: transaction.id }, "transaction-not-final"],
        [{ transaction: genesis.transactions[0]?.transaction }, "proof-needless"],
      ],
      chain_outputs: [
        [{ address: addressOf("bob").replace("wt1", "xx1") }, "address-invalid"],
        [{ address: addressOf("bob"), after: "00" }, "cursor-invalid"],
      ],
      chain_balance: [[{ address: misspelt }, "address-invalid"]],
      chain_history: [
        [{ address: misspelt }, "address-invalid"],
        ...["7", "7.", "07.1", "7.65536", "-1.0", `${2 ** 53}.0`].map(
          (after): Refusal => [{ address: bob, after }, "cursor-invalid"],
        ),
      ],
      mempool_transactions: ["7", "pending.", "pending.1.5", "waiting.01", `pending.${2 ** 53}`].map(
        (after): Refusal => [{ after }, "cursor-invalid"],
      ),
      consensus_membership: [[{ height: 2 }, "height-unknown"]],
      transaction_submit: [
        [{ transaction: "00" }, "transaction-encoding"],
        [{ transaction: `${bytesToHex(transaction.bytes)}00` }, "transaction-encoding"],
      ],
      transaction_check: [[{ transaction: "00" }, "transaction-encoding"]],
    };
    for (const [name, list] of Object.entries(refusals) as [ServiceMethodName, readonly Refusal[]][])
      for (const [params, reason] of list) {
        assert.ok((METHODS[name].errors as readonly string[]).includes(reason), `${name}: ${reason}`);
        const isThat = (error: unknown) => error instanceof RpcError && error.reason === reason;
        await assert.rejects(seat.call(name, params as never), isThat, `${name}: ${reason}`);
      }
    const refused = await cluster.world.settled(
      "a verdict",
      seat.call("transaction_submit", { transaction: bytesToHex(broken.bytes) }),
    );
    assert.ok(refused.status === "rejected" || refused.status === "pending", refused.status);
    cluster.heal("c", "a", "b", "d");
    await cluster.finish();
  });

  it("says that it is busy when nobody can check signatures now, and takes the same afterwards", async () => {
    const { cluster, purse } = await scene();
    const seat = cluster.seat("b");
    const params = { transaction: bytesToHex(purse.pay().bytes), waitFor: "final" } as const;
    seat.verifierBusy = true;
    await assert.rejects(seat.call("transaction_submit", params), { reason: "busy" });
    seat.verifierBusy = false;
    const outcome = await cluster.world.settled("it is final", seat.call("transaction_submit", params));
    assert.equal(outcome.status, "final");
    cluster.note(outcome);
    await cluster.finish();
  });

  it("says that it is stopping while it stops", async () => {
    const { cluster } = await scene();
    const seat = cluster.seat("c");
    const stopped = seat.node.stop();
    await assert.rejects(seat.call("transaction_wait", { transaction: HASH }), { reason: "stopping" });
    await assert.rejects(seat.call("transaction_submit", { transaction: "00" }), { reason: "stopping" });
    await cluster.world.settled("it has stopped", stopped);
    assert.equal(await seat.node.stop(), undefined);
    await cluster.finish();
  });

  it("goes without an address index, and says so", async () => {
    const { cluster, addressOf } = await scene({
      seats: [...membersOnly().slice(0, 3), { name: "d", settings: { addressIndex: false } }],
    });
    const seat = cluster.seat("d");
    for (const method of ["chain_balance", "chain_outputs", "chain_history"] as const)
      await assert.rejects(seat.call(method, { address: addressOf("bob") }), { reason: "address-index-off" });
    seat.crash();
    await cluster.finish();
  });

  it("says why it is not fit to serve: too few peers, a view that does not begin, blocks it lacks", async () => {
    const { cluster, purse } = await scene();
    const reasonsOf = async (name: string) =>
      (await cluster.seat(name).call("node_health", {})).reasons.map(({ reason }) => reason);
    assert.deepEqual(await reasonsOf("c"), []);
    cluster.seat("c").crash();
    const transfers = purse.chain();
    for (let count = 0; count < 8; count++) await cluster.pay("a", transfers.next().value);
    for (const { taps } of cluster.seats) taps.answer = async () => undefined;
    const bulk = (_to: unknown, channel: string, bytes: Uint8Array) =>
      channel === "bulk" ? undefined : bytes;
    for (const { taps } of cluster.seats) taps.send = bulk;
    await cluster.seat("c").start();
    const seen = new Set<string>();
    await cluster.world.until("it knows that it is behind", () => {
      reasonsOf("c").then((reasons) => {
        for (const reason of reasons) seen.add(reason);
      });
      return seen.has("behind");
    });
    for (const { taps } of cluster.seats) Object.assign(taps, { answer: undefined, send: undefined });
    await cluster.agreed(8);
    for (const name of ["a", "b"]) cluster.seat(name).crash();
    await cluster.world.pass(100);
    assert.deepEqual(await reasonsOf("c"), ["too-few-peers"]);
    const [few] = (await cluster.seat("c").call("node_health", {})).reasons;
    assert.match(few?.message ?? "", /^1 other member is connected; with fewer than 3 validators/);
    const fate = cluster.submit("c", purse.pay());
    await cluster.world.pass(2_000);
    assert.deepEqual(await reasonsOf("c"), ["too-few-peers", "changing-view"]);
    await cluster.startAll();
    assert.equal((await fate).status, "final");
    await cluster.finish();
  });
});
