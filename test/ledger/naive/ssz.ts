// SSZ by hand: one description of a type decodes, encodes and gives the hash tree root.
import { sha256 } from "@noble/hashes/sha2.js";
import { concat, hex, unhex } from "./bytes.ts";

/** A type: integers are bigints, bytes are hex, text and choices are strings. */
export interface Type<V> {
  /** Bytes of every value, if all have the same number. */
  fixed: number | undefined;
  decode(bytes: Uint8Array): V;
  encode(value: V): Uint8Array;
  root(value: V): Uint8Array;
}
/** The values of a type. */
export type Value<T> = T extends Type<infer V> ? V : never;

/** Thrown for bytes that do not decode. */
export class NotDecoded extends Error {}

function demand(condition: boolean, what: string): void {
  if (!condition) throw new NotDecoded(what);
}

/** The value of bytes, or undefined if they are not the one encoding of a value. */
export function decode<V>(type: Type<V>, bytes: Uint8Array): V | undefined {
  let value: V;
  try {
    value = type.decode(bytes);
  } catch (error) {
    if (error instanceof NotDecoded) return undefined;
    throw error;
  }
  return hex(type.encode(value)) === hex(bytes) ? value : undefined;
}

function pair(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concat([left, right]));
}

/** The root of chunks padded with zero chunks to a power of two that holds `limit` of them. */
export function merkleize(chunks: readonly Uint8Array[], limit: number): Uint8Array {
  let depth = 0;
  while (2 ** depth < limit) depth++;
  let level = [...chunks];
  let zero: Uint8Array = new Uint8Array(32);
  for (let d = 0; d < depth; d++) {
    const above: Uint8Array[] = [];
    for (let i = 0; i < level.length; i += 2) above.push(pair(level[i]!, level[i + 1] ?? zero));
    level = above;
    zero = pair(zero, zero);
  }
  return level[0] ?? zero;
}

function chunksOf(bytes: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 32) {
    const chunk = new Uint8Array(32);
    chunk.set(bytes.slice(at, at + 32));
    chunks.push(chunk);
  }
  return chunks;
}

function littleEndianBytes(value: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 255n);
  return bytes;
}

function mixIn(root: Uint8Array, number: number): Uint8Array {
  return pair(root, littleEndianBytes(BigInt(number), 32));
}

/** An unsigned integer, at most `max`. */
export function uint(size: number, max: bigint = 256n ** BigInt(size) - 1n): Type<bigint> {
  return {
    fixed: size,
    decode(bytes) {
      demand(bytes.length === size, "integer size");
      let value = 0n;
      for (let i = 0; i < size; i++) value += BigInt(bytes[i]!) << BigInt(8 * i);
      demand(value <= max, "integer too great");
      return value;
    },
    encode: (value) => littleEndianBytes(value, size),
    root: (value) => littleEndianBytes(value, 32),
  };
}

/** A boolean. */
export function boolean(): Type<boolean> {
  const number = uint(1, 1n);
  return {
    fixed: 1,
    decode: (bytes) => number.decode(bytes) === 1n,
    encode: (value) => number.encode(value ? 1n : 0n),
    root: (value) => number.root(value ? 1n : 0n),
  };
}

/** One of the names, a uint8. */
export function choice<const N extends readonly string[]>(...names: N): Type<N[number]> {
  const number = uint(1, BigInt(names.length - 1));
  return {
    fixed: 1,
    decode: (bytes) => names[Number(number.decode(bytes))]!,
    encode: (value) => number.encode(BigInt(names.indexOf(value))),
    root: (value) => number.root(BigInt(names.indexOf(value))),
  };
}

/** ByteVector[size], as hex. */
export function vector(size: number): Type<string> {
  return {
    fixed: size,
    decode(bytes) {
      demand(bytes.length === size, "vector size");
      return hex(bytes);
    },
    encode: (value) => unhex(value),
    root: (value) => merkleize(chunksOf(unhex(value)), Math.ceil(size / 32)),
  };
}

/** ByteList[limit], as hex. */
export function byteList(limit: number): Type<string> {
  return {
    fixed: undefined,
    decode(bytes) {
      demand(bytes.length <= limit, "byte list too long");
      return hex(bytes);
    },
    encode: (value) => unhex(value),
    root: (value) => mixIn(merkleize(chunksOf(unhex(value)), Math.ceil(limit / 32)), value.length / 2),
  };
}

/** Text[limit]: printable ASCII. */
export function text(limit: number): Type<string> {
  const list = byteList(limit);
  const bytesOf = (value: string): Uint8Array => Uint8Array.from(value, (c) => c.charCodeAt(0));
  return {
    fixed: undefined,
    decode(bytes) {
      list.decode(bytes);
      for (const byte of bytes) demand(byte >= 0x20 && byte <= 0x7e, "not printable ASCII");
      return String.fromCharCode(...bytes);
    },
    encode: bytesOf,
    root: (value) => list.root(hex(bytesOf(value))),
  };
}

