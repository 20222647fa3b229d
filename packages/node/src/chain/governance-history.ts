// The governance states that blocks made: the newest in memory, the others on the disk. Those since the last flush wait
// here for the next, so that on the disk they are never ahead of the outputs.
import type { GovernanceView } from "@witan/ledger";
import { assert, type Height, type StoreChange } from "@witan/primitives";
import { type ChainRecords, governanceChange } from "./chain-records.ts";

type States = ReadonlyMap<Height, GovernanceView>;

/** Governance states by the height of the block that made them. */
export class GovernanceHistory {
  readonly #records: ChainRecords;
  #newest: GovernanceView;
  #pending = new Map<Height, GovernanceView>();
  #flushing: States | undefined;

  /** @param newest the state after the last block */
  constructor(records: ChainRecords, newest: GovernanceView) {
    this.#records = records;
    this.#newest = newest;
  }

  /** The state after the last block. */
  get newest(): GovernanceView {
    return this.#newest;
  }

  /** Takes in the state after a block; judging gives the same object where nothing changed. */
  add(height: Height, governance: GovernanceView): void {
    if (governance === this.#newest) return;
    this.#newest = governance;
    this.#pending.set(height, governance);
  }

  /** The state that the block of this height made, if it made one. */
  madeAt(height: Height): GovernanceView | undefined {
    return this.#pending.get(height) ?? this.#flushing?.get(height) ?? this.#records.governance(height);
  }

  /** Begins a flush: gives what is to be written. One at a time. */
  beginFlush(): readonly StoreChange[] {
    assert(this.#flushing === undefined, "one flush at a time");
    const flushing = this.#pending;
    this.#flushing = flushing;
    this.#pending = new Map();
    return [...flushing].map(([height, governance]) => governanceChange(height, governance));
  }

  /** The flush that was begun is on the disk. */
  endFlush(): void {
    this.#flushing = undefined;
  }
}
