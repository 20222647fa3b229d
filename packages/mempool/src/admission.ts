// How a transaction comes in, stage by stage: by itself and in the next block; its signatures, asked elsewhere; then
// its inputs and a place among the others. What was checked before is checked again where the chain or the pool may
// have moved.
import {
  type BlockContext,
  type Coin,
  type CoinSource,
  coinsOf,
  contextBroken,
  judgeForm,
  keyOfOutput,
  type OutpointKey,
  type SealedTransaction,
  signatureChecks,
  signatureInvalid,
  spendingOf,
  type WellFormed,
  withOwnBytes,
} from "@witan/ledger";
import type { SignatureCheck, Timestamp } from "@witan/primitives";
import type { MempoolRefusal } from "./codes.ts";
import { Entry, readinessOf } from "./entry.ts";
import { familyTooLarge } from "./family.ts";
import type { Turn } from "./notices.ts";
import type { Pool } from "./pool.ts";
import { roomFor } from "./room.ts";
import type { Waiting } from "./waiting-room.ts";

declare const prechecked: unique symbol;

/** A transaction that passed the first stage. Only `Mempool.precheck` makes one. */
export interface Prechecked {
  readonly [prechecked]: true;
  readonly formed: WellFormed;
}

/** What can be said of a transaction without signatures and coins. */
export type Standing =
  /** Exactly these bytes are pending: asking again answers the same. */
  | { readonly status: "known" }
  /** Exactly these bytes wait for inputs, and their signatures hold. */
  | { readonly status: "waiting" }
  | { readonly status: "refused"; readonly refusal: MempoolRefusal };

/** The answer of the first stage. */
export type PrecheckVerdict =
  | Standing
  /** Nothing speaks against it so far. */
  | {
      readonly status: "unverified";
      readonly prechecked: Prechecked;
      /** To be asked of a signature scheme before the second stage; perhaps none. */
      readonly checks: readonly SignatureCheck[];
    };

/** The answer of the second stage. */
export type AdmissionVerdict = Standing | { readonly status: "admitted" };

/** What the second stage needs to know. */
export interface AdmissionInput {
  /** Whether all signatures hold. That nobody could tell (a busy verifier) is no answer: ask again instead. */
  readonly signaturesHold: boolean;
  /** The confirmed coins after the block that the pool was told last; asked for the transaction's inputs only. */
  readonly coins: CoinSource;
  /** The time: the local clock. The next block is judged at the later of it and the tip's. */
  readonly now: Timestamp;
  /** Who handed it in: a peer, a connection. For bounding what waits. */
  readonly from: string;
  /** Whether it may wait for inputs that are not known, or is refused `input-missing` at once. Asked only then. */
  readonly mayWait: () => boolean;
}

const refused = (refusal: MempoolRefusal): Standing => ({ status: "refused", refusal });

/** The first stage. Changes nothing. */
export function precheck(pool: Pool, sealed: SealedTransaction, now: Timestamp): PrecheckVerdict {
  if (sealed.body.kind === "reward") return refused({ ok: false, code: "reward-not-admitted" });
  const known = standing(pool, sealed);
  if (known) return known;
  const before = pool.rejections.get(sealed)?.refusal;
  // The one verdict that is dear to find, and that holds for ever.
  if (before?.code === "signature-invalid") return refused(before);
  // What the pool keeps, it keeps alone: a view would hold the whole block or batch that it came in.
  const formed = judgeForm(withOwnBytes(sealed));
  if (!formed.ok) return refused(formed);
  const broken = placeBroken(pool, formed.value, pool.context(now)) ?? hopeless(pool, sealed);
  if (broken) return refused(broken);
  const value = { formed: formed.value } as Prechecked;
  return { status: "unverified", prechecked: value, checks: signatureChecks(sealed) };
}

/**
 * Why a full pool would not take one though it holds: so that nobody has signatures checked for nothing. With pending
 * ancestors it is their package that counts. What nothing pending makes is taken for confirmed: if it is not known at
 * all, a parent that pays more could still come, and the transaction must come again after it.
 */
function hopeless(pool: Pool, sealed: SealedTransaction): MempoolRefusal | undefined {
  if (!pool.fullWith(sealed)) return undefined;
  const parents = pool.graph.parentsOf(sealed);
  if (familyTooLarge(pool, parents)) return undefined;
  const room = roomFor(pool, sealed, parents);
  return room.ok ? undefined : room;
}