/** The heads (fixed parts and offsets), then the variable parts. */
function join(parts: readonly { fixed: boolean; bytes: Uint8Array }[]): Uint8Array {
  let offset = 0;
  for (const part of parts) offset += part.fixed ? part.bytes.length : 4;
  const heads: Uint8Array[] = [];
  const tails: Uint8Array[] = [];
  for (const part of parts) {
    heads.push(part.fixed ? part.bytes : littleEndianBytes(BigInt(offset), 4));
    if (part.fixed) continue;
    tails.push(part.bytes);
    offset += part.bytes.length;
  }
  return concat([...heads, ...tails]);
}

/** The parts between offsets, the last one ending with the bytes. */
function between(bytes: Uint8Array, offsets: readonly number[]): Uint8Array[] {
  return offsets.map((offset, i) => {
    const end = offsets[i + 1] ?? bytes.length;
    demand(offset <= end && end <= bytes.length, "offsets");
    return bytes.slice(offset, end);
  });
}

function offsetAt(bytes: Uint8Array, at: number): number {
  return Number(uint(4).decode(bytes.slice(at, at + 4)));
}

/** List[of, limit]. */
export function list<V>(of: Type<V>, limit: number): Type<V[]> {
  return {
    fixed: undefined,
    decode(bytes) {
      if (bytes.length === 0) return [];
      const size = of.fixed ?? 4;
      const end = of.fixed === undefined ? offsetAt(bytes, 0) : bytes.length;
      demand(end > 0 && end <= bytes.length && end % size === 0, "list size");
      demand(end / size <= limit, "list too long");
      const starts: number[] = [];
      for (let at = 0; at < end; at += size) starts.push(of.fixed === undefined ? offsetAt(bytes, at) : at);
      return between(bytes, starts).map((part) => of.decode(part));
    },
    encode: (values) =>
      join(values.map((value) => ({ fixed: of.fixed !== undefined, bytes: of.encode(value) }))),
    root: (values) =>
      mixIn(
        merkleize(
          values.map((value) => of.root(value)),
          limit,
        ),
        values.length,
      ),
  };
}

/** Container{fields in this order}. */
export function container<F extends object>(fields: { [K in keyof F]: Type<F[K]> }): Type<F> {
  const names = Object.keys(fields) as (keyof F)[];
  let head = 0;
  let variable = false;
  for (const name of names) {
    head += fields[name].fixed ?? 4;
    if (fields[name].fixed === undefined) variable = true;
  }
  return {
    fixed: variable ? undefined : head,
    decode(bytes) {
      demand(variable ? bytes.length >= head : bytes.length === head, "container size");
      const offsets: number[] = [];
      let at = 0;
      for (const name of names) {
        if (fields[name].fixed === undefined) offsets.push(offsetAt(bytes, at));
        at += fields[name].fixed ?? 4;
      }
      if (variable) demand(offsets[0] === head, "first offset");
      const tails = between(bytes, offsets);
      const value: Partial<F> = {};
      at = 0;
      for (const name of names) {
        const { fixed } = fields[name];
        value[name] = fields[name].decode(fixed === undefined ? tails.shift()! : bytes.slice(at, at + fixed));
        at += fixed ?? 4;
      }
      return value as F;
    },
    encode: (value) =>
      join(
        names.map((name) => ({
          fixed: fields[name].fixed !== undefined,
          bytes: fields[name].encode(value[name]),
        })),
      ),
    root: (value) =>
      merkleize(
        names.map((name) => fields[name].root(value[name])),
        names.length,
      ),
  };
}

/** The None of a union. */
export function none(): Type<null> {
  return {
    fixed: 0,
    decode(bytes) {
      demand(bytes.length === 0, "bytes behind None");
      return null;
    },
    encode: () => new Uint8Array(0),
    root: () => new Uint8Array(32),
  };
}

/** Union[variants in this order]. */
export function union<U extends object>(
  variants: { [K in keyof U]: Type<U[K]> },
): Type<{ [K in keyof U]: { kind: K; value: U[K] } }[keyof U]> {
  const names = Object.keys(variants) as (keyof U)[];
  return {
    fixed: undefined,
    decode(bytes) {
      demand(bytes.length > 0 && bytes[0]! < names.length, "selector");
      const kind = names[bytes[0]!]!;
      return { kind, value: variants[kind].decode(bytes.slice(1)) };
    },
    encode: ({ kind, value }) => concat([Uint8Array.of(names.indexOf(kind)), variants[kind].encode(value)]),
    root: ({ kind, value }) => mixIn(variants[kind].root(value), names.indexOf(kind)),
  };
}
