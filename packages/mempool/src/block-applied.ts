// What a new block does to the pool: what it includes goes, what it contradicts is dropped, what it lets end is
// dropped, and what waited for its outputs is tried. Costs what the block touches, but for a change of governance.
import {
  type Coin,
  contextBroken,
  inputKeys,
  judgeForm,
  keyOfOutput,
  type OutpointKey,
  type SealedTransaction,
  type ValidBlock,
} from "@witan/ledger";
import { assert, type Height, type Timestamp } from "@witan/primitives";
import { settle } from "./admission.ts";
import type { MempoolRefusal } from "./codes.ts";
import type { Entry } from "./entry.ts";
import type { Turn } from "./notices.ts";
import type { Pool } from "./pool.ts";
import type { Waiting } from "./waiting-room.ts";

/** Takes in a block on top of the present tip; `laterThan` as in MempoolTip, after it. */
export function applyBlock(pool: Pool, valid: ValidBlock, laterThan: Timestamp, turn: Turn): void {
  // Each change takes a sequence, so the state is the same while the sequence is.
  const changed = valid.governance.state.sequence !== pool.tip.governance.state.sequence;
  const { height } = valid.block.header;
  assert(height === pool.tip.height, `block ${height} instead of ${pool.tip.height}`);
  pool.tip = { governance: valid.governance, height: (height + 1) as Height, laterThan };
  pool.expireWaiting(turn);
  dropConflicts(pool, valid, removeIncluded(pool, valid), turn);
  dropExpired(pool, turn);
  if (changed) revalidate(pool, turn);
  if (pool.waiting.size > 0) settle(pool, findOutputs(pool, valid), turn);
}

/**
 * By id: the witness in the block need not be the one that was pending.
 * @returns what the block includes and the pool did not have
 */
function removeIncluded(pool: Pool, { block }: ValidBlock): readonly SealedTransaction[] {
  const included: Entry[] = [];
  const strangers: SealedTransaction[] = [];
  for (const transaction of block.transactions) {
    const entry = pool.graph.get(transaction.id);
    if (entry) included.push(entry);
    else strangers.push(transaction);
  }
  pool.graph.remove(included);
  if (pool.waiting.size === 0) return strangers;
  const ids = new Set(block.transactions.map(({ id }) => id));
  for (const waiting of [...pool.waiting.values()])
    if (ids.has(waiting.transaction.id)) pool.waiting.delete(waiting);
  return strangers;
}

/**
 * @param strangers those that were not pending: what was pending spends nothing that another pending one spends. Those
 * that wait claim nothing, and may contradict anything
 */
function dropConflicts(
  pool: Pool,
  { block }: ValidBlock,
  strangers: readonly SealedTransaction[],
  turn: Turn,
): void {
  const suspects = pool.waiting.size > 0 ? block.transactions : strangers;
  for (const transaction of suspects) {
    const { id, body } = transaction;
    if (body.kind === "reward") continue;
    const detail = `in block ${block.header.height}`;
    const refusal = { ok: false, code: "conflict", with: id, detail } as const;
    if (body.kind === "governance") {
      if (pool.graph.governance) pool.drop(pool.graph.governance, refusal, turn);
      continue;
    }
    for (const key of inputKeys(transaction)) {
      const spender = pool.graph.spender(key);
      if (spender) pool.drop(spender, refusal, turn);
      for (const waiting of [...pool.waiting.on(key)]) pool.refuseWaiting(waiting, refusal, turn);
    }
  }
}

/** Drops what no next block can hold any more, the first to end first. */
export function dropExpired(pool: Pool, turn: Turn): void {
  const { earliest } = pool;
  const expired = (validUntil: number): MempoolRefusal => {
    return {
      ok: false,
      code: "expired",
      detail: `valid until ${validUntil}, the next block is at least ${earliest}`,
    };
  };
  for (let first = pool.graph.firstToEnd; first && first.validUntil < earliest; first = pool.graph.firstToEnd)
    pool.drop(first, expired(first.validUntil), turn);
  for (const waiting of [...pool.waiting.values()]) {
    const { body } = waiting.transaction;
    if (body.kind === "transfer" && body.validUntil < earliest)
      pool.refuseWaiting(waiting, expired(body.validUntil), turn);
  }
}

/** Drops what the governance state no longer allows, however long one waits. Costs a look at every transaction. */
export function revalidate(pool: Pool, turn: Turn): void {
  for (const entry of [...pool.graph.arrivals.values()]) {
    const { transaction } = entry;
    if (pool.graph.get(transaction.id) !== entry) continue;
    const formed = judgeForm(transaction);
    assert(formed.ok, "a pending transaction does not hold by itself");
    const broken = contextBroken(formed.value, pool.latestContext(transaction));
    if (broken) pool.drop(entry, broken, turn);
  }
}

/** Hands the block's outputs to those that wait for them. @returns who got one */
function findOutputs(pool: Pool, { block }: ValidBlock): Set<Waiting> {
  const ready = new Set<Waiting>();
  const spent = new Set<OutpointKey>();
  for (const transaction of block.transactions) for (const key of inputKeys(transaction)) spent.add(key);
  for (const { id, body } of block.transactions) {
    if (body.kind === "governance") continue;
    body.outputs.forEach((output, index) => {
      const key = keyOfOutput(id, index);
      if (spent.has(key)) return;
      const coin: Coin = { ...output, height: block.header.height, reward: body.kind === "reward" };
      hand(pool, key, coin, ready);
    });
  }
  return ready;
}

/** Hands a confirmed coin to those that wait for it, and adds them to those to be tried. */
export function hand(pool: Pool, key: OutpointKey, coin: Coin, ready: Set<Waiting>): void {
  for (const waiting of pool.waiting.on(key)) {
    waiting.coins.set(key, coin);
    ready.add(waiting);
  }
}
