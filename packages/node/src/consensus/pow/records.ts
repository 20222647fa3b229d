// What the engine of proof of work keeps in the store.
import { type PowRecord, powRecordCodec } from "@witan/consensus";
import type { StoreChange, StoreReader } from "@witan/primitives";
import { keyOf } from "@witan/storage";
import { UnreadableRecordError } from "../unreadable-record.ts";

const NAMES: Readonly<Record<PowRecord["kind"], string>> = { invalid: "pow-invalid" };

/** The change that keeps a record in the place of the one of its kind. */
export function putRecord(record: PowRecord): StoreChange {
  return { kind: "put", key: keyOf("engine", NAMES[record.kind], 0), value: powRecordCodec.encode(record) };
}

/** The records as they were persisted. @throws {UnreadableRecordError} if one can't be read */
export function readRecords(store: StoreReader): readonly PowRecord[] {
  const found: PowRecord[] = [];
  for (const name of Object.values(NAMES)) {
    const bytes = store.get(keyOf("engine", name, 0));
    if (bytes === undefined) continue;
    const record = powRecordCodec.decode(bytes);
    if (!record.ok) throw new UnreadableRecordError(name, record.detail ?? record.code);
    found.push(record.value);
  }
  return found;
}
