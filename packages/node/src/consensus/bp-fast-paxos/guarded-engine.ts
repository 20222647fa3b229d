// The BP Fast Paxos engine of a node that may have lost data (as PBFT's `voting-engine.ts`). While the engine's records are
// older than the guard of a key, the engine does not have that key: it follows the chain as an observer does, keeps
// nothing, and begins anew with the key behind the last height that the key has spoken for, in no round below the one that
// it was in. Must never let such a key speak earlier, nor write over old records while they are wanted.
import {
  BpFastPaxos,
  type BpfpConfig,
  type BpfpEffect,
  type BpfpInput,
  type BpfpKept,
  type BpfpRecord,
  type BpfpStart,
  type BpfpStatus,
  type Engine,
  membersWith,
  type Uncertified,
} from "@witan/consensus";
import type { Height, Membership, PublicKey, View } from "@witan/primitives";
import type { LastVotes } from "../../ports.ts";
import { forgottenRound, type NextHeight, recordAmong, unaccounted } from "./accounts.ts";

/** A key that says nothing for some time. */
export interface Silence {
  readonly key: PublicKey;
  /** The last height that it has spoken for. */
  readonly spokeFor: Height;
  /** What it has said that the records know nothing of. */
  readonly why: string;
}

/** What the engine of a node is made with. */
export interface GuardedEngineOptions {
  /** With all keys of the node. */
  readonly config: BpfpConfig;
  readonly start: BpfpStart;
  /** What a key has spoken for last, by its guard. */
  readonly lastVotes: (key: PublicKey) => LastVotes | undefined;
  /** The membership of a height up to that to be decided. */
  readonly membershipAt: (height: Height) => Membership;
  /** The blocks without a certificate. */
  readonly uncertified: () => readonly Uncertified[];
}

/** Where the engine stands. */
export interface BpfpHostStatus extends BpfpStatus {
  /** The last height for which this node is silent, though it is a member; undefined: it speaks, or is an observer. */
  readonly silentUntil: Height | undefined;
}

/** An engine that speaks only with keys whose words it remembers. */
export class GuardedEngine implements Engine<BpfpInput, BpfpEffect, BpfpHostStatus> {
  /** The keys that were found silent at the start. */
  readonly silences: readonly Silence[];
  /** Of a proposer, at the start: up to this round it may have proposed what it no longer knows. */
  readonly forgotten: View | undefined;
  readonly #options: GuardedEngineOptions;
  #engine: BpFastPaxos;
  #membership: Membership;
  /** The height to be decided. */
  #height: Height;
  readonly #records = new Map<BpfpRecord["kind"], BpfpRecord>();
  /** What must become durable before the engine says anything. */
  #owed: readonly BpfpRecord[] = [];
  #work: Extract<BpfpInput, { kind: "workChanged" }> | undefined;

  constructor(options: GuardedEngineOptions) {
    const { config, start, lastVotes } = options;
    this.#options = options;
    this.silences = config.votingKeys.flatMap((key): Silence[] => {
      const votes = lastVotes(key);
      const why = votes && unaccounted(votes, start.records, nextHeight(start, key));
      return votes && why !== undefined ? [{ key, spokeFor: votes.height, why }] : [];
    });
    for (const record of start.records) this.#records.set(record.kind, record);
    this.#membership = start.membership;
    this.#height = (start.height + 1) as Height;
    this.forgotten = this.#forgottenAt(start);
    this.#engine = this.#begin(start);
  }

  /** The keys that speak at present. */
  get votingKeys(): readonly PublicKey[] {
    return this.#options.config.votingKeys.filter((key) => !this.isSilent(key, this.#height));
  }

