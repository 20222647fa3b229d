// Spreads transactions: what was handed in here goes to all peers at once; what came from a peer is announced by id,
// some time later, if it still waits, and whoever lacks it asks. So each transaction crosses each link about once, and
// still reaches everybody where links are missing. Where little waits, only who proposes is sent it at once: its block
// brings it to the others, most of the time before they would be sent it.
import { judgeForm, type SealedTransaction } from "@witan/ledger";
import type { Mempool, MempoolRefusal } from "@witan/mempool";
import type { Clock, Network, PeerId, TransactionId } from "@witan/primitives";
import { BATCH_MAX, PUSH_BYTES_MAX, type TransactionsMessage, transactionsMessageCodec } from "../wire.ts";
import type { Intake } from "./intake.ts";

/** What gossip is made with. */
export interface GossipOptions {
  readonly network: Network;
  readonly mempool: Mempool;
  readonly intake: Intake;
  readonly clock: Clock;
  readonly connected: () => readonly PeerId[];
  /** Who proposes the next block, as it looks here, oneself too; undefined: nobody in particular. */
  readonly leader: () => PeerId | undefined;
  /** A peer sent what is wrong for everyone. */
  readonly onFault: (peer: PeerId, code: string) => void;
}

/** With at most so many pending, the next block takes them all. */
export const HELD_MAX = 16;
/** How long they are held back from those who do not propose, in milliseconds: most are final by then. */
export const HOLD_MS = 60;
/** After so many announcements the first of what is pending are announced again. */
const AGAIN_EVERY = 8;
/** So many of them: what was refused elsewhere for want of room is taken up again, the oldest first. */
const AGAIN_MAX = 256;
/** Ids that wait to be announced at most: as many as may be pending. The oldest are forgotten. */
const UNANNOUNCED_MAX = 50_000;

/**
 * Refusals of a witness, which say nothing of another: anyone can make such a copy, and whoever has seen one must still ask
 * for the transaction itself, or it could be kept from a proposer for ever.
 */
const OF_ONE_WITNESS: ReadonlySet<string> = new Set<MempoolRefusal["code"]>([
  ...(["signature-invalid", "signature-missing", "signature-unused"] as const),
  ...(["policy-missing", "policy-unused", "client-missing"] as const),
]);

/** Refusals by what the pool held just then: a moment later it may be taken. */
const OF_THE_MOMENT: ReadonlySet<string> = new Set<MempoolRefusal["code"]>([
  ...(["mempool-full", "evicted", "waiting-full", "ancestor-dropped", "conflict"] as const),
  ...(["client-limit", "ancestors-too-many", "descendants-too-many"] as const),
]);

/** The spreading of transactions. */
export class Gossip {
  readonly #options: GossipOptions;
  /** Came from peers since the last announcement, and between the last two. */
  #young: TransactionId[] = [];
  #old: TransactionId[] = [];
  #announcements = 0;
  /** Sent to this leader only, or to nobody if it is oneself, until a moment; the oldest first. */
  #held: { readonly leader: PeerId; readonly id: TransactionId; readonly untilMs: number }[] = [];
  #cancelRelease: (() => void) | undefined;

  constructor(options: GossipOptions) {
    this.#options = options;
  }

