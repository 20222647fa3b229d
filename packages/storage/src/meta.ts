// What a node knows about its database: a handful of records of table `meta`, in SSZ.
import {
  type BlockHash,
  bytesToHex,
  type ChainId,
  type Codec,
  choice,
  container,
  type Height,
  hexVector,
  type StoreChange,
  type StoreReader,
  uint32,
  uint53,
} from "@witan/primitives";
import { keyOf } from "./layout.ts";
import { StoreError } from "./store-error.ts";

/** The block on top. */
export interface Tip {
  readonly height: Height;
  readonly hash: BlockHash;
}

/** What the set of outputs on disk stands for: the state after the block of this height, so many outputs. */
export interface Flushed {
  readonly height: Height;
  readonly outputs: number;
}

/** The records, each undefined until it is first written. */
export interface Meta {
  readonly chainId: ChainId;
  readonly tip: Tip;
  readonly flushed: Flushed;
  /** Blocks, certificates and undo data below this height are gone. Never above the flushed height. */
  readonly prunedTo: Height;
  /**
   * What the tables of the address index hold: all of it as of the flushed height (`whole`), all but the sums (as
   * programs wrote it that knew none: `without-sums`), or some of it, while it is being built or taken away (`partial`).
   * None: nothing.
   */
  readonly addressIndex: "partial" | "without-sums" | "whole";
  /** How many records table `register` has. None: it is empty. */
  readonly registers: number;
  /**
   * The height from which on this validator votes without a break, once all that registers held before is here. None: it has
   * taken over nothing.
   */
  readonly registersTakenOver: Height;
}

type Records = {
  readonly [Name in keyof Meta]: { readonly name: string; readonly codec: Codec<Meta[Name]> };
};

const RECORDS: Records = {
  chainId: { name: "chain-id", codec: hexVector<ChainId>(32) },
  tip: {
    name: "tip",
    codec: container<Tip>({ height: uint53<Height>(), hash: hexVector<BlockHash>(32) }),
  },
  flushed: {
    name: "flushed",
    codec: container<Flushed>({ height: uint53<Height>(), outputs: uint53() }),
  },
  prunedTo: { name: "pruned-to", codec: uint53<Height>() },
  addressIndex: {
    name: "address-index",
    codec: choice<Meta["addressIndex"]>(["partial", "without-sums", "whole"]),
  },
  registers: { name: "registers", codec: uint53() },
  registersTakenOver: { name: "registers-taken", codec: uint53<Height>() },
};

const LAYOUT_RECORD = { name: "layout-version", codec: uint32() } as const;

function read<T>(store: StoreReader, { name, codec }: { name: string; codec: Codec<T> }): T | undefined {
  const key = keyOf("meta", name);
  const bytes = store.get(key);
  if (bytes === undefined) return undefined;
  const decoded = codec.decode(bytes);
  if (decoded.ok) return decoded.value;
  const detail = decoded.detail ?? decoded.code;
  throw new StoreError("damaged", `record ${name} of table meta is not what it must be (${detail})`, {
    table: "meta",
    key: bytesToHex(key),
  });
}

/** The key of a record of table `meta`. */
export function metaKey(name: keyof Meta): Uint8Array {
  return keyOf("meta", RECORDS[name].name);
}

/** A record of table `meta`, or undefined if it was never written. @throws {StoreError} if it can't be read */
export function readMeta<Name extends keyof Meta>(store: StoreReader, name: Name): Meta[Name] | undefined {
  return read(store, RECORDS[name]);
}

/** The change that writes a record of table `meta`, to go into the batch that makes it true. */
export function putMeta<Name extends keyof Meta>(name: Name, value: Meta[Name]): StoreChange {
  const { codec }: Records[Name] = RECORDS[name];
  return { kind: "put", key: metaKey(name), value: codec.encode(value) };
}

/** The version of the key layout that a database has, or undefined if none was written. */
export function readLayoutVersion(store: StoreReader): number | undefined {
  return read(store, LAYOUT_RECORD);
}

/** The change that writes the version of the key layout. */
export function putLayoutVersion(version: number): StoreChange {
  return {
    kind: "put",
    key: keyOf("meta", LAYOUT_RECORD.name),
    value: LAYOUT_RECORD.codec.encode(version),
  };
}