/** The second stage. */
export function admit(
  pool: Pool,
  { formed }: Prechecked,
  input: AdmissionInput,
  turn: Turn,
): AdmissionVerdict {
  const { sealed } = formed;
  const known = standing(pool, sealed);
  if (known) return known;
  if (!input.signaturesHold) return refused(signatureInvalid());
  const context = pool.context(turn.now);
  const broken = placeBroken(pool, formed, context);
  if (broken) return refused(broken);
  const wrong = enter(pool, formed, input.coins, { context, turn });
  if (wrong?.code === "input-missing" && input.mayWait()) return wait(pool, formed, input, turn);
  if (wrong) return refused(wrong);
  if (pool.waiting.size > 0) settle(pool, waitersOn(pool, sealed), turn);
  return { status: "admitted" };
}

/** What the second stage would say now. Changes nothing; that it would be refused is not remembered either. */
export function wouldAdmit(
  pool: Pool,
  { formed }: Prechecked,
  { signaturesHold, coins, now, mayWait }: Omit<AdmissionInput, "from">,
): AdmissionVerdict {
  const known = standing(pool, formed.sealed);
  if (known) return known;
  if (!signaturesHold) return refused(signatureInvalid());
  const context = pool.context(now);
  const broken = placeBroken(pool, formed, context);
  if (broken) return refused(broken);
  const place = placeFor(pool, formed, coins, context);
  if (place.ok) return { status: "admitted" };
  return place.code === "input-missing" && mayWait() ? { status: "waiting" } : refused(place);
}

/** What the pool holds under the id, if that decides. */
function standing(pool: Pool, sealed: SealedTransaction): Standing | undefined {
  const pending = pool.graph.find(sealed);
  if (pending?.transaction.witnessHash === sealed.witnessHash) return { status: "known" };
  if (pending) return refused(knownOtherwise(pending));
  return pool.waiting.has(sealed) ? { status: "waiting" } : undefined;
}

function knownOtherwise({ transaction }: Entry): MempoolRefusal {
  return { ok: false, code: "known-otherwise", witnessHash: transaction.witnessHash };
}

/** What the next block and the other pending transactions say against one, coins aside. */
function placeBroken(pool: Pool, formed: WellFormed, context: BlockContext): MempoolRefusal | undefined {
  return contextBroken(formed, context) ?? conflict(pool, formed) ?? clientLimit(pool, formed.sealed);
}

function conflict(pool: Pool, { sealed: { body }, inputs }: WellFormed): MempoolRefusal | undefined {
  if (body.kind === "governance") {
    const first = pool.graph.governance?.transaction.id;
    if (first === undefined) return undefined;
    return { ok: false, code: "conflict", with: first, detail: `sequence ${body.sequence}` };
  }
  for (const key of inputs) {
    const first = pool.graph.spender(key)?.transaction.id;
    if (first !== undefined) return { ok: false, code: "conflict", with: first, detail: told(key) };
  }
  return undefined;
}

/** An output, for people. */
function told(key: OutpointKey): string {
  return `output ${Number.parseInt(key.slice(64), 16)} of ${key.slice(0, 64)}`;
}

function clientLimit(pool: Pool, { body, witness }: SealedTransaction): MempoolRefusal | undefined {
  const { perClient } = pool.limits;
  if (body.kind !== "transfer") return undefined;
  for (const { publicKey } of witness.signatures)
    if (pool.graph.clientCount(publicKey) >= perClient)
      return { ok: false, code: "client-limit", detail: `${publicKey} has ${perClient} pending` };
  return undefined;
}

function wait(pool: Pool, formed: WellFormed, input: AdmissionInput, turn: Turn): Standing {
  const coins = new Map<OutpointKey, Coin>();
  for (const key of formed.inputs) {
    // An output of a pending transaction is looked up when it matters: that one may go.
    const coin = pool.graph.maker(key) ? undefined : input.coins.coin(key);
    if (coin) coins.set(key, coin);
  }
  const newcomer = pool.waiting.add({ formed, coins, from: input.from, now: turn.now });
  pool.rejections.forget(formed.sealed);
  for (let out = pool.waiting.overflow(newcomer); out; out = pool.waiting.overflow(newcomer)) {
    const refusal: MempoolRefusal = { ok: false, code: "waiting-full" };
    if (out === newcomer) {
      pool.waiting.delete(newcomer);
      return refused(refusal);
    }
    pool.refuseWaiting(out, refusal, turn);
  }
  return { status: "waiting" };
}

