// The key layout: every table of the database in one table. A key is the prefix of its table, one byte, then fields of
// fixed size in big-endian, so that keys sort as their fields do, and all keys of a table are of one length. A change
// here takes a new LAYOUT_VERSION, and a database of another version is refused; but for the tables of the address index,
// which are built anew where record `addressIndex` of meta.ts says that some are missing, and that of registers, which a
// database from before there were any lacks as if none had been written.
import {
  assert,
  bytesToHex,
  type Hex,
  hexToBytes,
  INTEGER_MAX,
  LIMITS,
  registerNameShape,
  writeHex,
} from "@witan/primitives";

/** The version of this page. */
export const LAYOUT_VERSION = 1;

/** What each table's keys are made of, and what its values hold. Values are bytes to this package, meta's aside. */
export const LAYOUT = {
  /** Optional: what a block did to a policy hash; the position is the transaction's in the block. */
  addressHistory: { prefix: "a", key: ["hash", "height", "position"] },
  /** A final block (proof of work: a block of the best chain), by height. */
  block: { prefix: "b", key: ["height"] },
  /** What shows a block final, by its height. */
  certificate: { prefix: "c", key: ["height"] },
  /** What the engine must remember, by the record's name and a number (0 where there is one only). */
  engine: { prefix: "e", key: ["name", "number"] },
  /** The governance state after a block, by its height: where it changed. */
  governance: { prefix: "g", key: ["height"] },
  /** The height of a block, by its hash. */
  heightOfBlock: { prefix: "h", key: ["hash"] },
  /** Proof of work: the header of a block of the best chain, by its height; all of them are read at the start. */
  header: { prefix: "k", key: ["height"] },
  /** What the node knows about this database, by the record's name (meta.ts). */
  meta: { prefix: "m", key: ["name"] },
  /** Optional: the outputs that pay to a policy hash and are not spent: policy hash, transaction, index. */
  addressOutput: { prefix: "n", key: ["hash", "hash", "index"] },
  /** The set of outputs as of the flushed height: transaction, index (docs/formats.md, section 14). */
  output: { prefix: "o", key: ["hash", "index"] },
  /**
   * A block voted for and not final yet, by its hash: deciding only refers to it. Proof of work: a block that is on no
   * branch, or on one that is not the best.
   */
  proposal: { prefix: "p", key: ["hash"] },
  /** What this replica keeps of a register, by its name and the number of its type. */
  register: { prefix: "r", key: ["register", "index"] },
  /** Optional: what a policy hash holds of an asset: policy hash, asset. */
  addressSum: { prefix: "s", key: ["hash", "number"] },
  /** Where a transaction is, by its id: height and position. */
  transaction: { prefix: "t", key: ["hash"] },
  /** What a block spent, by its height: what undoing it needs. */
  undo: { prefix: "u", key: ["height"] },
} as const satisfies Record<string, TableShape>;

interface TableShape {
  /** One character of ASCII; no two tables share it. */
  readonly prefix: string;
  readonly key: readonly FieldKind[];
}

type FieldKind = "hash" | "height" | "number" | "index" | "position" | "name" | "register";

const FIELD_BYTES: Readonly<Record<FieldKind, number>> = {
  hash: 32,
  height: 8,
  number: 8,
  index: 2,
  position: 4,
  name: 16,
  register: LIMITS.registerNameBytes,
};

/** The names of the tables. */
export type TableName = keyof typeof LAYOUT;

/** Texts of ASCII, filled up with zeros: they sort by their characters. */
type TextKind = "name" | "register";

type FieldValue<Kind extends FieldKind> = Kind extends "hash" ? Hex : Kind extends TextKind ? string : number;
type Values<Kinds extends readonly FieldKind[]> = {
  -readonly [At in keyof Kinds]: FieldValue<Kinds[At]>;
};

/**
 * The fields of a table's keys: hashes in lower-case hex; heights and numbers up to 2^53 - 1, positions below 2^32,
 * indexes below 2^16; names of 1 to 16 characters from `a` to `z` and `-`, of registers 1 to 64 of `registerNameShape`.
 */
export type KeyFields<Name extends TableName> = Values<(typeof LAYOUT)[Name]["key"]>;

/** All keys from one to before another. */
export interface KeyRange {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
}

const TEXT_SHAPES: Readonly<Record<TextKind, (text: string) => boolean>> = {
  name: (text) => /^[a-z-]{1,16}$/.test(text),
  register: registerNameShape,
};

function isText(kind: FieldKind): kind is TextKind {
  return Object.hasOwn(TEXT_SHAPES, kind);
}

