// How views began that a validator has voted in: kept with its first vote there, the newest of them, across restarts.
import assert from "node:assert/strict";
import { asVerified, NEW_VIEWS_KEPT, type NewView, type PbftRecord, type Verified } from "@witan/consensus";
import {
  type BlockHash,
  type Height,
  type MemberIndex,
  type Signature,
  type View,
  ZERO_HASH,
} from "@witan/primitives";
import { type CheckedStore, openMemoryStore } from "@witan/storage";
import { NewViewLog } from "../../../packages/node/src/consensus/pbft/new-view-log.ts";
import { putRecord, readNewViews, readRecords } from "../../../packages/node/src/consensus/pbft/records.ts";

const SIGNATURE = "00".repeat(64) as Signature;

function begun(view: number, membership = 1): Verified<NewView> {
  const message = {
    kind: "newView",
    membership: membership as Height,
    view: view as View,
    viewChanges: [],
  } as const;
  return asVerified(0 as MemberIndex, message, SIGNATURE);
}

function newView(view: number, membership = 1): PbftRecord {
  return { kind: "newView", message: begun(view, membership) };
}

function progress(view: number, { votes = true, membership = 1 } = {}): PbftRecord {
  const of = { membership: membership as Height, view: view as View };
  const message = {
    ...of,
    kind: "prePrepare",
    height: 9 as Height,
    blockHash: ZERO_HASH as BlockHash,
  } as const;
  const accepted = votes ? asVerified(0 as MemberIndex, message, SIGNATURE) : undefined;
  return { ...of, kind: "progress", changing: false, accepted, prepared: undefined, announced: undefined };
}

async function persist(
  store: CheckedStore,
  log: NewViewLog,
  ...records: readonly PbftRecord[]
): Promise<void> {
  await store.write([...log.changes(records), ...records.map(putRecord)], { sync: true });
}

async function keptIn(store: CheckedStore): Promise<readonly (readonly [number, number])[]> {
  const kept = await readNewViews(store, 10_000);
  return kept.map(({ number, message }) => [number, message.message.view] as const);
}

describe("the log of NEW-VIEWs", () => {
  it("keeps how a view began once there is a vote in it, and once only", async () => {
    const store = await openMemoryStore();
    const log = await NewViewLog.open(store, []);
    await persist(store, log, progress(0));
    await persist(store, log, newView(1), progress(1, { votes: false }));
    assert.deepEqual(await keptIn(store), []);
    await persist(store, log, progress(1));
    await persist(store, log, progress(1));
    assert.deepEqual(await keptIn(store), [[0, 1]]);
    // A view in which nothing was voted for; then one of other members, with the number of one before.
    await persist(store, log, newView(2), progress(2, { votes: false }));
    await persist(store, log, newView(3), progress(3));
    await persist(store, log, progress(0, { membership: 10 }));
    await persist(store, log, newView(3, 10), progress(3, { membership: 10 }));
    assert.deepEqual(await keptIn(store), [
      [2, 3],
      [1, 3],
      [0, 1],
    ]);
  });

  it("goes on after a restart, also between the beginning of a view and the first vote", async () => {
    const store = await openMemoryStore();
    await persist(store, await NewViewLog.open(store, []), newView(1), progress(1));
    const again = () => NewViewLog.open(store, readRecords(store));
    await persist(store, await again(), progress(1));
    assert.deepEqual(await keptIn(store), [[0, 1]]);
    await persist(store, await again(), newView(2), progress(2, { votes: false }));
    await persist(store, await again(), progress(2));
    assert.deepEqual(await keptIn(store), [
      [1, 2],
      [0, 1],
    ]);
  });

  it("keeps the newest", async () => {
    const store = await openMemoryStore();
    const log = await NewViewLog.open(store, []);
    for (let view = 1; view <= NEW_VIEWS_KEPT + 3; view++)
      await persist(store, log, newView(view), progress(view));
    const kept = await keptIn(store);
    assert.equal(kept.length, NEW_VIEWS_KEPT);
    assert.deepEqual(kept.at(-1), [3, 4]);
  });
});
