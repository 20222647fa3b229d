// The one door to SSZ. Encoding checks every length and range, decoding accepts exactly what encoding gives, nothing is
// thrown but for bugs: a fault is `{ok: false, code: "encoding"}`. Fixed bytes are lower-case hex, a union is
// `{kind: name, ...fields}`, a number a safe integer, an amount a bigint. The types themselves are in ssz-types.ts.
import { makeType } from "#platform";
import { AssertionError, assert } from "./assert.ts";
import { bytesToHex, sameBytes } from "./hex.ts";
import { type Hash, INTEGER_MAX } from "./ids.ts";
import { type Result, refuse } from "./result.ts";
import {
  CheckedList,
  CheckedNumber,
  CheckedUint64,
  Choice,
  ContainerType,
  HexBytes,
  HexVector,
  NoneType,
  PlainBytes,
  reading,
  type SszType,
  scratch,
  TaggedUnion,
  Text,
} from "./ssz-types.ts";

/** Turns values of one type into their canonical bytes and back. */
export interface Codec<T> {
  /** The type in SSZ notation, as docs/formats.md writes it. */
  readonly name: string;
  /** The canonical bytes of a value that this program made. @throws {AssertionError} if it breaks a limit or range */
  encode(value: T): Uint8Array;
  /** The canonical bytes of a value that may be wrong, or what is wrong with it. */
  tryEncode(value: T): Result<Uint8Array, "encoding">;
  /** The value of canonical bytes, or what is wrong with them. Time and memory are bounded by their length. */
  decode(bytes: Uint8Array): Result<T, "encoding">;
  /** The SSZ hash tree root. @throws {AssertionError} if the value breaks a limit or range */
  root(value: T): Hash;
  /** The node of the hash tree of `value`, for branches (merkle.ts). @throws as `root` */
  tree(value: T): HashTree;
}

/** A node of a hash tree. Leaves have no sides: reading one throws. */
export interface HashTree {
  readonly root: Uint8Array;
  readonly left: HashTree;
  readonly right: HashTree;
}

class CheckedCodec<T> implements Codec<T> {
  readonly type: SszType;
  constructor(type: SszType) {
    this.type = type;
  }
  get name(): string {
    return this.type.typeName;
  }
  encode(value: T): Uint8Array {
    const result = this.tryEncode(value);
    assert(result.ok, result.ok ? "" : `${this.name} can't be encoded: ${result.detail}`);
    return result.value;
  }
  tryEncode(value: T): Result<Uint8Array, "encoding"> {
    try {
      const size = this.type.value_serializedSize(value);
      const room = scratch(size);
      this.type.value_serializeToBytes(room, 0, value);
      return { ok: true, value: room.uint8Array.slice(0, size) };
    } catch (error) {
      return fault(error);
    }
  }
  decode(bytes: Uint8Array): Result<T, "encoding"> {
    try {
      const value = this.type.value_deserializeFromBytes(reading(bytes), 0, bytes.length);
      return this.#same(value, bytes) ? { ok: true, value } : refuse("encoding", "not canonical");
    } catch (error) {
      // The view on the bytes says so, in words about itself.
      if (error instanceof RangeError) return refuse("encoding", "too short: the bytes end within a value");
      return fault(error);
    }
  }
  root(value: T): Hash {
    // The library hashes what breaks a limit, too: encoding checks.
    this.encode(value);
    return bytesToHex(this.type.hashTreeRoot(value)) as Hash;
  }
  tree(value: T): HashTree {
    const bytes = this.encode(value);
    return this.type.tree_deserializeFromBytes(reading(bytes), 0, bytes.length);
  }
  /** Encoding again must give the same bytes: whatever the library lets through, one value has one encoding. */
  #same(value: T, bytes: Uint8Array): boolean {
    if (this.type.value_serializedSize(value) !== bytes.length) return false;
    const again = scratch(bytes.length);
    this.type.value_serializeToBytes(again, 0, value);
    return sameBytes(again.uint8Array.subarray(0, bytes.length), bytes);
  }
}

