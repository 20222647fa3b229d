// Lists of the service: blocks, an address' history, what is pending. Pages give each thing once and in order, however
// large they are.
import assert from "node:assert/strict";
import { formatAddress } from "@witan/crypto";
import { bytesToHex } from "@witan/primitives";
import type { CallParamsOf, ResultOf } from "@witan/rpc";
import { keyOfName } from "../ledger/build.ts";
import { Cluster } from "./cluster.ts";
import { FEE, Purse } from "./purse.ts";
import type { Seat } from "./seat.ts";

type Blocks = ResultOf<"chain_blocks">["blocks"];
type Entries = ResultOf<"chain_history">["entries"];

/** All blocks, page by page. */
async function allBlocks(seat: Seat, params: CallParamsOf<"chain_blocks">): Promise<Blocks> {
  const found: Blocks[number][] = [];
  let next: number | null = null;
  do {
    const step: object =
      next === null ? {} : params.order === "ascending" ? { from: next } : { before: next };
    const page = await seat.call("chain_blocks", { ...params, ...step });
    assert.ok(page.blocks.length <= (params.limit ?? 20));
    found.push(...page.blocks);
    next = page.next;
  } while (next !== null);
  return found;
}

/** All of an address' history, page by page. */
async function allEntries(seat: Seat, params: CallParamsOf<"chain_history">): Promise<Entries> {
  const found: Entries[number][] = [];
  let next: string | null = null;
  do {
    const page: ResultOf<"chain_history"> = await seat.call("chain_history", {
      ...params,
      ...(next === null ? {} : { after: next }),
    });
    assert.ok(page.entries.length <= (params.limit ?? 100));
    found.push(...page.entries);
    next = page.next;
  } while (next !== null);
  return found;
}

async function withBlocks(count: number) {
  const cluster = await Cluster.start();
  const purse = new Purse(cluster);
  const transfers = purse.chain();
  for (let made = 0; made < count; made++) await cluster.pay("a", transfers.next().value);
  await cluster.agreed(count);
  const address = (name: string) =>
    formatAddress(cluster.chain.genesis.addressPrefix, keyOfName(name).policyHash);
  return { cluster, purse, address, seat: cluster.seat("c") };
}

