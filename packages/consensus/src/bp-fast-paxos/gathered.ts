// What is gathered from acceptors beside LEARNs: promises, told votes, suspicions, signatures under decisions. Of each
// sender the latest, or a bounded number: nobody can fill the memory of another.
import {
  type BlockHash,
  type BpFastPaxosCertificate,
  fastQuorum,
  type Height,
  type MemberIndex,
  type Signature,
  type View,
  voters,
} from "@witan/primitives";
import type { Authentic } from "../engine.ts";
import type { DecidedMessage, RoundStatus, SealedPromise } from "./messages.ts";
import type { Uncertified } from "./types.ts";

/** The latest promise of each acceptor. */
export class Promises {
  readonly #latest = new Map<MemberIndex, SealedPromise>();

  /** How many are kept. */
  get size(): number {
    return this.#latest.size;
  }

  /** Keeps a promise, unless its acceptor is known to have gone further. */
  add(promise: SealedPromise): void {
    const known = this.#latest.get(promise.acceptor);
    const newer =
      known === undefined ||
      promise.round > known.round ||
      (promise.round === known.round && promise.decidedHeight >= known.decidedHeight);
    if (newer) this.#latest.set(promise.acceptor, promise);
  }

  /** The promises for exactly a round, by acceptor. */
  for(round: View): readonly SealedPromise[] {
    return [...this.#latest.values()]
      .filter((promise) => promise.round === round)
      .sort((a, b) => a.acceptor - b.acceptor);
  }

  /** Forgets all: other members decide now. */
  clear(): void {
    this.#latest.clear();
  }
}

/** A block that so many voted for, and who: ascending. */
interface Chosen {
  readonly hash: BlockHash;
  readonly voters: readonly MemberIndex[];
}

/** Votes of acceptors as they tell them with where they stand, the latest of each. */
export class ToldVotes {
  readonly #latest = new Map<MemberIndex, RoundStatus>();

  /** How many are kept. */
  get size(): number {
    return this.#latest.size;
  }

  /** Keeps where an acceptor stands now. */
  add(acceptor: MemberIndex, status: RoundStatus): void {
    this.#latest.set(acceptor, status);
  }

  /** The block at a height that so many voted for in one round. */
  chosen(height: Height, quorum: number): Chosen | undefined {
    const voters = new Map<string, MemberIndex[]>();
    for (const [acceptor, { round, height: decided, vote }] of this.#latest) {
      const [hash] = vote;
      if (hash === undefined || decided + 1 !== height) continue;
      const ballot = [round, hash].join(" ");
      const same = [...(voters.get(ballot) ?? []), acceptor];
      if (same.length >= quorum) return { hash, voters: same.sort((a, b) => a - b) };
      voters.set(ballot, same);
    }
    return undefined;
  }

  /** Forgets all: other members decide now. */
  clear(): void {
    this.#latest.clear();
  }
}

/** Times that a suspicion may fail to be said again before it counts no more: who sees progress says it no more. */
const RESENDS_MISSED = 4;

/** Who suspects, and which round it asks for. */
export class Suspicions {
  readonly #latest = new Map<MemberIndex, { readonly round: View; readonly until: number }>();
  readonly #ticks: number;

  /** @param resendTicks how often who suspects says so */
  constructor(resendTicks: number) {
    this.#ticks = RESENDS_MISSED * resendTicks;
  }

  /** How many are kept. */
  get size(): number {
    return this.#latest.size;
  }

  /** An acceptor asks for a round; its latest word counts. @param now in ticks */
  add(acceptor: MemberIndex, round: View, now: number): void {
    this.#latest.set(acceptor, { round, until: now + this.#ticks });
  }

  /** Correction 9: the highest round that more than `crashMax` acceptors ask for, that or one above. */
  askedByMore(crashMax: number, now: number): View | undefined {
    const rounds = [...this.#latest.values()].filter(({ until }) => until > now).map(({ round }) => round);
    return rounds.sort((a, b) => b - a)[crashMax];
  }

  /** Who asks for a round above, ascending. */
  above(round: View, now: number): readonly MemberIndex[] {
    return [...this.#latest]
      .filter(([, one]) => one.round > round && one.until > now)
      .map(([acceptor]) => acceptor)
      .sort((a, b) => a - b);
  }

  /** Forgets those for a round and below. */
  forget(round: View): void {
    for (const [acceptor, one] of this.#latest) if (one.round <= round) this.#latest.delete(acceptor);
  }

  /** Forgets all: other members decide now. */
  clear(): void {
    this.#latest.clear();
  }
}

/** Decided heights whose signatures are gathered: certificates come soon, or with the blocks of those who have them. */
export const UNCERTIFIED_MAX = 64;

interface Gathering {
  readonly membership: Height;
  readonly hash: BlockHash;
  readonly quorum: number;
  readonly signatures: Map<MemberIndex, Signature>;
}

/** What becomes of a signature under a decision. */
export type SignatureOutcome =
  | { readonly kind: "kept" }
  | { readonly kind: "certified"; readonly certificate: BpFastPaxosCertificate }
  | { readonly kind: "contradicts" };

/** Signatures under decisions, until they make a certificate. */
export class Decisions {
  readonly #gathering = new Map<Height, Gathering>();

  /** How many heights wait for their certificate. */
  get size(): number {
    return this.#gathering.size;
  }

  /** How many signatures are kept. */
  get signatures(): number {
    let size = 0;
    for (const { signatures } of this.#gathering.values()) size += signatures.size;
    return size;
  }

  /** The heights that wait, ascending, up to one. */
  waiting(upTo: Height): readonly Height[] {
    return [...this.#gathering.keys()].filter((height) => height <= upTo).sort((a, b) => a - b);
  }

  /** A height is decided without a certificate. */
  begin({ membership, height, hash }: Uncertified): void {
    const quorum = fastQuorum(voters(membership).length);
    this.#gathering.set(height, { membership: membership.from, hash, quorum, signatures: new Map() });
    const [lowest] = this.#gathering.keys();
    if (this.#gathering.size > UNCERTIFIED_MAX && lowest !== undefined) this.#gathering.delete(lowest);
  }

  /** Counts a signature, which holds. */
  add({ sender, message }: Authentic<DecidedMessage>): SignatureOutcome {
    const { membership, height, blockHash, signature } = message;
    const gathering = this.#gathering.get(height);
    if (gathering === undefined) return { kind: "kept" };
    if (gathering.membership !== membership || gathering.hash !== blockHash) return { kind: "contradicts" };
    gathering.signatures.set(sender, signature);
    if (gathering.signatures.size < gathering.quorum) return { kind: "kept" };
    this.#gathering.delete(height);
    const signatures = [...gathering.signatures]
      .map(([member, one]) => ({ member, signature: one }))
      .sort((a, b) => a.member - b.member);
    return {
      kind: "certified",
      certificate: { kind: "bp-fast-paxos", membership, height, blockHash, signatures },
    };
  }

  /** A whole certificate came. @returns whether it was waited for */
  settle({ membership, height, blockHash }: BpFastPaxosCertificate): boolean {
    const gathering = this.#gathering.get(height);
    if (gathering?.membership !== membership || gathering.hash !== blockHash) return false;
    return this.#gathering.delete(height);
  }
}
