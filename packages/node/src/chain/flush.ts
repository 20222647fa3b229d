// Flushing: everything that blocks changed since the last time goes to the disk in one batch, outputs, indexes,
// governance states and the height they belong to, while the chain goes on. One flush at a time.
import { assert, type Height } from "@witan/primitives";
import type { OutputCache } from "@witan/storage";
import type { PendingIndexes } from "../indexes/index-changes.ts";
import type { GovernanceHistory } from "./governance-history.ts";

/** What is flushed. */
export interface FlusherOptions {
  readonly cache: OutputCache;
  readonly indexes: PendingIndexes;
  readonly governance: GovernanceHistory;
  /** Records of indexes at which a flush is due. */
  readonly indexRecords: number;
  /** A flush failed: the owner must stop, its state is of no use. */
  readonly onFailure: (error: unknown) => void;
}

/** The one who writes down what blocks changed. */
export class Flusher {
  readonly #options: FlusherOptions;
  #running: Promise<void> | undefined;
  #failed = false;

  constructor(options: FlusherOptions) {
    this.#options = options;
  }

  /** Whether a flush should begin, with the chain at this height; false while one is under way. */
  isDue(height: Height): boolean {
    const { cache, indexes, indexRecords } = this.#options;
    if (this.#running !== undefined || this.#failed) return false;
    return cache.isFlushDue(height) || indexes.records >= indexRecords;
  }

  /**
   * Begins to write the state after the block of this height, which is the one in memory now.
   * @param onDurable called as soon as the store holds that state, and before any later one
   */
  begin(height: Height, onDurable: () => void = () => {}): void {
    assert(this.#running === undefined, "one flush at a time");
    if (!this.#failed) this.#running = this.#flush(height, onDurable);
  }

  /** Ends when no flush is under way. Never fails: `onFailure` is told. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #flush(height: Height, onDurable: () => void): Promise<void> {
    const { cache, indexes, governance, onFailure } = this.#options;
    try {
      const states = governance.beginFlush();
      const changes = indexes.beginFlush();
      await cache.flush(height, joined(states, changes));
      governance.endFlush();
      indexes.endFlush();
      onDurable();
    } catch (error) {
      this.#failed = true;
      onFailure(error);
    } finally {
      this.#running = undefined;
    }
  }
}

function* joined<T>(...parts: readonly Iterable<T>[]): Generator<T, void, undefined> {
  for (const part of parts) yield* part;
}