  /** Sends transactions that were handed in here to everybody: where little waits, to who proposes first. */
  push(transactions: readonly SealedTransaction[]): void {
    const { mempool, connected, clock } = this.#options;
    const leader = mempool.status().transactions > HELD_MAX ? undefined : this.#options.leader();
    if (leader === undefined) {
      this.#push(transactions, connected());
      return;
    }
    this.#push(
      transactions,
      connected().filter((peer) => peer === leader),
    );
    const untilMs = clock.monotonicMs() + HOLD_MS;
    this.#held.push(...transactions.map(({ id }) => ({ leader, id, untilMs })));
    this.#cancelRelease ??= clock.after(HOLD_MS, () => this.#release());
  }

  /** Nothing is sent by itself any more. */
  stop(): void {
    this.#cancelRelease?.();
  }

  /** What is still pending goes to those who were not sent it. */
  #release(): void {
    const { mempool, connected, clock } = this.#options;
    const now = clock.monotonicMs();
    const due = this.#held.filter(({ untilMs }) => untilMs <= now);
    this.#held = this.#held.slice(due.length);
    const [next] = this.#held;
    this.#cancelRelease = next && clock.after(next.untilMs - now, () => this.#release());
    for (const peer of connected()) {
      const found = due.map(({ leader, id }) => (leader === peer ? undefined : mempool.get(id)?.transaction));
      this.#push(
        found.filter((one): one is SealedTransaction => one !== undefined),
        [peer],
      );
    }
  }

  #push(transactions: readonly SealedTransaction[], peers: readonly PeerId[]): void {
    if (peers.length === 0) return;
    for (const message of batches(transactions))
      for (const peer of peers) this.#options.network.send(peer, "transactions", message);
  }

  /** Remembers what came from a peer, to announce it if it goes on waiting. */
  relay(id: TransactionId): void {
    if (this.#young.length < UNANNOUNCED_MAX) this.#young.push(id);
  }

  /**
   * Announces what has waited since before the last call. To be called about every second. What waits for long is announced
   * again: a peer may have had no room for it, or lost it, and nobody would hand it in there a second time.
   */
  announce(): void {
    const { mempool, connected } = this.#options;
    const ids = new Set(this.#old.filter((id) => mempool.get(id) !== undefined));
    this.#old = this.#young;
    this.#young = [];
    if (++this.#announcements % AGAIN_EVERY === 0)
      for (const { transaction } of mempool.page(AGAIN_MAX).transactions) ids.add(transaction.id);
    for (const peer of connected()) this.#announceTo(peer, [...ids]);
  }

  /** Announces all that is pending to a peer that has just connected. */
  greet(peer: PeerId): void {
    const { mempool } = this.#options;
    for (let page = mempool.page(BATCH_MAX); ; page = mempool.page(BATCH_MAX, page.next)) {
      this.#announceTo(
        peer,
        page.transactions.map(({ transaction }) => transaction.id),
      );
      if (page.next === undefined) return;
    }
  }

  /** Takes in what a peer says; resolves when its next message may come. */
  async receive(peer: PeerId, bytes: Uint8Array): Promise<void> {
    const decoded = transactionsMessageCodec.decode(bytes);
    if (!decoded.ok) this.#options.onFault(peer, "transactions-encoding");
    else if (decoded.value.kind === "push") await this.#pushed(peer, decoded.value.transactions);
    else if (decoded.value.kind === "announce") this.#announced(peer, decoded.value.ids);
    else this.#wanted(peer, decoded.value.ids);
  }

  /** A batch is on its way through the verifier for some time: the next need not wait for it, only for room. */
  async #pushed(peer: PeerId, transactions: readonly Uint8Array[]): Promise<void> {
    const { intake, onFault } = this.#options;
    for (const bytes of transactions) {
      const read = intake.read(bytes);
      if (!read.ok) {
        onFault(peer, "transaction-encoding");
        return;
      }
      const room = intake.roomForPeers();
      if (room !== undefined) await room;
      intake.submit(read.value, peer).then((verdict) => {
        if (verdict.status !== "refused") return;
        // Wrong for everyone: a correct node passes on what it has checked itself.
        const forged = verdict.refusal.code === "signature-invalid" || !judgeForm(read.value).ok;
        if (forged) onFault(peer, `transaction-${verdict.refusal.code}`);
      });
    }
  }

  #announced(peer: PeerId, ids: readonly TransactionId[]): void {
    const { mempool } = this.#options;
    const isOpen = (id: TransactionId): boolean =>
      mempool
        .rejections(id)
        .every(({ refusal }) => OF_ONE_WITNESS.has(refusal.code) || OF_THE_MOMENT.has(refusal.code));
    const lacking = ids.filter((id) => mempool.get(id) === undefined && isOpen(id));
    if (lacking.length > 0) this.#send(peer, { kind: "want", ids: lacking });
  }

  #wanted(peer: PeerId, ids: readonly TransactionId[]): void {
    const found = ids.map((id) => this.#options.mempool.get(id)?.transaction);
    const here = found.filter((one): one is SealedTransaction => one !== undefined);
    for (const message of batches(here)) this.#options.network.send(peer, "transactions", message);
  }

  #announceTo(peer: PeerId, ids: readonly TransactionId[]): void {
    for (let at = 0; at < ids.length; at += BATCH_MAX)
      this.#send(peer, { kind: "announce", ids: ids.slice(at, at + BATCH_MAX) });
  }

  #send(peer: PeerId, message: TransactionsMessage): void {
    this.#options.network.send(peer, "transactions", transactionsMessageCodec.encode(message));
  }
}

/** Messages of transactions, each as large as it may be. */
function* batches(transactions: readonly SealedTransaction[]): Generator<Uint8Array> {
  let batch: Uint8Array[] = [];
  let bytes = 0;
  const message = () => transactionsMessageCodec.encode({ kind: "push", transactions: batch });
  for (const transaction of transactions) {
    if (batch.length >= BATCH_MAX || bytes + transaction.bytes.length > PUSH_BYTES_MAX) {
      yield message();
      batch = [];
      bytes = 0;
    }
    batch.push(transaction.bytes);
    bytes += transaction.bytes.length;
  }
  if (batch.length > 0) yield message();
}
