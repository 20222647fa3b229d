// What shows that members voted against themselves: kept on disk, served by RPC, counted. Bounded: one piece for each
// member, kind of vote, membership and height says enough.
import type { Equivocation } from "@witan/consensus";
import type { Store } from "@witan/primitives";
import { EVIDENCE_MAX, putEvidence, readEvidence } from "./records.ts";

/** The evidence that a node has. */
export class EvidenceLog {
  readonly #store: Store;
  readonly #all: Equivocation[];
  readonly #names: Set<string>;

  private constructor(store: Store, all: readonly Equivocation[]) {
    this.#store = store;
    this.#all = [...all];
    this.#names = new Set(all.map(nameOf));
  }

  /** Reads what a store holds. */
  static async open(store: Store): Promise<EvidenceLog> {
    return new EvidenceLog(store, await readEvidence(store));
  }

  /** All evidence, the oldest first. */
  get all(): readonly Equivocation[] {
    return this.#all;
  }

  /** Keeps a piece of evidence. @returns false if it says nothing new, or there is enough */
  async add(evidence: Equivocation): Promise<boolean> {
    const name = nameOf(evidence);
    if (this.#names.has(name) || this.#all.length >= EVIDENCE_MAX) return false;
    this.#names.add(name);
    this.#all.push(evidence);
    await this.#store.write([putEvidence(this.#all.length - 1, evidence)], { sync: false });
    return true;
  }
}

function nameOf({ first: { sender, message } }: Equivocation): string {
  return `${message.kind} ${message.membership} ${message.height} ${sender}`;
}
