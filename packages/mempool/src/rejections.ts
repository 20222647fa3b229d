// What was refused or dropped lately, and why. Bounded: the oldest is forgotten first. Keyed by id and witness hash,
// since a verdict on one witness says nothing of another.
import type { SealedTransaction } from "@witan/ledger";
import type { Timestamp, TransactionId, WitnessHash } from "@witan/primitives";
import type { MempoolRefusal } from "./codes.ts";

/** What became of a transaction that is not pending. */
export interface Rejection {
  readonly id: TransactionId;
  readonly witnessHash: WitnessHash;
  readonly refusal: MempoolRefusal;
  /** Whether it had been pending (and others may still hold it), or never was. */
  readonly was: "pending" | "new";
  /** The `now` of the call that said so. */
  readonly at: Timestamp;
  /** The last block time at which it may still enter a block, if it had been pending and reached others. */
  readonly validUntil: Timestamp | undefined;
}

/** Names the exact bytes of a transaction. */
export function nameOf({ id, witnessHash }: Pick<SealedTransaction, "id" | "witnessHash">): string {
  return id + witnessHash;
}

/** A bounded memory of rejections. */
export class RejectionMemory {
  readonly #max: number;
  /** The oldest first. */
  readonly #byName = new Map<string, Rejection>();
  readonly #byId = new Map<TransactionId, Set<WitnessHash>>();

  /** @param max how many are kept, from 0 */
  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#byName.size;
  }

  /** Remembers one, and forgets what was known of these bytes before. */
  remember(
    transaction: SealedTransaction,
    refusal: MempoolRefusal,
    when: { readonly was: Rejection["was"]; readonly at: Timestamp },
  ): void {
    const { id, witnessHash, body } = transaction;
    this.forget(transaction);
    const validUntil = body.kind === "reward" ? undefined : body.validUntil;
    this.#byName.set(nameOf(transaction), { id, witnessHash, refusal, ...when, validUntil });
    const witnesses = this.#byId.get(id);
    if (witnesses) witnesses.add(witnessHash);
    else this.#byId.set(id, new Set([witnessHash]));
    for (const oldest of this.#byName.values()) {
      if (this.#byName.size <= this.#max) break;
      this.forget(oldest);
    }
  }

  /** Forgets what is known of these bytes. */
  forget(transaction: Pick<SealedTransaction, "id" | "witnessHash">): void {
    if (this.size === 0) return;
    const witnesses = this.#byId.get(transaction.id);
    if (!witnesses?.delete(transaction.witnessHash)) return;
    this.#byName.delete(nameOf(transaction));
    if (witnesses.size === 0) this.#byId.delete(transaction.id);
  }

  /** What is known of exactly these bytes. */
  get(transaction: Pick<SealedTransaction, "id" | "witnessHash">): Rejection | undefined {
    return this.size > 0 && this.#byId.has(transaction.id)
      ? this.#byName.get(nameOf(transaction))
      : undefined;
  }

  /** What is known of an id, with whatever witness: the oldest first. */
  of(id: TransactionId): readonly Rejection[] {
    const found: Rejection[] = [];
    for (const witnessHash of this.#byId.get(id) ?? []) {
      const rejection = this.get({ id, witnessHash });
      if (rejection) found.push(rejection);
    }
    return found;
  }
}
