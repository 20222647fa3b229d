// Opening keepers in tests: on memory, on LevelDB, and on a memory that outlives its store, as a disk does.
import assert from "node:assert/strict";
import type { Chain, Coin, OutpointKey } from "@witan/ledger";
import type { AssetId, Height, PolicyHash } from "@witan/primitives";
import { type CheckedStore, openStoreOn, outpointOf, rangeOf } from "@witan/storage";
import type { ChainKeeper } from "../../../packages/node/src/chain/chain-keeper.ts";
import { openChainKeeper } from "../../../packages/node/src/chain/open-chain-keeper.ts";
import type { ChainKeeperOptions } from "../../../packages/node/src/chain/types.ts";
import { FaultyBackend } from "../../storage/faults.ts";
import { type GrowingChain, POLICIES } from "./growing-chain.ts";

/** Flushes after each few blocks. */
export const SMALL_FLUSHES = { changedBytes: 2_000, blocks: 7, indexRecords: 40 };
/** Flushes only when closed. */
export const NO_FLUSHES = { changedBytes: 2 ** 40, blocks: 2 ** 40, indexRecords: 2 ** 40 };

/** Lets everything that is ready have its turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A keeper on a store; a failure in the background fails the test by its message. */
export function openOn(
  chain: Chain,
  store: CheckedStore,
  more: Partial<ChainKeeperOptions> = {},
): Promise<ChainKeeper> {
  return openChainKeeper({
    chain,
    store,
    addressIndex: true,
    limits: SMALL_FLUSHES,
    yieldNow: turn,
    onFailure: (error) => {
      throw error;
    },
    ...more,
  });
}

/** A disk in memory: what is written stays, whatever becomes of the stores on it. */
export class MemoryDisk {
  readonly faulty = new FaultyBackend();

  /** A store on it; the one before is as if its process had died. */
  open(): Promise<CheckedStore> {
    this.faulty.failure = undefined;
    this.faulty.failAt = undefined;
    this.faulty.hold = undefined;
    this.faulty.holdEnd = undefined;
    return openStoreOn(this.faulty.backend);
  }
}

/** The set of outputs that a store holds now, by name. */
export async function outputsIn(store: CheckedStore): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for await (const { key, value } of store.range(rangeOf("output"))) found.set(outpointOf(key), value);
  return found;
}

/** A keeper stands where the model does at its height: tip, chain, every output and none more, members. */
export async function assertAsModel(keeper: ChainKeeper, model: GrowingChain): Promise<void> {
  const { height } = keeper.tip;
  const { block, certificate, coins, members } = model.at(height);
  assert.equal(keeper.tip.hash, block.hash);
  assert.deepEqual(keeper.tip.header, block.header);
  assert.deepEqual(keeper.certificate(height), certificate);
  assert.equal(keeper.governance.root, block.header.governanceRoot);
  assert.deepEqual(keeper.memberships((height + 1) as never), members);
  assert.equal(keeper.memberships((height + 2) as never), undefined);
  assert.equal(keeper.cacheStatus().outputs, coins.size);
  const everMade = new Set<OutpointKey>(model.grown.flatMap((one) => [...one.coins.keys()]));
  await keeper.fetchCoins([...everMade]);
  for (const name of everMade)
    assert.deepEqual(keeper.coins.coin(name), coins.get(name) as Coin | undefined, name);
  for (let at = 0; at <= height; at++) {
    assert.equal(keeper.hashAt(at as never), model.at(at).block.hash);
    assert.equal(keeper.heightOf(model.at(at).block.hash), at);
    for (const [position, { id }] of model.at(at).block.transactions.entries())
      assert.deepEqual(keeper.place(id), { height: at, position });
  }
}

/** What is asked by address is what the model says, at the keeper's height. */
export async function assertAddresses(keeper: ChainKeeper, model: GrowingChain): Promise<void> {
  const { height } = keeper.tip;
  const { coins } = model.at(height);
  for (const policyHash of POLICIES) {
    const own = [...coins]
      .filter(([, coin]) => coin.policyHash === policyHash)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const expected = own.map(([outpoint, { policyHash: _, ...coin }]) => ({ outpoint, ...coin }));
    for (const asset of [undefined, 0, 1]) {
      const found = [];
      let after: OutpointKey | undefined;
      do {
        const page = await keeper.outputs(policyHash, {
          ...(asset === undefined ? {} : { asset: asset as AssetId }),
          ...(after === undefined ? {} : { after }),
          limit: 3,
        });
        assert.ok(page.ok);
        assert.equal(page.value.height, height);
        found.push(...page.value.outputs);
        after = page.value.next;
      } while (after !== undefined);
      assert.deepEqual(
        found,
        expected.filter((one) => asset === undefined || one.asset === asset),
      );
    }
    const sums = new Map<number, bigint>();
    for (const { asset, amount } of expected) sums.set(asset, (sums.get(asset) ?? 0n) + amount);
    const balance = await keeper.balance(policyHash);
    assert.ok(balance.ok);
    assert.deepEqual(new Map([...balance.value.amounts].sort()), new Map([...sums].sort()));
    for (const limit of [1, 2, 5]) await assertHistory(keeper, model, policyHash, limit);
  }
}

async function assertHistory(
  keeper: ChainKeeper,
  model: GrowingChain,
  policyHash: PolicyHash,
  limit: number,
): Promise<void> {
  const expected = (model.events.get(policyHash) ?? []).filter(({ height }) => height <= keeper.tip.height);
  for (const order of ["descending", "ascending"] as const) {
    const found = [];
    let after: { height: Height; position: number } | undefined;
    do {
      const page = await keeper.history(policyHash, {
        ...{ order, limit },
        ...(after === undefined ? {} : { after }),
      });
      assert.ok(page.ok);
      found.push(...page.value.events);
      after = page.value.next;
    } while (after !== undefined);
    assert.deepEqual(found, order === "ascending" ? expected : expected.toReversed());
  }
}
