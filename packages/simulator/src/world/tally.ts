// What happened in a world, by name and how often: what was inflicted on it, faults and lies; and apart from that what came
// of it, or went on besides, which is no fault.

/** What else is counted, and what each is. */
export const ALSO_WORDS = {
  "blocks-undone": "engines of proof of work: a correct node undoes a block for a branch with more work",
  "bad-answers": "engines of registers: a client drops an answer that does not hold",
  "bad-requests": "engines of registers: a replica drops a request that does not hold",
  "blamed-minor": "whole nodes: a peer is blamed for what may befall the honest",
  "blamed-serious": "whole nodes: a peer is blamed for what only liars do",
  "evidence-told": "engines of BP Fast Paxos: a correct process has evidence of misbehaviour",
  "evidence-kept": "whole nodes: a correct node keeps two votes that contradict each other",
  "faulty-certificates": "engines: sync drops a certificate that does not hold",
  "faulty-messages": "engines: a host drops a message that does not hold",
  "members-changed": "whole nodes: operators have added or removed a member, or replaced its key",
  "other-changes": "whole nodes: operators have changed parameters, assets, clients or rules",
  "proven-forks":
    "two blocks at one height, with more liars than may be: f + 1 of them proved guilty, and nobody else",
  restored: "whole nodes: an operator puts an empty disk in place of a spoilt one",
  revoked: "engines of registers: the ledger no longer permits a bad client to write",
  "torn-writes": "whole nodes: a power cut in the middle of a synced write, which is lost",
  "unknown-rules": "whole nodes: all have stopped before rules that no node knows",
  "unsynced-lost": "whole nodes: a power cut took writes that had not been synced",
} as const;

/** The name of something that is counted, and no fault. */
export type Also = keyof typeof ALSO_WORDS;

/** The counts of one world. */
export class Tally {
  readonly #faults = new Map<string, number>();
  readonly #also = new Map<string, number>();

  /** How often each kind of fault was inflicted, and each lie told. */
  get faults(): ReadonlyMap<string, number> {
    return this.#faults;
  }

  get also(): ReadonlyMap<string, number> {
    return this.#also;
  }

  /** @param name of a fault or a lie, as lists have it */
  inflicted(name: string): void {
    this.#faults.set(name, (this.#faults.get(name) ?? 0) + 1);
  }

  happened(name: Also): void {
    this.#also.set(name, (this.#also.get(name) ?? 0) + 1);
  }
}
