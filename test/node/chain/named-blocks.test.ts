// Blocks without reading what their transactions do: cut where their offsets say, and kept by the names in them.
import assert from "node:assert/strict";
import { type Block, genesisBlock, inclusionBranch, type TransactionName } from "@witan/ledger";
import type { Height } from "@witan/primitives";
import { transactionIn, transactionsIn } from "../../../packages/node/src/chain/block-parts.ts";
import { NamedBlocks } from "../../../packages/node/src/chain/named-blocks.ts";
import { GrowingChain } from "./growing-chain.ts";

function blocks(): { readonly chain: GrowingChain["ledger"]["chain"]; readonly all: readonly Block[] } {
  const model = new GrowingChain(77);
  model.grow(8);
  model.addMember("e");
  model.grow(2);
  const { chain } = model.ledger;
  const later = Array.from({ length: model.height }, (_, at) => model.at(at + 1).block);
  return { chain, all: [genesisBlock(chain).block, ...later] };
}

describe("parts of a block", () => {
  it("are the transactions that reading it gives, each and all", () => {
    for (const { bytes, transactions } of blocks().all) {
      const wanted = transactions.map((one) => one.bytes);
      assert.deepEqual(transactionsIn(bytes), wanted);
      // Wherever the block lies in memory.
      const shifted = new Uint8Array([1, 2, 3, ...bytes]).subarray(3);
      for (const [position, one] of wanted.entries())
        assert.deepEqual(transactionIn(shifted, position), one, `${position}`);
      assert.equal(transactionIn(bytes, wanted.length), undefined);
      assert.equal(transactionIn(bytes, -1), undefined);
    }
  });

  it("are none of a block without any", () => {
    const { all } = blocks();
    const empty = all[1]?.bytes.subarray(0, 132) as Uint8Array;
    assert.deepEqual([transactionsIn(empty), transactionIn(empty, 0)], [[], undefined]);
  });
});

describe("blocks by the names in them", () => {
  it("say what reading them says, and are read once", () => {
    const { chain, all } = blocks();
    const named = new NamedBlocks(chain);
    let reads = 0;
    for (const round of [1, 2])
      for (const { header, transactions, bytes } of all) {
        const found = named.at(header.height, () => {
          reads++;
          return bytes;
        });
        assert.deepEqual(found?.header, header, `round ${round}`);
        const names = transactions.map(({ id, witnessHash }) => ({ id, witnessHash }));
        assert.deepEqual(found?.transactions, names);
      }
    assert.equal(reads, all.length);
    assert.equal(
      named.at(99 as Height, () => undefined),
      undefined,
    );
  });

  it("are let go, whose were asked for longest ago first, and the largest is kept while it is the newest", () => {
    const { chain, all } = blocks();
    const block = all.toSorted((a, b) => b.transactions.length - a.transactions.length)[0] as Block;
    const each = block.transactions.length;
    const named = new NamedBlocks(chain);
    const read: number[] = [];
    const ask = (height: number): void => {
      named.at(height as Height, () => {
        read.push(height);
        return block.bytes;
      });
    };
    const fitting = Math.floor(32_768 / each);
    for (let height = 1; height <= fitting; height++) ask(height);
    assert.equal(named.size, fitting * each);
    ask(1);
    ask(fitting + 1);
    ask(fitting + 2);
    assert.ok(named.size <= 32_768, `${named.size}`);
    const before = read.length;
    ask(1);
    assert.equal(read.length, before, "1 was asked for lately");
    ask(2);
    assert.equal(read.length, before + 1, "2 was not");
  });

  it("tell of what is no block that it is damaged", () => {
    const { chain, all } = blocks();
    const bytes = (all[3] as Block).bytes.slice();
    // The first transaction's own offsets.
    const list = new DataView(bytes.buffer, 132).getUint32(0, true);
    bytes.fill(0xff, 132 + list, 132 + list + 8);
    assert.throws(() => new NamedBlocks(chain).at(3 as Height, () => bytes), { code: "damaged" });
    assert.throws(() => new NamedBlocks(chain).at(3 as Height, () => bytes.subarray(0, 20)), {
      code: "damaged",
    });
  });
});

describe("branches of a block", () => {
  it("hash the names in it once, however many are asked for", () => {
    const { transactions } = blocks().all[4] as Block;
    let reads = 0;
    const watched: readonly TransactionName[] = new Proxy(transactions, {
      get(target, field, receiver) {
        if (typeof field === "string" && /^[0-9]+$/.test(field)) reads++;
        return Reflect.get(target, field, receiver);
      },
    });
    const first = inclusionBranch(watched, 0);
    const once = reads;
    assert.ok(once > 0);
    for (let at = 0; at < transactions.length; at++)
      assert.deepEqual(inclusionBranch(watched, at), inclusionBranch([...transactions], at));
    assert.deepEqual(inclusionBranch(watched, 0), first);
    assert.equal(reads, once);
  });
});
