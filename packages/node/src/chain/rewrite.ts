// Writes a change of branch down, in proof of work: what blocks did that are undone, and what others do, in one synced
// batch with everything that is kept of them. Before it there may be a flush, and then the disk has all up to the tip; so a
// crash at any point leaves the one chain or the other. Changes nothing in memory but the cache of outputs.
import { COIN_BYTES, type OutpointKey, writeCoin } from "@witan/ledger";
import { assert, type BlockHash, present, type StoreChange } from "@witan/primitives";
import { type CheckedStore, keyOf, type OutputCache } from "@witan/storage";
import { IndexRewrite } from "../indexes/index-rewrite.ts";
import type { Branch } from "./branch.ts";
import { blockChanges } from "./chain-records.ts";
import type { Flusher } from "./flush.ts";
import { headerChange } from "./header-list.ts";
import { dropProposals, type ProposalBodies } from "./proposal-bodies.ts";
import type { ChainTip } from "./types.ts";

/** What is written, and where. */
export interface Rewriting {
  readonly branch: Branch;
  readonly store: CheckedStore;
  readonly cache: OutputCache;
  readonly flusher: Flusher;
  readonly bodies: ProposalBodies;
  /** Before the change. */
  readonly tip: ChainTip;
  /** Whether the address index is kept. */
  readonly addresses: boolean;
}

/** Where the chain stands then, and the bodies that are in it now. */
export interface Rewritten {
  readonly tip: ChainTip;
  readonly useless: readonly BlockHash[];
}

/** Writes it down. @throws {StoreError} if the write fails */
export async function rewrite(rewriting: Rewriting): Promise<Rewritten> {
  const { branch, store, cache, flusher, bodies, tip, addresses } = rewriting;
  await flusher.settled();
  if (cache.status().flushed?.height !== tip.height) {
    flusher.begin(tip.height);
    await flusher.settled();
  }
  assert(cache.status().flushed?.height === tip.height, "a change of branch on a disk that has failed");
  const last = present(branch.applied.at(-1), "a block in place of those that are undone").block;
  const { header, hash } = last;
  const indexes = new IndexRewrite(addresses, store);
  for (const undone of branch.undone) indexes.remove(undone);
  for (const valid of branch.applied) indexes.add(valid);
  const useless = bodies.only(branch.applied.map(({ block }) => block.hash));
  await cache.rewrite(header.height, bytesOf(branch), [
    ...branch.undone.flatMap(({ block }) => undoneChanges(block.header.height, block.hash)),
    ...branch.undone.map(({ block }) => bodies.put(block.hash, block.bytes)),
    ...dropProposals(useless),
    ...branch.applied.flatMap((valid) => [
      ...blockChanges(valid, undefined),
      headerChange(valid.block.header),
    ]),
    ...indexes.storeChanges(),
  ]);
  return { tip: { height: header.height, hash, header }, useless };
}

/** What is kept of a block by its height goes; some of it comes again, of another. */
function undoneChanges(height: number, hash: BlockHash): readonly StoreChange[] {
  return [
    { kind: "delete", key: keyOf("block", height) },
    { kind: "delete", key: keyOf("undo", height) },
    { kind: "delete", key: keyOf("header", height) },
    { kind: "delete", key: keyOf("heightOfBlock", hash) },
  ];
}

function bytesOf({ outputs }: Branch): ReadonlyMap<OutpointKey, Uint8Array | null> {
  const written = new Map<OutpointKey, Uint8Array | null>();
  for (const [key, coin] of outputs) {
    const bytes = coin && new Uint8Array(COIN_BYTES);
    if (coin && bytes) writeCoin(coin, bytes, 0);
    written.set(key, bytes);
  }
  return written;
}
