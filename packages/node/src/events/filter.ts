// Which transactions a subscription is about: by id, by address, or all.
import { policyHash, type SealedTransaction } from "@witan/ledger";
import type { PolicyHash, TransactionId } from "@witan/primitives";

/** What was found out of transactions that are about: a block's are mostly those that were pending. */
const known = new WeakMap<SealedTransaction, readonly PolicyHash[]>();

/** The policies that a transaction pays to, and those that it shows: of the outputs that it spends, and to issue by. */
export function addressesOf(transaction: SealedTransaction): readonly PolicyHash[] {
  const before = known.get(transaction);
  if (before !== undefined) return before;
  const { body, witness } = transaction;
  const paid = body.kind === "governance" ? [] : body.outputs.map((output) => output.policyHash);
  const shown = witness.policies.map((policy) => policyHash(policy));
  const found = [...paid, ...shown.filter((hash) => hash !== undefined)];
  known.set(transaction, found);
  return found;
}

/** What is asked for. Both undefined: all. Both given: what fits one of them. */
export class TransactionFilter {
  readonly #ids: ReadonlySet<string> | undefined;
  readonly #addresses: ReadonlySet<string> | undefined;

  constructor(ids: readonly string[] | undefined, addresses: readonly PolicyHash[] | undefined) {
    this.#ids = ids && new Set(ids);
    this.#addresses = addresses && new Set<string>(addresses);
  }

  /** Whether it asks by address, too. */
  get hasAddresses(): boolean {
    return this.#addresses !== undefined;
  }

  /** The ids, if nothing else is asked for. */
  get onlyIds(): readonly TransactionId[] | undefined {
    return this.#ids && this.#addresses === undefined ? ([...this.#ids] as TransactionId[]) : undefined;
  }

  /** Whether a transaction fits. @param addresses asked for only when they decide */
  fits(id: TransactionId, addresses: () => readonly string[]): boolean {
    const ids = this.#ids;
    const wanted = this.#addresses;
    if (ids === undefined && wanted === undefined) return true;
    if (ids?.has(id)) return true;
    return wanted !== undefined && addresses().some((hash) => wanted.has(hash));
  }
}
