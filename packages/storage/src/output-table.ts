// Outputs by name in flat memory, without an object for any of them: a million would keep the garbage collector busy, and
// each step of a block comes by here. Entries of one size lie in chunks; where each is says a table of places, which is
// probed from a place that the name and secret numbers give. What marks mean is the owner's affair (output-cache.ts).
//
// A slot is 24 words: 8 of the transaction's id, one of the output's index (lower half) and the mark (upper half), one
// for the owner, 14 with the value. Memory is bounded by the owner, who takes entries out; chunks stay for the next.
import { randomFillSync } from "node:crypto";
import { assert, type Hex } from "@witan/primitives";
import { LAYOUT, OUTPUT_KEY_BYTES, OUTPUT_VALUE_BYTES } from "./layout.ts";

/** No slot. */
export const NONE = -1;

const SLOT_WORDS = 24;
const ID_WORDS = 8;
const INDEX_AT = 8;
const NOTE_AT = 9;
const VALUE_AT_BYTES = 40;
const SLOT_BYTES = 4 * SLOT_WORDS;
const CHUNK_BITS = 10;
const CHUNK_SLOTS = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK_SLOTS - 1;
const PLACES_MIN = 1_024;
const NAME_DIGITS = 2 * (OUTPUT_KEY_BYTES - 1);
const PREFIX = LAYOUT.output.prefix.charCodeAt(0);

/** Memory of an entry: its slot, and its share of the places, of which two thirds are taken at most, and a third at least. */
export const ENTRY_BYTES = SLOT_BYTES + 12;

const NOT_HEX = 255;
/** The value of each lower-case hex digit by its code; of all codes, since an array read out of bounds stays slow. */
const DIGITS = new Uint8Array(65_536).fill(NOT_HEX);
for (let digit = 0; digit < 16; digit++) DIGITS[digit.toString(16).charCodeAt(0)] = digit;

/** Entries by name: the transaction's id and the index, 68 lower-case hex digits. Slots of removed ones are used again. */
export class OutputTable {
  readonly #words: Uint32Array[] = [];
  readonly #bytes: Uint8Array[] = [];
  /** Slot + 1; 0 where there is none. A power of two, at most two thirds full, so that every search ends. */
  #places = new Uint32Array(PLACES_MIN);
  #shift = 32 - Math.log2(PLACES_MIN);
  /** Secret, or whoever makes transactions could choose ids that all lie at one place. */
  readonly #factors: readonly number[] = [...randomFillSync(new Int32Array(4))].map((word) => word | 1);
  /** The name looked for last, and the place where that ended. */
  readonly #sought = new Uint32Array(INDEX_AT + 1);
  #place = 0;
  #size = 0;
  #slots = 0;
  /** The first free slot + 1; its first word tells the next. */
  #free = 0;

  /** Slots in use or free again: all are below. */
  get slots(): number {
    return this.#slots;
  }

