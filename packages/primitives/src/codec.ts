// The one door to SSZ (@chainsafe/ssz). The library decodes strictly but encodes carelessly (lists over their limit,
// 2^64 as 0, wrong lengths padded), and throws; here encoding checks every length and range, decoding accepts exactly
// what encoding gives, bytes are lower-case hex or plain Uint8Array, and a fault is `{ok: false, code: "encoding"}`.
// A union is `{kind: name, ...fields}`, a number a safe integer, an amount a bigint.
import {
  ByteListType,
  ByteVectorType,
  ContainerType,
  ListCompositeType,
  NoneType,
  UintBigintType,
  UintNumberType,
  UnionType,
} from "@chainsafe/ssz";
import { AssertionError, assert } from "./assert.ts";
import { asciiBytes } from "./hash.ts";
import { bytesToHex, hexReader, hexToBytes, isHex, sameBytes, writeHex } from "./hex.ts";
import { type Hash, INTEGER_MAX } from "./ids.ts";
import { type Result, refuse } from "./result.ts";

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

/** What a codec is made of inside: an SSZ type of the library, its values checked. Only this file looks into it. */
// biome-ignore lint/suspicious/noExplicitAny: the library's value types can't be named for types made at run time
type SszType = any;

/** Bytes in the forms that types want them: the first two are the library's, the third is for reading only. */
interface Data {
  readonly uint8Array: Uint8Array;
  readonly dataView: DataView;
  readonly readHex?: (start: number, end: number) => string;
}

/** What is wrong with bytes or a value; never leaves this file. */
class Fault extends Error {}

class CheckedNumber extends UintNumberType {
  readonly max: number;
  constructor(bytes: 1 | 2 | 4 | 8, max: number) {
    super(bytes);
    this.max = max;
  }
  override value_serializeToBytes(output: Data, offset: number, value: number): number {
    if (!(Number.isInteger(value) && value >= 0 && value <= this.max)) throw outOfRange(value, this.max);
    return super.value_serializeToBytes(output, offset, value);
  }
  override value_deserializeFromBytes(data: Data, start: number, end: number): number {
    const value = super.value_deserializeFromBytes(data, start, end);
    if (value > this.max) throw outOfRange(value, this.max);
    return value;
  }
}

const UINT64_MAX = (1n << 64n) - 1n;

class CheckedUint64 extends UintBigintType {
  constructor() {
    super(8);
  }
  override value_serializeToBytes(output: Data, offset: number, value: bigint): number {
    if (typeof value !== "bigint" || value < 0n || value > UINT64_MAX) throw outOfRange(value, UINT64_MAX);
    output.dataView.setBigUint64(offset, value, true);
    return offset + 8;
  }
}

function outOfRange(value: unknown, max: number | bigint): Fault {
  return new Fault(`${shown(value)} is not in 0 to ${max}`);
}

/** One of several values, as its position in one byte. */
class Choice extends UintNumberType {
  readonly values: readonly unknown[];
  constructor(values: readonly unknown[]) {
    super(1);
    this.values = values;
  }
  override value_serializeToBytes(output: Data, offset: number, value: SszType): number {
    const position = this.values.indexOf(value);
    if (position < 0) throw new Fault(`${shown(value)} is none of ${this.values.join(", ")}`);
    return super.value_serializeToBytes(output, offset, position);
  }
  override value_deserializeFromBytes(data: Data, start: number, end: number): SszType {
    const position = super.value_deserializeFromBytes(data, start, end);
    if (position >= this.values.length) throw new Fault(`choice ${position} of ${this.values.length}`);
    return this.values[position];
  }
  override tree_deserializeFromBytes(data: SszType, start: number, end: number): SszType {
    return PLAIN_UINT8.tree_deserializeFromBytes(data, start, end);
  }
}

const PLAIN_UINT8 = new UintNumberType(1);

function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value.slice(0, 40)) : String(value);
}

/** Fixed bytes whose value is lower-case hex. */
class HexVector extends ByteVectorType {
  override value_serializeToBytes(output: SszType, offset: number, value: SszType): number {
    const fits = typeof value === "string" && value.length === 2 * this.lengthBytes;
    if (!fits || !writeHex(value, output.uint8Array, offset))
      throw new Fault(`expected ${this.lengthBytes} bytes in lower-case hex, found ${shown(value)}`);
    return offset + this.lengthBytes;
  }
  override value_deserializeFromBytes(data: SszType, start: number, end: number): SszType {
    this.assertValidSize(end - start);
    return data.readHex(start, end);
  }
  override getBlocksBytes(value: SszType): Uint8Array {
    return super.getBlocksBytes(hexToBytes(value));
  }
}

/** Bytes up to a limit. */
abstract class CheckedBytes extends ByteListType {
  /** The length of a value in bytes. @throws {Fault} if it is none */
  abstract sizeOf(value: unknown): number;
  override value_serializedSize(value: SszType): number {
    const size = this.sizeOf(value);
    if (size > this.limitBytes) throw new Fault(`${size} bytes, the limit is ${this.limitBytes}`);
    return size;
  }
  /** The bytes of a value that `sizeOf` took. */
  abstract bytesOf(value: SszType): Uint8Array;
  override value_serializeToBytes(output: SszType, offset: number, value: SszType): number {
    return super.value_serializeToBytes(output, offset, this.bytesOf(value));
  }
  override hashTreeRootInto(value: SszType, output: Uint8Array, offset: number): void {
    super.hashTreeRootInto(this.bytesOf(value), output, offset);
  }
  checkRange(start: number, end: number): void {
    if (end < start) throw new Fault("a list of negative length");
    this.assertValidSize(end - start);
  }
}

