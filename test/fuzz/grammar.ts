// Encodings made after the grammar: the name of a codec says its type in SSZ notation, and that is enough to make
// bytes of that type, with a fault here and there: offsets, lengths, selectors, lists over their limit.
import type { Dice } from "../differential/dice.ts";

type Type =
  | { readonly kind: "uint"; readonly bytes: number }
  | { readonly kind: "vector"; readonly bytes: number }
  | { readonly kind: "bytes"; readonly limit: number }
  | { readonly kind: "list"; readonly of: Type; readonly limit: number }
  | { readonly kind: "container"; readonly fields: readonly Type[] }
  | { readonly kind: "union"; readonly variants: readonly Type[] }
  | { readonly kind: "none" };

class Reader {
  readonly #text: string;
  #at = 0;
  constructor(text: string) {
    this.#text = text;
  }
  #take(pattern: RegExp): string {
    const found = this.#text.slice(this.#at).match(pattern)?.[0];
    if (found === undefined) throw new Error(`no SSZ type at ${this.#text.slice(this.#at, this.#at + 40)}`);
    this.#at += found.length;
    return found;
  }
  #number(): number {
    return Number(this.#take(/^\d+/));
  }
  type(): Type {
    const name = this.#take(/^(?:uintBigint|uint|ByteVector|ByteList|List|Container|Union|none)/);
    if (name === "none") return { kind: "none" };
    if (name.startsWith("uint")) return { kind: "uint", bytes: this.#number() / 8 };
    this.#take(/^(?:\[|\(\{)/);
    const made = this.#inside(name);
    this.#take(/^(?:\]|\}\))/);
    return made;
  }
  #inside(name: string): Type {
    if (name === "ByteVector") return { kind: "vector", bytes: this.#number() };
    if (name === "ByteList") return { kind: "bytes", limit: this.#number() };
    if (name === "List") {
      const of = this.type();
      this.#take(/^, /);
      return { kind: "list", of, limit: this.#number() };
    }
    if (name === "Union") return { kind: "union", variants: this.#several(/^,\s*/, /^/) };
    return { kind: "container", fields: this.#several(/^, /, /^\w+: /) };
  }
  #several(between: RegExp, before: RegExp): Type[] {
    const found: Type[] = [];
    for (;;) {
      this.#take(before);
      found.push(this.type());
      if (!between.test(this.#text.slice(this.#at))) return found;
      this.#take(between);
    }
  }
}

/** Reads a codec's name. */
export function grammarOf(name: string): Type {
  return new Reader(name).type();
}

function fixedSize(type: Type): number | undefined {
  if (type.kind === "uint" || type.kind === "vector") return type.bytes;
  if (type.kind !== "container") return undefined;
  let size = 0;
  for (const field of type.fields) {
    const bytes = fixedSize(field);
    if (bytes === undefined) return undefined;
    size += bytes;
  }
  return size;
}

function little(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, at) => Math.floor(value / 256 ** at) % 256);
}

/** Makes encodings; one fault in `faultEvery` places, none if it is 0. */
export class Grammar {
  readonly #dice: Dice;
  readonly #faultEvery: number;
  constructor(dice: Dice, faultEvery: number) {
    this.#dice = dice;
    this.#faultEvery = faultEvery;
  }

  /** The bytes of some value of a type, perhaps with faults. */
  bytes(type: Type): number[] {
    const dice = this.#dice;
    switch (type.kind) {
      case "none":
        return this.#fault() ? [0] : [];
      case "uint":
        return this.#integer(type.bytes);
      case "vector":
        return this.#filled(this.#fault() ? dice.below(80) : type.bytes);
      case "bytes":
        return this.#printable(this.#length(type.limit));
      case "list":
        return this.#joined(Array.from({ length: this.#length(type.limit) }, () => type.of));
      case "container":
        return this.#joined(type.fields);
      case "union": {
        const selector = this.#fault() ? dice.below(256) : dice.below(type.variants.length);
        return [selector].concat(this.bytes(type.variants[selector % type.variants.length] as Type));
      }
    }
  }

  #fault(): boolean {
    return this.#faultEvery > 0 && this.#dice.below(this.#faultEvery) === 0;
  }

  #integer(bytes: number): number[] {
    const dice = this.#dice;
    const value = dice.pick([0, 1, 2, dice.below(20), 255, 65_535, 2 ** 32 - 1, 2 ** 53 - 1, dice.next()]);
    if (this.#fault()) return Array.from({ length: bytes }, () => 255);
    return little(value, bytes);
  }

  #filled(length: number): number[] {
    const dice = this.#dice;
    const made = Array.from({ length }, () => dice.below(256));
    // Keys begin with 02 or 03, peer ids with six bytes of their own.
    if (length === 33) made[0] = dice.chance(90) ? 2 + dice.below(2) : 4;
    if (length === 38) made.splice(0, 6, 0, 0x24, 8, 1, 0x12, 0x20);
    return dice.chance(10) ? made.fill(0) : made;
  }

  #printable(length: number): number[] {
    return Array.from({ length }, () => (this.#fault() ? this.#dice.below(256) : 97 + this.#dice.below(26)));
  }

  #length(limit: number): number {
    const dice = this.#dice;
    if (dice.chance(1)) return Math.min(limit, dice.pick([17, 65, 300]));
    if (this.#fault()) return Math.min(limit + 1, 400);
    return Math.min(limit, dice.pick([0, 0, 1, 1, 2, 3, 5]));
  }

  /** Heads, with an offset for each part of variable size, then those parts. */
  #joined(types: readonly Type[]): number[] {
    const parts = types.map((type) => ({ fixed: fixedSize(type) !== undefined, bytes: this.bytes(type) }));
    let offset = parts.reduce((size, part) => size + (part.fixed ? part.bytes.length : 4), 0);
    const heads: number[] = [];
    const tails: number[] = [];
    for (const { fixed, bytes } of parts) {
      const head = fixed ? bytes : little(this.#fault() ? this.#dice.next() % 500 : offset, 4);
      for (const byte of head) heads.push(byte);
      if (fixed) continue;
      for (const byte of bytes) tails.push(byte);
      offset += bytes.length;
    }
    return heads.concat(tails);
  }
}