/** Judges the inputs of a transaction that holds otherwise, and puts it among the pending ones. */
function enter(
  pool: Pool,
  formed: WellFormed,
  coins: CoinSource,
  { context, turn }: { readonly context: BlockContext; readonly turn: Turn },
): MempoolRefusal | undefined {
  const { sealed } = formed;
  const found = placeFor(pool, formed, coins, context);
  if (!found.ok) return found;
  const { parents, spent, victims } = found;
  if (victims.length > 0) {
    pool.graph.remove(victims);
    const refusal = { ok: false, code: "evicted", detail: `${sealed.id} pays more` } as const;
    for (const victim of victims) pool.tellDropped(victim, refusal, turn);
  }
  const place = { since: turn.now, position: pool.nextPosition() };
  pool.graph.add(entryOf(pool, formed, spent, place), parents);
  pool.rejections.forget(sealed);
  return undefined;
}

/** The place that one would have among the pending ones. */
interface Place {
  readonly ok: true;
  readonly parents: readonly Entry[];
  /** The coins that its inputs name. */
  readonly spent: readonly (Coin | undefined)[];
  /** Who would have to go. */
  readonly victims: readonly Entry[];
}

/** Judges the inputs of a transaction that holds otherwise, and looks for its place. Changes nothing. */
function placeFor(
  pool: Pool,
  formed: WellFormed,
  coins: CoinSource,
  context: BlockContext,
): Place | MempoolRefusal {
  const { sealed } = formed;
  const confirmed = coinsOf(formed, coins);
  // What is confirmed is no output of a pending one.
  const parents = confirmed.includes(undefined) ? pool.graph.parentsOf(sealed) : [];
  const spent = parents.length > 0 ? coinsOf(formed, pool.coinsOver(coins)) : confirmed;
  const broken = spendingOf(formed, context, spent);
  if (broken) return broken;
  const tooLarge = familyTooLarge(pool, parents);
  if (tooLarge) return tooLarge;
  const room = roomFor(pool, sealed, parents);
  return room.ok ? { ok: true, parents, spent, victims: room.victims } : room;
}

/** Makes the entry of a transaction whose inputs were judged, with the coins that they name. */
export function entryOf(
  pool: Pool,
  formed: WellFormed,
  coins: readonly (Coin | undefined)[],
  { since, position }: { readonly since: Timestamp; readonly position: number },
): Entry {
  const maturity = pool.chain.proofOfWork?.coinbaseMaturity;
  return new Entry(formed, since, position, readinessOf(formed, coins, maturity));
}

/** Tries those that waited for something that came, in order of arrival, and those that wait for them in turn. */
export function settle(pool: Pool, ready: Iterable<Waiting>, turn: Turn): void {
  const left = new Set(ready);
  while (left.size > 0) {
    const next = [...left].reduce((a, b) => (a.position < b.position ? a : b));
    left.delete(next);
    if (pool.missing(next) !== undefined) continue;
    const { formed, transaction } = next;
    const pending = pool.graph.get(transaction.id);
    if (pending?.transaction.witnessHash === transaction.witnessHash) {
      // It came back from an undone block.
      pool.waiting.delete(next);
      continue;
    }
    const source: CoinSource = { coin: (key) => next.coins.get(key) };
    const context = pool.context(turn.now);
    const refusal =
      (pending && knownOtherwise(pending)) ??
      placeBroken(pool, formed, context) ??
      enter(pool, formed, source, { context, turn });
    if (refusal) {
      pool.refuseWaiting(next, refusal, turn);
      continue;
    }
    pool.waiting.delete(next);
    turn.notices.push({ kind: "admitted", transaction, from: "waiting" });
    for (const waiting of waitersOn(pool, transaction)) left.add(waiting);
  }
}

/** Those that wait for outputs of a transaction. */
export function waitersOn(pool: Pool, { id, body }: SealedTransaction): Set<Waiting> {
  const found = new Set<Waiting>();
  if (pool.waiting.size === 0 || body.kind === "governance") return found;
  for (let index = 0; index < body.outputs.length; index++)
    for (const waiting of pool.waiting.on(keyOfOutput(id, index))) found.add(waiting);
  return found;
}
