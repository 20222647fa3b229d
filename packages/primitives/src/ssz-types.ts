// The SSZ types of @chainsafe/ssz with their values checked: the only file that knows the library. It decodes strictly
// but encodes carelessly (lists over their limit, 2^64 as 0, wrong lengths padded), and has values of its own kind;
// here every length and range is checked both ways, bytes are lower-case hex, and a union is `{kind, ...fields}`.
import { setHasher } from "@chainsafe/persistent-merkle-tree";
import { hasher } from "@chainsafe/persistent-merkle-tree/hasher/as-sha256";
import {
  ByteListType,
  ByteVectorType,
  ListCompositeType,
  UintBigintType,
  UintNumberType,
  UnionType,
} from "@chainsafe/ssz";
import { plainBytes } from "./bytes.ts";
import { asciiBytes } from "./hash.ts";
import { hexReader, hexToBytes, isHex, writeHex } from "./hex.ts";

export { ContainerType, NoneType } from "@chainsafe/ssz";

// The library has two that need no binary, and loads both: this one is SHA-256 in WebAssembly, the usual one in JavaScript.
setHasher(hasher);

/** What a codec is made of inside: an SSZ type of the library, its values checked. Only this file and codec.ts look into it. */
// biome-ignore lint/suspicious/noExplicitAny: the library's value types can't be named for types made at run time
export type SszType = any;

/** Bytes in the forms that types want them: the first two are the library's, the third is for reading only. */
interface Data {
  readonly uint8Array: Uint8Array;
  readonly dataView: DataView;
  readonly readHex?: (start: number, end: number) => string;
}

/** What is wrong with bytes or a value; codec.ts turns it into a refusal. */
export class Fault extends Error {}

/** An integer from 0 to a maximum. */
export class CheckedNumber extends UintNumberType {
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

/** A uint64, as a bigint. */
export class CheckedUint64 extends UintBigintType {
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
export class Choice extends UintNumberType {
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
export class HexVector extends ByteVectorType {
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
export class HexBytes extends CheckedBytes {
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
export class Text extends CheckedBytes {
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
export class PlainBytes extends CheckedBytes {
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

/** A list up to a limit. */
export class CheckedList extends ListCompositeType<SszType> {
  override value_serializedSize(value: SszType): number {
    if (!Array.isArray(value)) throw new Fault(`expected a list, found ${shown(value)}`);
    if (value.length > this.limit) throw new Fault(`a list of ${value.length}, the limit is ${this.limit}`);
    return super.value_serializedSize(value);
  }
}

/** An SSZ union whose values are `{kind, ...fields}`; the variants are containers, or none for the first. */
export class TaggedUnion extends UnionType<SszType> {
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

function viewed(bytes: Uint8Array): Data {
  return { uint8Array: bytes, dataView: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}

/** Room that is used again: most of what is encoded is small, and making a view of it costs more than filling it. */
const SCRATCH = viewed(new Uint8Array(4_096));

/** Room for so many bytes, valid until the next call. Perhaps more, and not zero: SSZ writes every byte. */
export function scratch(size: number): Data {
  return size <= SCRATCH.uint8Array.length ? SCRATCH : viewed(new Uint8Array(size));
}

/** Bytes to be read. */
export function reading(bytes: Uint8Array): Data {
  const plain = plainBytes(bytes);
  return { ...viewed(plain), readHex: hexReader(plain) };
}
