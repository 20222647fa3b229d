// A backend whose writes fail, or wait, where a test says so; and that counts them.
import type { StoreChange } from "@witan/primitives";
import { type Backend, openMemoryBackend } from "@witan/storage";

/** A system's error with a code. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code });
}

/** One write as it reached the backend. */
export interface SeenWrite {
  readonly changes: number;
  readonly sync: boolean;
}

/** The changes that a backend is given, to keep: each is good only until the next is asked for. */
export function copiesOf(changes: Iterable<StoreChange>): readonly StoreChange[] {
  return Array.from(changes, (change) =>
    change.kind === "put"
      ? { kind: "put", key: change.key.slice(), value: change.value.slice() }
      : { kind: "delete", key: change.key.slice() },
  );
}

export class FaultyBackend {
  readonly seen: SeenWrite[] = [];
  /** Thrown by the next write, which makes nothing, or everything (a sync that failed). */
  failure: { readonly error: Error; readonly isMade: boolean } | undefined;
  /** From the write of this number on (1 for the first), writes fail; this one makes nothing, or everything. */
  failAt: { readonly write: number; readonly error: Error; readonly isMade: boolean } | undefined;
  /** Single reads so far. */
  reads = 0;
  /** Thrown by reads. */
  readFailure: Error | undefined;
  /** Writes wait for this. */
  hold: Promise<void> | undefined;
  /** Writes that are made end after this: the disk knows, and nobody was told. */
  holdEnd: Promise<void> | undefined;
  /** What was fetched arrives after this. */
  holdReads: Promise<void> | undefined;
  readonly inner = openMemoryBackend();

  readonly backend: Backend = {
    get: (key) => {
      this.reads++;
      if (this.readFailure !== undefined) throw this.readFailure;
      return this.inner.get(key);
    },
    fetchMany: async (keys) => {
      if (this.readFailure !== undefined) throw this.readFailure;
      const values = await this.inner.fetchMany(keys);
      await this.holdReads;
      return values;
    },
    pieces: (range) => this.inner.pieces(range),
    fileDamages: () => this.inner.fileDamages(),
    snapshot: () => this.inner.snapshot(),
    close: () => this.inner.close(),
    prepare: async (changes) => {
      const list = copiesOf(changes);
      return { write: (sync) => this.backend.write(list, sync) };
    },
    write: async (changes, sync) => {
      await this.hold;
      const list = copiesOf(changes);
      this.seen.push({ changes: list.length, sync });
      const { failAt } = this;
      const failure = failAt !== undefined && this.seen.length >= failAt.write ? failAt : this.failure;
      if (failure === undefined || failure.isMade) await this.inner.write(list, sync);
      await this.holdEnd;
      if (failure !== undefined) throw failure.error;
    },
  };
}
