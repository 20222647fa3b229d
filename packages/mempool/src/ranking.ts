// A sorted list that is cheap to change: chunks of about a hundred items. Finding a place costs a binary search, changing
// it a shift inside one chunk; both ends and what follows an item are at hand without sorting anything.

const CHUNK_MAX = 128;

/** Items in a total order. Their order must not change while they are in: take one out before changing it. */
export class Ranking<T> {
  readonly #compare: (a: T, b: T) => number;
  /** None is empty. */
  readonly #chunks: T[][] = [];
  #size = 0;

  /** @param compare negative if `a` comes before `b`; 0 only for an item and itself */
  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#size;
  }

  /** The first item. */
  get first(): T | undefined {
    return this.#chunks[0]?.[0];
  }

  /** The last item. */
  get last(): T | undefined {
    return this.#chunks.at(-1)?.at(-1);
  }

  /** Puts an item in. It must not be in. */
  add(item: T): void {
    this.#size++;
    const last = this.#chunks.at(-1);
    if (last === undefined || this.#compare(last.at(-1) as T, item) < 0) {
      // Most come last.
      if (last !== undefined && last.length < CHUNK_MAX) last.push(item);
      else this.#chunks.push([item]);
      return;
    }
    const at = this.#chunkOf(item);
    const chunk = this.#chunks[at] as T[];
    const place = this.#placeIn(chunk, item);
    chunk.splice(place, 0, item);
    if (chunk.length > CHUNK_MAX) this.#chunks.splice(at + 1, 0, chunk.splice(CHUNK_MAX / 2));
  }

  /** Takes an item out. @returns whether it was in */
  delete(item: T): boolean {
    // Most that go are the first.
    const at = this.first === item ? 0 : this.#chunkOf(item);
    const chunk = this.#chunks[at];
    if (chunk === undefined) return false;
    const place = chunk[0] === item ? 0 : this.#placeIn(chunk, item);
    if (chunk[place] !== item) return false;
    if (place === 0) chunk.shift();
    else chunk.splice(place, 1);
    if (chunk.length === 0) this.#chunks.splice(at, 1);
    this.#size--;
    return true;
  }

  /** The items in order. Nothing may be added or deleted meanwhile. */
  *values(): Generator<T, void, undefined> {
    for (const chunk of this.#chunks) yield* chunk;
  }

  /** The items in opposite order. Nothing may be added or deleted meanwhile. */
  *backwards(): Generator<T, void, undefined> {
    for (let at = this.#chunks.length - 1; at >= 0; at--) {
      const chunk = this.#chunks[at] as T[];
      for (let place = chunk.length - 1; place >= 0; place--) yield chunk[place] as T;
    }
  }

  /**
   * The items from the first one on that is not before a place. Nothing may be added or deleted meanwhile.
   * @param before whether an item is before the place; true for some first items, false for all others
   */
  *from(before: (item: T) => boolean): Generator<T, void, undefined> {
    const start = firstThat(this.#chunks.length, (at) => !before(this.#chunks[at]?.at(-1) as T));
    for (let at = start; at < this.#chunks.length; at++) {
      const chunk = this.#chunks[at] as T[];
      const place = at === start ? firstThat(chunk.length, (index) => !before(chunk[index] as T)) : 0;
      for (let index = place; index < chunk.length; index++) yield chunk[index] as T;
    }
  }

  /** The first chunk whose last item is not before the given one. */
  #chunkOf(item: T): number {
    return firstThat(this.#chunks.length, (at) => this.#compare(this.#chunks[at]?.at(-1) as T, item) >= 0);
  }

  #placeIn(chunk: readonly T[], item: T): number {
    return firstThat(chunk.length, (at) => this.#compare(chunk[at] as T, item) >= 0);
  }
}

/** The first number from 0 to `count` for which a condition holds that holds for all after it; `count` if none. */
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
