// What shows that members voted against themselves: kept on disk, served by RPC, counted. Bounded per member, so that
// nobody who lies often pushes out what shows that another lied.
import type { Equivocation, Memberships } from "@witan/consensus";
import type { PublicKey, Store } from "@witan/primitives";
import { putEvidence, readEvidence } from "./records.ts";

/** Pieces about one voting key: one convicts, some more say whether it was a moment or a habit. */
export const EVIDENCE_OF_MEMBER_MAX = 16;
/** Pieces in all, as many as the RPC shows: only reached if more than 600 keys lied, some of which came after others. */
const EVIDENCE_MAX = 10_000;

/**
 * The evidence that a node has: of each member (by its voting key, which outlives changes of the membership) the first
 * `EVIDENCE_OF_MEMBER_MAX` pieces, one for each kind of vote, membership and height.
 */
export class EvidenceLog {
  readonly #store: Store;
  readonly #memberships: Memberships;
  readonly #all: Equivocation[];
  readonly #names: Set<string>;
  readonly #counts = new Map<PublicKey | undefined, number>();

  private constructor(store: Store, memberships: Memberships, all: readonly Equivocation[]) {
    this.#store = store;
    this.#memberships = memberships;
    this.#all = [...all];
    this.#names = new Set(all.map(nameOf));
    for (const evidence of all) this.#count(evidence);
  }

  /** Reads what a store holds. @param memberships of every height that evidence may be about */
  static async open(store: Store, memberships: Memberships): Promise<EvidenceLog> {
    return new EvidenceLog(store, memberships, await readEvidence(store));
  }

  /** All evidence, the oldest first. */
  get all(): readonly Equivocation[] {
    return this.#all;
  }

  /** Keeps a piece of evidence. @returns false if it says nothing new, or there is enough about its member */
  async add(evidence: Equivocation): Promise<boolean> {
    const name = nameOf(evidence);
    const about = this.#counts.get(this.#keyOf(evidence)) ?? 0;
    if (this.#names.has(name) || about >= EVIDENCE_OF_MEMBER_MAX || this.#all.length >= EVIDENCE_MAX)
      return false;
    this.#names.add(name);
    this.#count(evidence);
    this.#all.push(evidence);
    await this.#store.write([putEvidence(this.#all.length - 1, evidence)], { sync: false });
    return true;
  }

  #count(evidence: Equivocation): void {
    const key = this.#keyOf(evidence);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  #keyOf({ first: { sender, message } }: Equivocation): PublicKey | undefined {
    return this.#memberships(message.membership)?.members[sender]?.votingKey;
  }
}

function nameOf({ first: { sender, message } }: Equivocation): string {
  return `${message.kind} ${message.membership} ${message.height} ${sender}`;
}
