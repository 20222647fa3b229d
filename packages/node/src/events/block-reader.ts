// Blocks for readers of events: the last few are at hand while somebody wants them, others are read from the store, one
// at a time and never for more than a part of the time, so that those who catch up do not keep votes waiting.
import type { Block } from "@witan/ledger";
import { type BlockHash, type Certificate, type Clock, type Height, present } from "@witan/primitives";
import type { SubscriptionEvent } from "@witan/rpc";
import { transactionCount } from "../chain/block-parts.ts";
import type { ChainKeeper } from "../chain/chain-keeper.ts";
import type { BlockSummary } from "./event-log.ts";

/** What is kept of the last blocks: their transactions, and the bytes that those are views on. */
const RECENT_TRANSACTIONS = 16_384;
const RECENT_BYTES = 16 * 1024 * 1024;
const RECENT_BLOCKS = 64;
/** After so many milliseconds of reading there is a pause of so many times as long. */
const WORK_MS = 2;
const REST_SHARE = 3;

/** What a block reader is made with. */
export interface BlockReaderOptions {
  readonly chain: ChainKeeper;
  readonly clock: Clock;
  readonly yieldNow: () => Promise<void>;
}

/** Reads blocks. */
export class BlockReader {
  readonly #options: BlockReaderOptions;
  readonly #recent = new Map<number, Block>();
  #recentTransactions = 0;
  #recentBytes = 0;
  /** Ends when who reads now has read, and the pause after it is over. */
  #turn: Promise<void> = Promise.resolve();
  #workedMs = 0;

  constructor(options: BlockReaderOptions) {
    this.#options = options;
  }

  /** Keeps a block that has just become final. */
  keep(block: Block): void {
    this.#recent.set(block.header.height, block);
    this.#recentTransactions += block.transactions.length;
    this.#recentBytes += block.bytes.length;
    for (const [height, { transactions, bytes }] of this.#recent) {
      const isMuch = this.#recentTransactions > RECENT_TRANSACTIONS || this.#recentBytes > RECENT_BYTES;
      if (this.#recent.size === 1 || (!isMuch && this.#recent.size <= RECENT_BLOCKS)) break;
      this.#recent.delete(height);
      this.#recentTransactions -= transactions.length;
      this.#recentBytes -= bytes.length;
    }
  }

  /** Keeps none any more. */
  forget(): void {
    this.#recent.clear();
    this.#recentTransactions = 0;
    this.#recentBytes = 0;
  }

  /** A final block with its transactions. */
  block(height: number): Block | Promise<Block> {
    const { chain } = this.#options;
    return (
      this.#recent.get(height) ??
      this.#inTurn(() => present(chain.block(height as Height), `block ${height}`))
    );
  }

  /** The hash of a final block. */
  hash(height: number): Promise<BlockHash> {
    const { chain } = this.#options;
    return this.#inTurn(() => present(chain.hashAt(height as Height), `the hash of block ${height}`));
  }

  /** What shows a block final; undefined: none was gathered yet, or it is block 0. */
  certificate(height: number): Promise<Certificate | undefined> {
    return this.#inTurn(() => this.#options.chain.certificate(height as Height));
  }

  /** A final block in few words. */
  summary(height: number): Promise<BlockSummary> {
    return this.#inTurn(() => {
      const { chain } = this.#options;
      const at = height as Height;
      const bytes = present(chain.blockBytes(at), `block ${height}`);
      const { timestamp, proposer } = present(chain.header(at), `the header of block ${height}`);
      const hash = present(chain.hashAt(at), `the hash of block ${height}`);
      return {
        height,
        hash,
        timestamp,
        proposer: proposerOf(chain, at, proposer),
        transactions: transactionCount(bytes),
      };
    });
  }

  /** Does something that reads the store, when it is its turn. */
  #inTurn<T>(read: () => T): Promise<T> {
    const { clock, yieldNow } = this.#options;
    const done = this.#turn.then(() => {
      const before = clock.monotonicMs();
      try {
        return read();
      } finally {
        this.#workedMs += clock.monotonicMs() - before;
      }
    });
    const rest = async (): Promise<void> => {
      if (this.#workedMs < WORK_MS) return yieldNow();
      const ms = this.#workedMs * REST_SHARE;
      this.#workedMs = 0;
      return new Promise((resolve) => {
        clock.after(ms, resolve);
      });
    };
    this.#turn = done.then(rest, rest);
    return done;
  }
}

/** Who proposed a block, by name; block 0 nobody did, and in proof of work nobody has a name. */
export function proposerOf(chain: ChainKeeper, height: Height, proposer: number): string | null {
  if (height === 0) return null;
  return chain.memberships(height)?.members[proposer]?.name ?? null;
}

/** The event that tells those who watch consensus of a block. */
export function finalBlockEvent(
  chain: ChainKeeper,
  block: BlockSummary,
  certificate: Certificate | undefined,
  tookMs: number | null,
): SubscriptionEvent {
  const members = chain.memberships(block.height as Height)?.members ?? [];
  const signers = (certificate?.signatures ?? []).map(({ member }) => members[member]?.name ?? `${member}`);
  const view = certificate?.kind === "pbft" ? certificate.view : null;
  return { type: "final-block", ...block, view, signers, tookMs };
}
