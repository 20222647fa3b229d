// What an undone block does to the pool: its transactions come back in front where they still hold, and what rested on
// those that do not is dropped. Rare, and proof of work only: may cost a look at every transaction.
import {
  type Block,
  type BlockUndo,
  type Coin,
  coinsOf,
  judgeForm,
  keyOf,
  keyOfOutput,
  type OutpointKey,
  type SealedTransaction,
  withOwnBytes,
} from "@witan/ledger";
import { assert, present, type TransactionId } from "@witan/primitives";
import { entryOf, settle, waitersOn } from "./admission.ts";
import { hand, revalidate } from "./block-applied.ts";
import type { MempoolRefusal } from "./codes.ts";
import type { Entry } from "./entry.ts";
import { dropTooLarge, familyTooLarge } from "./family.ts";
import type { Turn } from "./notices.ts";
import type { MempoolTip, Pool } from "./pool.ts";
import type { Waiting } from "./waiting-room.ts";

/** The block that is undone, and what is there again. */
interface Undone {
  readonly ids: ReadonlySet<TransactionId>;
  /** What its transfers spent, by key; outputs of its own among it. */
  readonly spent: ReadonlyMap<OutpointKey, Coin>;
}

/** Takes back the block on top; `tip` is the one before it. */
export function undoBlock(pool: Pool, block: Block, undo: BlockUndo, tip: MempoolTip, turn: Turn): void {
  const changed = tip.governance.state.sequence !== pool.tip.governance.state.sequence;
  const { height } = block.header;
  assert(height === pool.tip.height - 1 && height === tip.height, `block ${height} is not the one on top`);
  pool.tip = tip;
  pool.expireWaiting(turn);
  const undone = { ids: new Set(block.transactions.map(({ id }) => id)), spent: spentBy(block, undo) };
  loseOutputs(pool, block);
  const back = giveBack(pool, block, undone, turn);
  if (changed) revalidate(pool, turn);
  // Others may rest on what came back: some of them on too many now, or too many of them on one.
  dropTooLarge(pool, back, turn);
  trim(pool, turn);
  const ready = findInputs(pool, undone);
  for (const { transaction } of back) for (const waiting of waitersOn(pool, transaction)) ready.add(waiting);
  settle(pool, ready, turn);
}

function spentBy(block: Block, undo: BlockUndo): ReadonlyMap<OutpointKey, Coin> {
  const spent = new Map<OutpointKey, Coin>();
  for (const { body } of block.transactions)
    if (body.kind === "transfer")
      for (const input of body.inputs) spent.set(keyOf(input), present(undo.spent[spent.size], "undo data"));
  assert(spent.size === undo.spent.length, "undo data that does not fit the block");
  return spent;
}

/** The block's outputs are no confirmed coins any more. */
function loseOutputs(pool: Pool, { transactions }: Block): void {
  for (const { id, body } of pool.waiting.size === 0 ? [] : transactions) {
    if (body.kind === "governance") continue;
    body.outputs.forEach((_, index) => {
      const key = keyOfOutput(id, index);
      for (const waiting of pool.waiting.on(key)) waiting.coins.delete(key);
    });
  }
}

/** Puts the block's transactions in front, in their order; drops what rested on those that can't come back. */
function giveBack(pool: Pool, { transactions }: Block, undone: Undone, turn: Turn): readonly Entry[] {
  const back: Entry[] = [];
  const first = pool.positionsInFront(transactions.length);
  for (const [index, transaction] of transactions.entries()) {
    const entry = entryBack(pool, transaction, undone, { position: first + index, turn });
    if (!("code" in entry)) {
      pool.graph.add(entry);
      pool.rejections.forget(transaction);
      turn.notices.push({ kind: "admitted", transaction: entry.transaction, from: "block" });
      back.push(entry);
      continue;
    }
    if (transaction.body.kind !== "reward") pool.tellRefused(transaction, entry, turn);
    dropSpenders(pool, transaction, turn);
  }
  pool.graph.adopt(back);
  return back;
}

/**
 * The entry of one that comes back, or why it can't. It held in this block, so it holds under the state before it, and
 * the next block's timestamp may be as early as the block's own: only other transactions can stand in its way.
 */
function entryBack(
  pool: Pool,
  transaction: SealedTransaction,
  undone: Undone,
  { position, turn }: { readonly position: number; readonly turn: Turn },
): Entry | MempoolRefusal {
  const { body } = transaction;
  if (body.kind === "reward") return { ok: false, code: "reward-not-admitted" };
  const formed = judgeForm(withOwnBytes(transaction));
  assert(formed.ok, "a transaction of a valid block does not hold by itself");
  const source = { coin: (key: OutpointKey) => undone.spent.get(key) };
  if (body.kind === "governance") {
    // What is pending now follows on this one, and can't hold before it.
    const ahead = pool.graph.governance;
    const code = "governance-sequence";
    if (ahead)
      pool.drop(ahead, { ok: false, code, detail: `${transaction.id} was undone and comes first` }, turn);
  } else {
    const gone = body.inputs.find(
      (input) => undone.ids.has(input.transaction) && !pool.graph.get(input.transaction),
    );
    if (gone)
      return { ok: false, code: "input-missing", detail: `output ${gone.index} of ${gone.transaction}` };
    const tooLarge = familyTooLarge(pool, pool.graph.parentsOf(transaction));
    if (tooLarge) return tooLarge;
  }
  return entryOf(pool, formed.value, coinsOf(formed.value, source), { since: turn.now, position });
}

function dropSpenders(pool: Pool, { id, body }: SealedTransaction, turn: Turn): void {
  const count = body.kind === "governance" ? 0 : body.outputs.length;
  for (let index = 0; index < count; index++) {
    const spender = pool.graph.spender(keyOfOutput(id, index));
    const detail = `output ${index} of ${id}: its block was undone`;
    if (spender) pool.drop(spender, { ok: false, code: "input-missing", detail }, turn);
  }
}

/** Makes the limits hold: for each client the newest goes, in all the one that pays least. */
function trim(pool: Pool, turn: Turn): void {
  const { graph, limits } = pool;
  for (const entry of [...graph.arrivals.backwards()]) {
    const { transaction } = entry;
    if (transaction.body.kind !== "transfer" || graph.get(transaction.id) !== entry) continue;
    const full = transaction.witness.signatures.some(
      (one) => graph.clientCount(one.publicKey) > limits.perClient,
    );
    if (full) pool.drop(entry, { ok: false, code: "client-limit", detail: "a block was undone" }, turn);
  }
  for (let worst = graph.leaves.last; pool.full && worst; worst = graph.leaves.last)
    pool.drop(worst, { ok: false, code: "evicted", detail: "a block was undone" }, turn);
}

/** Hands what the block had spent to those that wait for it. @returns who got one */
function findInputs(pool: Pool, { ids, spent }: Undone): Set<Waiting> {
  const ready = new Set<Waiting>();
  for (const [key, coin] of pool.waiting.size === 0 ? [] : spent) {
    if (ids.has(key.slice(0, 64) as TransactionId)) continue;
    hand(pool, key, coin, ready);
  }
  return ready;
}
