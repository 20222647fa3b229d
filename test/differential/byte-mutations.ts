// What can happen to bytes: bits flipped, cut short, drawn out, offsets moved, two encodings spliced.
import type { Dice } from "./dice.ts";

/** Makes other bytes of some; `other` is an encoding of the same type. Never changes what it is given. */
export type ByteMutation = (bytes: Uint8Array, other: Uint8Array, dice: Dice) => Uint8Array;

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Bytes of a number, little-endian. */
function little(value: number, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, at) => Math.floor(value / 256 ** at) % 256);
}

function moveOffset(bytes: Uint8Array, dice: Dice): Uint8Array {
  const made = Uint8Array.from(bytes);
  const view = new DataView(made.buffer);
  // An offset is a small number; four bytes that read as one probably are one.
  const places: number[] = [];
  for (let at = 0; at + 4 <= made.length && places.length < 200; at++) {
    const value = view.getUint32(at, true);
    if (value > 0 && value <= made.length) places.push(at);
  }
  if (places.length === 0) return made;
  const at = dice.pick(places);
  const value = view.getUint32(at, true);
  view.setUint32(
    at,
    dice.pick([value + 1, value - 1, value + 4, value - 4, 0, made.length, made.length + 1, 0xffff_ffff]) >>>
      0,
    true,
  );
  return made;
}

/** Every mutation of bytes, by name. */
export const BYTE_MUTATIONS: Record<string, ByteMutation> = {
  "a bit flipped": (bytes, _, dice) => {
    const made = Uint8Array.from(bytes);
    const at = dice.below(made.length);
    if (made.length > 0) made[at] = (made[at] as number) ^ (1 << dice.below(8));
    return made;
  },
  "a byte set": (bytes, _, dice) => {
    const made = Uint8Array.from(bytes);
    if (made.length > 0) made[dice.below(made.length)] = dice.pick([0, 1, 2, 4, 127, 128, 255]);
    return made;
  },
  "cut short": (bytes, _, dice) => bytes.slice(0, dice.pick([dice.below(bytes.length), bytes.length - 1])),
  "drawn out": (bytes, other, dice) =>
    joined(bytes, dice.pick([Uint8Array.of(0), little(dice.next(), 4), other.slice(0, 40)])),
  "drawn out to a limit": (bytes, _, dice) => {
    const length = dice.pick([65_536, 65_537, 131_072, 131_073]);
    return joined(bytes, new Uint8Array(Math.max(0, length - bytes.length)));
  },
  "a head taken off": (bytes, _, dice) => bytes.slice(dice.pick([1, 4, 8])),
  "an offset moved": (bytes, _, dice) => moveOffset(bytes, dice),
  "a number put in": (bytes, _, dice) => {
    const made = Uint8Array.from(bytes);
    const size = dice.pick([1, 2, 4, 8]);
    const value = dice.pick([0, 1, 255, 256, 65_535, 2 ** 31, 2 ** 32 - 1, 2 ** 53 - 1, 2 ** 53]);
    if (made.length >= size) made.set(little(value, size), dice.below(made.length - size + 1));
    return made;
  },
  "bytes doubled": (bytes, _, dice) => {
    const from = dice.below(bytes.length);
    const to = Math.min(bytes.length, from + 1 + dice.below(64));
    return joined(bytes.slice(0, to), bytes.slice(from));
  },
  "bytes taken out": (bytes, _, dice) => {
    const from = dice.below(bytes.length);
    return joined(bytes.slice(0, from), bytes.slice(from + 1 + dice.below(64)));
  },
  spliced: (bytes, other, dice) => {
    const at = dice.below(Math.min(bytes.length, other.length) + 1);
    return joined(bytes.slice(0, at), other.slice(at));
  },
  "as it is": (bytes) => Uint8Array.from(bytes),
};
