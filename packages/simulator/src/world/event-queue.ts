// Virtual time: what is to happen, in order of time, and of entry where times are equal. Times are whole microseconds. Time
// must go on, and what waits must not grow for ever: either is a bug of what runs in the world, and must not hang its thread.
import { Violation } from "./violation.ts";

/**
 * So much may happen at one moment: a hundred times what worlds come to, when a process goes on after a pause with all that
 * came meanwhile, or forty members hear each other at once.
 */
const MOMENT_MAX = 200_000;
/** So much may wait: ten times the most in a thousand worlds. What answers itself with more than one message goes beyond. */
const WAITING_MAX = 200_000;

interface Entry {
  readonly atUs: number;
  readonly order: number;
  readonly happen: () => void;
}

/** A queue of events, and the clock that they move. */
export class EventQueue {
  readonly #heap: Entry[] = [];
  #nowUs = 0;
  #entered = 0;
  /** What has happened since time last went on. */
  #atOnce = 0;

  /** Microseconds since the world began. */
  get nowUs(): number {
    return this.#nowUs;
  }

  /** Events that wait. */
  get length(): number {
    return this.#heap.length;
  }

  /**
   * Lets something happen at a time; what is past happens now, after what is due.
   * @throws {Violation} too much waits
   */
  at(atUs: number, happen: () => void): void {
    const heap = this.#heap;
    if (heap.length >= WAITING_MAX)
      throw new Violation(
        "endless",
        `more than ${WAITING_MAX} events wait at ${this.#nowUs} us: something answers itself, more each time`,
      );
    const entry: Entry = { atUs: Math.max(atUs, this.#nowUs), order: this.#entered++, happen };
    let place = heap.length;
    heap.push(entry);
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!isBefore(entry, heap[above] as Entry)) break;
      heap[place] = heap[above] as Entry;
      place = above;
    }
    heap[place] = entry;
  }

  /**
   * Lets the next event happen, unless it is later than this.
   * @returns false: nothing is due until then
   * @throws {Violation} time stands still
   */
  step(untilUs: number): boolean {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.atUs > untilUs) {
      if (untilUs > this.#nowUs) this.#atOnce = 0;
      this.#nowUs = Math.max(this.#nowUs, untilUs);
      return false;
    }
    const last = heap.pop() as Entry;
    if (heap.length > 0) this.#sink(last);
    if (first.atUs > this.#nowUs) this.#atOnce = 0;
    this.#nowUs = first.atUs;
    this.count();
    first.happen();
    return true;
  }

  /** Something happens now: an event, or a step within one. @throws {Violation} too much happens, and time stands still */
  count(): void {
    if (++this.#atOnce <= MOMENT_MAX) return;
    throw new Violation(
      "endless",
      `more than ${MOMENT_MAX} events at ${this.#nowUs} us: something goes on for ever, and time stands still`,
    );
  }

  #sink(entry: Entry): void {
    const heap = this.#heap;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= heap.length) break;
      const right = heap[below + 1];
      if (right !== undefined && isBefore(right, heap[below] as Entry)) below++;
      if (!isBefore(heap[below] as Entry, entry)) break;
      heap[place] = heap[below] as Entry;
      place = below;
    }
    heap[place] = entry;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atUs < b.atUs || (a.atUs === b.atUs && a.order < b.order);
}
