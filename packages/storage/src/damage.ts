// What can be found wrong with a database, as data: which record, what about it, and what mends it.
import { bytesToHex, type Hex } from "@witan/primitives";
import { describeKey, type TableName, tableOf } from "./layout.ts";
import { RESTORE_ADVICE } from "./store-error.ts";

/** What mends a damage; `advice` says it in words. */
export type Repair = "fetch-block" | "rebuild-outputs" | "rebuild-index" | "start-over";

/** One thing that is wrong. */
export interface Damage {
  /**
   * `damaged`: the value does not fit its seal. `missing`: it must be there. `unknown`: no key of the layout.
   * `hidden`: it is there, but not found by its key. `contradiction`: whole, but at odds with other records.
   * `unreadable`: LevelDB can't read on from this key in this table. `file`: a part of a file, with records up to this
   * key, is not as it was written.
   */
  readonly kind: "damaged" | "missing" | "unknown" | "hidden" | "contradiction" | "unreadable" | "file";
  readonly table: TableName | "unknown";
  /** The record's key in hex; empty where it is not about one. */
  readonly key: Hex;
  /** What was found and what was expected, in words. */
  readonly detail: string;
  readonly repair: Repair;
  /** What to do. */
  readonly advice: string;
}

const REPAIRS: Readonly<Record<TableName | "unknown", Repair>> = {
  block: "fetch-block",
  certificate: "fetch-block",
  header: "rebuild-index",
  heightOfBlock: "rebuild-index",
  undo: "rebuild-outputs",
  output: "rebuild-outputs",
  governance: "rebuild-outputs",
  transaction: "rebuild-index",
  addressHistory: "rebuild-index",
  addressOutput: "rebuild-index",
  addressSum: "rebuild-index",
  // What a validator has said must not be forgotten, and what the database is for must not be guessed.
  engine: "start-over",
  register: "start-over",
  proposal: "start-over",
  meta: "start-over",
  unknown: "start-over",
};

const ADVICE: Readonly<Record<Repair, string>> = {
  "fetch-block": "fetch this block with its certificate from peers; nothing else is lost",
  "rebuild-outputs":
    "build the set of outputs anew: replay the blocks from the genesis, or fetch a checkpoint from peers",
  "rebuild-index": "build the indexes anew from the blocks",
  "start-over": RESTORE_ADVICE,
};

/** A damage of one record. */
export function damageOf(kind: Damage["kind"], key: Uint8Array, detail: string): Damage {
  const table = tableOf(key);
  const repair = REPAIRS[table];
  const what = `${describeKey(key)}: ${detail}`;
  return { kind, table, key: bytesToHex(key), detail: what, repair, advice: ADVICE[repair] };
}

/** A damage of a table as a whole. */
export function damageOfTable(kind: Damage["kind"], table: TableName, detail: string): Damage {
  const repair = REPAIRS[table];
  return { kind, table, key: "", detail: `${table}: ${detail}`, repair, advice: ADVICE[repair] };
}

/** A damage of a file; records of it may be lost without a trace. */
export function damageOfFile(path: string, detail: string, lastKey: Uint8Array | undefined): Damage {
  const said = `${path}: ${detail}`;
  if (lastKey === undefined)
    return {
      kind: "file",
      table: "unknown",
      key: "",
      detail: said,
      repair: "start-over",
      advice: ADVICE["start-over"],
    };
  return {
    ...damageOf("file", lastKey, ""),
    detail: `${said}; records of table ${tableOf(lastKey)} up to ${describeKey(lastKey)}`,
  };
}
