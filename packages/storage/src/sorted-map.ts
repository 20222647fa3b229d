// An ordered map that never changes: a change gives a new one, which shares what is the same with the old. So a snapshot
// costs nothing, and a range read goes on undisturbed. Chunks of a few hundred entries, as the sorted lists of the mempool.
import { assert } from "@witan/primitives";

const CHUNK_MAX = 256;

type Entry<T> = readonly [key: string, value: T];
type Chunk<T> = readonly Entry<T>[];

/** Keys in ascending order of their code units. */
export class SortedMap<T> {
  /** None is empty. */
  readonly #chunks: readonly Chunk<T>[];

  constructor(chunks: readonly Chunk<T>[] = []) {
    this.#chunks = chunks;
  }

  get(key: string): T | undefined {
    const chunk = this.#chunks[chunkOf(this.#chunks, key)];
    const entry = chunk?.[placeIn(chunk, key)];
    return entry?.[0] === key ? entry[1] : undefined;
  }

  /** The map with these changes, in order; undefined takes a key out. */
  with(changes: Iterable<readonly [key: string, value: T | undefined]>): SortedMap<T> {
    const chunks = [...this.#chunks];
    /** Chunks made here, which may be changed. */
    const own = new Set<Chunk<T>>();
    for (const [key, value] of changes) {
      const at = Math.max(0, chunkOf(chunks, key));
      const old = chunks[at] ?? [];
      const chunk: Entry<T>[] = own.has(old) ? (old as Entry<T>[]) : [...old];
      const place = placeIn(chunk, key);
      const found = chunk[place]?.[0] === key ? 1 : 0;
      if (value === undefined) chunk.splice(place, found);
      else chunk.splice(place, found, [key, value]);
      const parts = split(chunk);
      for (const part of parts) own.add(part);
      if (parts.length === 1) chunks[at] = chunk;
      else chunks.splice(at, 1, ...parts);
    }
    return new SortedMap(chunks);
  }

  /** The entries from a key to before another, or backwards. */
  *range(from: string, to: string | undefined, reverse: boolean): Generator<Entry<T>, void, undefined> {
    const count = this.#chunks.length;
    if (!reverse) {
      for (let at = Math.max(0, chunkOf(this.#chunks, from)); at < count; at++) {
        for (const entry of this.#chunk(at)) {
          if (to !== undefined && entry[0] >= to) return;
          if (entry[0] >= from) yield entry;
        }
      }
      return;
    }
    for (let at = to === undefined ? count - 1 : chunkOf(this.#chunks, to); at >= 0; at--) {
      for (const entry of this.#chunk(at).toReversed()) {
        if (entry[0] < from) return;
        if (to === undefined || entry[0] < to) yield entry;
      }
    }
  }

  #chunk(at: number): Chunk<T> {
    const chunk = this.#chunks[at];
    assert(chunk !== undefined, "a chunk of the map");
    return chunk;
  }
}

function split<T>(chunk: readonly Entry<T>[]): readonly Chunk<T>[] {
  if (chunk.length === 0) return [];
  if (chunk.length <= CHUNK_MAX) return [chunk];
  return [chunk.slice(0, CHUNK_MAX / 2), chunk.slice(CHUNK_MAX / 2)];
}

/** The last chunk whose first key is not behind `key`; -1 if there is none. */
function chunkOf<T>(chunks: readonly Chunk<T>[], key: string): number {
  return firstThat(chunks.length, (at) => (chunks[at]?.[0]?.[0] ?? "") > key) - 1;
}

/** The place of `key` in a chunk, or where it would be. */
function placeIn<T>(chunk: Chunk<T>, key: string): number {
  return firstThat(chunk.length, (at) => (chunk[at]?.[0] ?? "") >= key);
}

/** The first of `count` positions for which `holds` is true; it is false before and true behind. */
function firstThat(count: number, holds: (at: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