/** Bytes up to a limit whose value is lower-case hex. */
class HexBytes extends CheckedBytes {
  sizeOf(value: unknown): number {
    if (!isHex(value)) throw new Fault(`expected bytes in lower-case hex, found ${shown(value)}`);
    return value.length / 2;
  }
  bytesOf(value: SszType): Uint8Array {
    return hexToBytes(value);
  }
  override value_deserializeFromBytes(data: SszType, start: number, end: number): SszType {
    this.checkRange(start, end);
    return data.readHex(start, end);
  }
}

const PRINTABLE = /^[\x20-\x7e]*$/;

/** Printable ASCII up to a limit. */
class Text extends CheckedBytes {
  sizeOf(value: unknown): number {
    if (typeof value !== "string" || !PRINTABLE.test(value))
      throw new Fault(`not printable ASCII: ${shown(value)}`);
    return value.length;
  }
  bytesOf(value: SszType): Uint8Array {
    return asciiBytes(value);
  }
  override value_deserializeFromBytes(data: SszType, start: number, end: number): SszType {
    this.checkRange(start, end);
    const value = String.fromCharCode(...data.uint8Array.subarray(start, end));
    if (!PRINTABLE.test(value)) throw new Fault("text that is not printable ASCII");
    return value;
  }
}

/** Plain bytes up to a limit: decoded as a view, not a copy. */
class PlainBytes extends CheckedBytes {
  sizeOf(value: unknown): number {
    if (!(value instanceof Uint8Array)) throw new Fault(`expected bytes, found ${shown(value)}`);
    return value.length;
  }
  bytesOf(value: SszType): Uint8Array {
    return value;
  }
  override value_deserializeFromBytes(data: SszType, start: number, end: number): SszType {
    this.checkRange(start, end);
    return data.uint8Array.subarray(start, end);
  }
}

class CheckedList extends ListCompositeType<SszType> {
  override value_serializedSize(value: SszType): number {
    if (!Array.isArray(value)) throw new Fault(`expected a list, found ${shown(value)}`);
    if (value.length > this.limit) throw new Fault(`a list of ${value.length}, the limit is ${this.limit}`);
    return super.value_serializedSize(value);
  }
}

/** An SSZ union whose values are `{kind, ...fields}`; the variants are containers, or none for the first. */
class TaggedUnion extends UnionType<SszType> {
  readonly kinds: readonly string[];
  constructor(kinds: readonly string[], types: SszType[]) {
    super(types);
    this.kinds = kinds;
  }
  selected(value: SszType): number {
    const selector = this.kinds.indexOf(value?.kind);
    if (selector < 0)
      throw new Fault(`unknown kind ${shown(value?.kind)}, expected ${this.kinds.join(", ")}`);
    return selector;
  }
  override value_serializedSize(value: SszType): number {
    return 1 + this.types[this.selected(value)].value_serializedSize(value);
  }
  override value_serializeToBytes(output: SszType, offset: number, value: SszType): number {
    const selector = this.selected(value);
    output.uint8Array[offset] = selector;
    return this.types[selector].value_serializeToBytes(output, offset + 1, value);
  }
  override value_deserializeFromBytes(data: SszType, start: number, end: number): SszType {
    if (end <= start) throw new Fault("a union without a selector");
    const selector = data.uint8Array[start];
    const kind = this.kinds[selector];
    if (kind === undefined) throw new Fault(`variant ${selector} of ${this.kinds.length}`);
    const value = this.types[selector].value_deserializeFromBytes(data, start + 1, end);
    if (value === null && end !== start + 1) throw new Fault("bytes behind an empty variant");
    return { kind, ...value };
  }
  override hashTreeRootInto(value: SszType, output: Uint8Array, offset: number): void {
    super.hashTreeRootInto({ selector: this.selected(value), value }, output, offset);
  }
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
      const bytes = new Uint8Array(this.type.value_serializedSize(value));
      this.type.value_serializeToBytes(writing(bytes), 0, value);
      return { ok: true, value: bytes };
    } catch (error) {
      return fault(error);
    }
  }
  decode(bytes: Uint8Array): Result<T, "encoding"> {
    try {
      const value = this.type.value_deserializeFromBytes(reading(bytes), 0, bytes.length);
      return this.#same(value, bytes) ? { ok: true, value } : refuse("encoding", "not canonical");
    } catch (error) {
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
    const again = new Uint8Array(bytes.length);
    this.type.value_serializeToBytes(writing(again), 0, value);
    return sameBytes(again, bytes);
  }
}

function writing(bytes: Uint8Array): Data {
  return { uint8Array: bytes, dataView: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}

function reading(bytes: Uint8Array): Data {
  // Plain bytes only: a Buffer's subarray is a Buffer, and would leak into values.
  const plain =
    bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  return { ...writing(plain), readHex: hexReader(plain) };
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
  return new CheckedCodec<T>(new HexBytes(limit));
}

/** ByteList[limit] of printable ASCII (0x20 to 0x7e), as a string. */
export function text(limit: number): Codec<string> {
  return new CheckedCodec<string>(new Text(limit));
}

/** ByteList[limit], as bytes: a view on what was decoded, not a copy. */
export function byteList(limit: number): Codec<Uint8Array> {
  return new CheckedCodec<Uint8Array>(new PlainBytes(limit));
}

/** List[element, limit], as an array; elements are of composite types. */
export function list<T>(element: Codec<T>, limit: number): Codec<readonly T[]> {
  const type = typeOf(element);
  assert(!type.isBasic, "lists of basic types are packed otherwise, and not in use");
  return new CheckedCodec<readonly T[]>(new CheckedList(type, limit));
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
  return new CheckedCodec<T>(new TaggedUnion(kinds, types));
}
