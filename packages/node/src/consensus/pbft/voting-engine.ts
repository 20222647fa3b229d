// The PBFT engine of a node that may have lost data. While the engine's records are older than the signer guard of a key,
// the engine does not have that key: it follows the chain as an observer's does, keeps nothing, and begins anew with the
// key behind the last height that the key has voted at. And it never begins in a view below the one in which its key has
// voted last. Must never let such a key vote earlier, nor write over old records while they are wanted.
import {
  type Engine,
  membersWith,
  Pbft,
  type PbftConfig,
  type PbftEffect,
  type PbftInput,
  type PbftKept,
  type PbftRecord,
  type PbftStart,
  type PbftStatus,
} from "@witan/consensus";
import type { Height, Membership, PbftCertificate, PublicKey, View } from "@witan/primitives";
import type { LastVotes } from "../../ports.ts";
import { progressOf, unaccounted } from "./accounts.ts";

/** A voting key that signs no vote for some time. */
export interface Silence {
  readonly key: PublicKey;
  /** The last height without its votes. */
  readonly until: Height;
  /** What it has signed that the records know nothing of. */
  readonly why: string;
}

/** What the engine of a node is made with. */
export interface VotingEngineOptions {
  /** With all keys of the node. */
  readonly config: PbftConfig;
  readonly start: PbftStart;
  /** What a key has voted for last, by its guard. */
  readonly lastVotes: (key: PublicKey) => LastVotes | undefined;
  /** The membership of a height up to that to be decided. */
  readonly membershipAt: (height: Height) => Membership;
}

/** Where the engine stands. */
export interface VotingStatus extends PbftStatus {
  /** The last height without votes of this node, though it is a member; undefined: it votes, or is an observer. */
  readonly silentUntil: Height | undefined;
}

/** A PBFT engine that votes only with keys whose votes it remembers. */
export class VotingEngine implements Engine<PbftInput, PbftEffect, VotingStatus> {
  /** The keys that were found silent at the start. */
  readonly silences: readonly Silence[];
  readonly #options: VotingEngineOptions;
  #engine: Pbft;
  #membership: Membership;
  /** The height to be decided. */
  #height: Height;
  /** The records as the engine wants them kept, which while it is silent nobody keeps. */
  readonly #records = new Map<PbftRecord["kind"], PbftRecord>();
  /** What must become durable before the engine says anything. */
  #owed: readonly PbftRecord[] = [];
  #work: Extract<PbftInput, { kind: "workChanged" }> | undefined;
  #decision: PbftCertificate | undefined;

  constructor(options: VotingEngineOptions) {
    const { config, start, lastVotes } = options;
    const next = { height: (start.height + 1) as Height, membership: start.membership.from };
    this.#options = options;
    this.silences = config.votingKeys.flatMap((key): Silence[] => {
      const votes = lastVotes(key);
      const why = votes && unaccounted(votes, start.records, next);
      return votes && why !== undefined ? [{ key, until: votes.height, why }] : [];
    });
    for (const record of start.records) this.#records.set(record.kind, record);
    this.#membership = start.membership;
    this.#height = next.height;
    this.#engine = this.#begin(start);
  }

  /** The keys that vote at present. */
  get votingKeys(): readonly PublicKey[] {
    return this.#keysAt(this.#height);
  }

  /** Whether a key must sign no vote for a height. */
  isSilent(key: PublicKey, height: Height): boolean {
    return this.silences.some((one) => one.key === key && height <= one.until);
  }

  status(): VotingStatus {
    return { ...this.#engine.status(), silentUntil: this.#silentUntil };
  }

  /** How much the engine keeps in memory. */
  kept(): PbftKept {
    return this.#engine.kept();
  }

  step(input: PbftInput): readonly PbftEffect[] {
    if (input.kind === "workChanged") this.#work = input;
    const effects = input.kind === "applied" ? this.#applied(input) : this.#engine.step(input);
    const owed = this.#owed.map((record): PbftEffect => ({ kind: "persist", record }));
    this.#owed = [];
    for (const effect of effects) {
      if (effect.kind === "persist") this.#records.set(effect.record.kind, effect.record);
      if (effect.kind === "finalize") this.#decision = effect.certificate;
    }
    // Where an observer stands must not be taken for where its silent key has voted: it would account for too much.
    if (this.#silentUntil !== undefined) return effects.filter(({ kind }) => kind !== "persist");
    return [...owed, ...effects];
  }

  #keysAt(height: Height): readonly PublicKey[] {
    return this.#options.config.votingKeys.filter((key) => !this.isSilent(key, height));
  }

  get #silentUntil(): Height | undefined {
    if (this.silences.length === 0) return undefined;
    if (membersWith(this.#membership, this.votingKeys).length > 0) return undefined;
    const keys = this.#membership.members.map(({ votingKey }) => votingKey);
    return this.silences.find(({ key }) => keys.includes(key) && this.isSilent(key, this.#height))?.until;
  }

  #applied(input: Extract<PbftInput, { kind: "applied" }>): readonly PbftEffect[] {
    const before = this.votingKeys.length;
    this.#membership = input.membership;
    this.#height = (input.height + 1) as Height;
    if (this.votingKeys.length === before) return this.#engine.step(input);
    // A silence ends. As after a restart: what the engine said to itself about the next height, others say again.
    const { height, hash, membership } = input;
    const records = [...this.#records.values()].flatMap((record) => stillMeant(record, membership));
    this.#owed = records;
    this.#engine = this.#begin({ membership, height, hash, certificate: this.#decision, records });
    return this.#work === undefined ? [] : this.#engine.step(this.#work);
  }

  #begin(start: PbftStart): Pbft {
    const { config } = this.#options;
    const votingKeys = this.votingKeys;
    const raised = this.#raised(start);
    if (raised === undefined) return new Pbft({ ...config, votingKeys }, start);
    const records = [...start.records.filter(({ kind }) => kind !== raised.kind), raised];
    this.#owed = records;
    return new Pbft({ ...config, votingKeys }, { ...start, records });
  }

  /**
   * The record that a validator is in the view in which its key has voted last, where the records say less of it. It has
   * left the views below: others rest on it that in those it votes for no height, decided since or not.
   */
  #raised({ membership, height, records }: PbftStart): PbftRecord | undefined {
    const { lastVotes, membershipAt } = this.#options;
    const [me] = membersWith(membership, this.votingKeys);
    const key = me === undefined ? undefined : membership.members[me]?.votingKey;
    const votes = key === undefined ? undefined : lastVotes(key);
    if (votes === undefined || votes.height > height + 1) return undefined;
    if (membershipAt(votes.height).from !== membership.from) return undefined;
    const progress = progressOf(records, membership.from);
    const view = votes.slots.at(-1)?.view ?? (0 as View);
    if (view <= (progress?.view ?? 0)) return undefined;
    return {
      kind: "progress",
      membership: membership.from,
      view,
      changing: true,
      accepted: undefined,
      prepared: progress?.prepared,
      announced: undefined,
    };
  }
}

/** What a record still means at a height at which nothing was voted for yet. */
function stillMeant(record: PbftRecord, membership: Membership): PbftRecord[] {
  if (record.kind === "newView") return record.message.message.membership === membership.from ? [record] : [];
  return record.membership === membership.from
    ? [{ ...record, accepted: undefined, prepared: undefined }]
    : [];
}
