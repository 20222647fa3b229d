// What an adapter must do: move sealed bytes. Seals, the order of writes, poison and closing are written once, on top of
// it (checked-store.ts), so that LevelDB and memory can't differ in them.
import type { StoreChange, StoreRange } from "@witan/primitives";

/** A key and its sealed value. */
export type SealedEntry = readonly [key: Uint8Array, sealed: Uint8Array];

/** Reading sealed bytes. Whatever it throws is an operational failure. */
export interface BackendReader {
  get(key: Uint8Array): Uint8Array | undefined;
  fetchMany(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]>;
  /** The entries in pieces of bounded size, as they were when the first piece was asked for. */
  pieces(range: StoreRange): AsyncGenerator<readonly SealedEntry[], void, undefined>;
}

/** A file, or a part of one, that is not as it was written. */
export interface FileDamage {
  readonly path: string;
  readonly detail: string;
  /** The last key that may be concerned, if that is known. */
  readonly lastKey: Uint8Array | undefined;
  /** Whether reading the records is safe all the same: what is wrong with them, their seals tell. */
  readonly isReadable: boolean;
}

/** Changes put together and ready to be written, once. */
export interface PreparedWrite {
  /** All of them or none; durable when it ends if `sync`. */
  write(sync: boolean): Promise<void>;
}

/**
 * What a store stands on. Writes never overlap, prepared ones among them; nothing is called after `close`. Changes are
 * sealed as they are gone through, and each is good until the next is asked for: who keeps one copies it.
 */
export interface Backend extends BackendReader {
  /** All changes or none; durable when it ends if `sync`. */
  write(changes: Iterable<StoreChange>, sync: boolean): Promise<void>;
  /** Goes through changes as `write` does, in slices and while other writes go on, but writes nothing yet. */
  prepare(changes: Iterable<StoreChange>): Promise<PreparedWrite>;
  /** What is wrong with the files below, where there are files and they can tell. */
  fileDamages(): AsyncGenerator<FileDamage, void, undefined>;
  snapshot(): BackendReader & { close(): Promise<void> };
  close(): Promise<void>;
}
