// Writes, one after the other in the order of the calls. What arrives while one is under way is joined into the next:
// one batch, one sync, however many wait. Each promise ends when its own changes are where they were to get.
import type { StoreChange } from "@witan/primitives";
import type { Backend, PreparedWrite } from "./backend.ts";
import type { Gate } from "./gate.ts";
import { sealedChanges } from "./seal.ts";

/** Changes joined into one batch at most: bounds how long the first of a group waits for the rest. */
const GROUP_CHANGES_MAX = 20_000;

/** Changes, or some that were put together already. */
type Work =
  | { readonly kind: "changes"; readonly changes: Iterable<StoreChange> }
  | { readonly kind: "prepared"; readonly prepared: PreparedWrite };

interface Waiting {
  readonly work: Work;
  readonly sync: boolean;
  resolve(): void;
  reject(error: unknown): void;
}

/** The one way to a backend's `write`. */
export class WriteQueue {
  readonly #backend: Backend;
  readonly #gate: Gate;
  #waiting: Waiting[] = [];
  #working: Promise<void> | undefined;

  constructor(backend: Backend, gate: Gate) {
    this.#backend = backend;
    this.#gate = gate;
  }

  /** @throws {StoreError} `write-failed`, or `poisoned` if an earlier one failed meanwhile */
  write(changes: Iterable<StoreChange>, sync: boolean): Promise<void> {
    return this.#add({ kind: "changes", changes }, sync);
  }

  /** Puts changes together for a write of their own, while other writes go on. */
  prepare(changes: Iterable<StoreChange>): Promise<PreparedWrite> {
    return this.#backend.prepare(sealedChanges(changes));
  }

  /** Writes what was prepared; its place is that of this call. @throws as `write` */
  writePrepared(prepared: PreparedWrite, sync: boolean): Promise<void> {
    return this.#add({ kind: "prepared", prepared }, sync);
  }

  #add(work: Work, sync: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ work, sync, resolve, reject });
      this.#working ??= this.#work();
    });
  }

  /** Ends when nothing waits any more. */
  async settled(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
  }

  async #work(): Promise<void> {
    for (let group = this.#nextGroup(); group.length > 0; group = this.#nextGroup()) {
      try {
        await this.#write(group);
      } catch (error) {
        const failure = this.#gate.poison(error);
        for (const one of group) one.reject(failure);
        for (const one of this.#waiting) one.reject(this.#gate.refusal());
        this.#waiting = [];
        break;
      }
      for (const one of group) one.resolve();
    }
    this.#working = undefined;
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    const sync = group.some((one) => one.sync);
    const [first] = group;
    if (first?.work.kind === "prepared") await first.work.prepared.write(sync);
    else await this.#backend.write(sealedChanges(changesOf(group)), sync);
  }

  #nextGroup(): readonly Waiting[] {
    let count = 0;
    let changes = 0;
    for (const one of this.#waiting) {
      changes += countOf(one.work);
      if (count > 0 && changes > GROUP_CHANGES_MAX) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }
}

/** How many changes these are; too many to join with others if only going through them could tell. */
function countOf(work: Work): number {
  return work.kind === "changes" && Array.isArray(work.changes)
    ? work.changes.length
    : Number.POSITIVE_INFINITY;
}

function* changesOf(group: readonly Waiting[]): Generator<StoreChange, void, undefined> {
  for (const { work } of group) if (work.kind === "changes") yield* work.changes;
}
