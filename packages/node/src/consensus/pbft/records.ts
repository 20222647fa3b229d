// The engine's durable records in the store: what it voted for, how its view began, and evidence against others.
import {
  asVerified,
  type Equivocation,
  type NewView,
  type PbftRecord,
  pbftRecordCodec,
  type SignedMessage,
  signedMessageCodec,
  type Verified,
  type VoteMessage,
} from "@witan/consensus";
import { container, type StoreChange, type StoreReader } from "@witan/primitives";
import { keyOf, parseKey, rangeOf } from "@witan/storage";
import { UnreadableRecordError } from "../unreadable-record.ts";

const NAMES = { progress: "pbft-progress", newView: "pbft-new-view" } as const;
const EVIDENCE = "evidence";
const VIEWS = "pbft-views";

/** The change that keeps a record in the place of the one of its kind. */
export function putRecord(record: PbftRecord): StoreChange {
  return { kind: "put", key: keyOf("engine", NAMES[record.kind], 0), value: pbftRecordCodec.encode(record) };
}

/** The records as they were persisted. @throws {UnreadableRecordError} if one can't be read */
export function readRecords(store: StoreReader): readonly PbftRecord[] {
  const found: PbftRecord[] = [];
  for (const name of Object.values(NAMES)) {
    const bytes = store.get(keyOf("engine", name, 0));
    if (bytes === undefined) continue;
    const record = pbftRecordCodec.decode(bytes);
    if (!record.ok) throw new UnreadableRecordError(name, record.detail ?? record.code);
    found.push(record.value);
  }
  return found;
}

/** The key of a NEW-VIEW that is kept. @param number its place, from 0 */
export function newViewKey(number: number): Uint8Array {
  return keyOf("engine", VIEWS, number);
}

/** The change that keeps the NEW-VIEW of a view that was voted in. */
export function putNewView(number: number, message: Verified<NewView>): StoreChange {
  return {
    kind: "put",
    key: newViewKey(number),
    value: pbftRecordCodec.encode({ kind: "newView", message }),
  };
}

/** A NEW-VIEW that was kept, and its place. */
export interface KeptNewView {
  readonly number: number;
  readonly message: Verified<NewView>;
}

/**
 * The NEW-VIEWs that are kept, the newest first.
 * @param limit how many at most
 * @throws {UnreadableRecordError} if one can't be read
 */
export async function readNewViews(store: StoreReader, limit: number): Promise<readonly KeptNewView[]> {
  const found: KeptNewView[] = [];
  for await (const { key, value } of store.range({ ...rangeOf("engine", VIEWS), reverse: true, limit })) {
    const parsed = parseKey(key);
    const record = pbftRecordCodec.decode(value);
    if (!record.ok) throw new UnreadableRecordError(VIEWS, record.detail ?? record.code);
    if (parsed?.table !== "engine" || record.value.kind !== "newView")
      throw new UnreadableRecordError(VIEWS, "it is another record");
    found.push({ number: parsed.fields[1], message: record.value.message });
  }
  return found;
}

const evidenceCodec = container<{ readonly first: SignedMessage; readonly second: SignedMessage }>({
  first: signedMessageCodec,
  second: signedMessageCodec,
});

/** The change that keeps a piece of evidence. @param number its place, from 0 */
export function putEvidence(number: number, evidence: Equivocation): StoreChange {
  return { kind: "put", key: keyOf("engine", EVIDENCE, number), value: evidenceCodec.encode(evidence) };
}

/** All evidence, the oldest first. @throws {UnreadableRecordError} if one can't be read */
export async function readEvidence(store: StoreReader): Promise<readonly Equivocation[]> {
  const found: Equivocation[] = [];
  for await (const { value } of store.range(rangeOf("engine", EVIDENCE))) {
    const evidence = evidenceCodec.decode(value);
    if (!evidence.ok) throw new UnreadableRecordError(EVIDENCE, evidence.detail ?? evidence.code);
    found.push({ first: verified(evidence.value.first), second: verified(evidence.value.second) });
  }
  return found;
}

/** It was verified before it was written. */
function verified({ sender, message, signature }: SignedMessage): Verified<VoteMessage> {
  return asVerified(sender, message as VoteMessage, signature);
}
