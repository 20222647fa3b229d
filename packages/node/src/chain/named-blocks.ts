// Final blocks by the names of their transactions: all that proofs of them and lists of their ids need. Those that were
// asked for lately are at hand, as who asks for one proof of a block often asks for the next. They are
// kept by height: whoever undoes blocks says so.
import {
  type Chain,
  type Header,
  headerCodec,
  type TransactionHasher,
  type TransactionName,
} from "@witan/ledger";
import type { Height } from "@witan/primitives";
import { damageOf, keyOf } from "@witan/storage";
import { transactionsIn } from "./block-parts.ts";
import { damaged } from "./chain-error.ts";
import { HEADER_BYTES } from "./chain-records.ts";

/** A block without what its transactions do. */
export interface NamedBlock {
  readonly header: Header;
  /** The same list each time, as long as it is at hand: the hash tree over it is made once. */
  readonly transactions: readonly TransactionName[];
}

/** Transactions of the blocks that are at hand; some 700 bytes each once there is a tree over them. */
const TRANSACTIONS_MAX = 32_768;

/** The blocks that were asked for lately, by height. */
export class NamedBlocks {
  readonly #hasher: TransactionHasher;
  /** Whose was asked for longest ago first. */
  readonly #blocks = new Map<Height, NamedBlock>();
  #transactions = 0;

  constructor({ transactions }: Pick<Chain, "transactions">) {
    this.#hasher = transactions;
  }

  /** Transactions of the blocks that are at hand. */
  get size(): number {
    return this.#transactions;
  }

  /**
   * A block; `read` gives its bytes, if it is not at hand. Undefined: there are none.
   * @throws {ChainError} `damaged`
   */
  at(height: Height, read: () => Uint8Array | undefined): NamedBlock | undefined {
    const known = this.#blocks.get(height);
    if (known !== undefined) {
      this.#blocks.delete(height);
      this.#blocks.set(height, known);
      return known;
    }
    const bytes = read();
    return bytes && this.#keep(height, bytes);
  }

  /** Forgets those above a height: they were undone. */
  forgetAbove(height: Height): void {
    for (const [at, { transactions }] of this.#blocks) {
      if (at <= height) continue;
      this.#blocks.delete(at);
      this.#transactions -= transactions.length;
    }
  }

  #keep(height: Height, bytes: Uint8Array): NamedBlock {
    const header = headerCodec.decode(bytes.subarray(0, HEADER_BYTES));
    if (!header.ok) throw contradiction(height, `its header does not decode (${header.code})`);
    const transactions = transactionsIn(bytes).map((one, position) => {
      const names = this.#hasher.names(one);
      if (names === undefined) throw contradiction(height, `transaction ${position} of it is none`);
      return names;
    });
    const block = { header: header.value, transactions };
    this.#blocks.set(height, block);
    this.#transactions += transactions.length;
    for (const [oldest, { transactions: gone }] of this.#blocks) {
      if (this.#transactions <= TRANSACTIONS_MAX || oldest === height) break;
      this.#blocks.delete(oldest);
      this.#transactions -= gone.length;
    }
    return block;
  }
}

function contradiction(height: Height, what: string): Error {
  return damaged([damageOf("contradiction", keyOf("block", height), what)]);
}