  /** The slot of a name, or NONE. */
  find(outpoint: Hex): number {
    const sought = this.#sought;
    if (outpoint.length !== NAME_DIGITS) assert(false, `not the name of an output: ${outpoint}`);
    let all = 0;
    for (let word = 0, at = 0; word < ID_WORDS; word++, at += 8) {
      const high = halfWord(outpoint, at);
      const low = halfWord(outpoint, at + 4);
      all |= high | low;
      sought[word] = (high << 16) | low;
    }
    const index = halfWord(outpoint, 8 * ID_WORDS);
    if ((all | index) < 0) assert(false, `not the name of an output: ${outpoint}`);
    sought[INDEX_AT] = index;
    this.#place = this.#search();
    return (this.#places[this.#place] as number) - 1;
  }

  /** Makes an entry of the name that `find` has just not found, with nothing done in between. */
  add(mark: number): number {
    if (3 * this.#size >= 2 * this.#places.length) {
      this.#grow();
      this.#place = this.#search();
    }
    assert(this.#places[this.#place] === 0, "one entry for a name, right after it was looked for");
    const slot = this.#take();
    const words = this.#words[slot >>> CHUNK_BITS] as Uint32Array;
    const from = (slot & CHUNK_MASK) * SLOT_WORDS;
    words.set(this.#sought, from);
    words[from + INDEX_AT] = (this.#sought[INDEX_AT] as number) | (mark << 16);
    this.#places[this.#place] = slot + 1;
    this.#size++;
    return slot;
  }

  /** Takes an entry out. */
  remove(slot: number): void {
    const words = this.#words[slot >>> CHUNK_BITS] as Uint32Array;
    const from = (slot & CHUNK_MASK) * SLOT_WORDS;
    const places = this.#places;
    const mask = places.length - 1;
    let hole = this.#home(words, from);
    while (places[hole] !== slot + 1) hole = (hole + 1) & mask;
    // What stands behind moves up, unless it would then stand before its own first place.
    for (let at = (hole + 1) & mask; places[at] !== 0; at = (at + 1) & mask) {
      const home = this.#homeOf((places[at] as number) - 1);
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      places[hole] = places[at] as number;
      hole = at;
    }
    places[hole] = 0;
    words[from] = this.#free;
    words[from + INDEX_AT] = 0;
    this.#free = slot + 1;
    this.#size--;
  }

  /** What the owner marked an entry with; 0 of a free slot. */
  mark(slot: number): number {
    const words = this.#words[slot >>> CHUNK_BITS] as Uint32Array;
    return (words[(slot & CHUNK_MASK) * SLOT_WORDS + INDEX_AT] as number) >>> 16;
  }

  /** @param mark 1 to 65,535 */
  setMark(slot: number, mark: number): void {
    const words = this.#words[slot >>> CHUNK_BITS] as Uint32Array;
    const at = (slot & CHUNK_MASK) * SLOT_WORDS + INDEX_AT;
    words[at] = ((words[at] as number) & 0xffff) | (mark << 16);
  }

  /** A number of the owner's, below 2^32. */
  note(slot: number): number {
    return (this.#words[slot >>> CHUNK_BITS] as Uint32Array)[
      (slot & CHUNK_MASK) * SLOT_WORDS + NOTE_AT
    ] as number;
  }

  setNote(slot: number, note: number): void {
    (this.#words[slot >>> CHUNK_BITS] as Uint32Array)[(slot & CHUNK_MASK) * SLOT_WORDS + NOTE_AT] = note;
  }

  /** The value: a view, good until the slot is another's. */
  value(slot: number): Uint8Array {
    const from = (slot & CHUNK_MASK) * SLOT_BYTES + VALUE_AT_BYTES;
    return (this.#bytes[slot >>> CHUNK_BITS] as Uint8Array).subarray(from, from + OUTPUT_VALUE_BYTES);
  }

  /** @param value OUTPUT_VALUE_BYTES of them; copied */
  setValue(slot: number, value: Uint8Array): void {
    const bytes = this.#bytes[slot >>> CHUNK_BITS] as Uint8Array;
    bytes.set(value, (slot & CHUNK_MASK) * SLOT_BYTES + VALUE_AT_BYTES);
  }

  /** Writes an output's key in the store, and its value behind it. */
  copy(slot: number, to: Uint8Array, at: number): void {
    const words = this.#words[slot >>> CHUNK_BITS] as Uint32Array;
    const bytes = this.#bytes[slot >>> CHUNK_BITS] as Uint8Array;
    const from = (slot & CHUNK_MASK) * SLOT_WORDS;
    to[at++] = PREFIX;
    for (let word = from; word < from + ID_WORDS; word++) {
      const value = words[word] as number;
      to[at++] = value >>> 24;
      to[at++] = value >>> 16;
      to[at++] = value >>> 8;
      to[at++] = value;
    }
    const index = words[from + INDEX_AT] as number;
    to[at++] = index >>> 8;
    to[at++] = index;
    const first = 4 * from + VALUE_AT_BYTES;
    for (let byte = 0; byte < OUTPUT_VALUE_BYTES; byte++) to[at + byte] = bytes[first + byte] as number;
  }

  /** The place of the sought name, or the free one where it would be. */
  #search(): number {
    const sought = this.#sought;
    const places = this.#places;
    const mask = places.length - 1;
    for (let place = this.#home(sought, 0); ; place = (place + 1) & mask) {
      const slot = (places[place] as number) - 1;
      if (slot < 0) return place;
      const words = this.#words[slot >>> CHUNK_BITS] as Uint32Array;
      const from = (slot & CHUNK_MASK) * SLOT_WORDS;
      if (words[from] === sought[0] && isSame(words, from, sought)) return place;
    }
  }

  #homeOf(slot: number): number {
    return this.#home(this.#words[slot >>> CHUNK_BITS] as Uint32Array, (slot & CHUNK_MASK) * SLOT_WORDS);
  }

  /** Where a search begins. Of the id three words, which are random by themselves. */
  #home(words: Uint32Array, from: number): number {
    const factors = this.#factors;
    let sum = Math.imul((words[from + INDEX_AT] as number) & 0xffff, factors[3] as number);
    for (let word = 0; word < 3; word++)
      sum = (sum + Math.imul(words[from + word] as number, factors[word] as number)) | 0;
    sum = Math.imul(sum ^ (sum >>> 15), 0x2c1b_3c6d);
    return (sum ^ (sum >>> 13)) >>> this.#shift;
  }

  #take(): number {
    const slot = this.#free - 1;
    if (slot < 0) {
      if (this.#slots === this.#words.length << CHUNK_BITS) {
        const words = new Uint32Array(CHUNK_SLOTS * SLOT_WORDS);
        this.#words.push(words);
        this.#bytes.push(new Uint8Array(words.buffer));
      }
      return this.#slots++;
    }
    const words = this.#words[slot >>> CHUNK_BITS] as Uint32Array;
    this.#free = words[(slot & CHUNK_MASK) * SLOT_WORDS] as number;
    return slot;
  }

  #grow(): void {
    const old = this.#places;
    const places = new Uint32Array(2 * old.length);
    const mask = places.length - 1;
    this.#places = places;
    this.#shift--;
    for (const taken of old) {
      if (taken === 0) continue;
      let place = this.#homeOf(taken - 1);
      while (places[place] !== 0) place = (place + 1) & mask;
      places[place] = taken;
    }
  }
}

/** Four lower-case hex digits, or -1 if they are not that. */
function halfWord(text: string, at: number): number {
  const first = DIGITS[text.charCodeAt(at)] as number;
  const second = DIGITS[text.charCodeAt(at + 1)] as number;
  const third = DIGITS[text.charCodeAt(at + 2)] as number;
  const fourth = DIGITS[text.charCodeAt(at + 3)] as number;
  if ((first | second | third | fourth) > 15) return -1;
  return (first << 12) | (second << 8) | (third << 4) | fourth;
}

function isSame(words: Uint32Array, from: number, sought: Uint32Array): boolean {
  for (let word = 1; word < ID_WORDS; word++) if (words[from + word] !== sought[word]) return false;
  return ((words[from + INDEX_AT] as number) & 0xffff) === sought[INDEX_AT];
}
