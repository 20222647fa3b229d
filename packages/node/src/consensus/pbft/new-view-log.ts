// Keeps how each view began in which this validator has voted. The engine needs only the last; the others are what proves
// members guilty, should two blocks ever be decided at one height (forensics.ts of the engine, docs/consensus-pbft.md).
// Bounded: the newest stay.
import { NEW_VIEWS_KEPT, type NewView, type PbftRecord, type Verified } from "@witan/consensus";
import type { StoreChange, StoreReader } from "@witan/primitives";
import { newViewKey, putNewView, readNewViews } from "./records.ts";

/** The NEW-VIEWs that a node keeps. */
export class NewViewLog {
  /** How the last view began, whether it was voted in or not. */
  #begun: Verified<NewView> | undefined;
  /** The last that was kept. */
  #kept: Verified<NewView> | undefined;
  #next: number;

  private constructor(
    begun: Verified<NewView> | undefined,
    kept: Verified<NewView> | undefined,
    next: number,
  ) {
    this.#begun = begun;
    this.#kept = kept;
    this.#next = next;
  }

  /** Goes on where a store ends. @param records those of the engine */
  static async open(store: StoreReader, records: readonly PbftRecord[]): Promise<NewViewLog> {
    const [last] = await readNewViews(store, 1);
    const begun = records.find((record) => record.kind === "newView");
    return new NewViewLog(begun?.message, last?.message, last === undefined ? 0 : last.number + 1);
  }

  /** What a batch of the engine's records adds: once there is a vote in a view, how it began must be durable with it. */
  changes(records: Iterable<PbftRecord>): readonly StoreChange[] {
    let votes: Extract<PbftRecord, { kind: "progress" }> | undefined;
    for (const record of records) {
      if (record.kind === "newView") this.#begun = record.message;
      else if (record.accepted !== undefined) votes = record;
    }
    const begun = this.#begun;
    if (votes === undefined || begun === undefined) return [];
    const { view, membership } = begun.message;
    if (view !== votes.view || membership !== votes.membership) return [];
    if (view === this.#kept?.message.view && membership === this.#kept.message.membership) return [];
    this.#kept = begun;
    const number = this.#next++;
    const changes: StoreChange[] = [putNewView(number, begun)];
    if (number >= NEW_VIEWS_KEPT) changes.push({ kind: "delete", key: newViewKey(number - NEW_VIEWS_KEPT) });
    return changes;
  }
}