describe("the service: lists", () => {
  it("tells blocks in short, both ways, as chain_block tells each", async () => {
    const { cluster, seat } = await withBlocks(5);
    const down = await allBlocks(seat, { limit: 2 });
    assert.deepEqual(
      down.map(({ height }) => height),
      [5, 4, 3, 2, 1, 0],
    );
    for (const order of ["ascending", "descending"] as const)
      for (const limit of [1, 3, 6, 100]) {
        const all = await allBlocks(seat, { limit, order });
        assert.deepEqual(all, order === "ascending" ? down.toReversed() : down);
      }
    for (const { height, hash, timestamp, proposer, transactions, bytes } of down) {
      const block = await seat.call("chain_block", { height, transactions: "full" });
      assert.deepEqual([hash, timestamp], [block.hash, block.header.timestamp]);
      assert.equal(transactions, block.transactions.length);
      assert.equal(proposer, height === 0 ? null : "a");
      assert.ok(bytes > 128 && bytes >= block.transactions.length * 100);
    }
    await cluster.finish();
  });

  it("tells blocks of a range, and nothing beyond the head", async () => {
    const { cluster, seat } = await withBlocks(5);
    const heights = async (params: CallParamsOf<"chain_blocks">) =>
      (await allBlocks(seat, params)).map(({ height }) => height);
    assert.deepEqual(await heights({ from: 2, before: 4 }), [3, 2]);
    assert.deepEqual(await heights({ from: 2, before: 4, order: "ascending", limit: 1 }), [2, 3]);
    assert.deepEqual(await heights({ from: 4, before: 99 }), [5, 4]);
    assert.deepEqual(await heights({ from: 6 }), []);
    assert.deepEqual(await heights({ from: 6, order: "ascending" }), []);
    assert.deepEqual(await heights({ before: 0 }), []);
    assert.deepEqual(await heights({ from: 4, before: 2, order: "ascending" }), []);
    const page = await seat.call("chain_blocks", { limit: 6 });
    assert.equal(page.next, null);
    await cluster.finish();
  });

  it("tells what transactions did to an address, with sums that end at its balance", async () => {
    const { cluster, seat, address } = await withBlocks(5);
    for (const name of ["alice", "bob"]) {
      const down = await allEntries(seat, { address: address(name), limit: 2 });
      for (const limit of [1, 3, 1_000]) {
        assert.deepEqual(await allEntries(seat, { address: address(name), limit }), down);
        const up = await allEntries(seat, { address: address(name), limit, order: "ascending" });
        assert.deepEqual(up, down.toReversed());
      }
      const sums: Record<string, bigint> = { "0": 0n };
      for (const { changes } of down)
        for (const [asset, change] of Object.entries(changes))
          sums[asset] = (sums[asset] ?? 0n) + BigInt(change);
      const { balances } = await seat.call("chain_balance", { address: address(name) });
      for (const [asset, sum] of Object.entries(sums)) assert.equal(`${sum}`, balances[asset]);
    }
    const [newest] = await allEntries(seat, { address: address("alice") });
    assert.equal(newest?.height, 5);
    assert.deepEqual(newest?.changes, { "0": `${-10n - FEE}` });
    const block = await seat.call("chain_block", { height: 5 });
    assert.equal(newest?.transaction, block.transactions[newest?.index ?? 0]?.transaction);
    assert.equal(newest?.timestamp, block.header.timestamp);
    assert.deepEqual(await allEntries(seat, { address: address("nobody") }), []);
    await cluster.finish();
  });

  it("tells of one asset only, in pages that may be short", async () => {
    const { cluster, seat, address } = await withBlocks(3);
    const all = await allEntries(seat, { address: address("alice") });
    for (const asset of [0, 1, 2]) {
      const expected = all.filter(({ changes }) => `${asset}` in changes);
      assert.deepEqual(await allEntries(seat, { address: address("alice"), asset, limit: 1 }), expected);
    }
    await cluster.finish();
  });

  it("tells what is pending and what waits for inputs, in order of arrival", async () => {
    const { cluster, purse } = await withBlocks(1);
    const seat = cluster.seat("d");
    cluster.cut("d", "a", "b", "c");
    const pending = [purse.pay(), purse.pay(20n), purse.pay(30n)];
    const parent = purse.pay(40n);
    const other = purse.pay(50n);
    const orphans = [parent, other].map((one) => purse.spend(purse.changeOf(one)));
    for (const { bytes } of [...pending, ...orphans]) {
      const call = seat.call("transaction_submit", { transaction: bytesToHex(bytes) });
      await cluster.world.settled("it is in", call);
    }
    for (const limit of [1, 2, 3, 4, 5, 1_000]) {
      const found = [];
      let after: string | null = null;
      do {
        const page: ResultOf<"mempool_transactions"> = await seat.call("mempool_transactions", {
          limit,
          ...(after === null ? {} : { after }),
        });
        assert.ok(page.transactions.length <= limit);
        found.push(...page.transactions);
        after = page.next;
      } while (after !== null);
      assert.deepEqual(
        found.map(({ transaction, waiting }) => [transaction, waiting]),
        [...pending.map(({ id }) => [id, false]), ...orphans.map(({ id }) => [id, true])],
      );
      const [first] = found;
      assert.deepEqual([first?.bytes, first?.fee, first?.spends], [pending[0]?.bytes.length, `${FEE}`, 1]);
      assert.equal(first?.feeRate, `${(FEE * 1_000n) / BigInt(pending[0]?.weight ?? 1)}`);
    }
    cluster.heal("d", "a", "b", "c");
    for (const one of [parent, other]) await cluster.pay("d", one);
    await cluster.finish();
  });
});