function fault(error: unknown): { ok: false; code: "encoding"; detail: string } {
  if (error instanceof AssertionError) throw error;
  return { ok: false, code: "encoding", detail: error instanceof Error ? error.message : String(error) };
}

function typeOf<T>(codec: Codec<T>): SszType {
  assert(codec instanceof CheckedCodec, "a codec of another make");
  return codec.type;
}

/** uint8, as a number. */
export function uint8<T extends number = number>(): Codec<T> {
  return new CheckedCodec<T>(new CheckedNumber(1, 0xff));
}

/** uint16, as a number. */
export function uint16<T extends number = number>(): Codec<T> {
  return new CheckedCodec<T>(new CheckedNumber(2, 0xffff));
}

/** uint32, as a number. */
export function uint32<T extends number = number>(): Codec<T> {
  return new CheckedCodec<T>(new CheckedNumber(4, 0xffff_ffff));
}

/** uint64 of at most 2^53 - 1 (greater ones are refused), as a number: heights, times, counters. */
export function uint53<T extends number = number>(): Codec<T> {
  return new CheckedCodec<T>(new CheckedNumber(8, INTEGER_MAX));
}

/** uint64, as a bigint: amounts. */
export function uint64<T extends bigint = bigint>(): Codec<T> {
  return new CheckedCodec<T>(new CheckedUint64());
}

/** boolean. */
export function boolean(): Codec<boolean> {
  return new CheckedCodec<boolean>(new Choice([false, true]));
}

/** One of several words, as a uint8: the position of the word. */
export function choice<T extends string>(words: readonly T[]): Codec<T> {
  return new CheckedCodec<T>(new Choice(words));
}

/** ByteVector[length], as lower-case hex. */
export function hexVector<T extends string = string>(length: number): Codec<T> {
  return new CheckedCodec<T>(new HexVector(length));
}

/** ByteList[limit], as lower-case hex. */
export function hexList<T extends string = string>(limit: number): Codec<T> {
  return new CheckedCodec<T>(makeType(() => new HexBytes(limit)));
}

/** ByteList[limit] of printable ASCII (0x20 to 0x7e), as a string. */
export function text(limit: number): Codec<string> {
  return new CheckedCodec<string>(makeType(() => new Text(limit)));
}

/** ByteList[limit], as bytes: a view on what was decoded, not a copy. */
export function byteList(limit: number): Codec<Uint8Array> {
  return new CheckedCodec<Uint8Array>(makeType(() => new PlainBytes(limit)));
}

/** List[element, limit], as an array; elements are of composite types. */
export function list<T>(element: Codec<T>, limit: number): Codec<readonly T[]> {
  const type = typeOf(element);
  assert(!type.isBasic, "lists of basic types are packed otherwise, and not in use");
  return new CheckedCodec<readonly T[]>(makeType(() => new CheckedList(type, limit)));
}

/** Container, as an object with exactly these fields, in this order. */
export function container<T extends object>(fields: { readonly [K in keyof T]-?: Codec<T[K]> }): Codec<T> {
  const types: Record<string, SszType> = {};
  for (const [name, codec] of Object.entries(fields)) types[name] = typeOf(codec as Codec<unknown>);
  return new CheckedCodec<T>(new ContainerType(types));
}

/** The empty variant that may stand first in a union. */
export const none: Codec<object> = new CheckedCodec<object>(new NoneType());

/** Union, as `{kind, ...fields}`; the selector is the position of the variant. */
export function union<T extends { readonly kind: string }>(
  variants: {
    readonly [K in T["kind"]]: Codec<Omit<Extract<T, { kind: K }>, "kind">>;
  },
): Codec<T> {
  const kinds = Object.keys(variants);
  const types = Object.values(variants).map((codec) => typeOf(codec as Codec<unknown>));
  return new CheckedCodec<T>(makeType(() => new TaggedUnion(kinds, types)));
}