function writeInteger(bytes: Uint8Array, at: number, size: number, value: number): void {
  const max = Math.min(256 ** size - 1, INTEGER_MAX);
  if (!Number.isInteger(value) || value < 0 || value > max)
    assert(false, `${value} in a key, where 0 to ${max} fit`);
  let rest = value;
  for (let place = at + size - 1; place >= at; place--) {
    bytes[place] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

function writeField(bytes: Uint8Array, at: number, kind: FieldKind, value: string | number): void {
  const size = FIELD_BYTES[kind];
  if (typeof value === "number") {
    if (kind === "hash" || isText(kind)) assert(false, `a number in a key, where a ${kind} belongs`);
    writeInteger(bytes, at, size, value);
  } else if (isText(kind)) {
    assert(TEXT_SHAPES[kind](value), `not the name of a record: ${value}`);
    for (let index = 0; index < value.length; index++) bytes[at + index] = value.charCodeAt(index);
  } else {
    const isHash = kind === "hash" && value.length === 2 * size && writeHex(value, bytes, at);
    if (!isHash) assert(false, `not a ${kind} in a key: ${value}`);
  }
}

/** The prefix of a table and some of its first fields. */
function writeKey(table: TableName, fields: readonly (string | number)[]): Uint8Array {
  const { prefix, key }: TableShape = LAYOUT[table];
  if (fields.length > key.length) assert(false, `${fields.length} fields for a key of ${table}`);
  let size = 1;
  for (let index = 0; index < fields.length; index++) size += FIELD_BYTES[key[index] as FieldKind];
  const bytes = new Uint8Array(size);
  bytes[0] = prefix.charCodeAt(0);
  let at = 1;
  for (let index = 0; index < fields.length; index++) {
    const kind = key[index] as FieldKind;
    writeField(bytes, at, kind, fields[index] as string | number);
    at += FIELD_BYTES[kind];
  }
  return bytes;
}

/** The key of a record. @throws {AssertionError} if a field is out of its range */
export function keyOf<Name extends TableName>(table: Name, ...fields: KeyFields<Name>): Uint8Array {
  if (fields.length !== LAYOUT[table].key.length)
    assert(false, `${fields.length} fields for a key of ${table}`);
  return writeKey(table, fields);
}

/** Bytes of an output's key: prefix, id, index. */
export const OUTPUT_KEY_BYTES = 35;
/** Bytes of an output's value (docs/formats.md, section 14). */
export const OUTPUT_VALUE_BYTES = 53;

/** The key of an output from its name in maps: the transaction's id, then its index, 68 hex digits in all. */
export function outputKey(outpoint: Hex): Uint8Array {
  const bytes = new Uint8Array(OUTPUT_KEY_BYTES);
  bytes[0] = OUTPUT_PREFIX;
  const isName = outpoint.length === 68 && writeHex(outpoint, bytes, 1);
  if (!isName) assert(false, `not the name of an output: ${outpoint}`);
  return bytes;
}

/** The name of an output in maps, from its key. */
export function outpointOf(key: Uint8Array): Hex {
  assert(key.length === OUTPUT_KEY_BYTES && key[0] === OUTPUT_PREFIX, "the key of an output");
  return bytesToHex(key.subarray(1));
}

const OUTPUT_PREFIX = LAYOUT.output.prefix.charCodeAt(0);

/** The first bytes that come after everything that begins with these. */
function successor(bytes: Uint8Array): Uint8Array {
  let length = bytes.length;
  while (bytes[length - 1] === 0xff) length--;
  const next = bytes.slice(0, length);
  next[length - 1] = (next[length - 1] ?? 0) + 1;
  return next;
}

/** All keys of a table, or those that begin with these fields. */
export function rangeOf<Name extends TableName>(table: Name, ...leading: Partial<KeyFields<Name>>): KeyRange {
  const from = writeKey(table, leading as (string | number)[]);
  return { from, to: successor(from) };
}

/** The keys of a table by height, from one height to before another. */
export function heightRange(
  table: "block" | "certificate" | "governance" | "header" | "undo",
  from: number,
  to: number,
): KeyRange {
  return { from: keyOf(table, from), to: keyOf(table, to) };
}

const BY_PREFIX: ReadonlyMap<number, TableName> = new Map(
  Object.entries(LAYOUT).map(([name, { prefix }]) => [prefix.charCodeAt(0), name as TableName]),
);

/** The table that a key belongs to by its prefix, whatever follows; `unknown` if to none. */
export function tableOf(key: Uint8Array): TableName | "unknown" {
  return BY_PREFIX.get(key[0] ?? 0) ?? "unknown";
}

/** A key taken apart. */
export type ParsedKey = {
  readonly [Name in TableName]: { readonly table: Name; readonly fields: Readonly<KeyFields<Name>> };
}[TableName];

/** The table and fields of a key, or undefined if it is none of this layout. */
export function parseKey(key: Uint8Array): ParsedKey | undefined {
  const table = tableOf(key);
  if (table === "unknown") return undefined;
  const fields: (string | number)[] = [];
  let at = 1;
  for (const kind of LAYOUT[table].key) {
    const part = key.subarray(at, at + FIELD_BYTES[kind]);
    const value = part.length === FIELD_BYTES[kind] ? readField(kind, part) : undefined;
    if (value === undefined) return undefined;
    fields.push(value);
    at += part.length;
  }
  return at === key.length ? ({ table, fields } as unknown as ParsedKey) : undefined;
}

function readField(kind: FieldKind, part: Uint8Array): string | number | undefined {
  if (kind === "hash") return bytesToHex(part);
  if (isText(kind)) {
    const text = String.fromCharCode(...part).replace(/\0+$/, "");
    return TEXT_SHAPES[kind](text) ? text : undefined;
  }
  const value = part.reduce((sum, byte) => sum * 256 + byte, 0);
  return value <= INTEGER_MAX ? value : undefined;
}

/** A key for people: its table and fields, or its hex if it is none of this layout. */
export function describeKey(key: Uint8Array): string {
  const parsed = parseKey(key);
  return parsed === undefined ? bytesToHex(key) : `${parsed.table} ${parsed.fields.join(" ")}`;
}

/** The bytes of a key given in hex, as errors and reports have it. */
export function keyFromHex(hex: Hex): Uint8Array {
  return hexToBytes(hex);
}
