// The transactions of a world of engines, and which of them each process knows: told by clients, lost with a crash, told
// again after it. A number stands for a transaction.
import { Random } from "../random.ts";
import type { EventQueue } from "../world/event-queue.ts";
import type { TransactionPlan } from "./plan.ts";
import type { Process } from "./process.ts";

/** In a block at most. */
export const BLOCK_MAX = 64;
/** A transaction that waits longer, while blocks are made, is passed over. */
export const OVERDUE_US = 3_000_000;
/** How long until a process hears of a transaction: its client's way, and gossip. */
const TOLD_US = [200, 1_000, 2_000, 5_000, 20_000, 100_000] as const;

/** What waits at every process. */
export class Pools {
  readonly #queue: EventQueue;
  readonly #seed: number;
  readonly #random: Random;
  readonly #transactions: readonly TransactionPlan[];
  /** By place: since when each waits, oldest first. */
  readonly #pending: Map<number, number>[] = [];
  /** Sent by clients so far. */
  #sent = 0;

  constructor(queue: EventQueue, seed: number, transactions: readonly TransactionPlan[]) {
    this.#queue = queue;
    this.#seed = seed;
    this.#random = Random.of(seed, "clients");
    this.#transactions = transactions;
  }

  /** Numbers of the transactions that were sent. */
  get sent(): number {
    return this.#sent;
  }

  clientOf(id: number): number {
    return this.#transactions[id]?.client ?? 0;
  }

  /** Lets clients send, each at its time. @param to who is told */
  begin(to: readonly Process[]): void {
    for (const [id, { atUs }] of this.#transactions.entries())
      this.#queue.at(atUs, () => {
        this.#sent = id + 1;
        // By its own chance: without another transaction this one takes as long.
        const random = Random.of(this.#seed, `told at ${atUs}`);
        for (const process of to) this.#tell(process, id, random);
      });
  }

  /** A process came back: it hears of everything again. */
  came(process: Process): void {
    this.#of(process).clear();
    for (let id = 0; id < this.#sent; id++)
      if (!process.disk.held.has(id)) this.#tell(process, id, this.#random);
  }

  /** What a block of this process holds. */
  pendingOf(process: Process): readonly number[] {
    return [...this.#of(process).keys()].slice(0, BLOCK_MAX);
  }

  /** These are in the chain of a process. */
  included(process: Process, ids: readonly number[]): void {
    for (const id of ids) this.#of(process).delete(id);
    this.look(process);
  }

  /** Tells the engine what there is to do. */
  look(process: Process): void {
    const [since] = this.#of(process).values();
    const overdue = since !== undefined && this.#queue.nowUs - since > OVERDUE_US;
    process.work(since !== undefined, overdue);
  }

  #tell(process: Process, id: number, random: Random): void {
    this.#queue.at(this.#queue.nowUs + random.by(TOLD_US), () => {
      if (!process.up || process.disk.held.has(id)) return;
      this.#of(process).set(id, this.#queue.nowUs);
      this.look(process);
    });
  }

  #of(process: Process): Map<number, number> {
    const known = this.#pending[process.place];
    if (known !== undefined) return known;
    const made = new Map<number, number>();
    this.#pending[process.place] = made;
    return made;
  }
}