  /** Whether a key must say nothing for a height. */
  isSilent(key: PublicKey, height: Height): boolean {
    const spokeFor = this.silences.find((one) => one.key === key)?.spokeFor;
    if (spokeFor === undefined || height > spokeFor) return false;
    return height < spokeFor || !isProposer(this.#options.membershipAt(height), key);
  }

  /**
   * The last height for which a key says nothing, under the present members: the last that it has spoken for. A proposer
   * speaks there, but for the round that it forgot.
   */
  lastWithout({ key, spokeFor }: Silence): Height {
    return isProposer(this.#membership, key) ? ((spokeFor - 1) as Height) : spokeFor;
  }

  status(): BpfpHostStatus {
    return { ...this.#engine.status(), silentUntil: this.#silentUntil };
  }

  /** How much the engine keeps in memory. */
  kept(): BpfpKept {
    return this.#engine.kept();
  }

  step(input: BpfpInput): readonly BpfpEffect[] {
    if (input.kind === "workChanged") this.#work = input;
    const effects = input.kind === "applied" ? this.#applied(input) : this.#engine.step(input);
    const owed = this.#owed.map((record): BpfpEffect => ({ kind: "persist", record }));
    this.#owed = [];
    for (const effect of effects)
      if (effect.kind === "persist") this.#records.set(effect.record.kind, effect.record);
    // Where an observer stands must not be taken for where its silent key has been: it would account for too much.
    if (this.#silentUntil !== undefined) return effects.filter(({ kind }) => kind !== "persist");
    return [...owed, ...effects];
  }

  get #silentUntil(): Height | undefined {
    if (this.silences.length === 0) return undefined;
    if (membersWith(this.#membership, this.votingKeys).length > 0) return undefined;
    const keys = this.#membership.members.map(({ votingKey }) => votingKey);
    const mine = this.silences.find(({ key }) => keys.includes(key) && this.isSilent(key, this.#height));
    return mine && this.lastWithout(mine);
  }

  #applied(input: Extract<BpfpInput, { kind: "applied" }>): readonly BpfpEffect[] {
    const before = this.votingKeys.length;
    this.#membership = input.membership;
    this.#height = (input.height + 1) as Height;
    if (this.votingKeys.length === before) return this.#engine.step(input);
    // A silence ends. As after a restart: what the engine said to itself about the next height, others say again.
    const { height, hash, membership } = input;
    const records = [...this.#records.values()].flatMap((record) => stillMeant(record, membership));
    this.#owed = records;
    const uncertified = this.#options.uncertified();
    this.#engine = this.#begin({ membership, height, hash, uncertified, records });
    return this.#work === undefined ? [] : this.#engine.step(this.#work);
  }

  #begin(start: BpfpStart): BpFastPaxos {
    const config = { ...this.#options.config, votingKeys: this.votingKeys };
    const raised = this.#raised(start);
    if (raised === undefined)
      return new BpFastPaxos(config, { ...start, forgotten: this.#forgottenAt(start) });
    const records = [...start.records.filter(({ kind }) => kind !== raised.kind), raised];
    this.#owed = records;
    return new BpFastPaxos(config, { ...start, records });
  }

  #forgottenAt(start: BpfpStart): View | undefined {
    const key = this.votingKeys.find((one) => nextHeight(start, one).isProposer);
    const votes = key && this.#options.lastVotes(key);
    return key && votes && forgottenRound(votes, start.records, nextHeight(start, key));
  }

  /**
   * The record that an acceptor is in the round in which its key has spoken last, where the records say less of it: it has
   * promised to vote in none below, at any height. (A proposer promises nothing.)
   */
  #raised({ membership, height, records }: BpfpStart): BpfpRecord | undefined {
    const { lastVotes, membershipAt } = this.#options;
    const [me] = membersWith(membership, this.votingKeys);
    const member = me === undefined ? undefined : membership.members[me];
    const votes = member?.role === "acceptor" ? lastVotes(member.votingKey) : undefined;
    if (votes === undefined || votes.height > height + 1) return undefined;
    if (membershipAt(votes.height).from !== membership.from) return undefined;
    const progress = recordAmong(records, "progress", membership.from);
    const round = votes.slots.at(-1)?.view ?? (0 as View);
    if (round <= (progress?.round ?? 0)) return undefined;
    return { kind: "progress", membership: membership.from, round, vote: undefined };
  }
}

/** The height that a key is to speak for next. */
function nextHeight({ membership, height }: BpfpStart, key: PublicKey): NextHeight {
  const next = { height: (height + 1) as Height, membership: membership.from };
  return { ...next, isProposer: isProposer(membership, key) };
}

function isProposer(membership: Membership, key: PublicKey): boolean {
  const [me] = membersWith(membership, [key]);
  return me !== undefined && membership.members[me]?.role === "proposer";
}

/** What a record still means at a height for which nothing was said yet. */
function stillMeant(record: BpfpRecord, membership: Membership): BpfpRecord[] {
  if (record.membership !== membership.from || record.kind === "proposed") return [];
  return record.kind === "progress" ? [{ ...record, vote: undefined }] : [record];
}
