// What shows that members misbehaved: kept on disk, served by RPC, counted. Bounded per member, so that nobody who lies
// often pushes out what shows that another lied. What evidence is, and how it is written, each protocol says.
import type { PublicKey, Store, StoreChange, StoreReader } from "@witan/primitives";
import type { EvidenceView } from "./consensus-host.ts";

/** Pieces about one voting key: one convicts, some more say whether it was a moment or a habit. */
export const EVIDENCE_OF_MEMBER_MAX = 16;
/** Pieces in all, as many as the RPC shows: only reached if more than 600 keys lied, some of which came after others. */
const EVIDENCE_MAX = 10_000;

/** The evidence of a protocol. */
export interface EvidenceForm<Evidence> {
  /** All that a store holds, the oldest first. @throws {UnreadableRecordError} if one can't be read */
  readonly read: (store: StoreReader) => Promise<readonly Evidence[]>;
  /** The change that keeps a piece. @param number its place, from 0 */
  readonly put: (number: number, evidence: Evidence) => StoreChange;
  /** What two pieces have in common of which the second says nothing new. */
  readonly nameOf: (evidence: Evidence) => string;
  /** The voting key that it is about, which outlives changes of the membership. */
  readonly keyOf: (evidence: Evidence) => PublicKey | undefined;
  /** For those who look; undefined: the members that it is about are not known. */
  readonly viewOf: (evidence: Evidence) => EvidenceView | undefined;
}

/** The evidence that a node has: of each member the first `EVIDENCE_OF_MEMBER_MAX` pieces, one for each name. */
export class EvidenceLog<Evidence> {
  readonly #store: Store;
  readonly #form: EvidenceForm<Evidence>;
  readonly #all: Evidence[];
  readonly #names: Set<string>;
  /** Made once each: whoever reads metrics asks often. */
  readonly #views: EvidenceView[] = [];
  #viewed = 0;
  readonly #counts = new Map<PublicKey | undefined, number>();

  private constructor(store: Store, form: EvidenceForm<Evidence>, all: readonly Evidence[]) {
    this.#store = store;
    this.#form = form;
    this.#all = [...all];
    this.#names = new Set(all.map(form.nameOf));
    for (const evidence of all) this.#count(evidence);
  }

  /** Reads what a store holds. */
  static async open<Evidence>(store: Store, form: EvidenceForm<Evidence>): Promise<EvidenceLog<Evidence>> {
    return new EvidenceLog(store, form, await form.read(store));
  }

  /** All evidence, the oldest first. */
  get all(): readonly Evidence[] {
    return this.#all;
  }

  /** The same, for those who look. */
  get views(): readonly EvidenceView[] {
    for (; this.#viewed < this.#all.length; this.#viewed++) {
      const evidence = this.#all[this.#viewed];
      const view = evidence && this.#form.viewOf(evidence);
      if (view !== undefined) this.#views.push(view);
    }
    return this.#views;
  }

  /** Keeps a piece of evidence. @returns false if it says nothing new, or there is enough about its member */
  async add(evidence: Evidence): Promise<boolean> {
    const { nameOf, keyOf, put } = this.#form;
    const name = nameOf(evidence);
    const about = this.#counts.get(keyOf(evidence)) ?? 0;
    if (this.#names.has(name) || about >= EVIDENCE_OF_MEMBER_MAX || this.#all.length >= EVIDENCE_MAX)
      return false;
    this.#names.add(name);
    this.#count(evidence);
    this.#all.push(evidence);
    await this.#store.write([put(this.#all.length - 1, evidence)], { sync: false });
    return true;
  }

  #count(evidence: Evidence): void {
    const key = this.#form.keyOf(evidence);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }
}
