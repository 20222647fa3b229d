// The engine of one process, spoken to by a test: what it is told, what it does, what it kept. Two proposers, p and q, and
// four acceptors, a to d; one may crash, three are a quorum. What must hold of a message before the engine sees it is the
// matter of verify.test.ts.
import assert from "node:assert/strict";
import {
  type Accept,
  asAuthentic,
  BpFastPaxos,
  type BpfpConfig,
  type BpfpEffect,
  type BpfpInput,
  type BpfpMessage,
  type BpfpRecord,
  type BpfpStart,
  type Corrections,
  type DecidedMessage,
  type Judgement,
  type Learn,
  type PromiseMessage,
  type RoundBallot,
  type RoundStatus,
  type RoundVote,
  type SealedPromise,
  type TrustChange,
} from "@witan/consensus";
import type { BlockHash, Hash, Height, MemberIndex, Membership, Signature, View } from "@witan/primitives";
import { memberOf } from "../../ledger/build.ts";
import { GENESIS } from "./fakes.ts";

export const [P, Q] = [0, 1];
export const [AA, BB, CC, DD] = [2, 3, 4, 5];
export const NOBODY = 9;
export const members = [
  ...["p", "q"].map((name) => memberOf(name, "proposer")),
  ...["a", "b", "c", "d"].map((name) => memberOf(name, "acceptor")),
];
export const membership: Membership = { mode: "bp-fast-paxos", from: 1 as Height, members };
export const X = "aa".repeat(32) as BlockHash;
export const Y = "bb".repeat(32) as BlockHash;
export const Z = "cc".repeat(32) as BlockHash;

const CONFIG: Omit<BpfpConfig, "votingKeys"> = {
  ...{ roundTicks: 10, roundTicksMax: 40, resendTicks: 1_000, bufferedMax: 4 },
  ...{ minimumSharePermille: 0, detectByzantineAcceptors: false },
};

/** How a probe begins otherwise than a new process. */
export interface ProbeOptions extends Partial<BpfpConfig> {
  readonly records?: readonly BpfpRecord[];
  readonly height?: number;
  readonly membership?: Membership;
  readonly uncertified?: BpfpStart["uncertified"];
  readonly corrections?: Corrections;
}

/** The engine of a process, and what it kept. */
export class Probe {
  readonly engine: BpFastPaxos;
  readonly records = new Map<string, BpfpRecord>();
  readonly #me: number;
  readonly #options: ProbeOptions;

  constructor(me: number, options: ProbeOptions = {}) {
    this.#me = me;
    this.#options = options;
    const { records = [], height = 0, membership: own = membership, uncertified = [], ...rest } = options;
    const { corrections, ...config } = rest;
    for (const record of records) this.records.set(record.kind, record);
    const key = own.members[me]?.votingKey;
    this.engine = new BpFastPaxos(
      { ...CONFIG, votingKeys: key ? [key] : [], ...config },
      { membership: own, height: height as Height, hash: height ? X : GENESIS, uncertified, records },
      ...(corrections ? [corrections] : []),
    );
  }
  feed(input: BpfpInput): readonly BpfpEffect[] {
    const effects = this.engine.step(input);
    for (const effect of effects)
      if (effect.kind === "persist") this.records.set(effect.record.kind, effect.record);
    return effects;
  }
  hear(sender: number, message: BpfpMessage): readonly BpfpEffect[] {
    return this.feed({ kind: "message", message: asAuthentic(sender as MemberIndex, message) });
  }
  ticks(count: number): readonly BpfpEffect[] {
    return Array.from({ length: count }, () => this.feed({ kind: "tick" })).flat();
  }
  work(pending: boolean, overdue = false): readonly BpfpEffect[] {
    return this.feed({ kind: "workChanged", pending, overdue });
  }
  judged(hash = X, judgement: Judgement = "valid"): readonly BpfpEffect[] {
    const { height, round } = this.engine.status();
    return this.feed({ kind: "proposalJudged", height, round, hash, judgement });
  }
  built(hash = X): readonly BpfpEffect[] {
    const { height, round } = this.engine.status();
    return this.feed({ kind: "proposalBuilt", height, round, hash });
  }
  applied(hash = X, next: Membership = this.#options.membership ?? membership): readonly BpfpEffect[] {
    const { height } = this.engine.status();
    return this.feed({ kind: "applied", height, hash, membership: next });
  }
  /** A block comes as final, and is applied. */
  follow(hash = X, next?: Membership): readonly BpfpEffect[] {
    const { height } = this.engine.status();
    this.feed({ kind: "synced", height, hash, certificate: undefined });
    return next ? this.applied(hash, next) : this.applied(hash);
  }
  /** It stops, and starts on what it kept, at the height that it had reached, or at another. */
  restarted(height = this.engine.status().height - 1): Probe {
    const records = [...this.records.values()];
    return new Probe(this.#me, { ...this.#options, records, height });
  }
  get round(): number {
    return this.engine.status().round;
  }
}

/** What effects are, in short. */
export function said(effects: readonly BpfpEffect[]): readonly string[] {
  return effects.map((effect) => {
    switch (effect.kind) {
      case "persist":
        return `persist ${effect.record.kind}`;
      case "broadcast":
        return `${effect.message.kind} to ${effect.to}`;
      case "send":
        return `${effect.message.kind} to ${effect.to}`;
      case "sendAccept":
        return `accept to ${effect.to}`;
      case "sendPromise":
        return `promise to ${effect.to}`;
      case "evidence":
        return `evidence ${effect.evidence.kind}`;
      default:
        return effect.kind;
    }
  });
}

/** What is said to several, in order. */
export function broadcasts(effects: readonly BpfpEffect[]): readonly BpfpMessage[] {
  return effects.flatMap((effect) => (effect.kind === "broadcast" ? [effect.message] : []));
}

/** The only effect of a kind. */
export function only<Kind extends BpfpEffect["kind"]>(
  effects: readonly BpfpEffect[],
  kind: Kind,
): Extract<BpfpEffect, { readonly kind: Kind }> {
  const found = effects.filter((one) => one.kind === kind);
  assert.equal(found.length, 1, `${kind} in ${said(effects)}`);
  return found[0] as Extract<BpfpEffect, { readonly kind: Kind }>;
}

export function ballot(blockHash = X, round = 0, height = 1): RoundBallot {
  return { membership: 1 as Height, round: round as View, height: height as Height, blockHash };
}
export function accept(blockHash = X, round = 0, height = 1, proof: readonly SealedPromise[] = []): Accept {
  return { kind: "accept", ...ballot(blockHash, round, height), proof, signature: [] };
}
export function learn(blockHash = X, round = 0, height = 1): Learn {
  return { kind: "learn", ...ballot(blockHash, round, height), signature: [] };
}
export function trustChange(round: number, reason: TrustChange["reason"] = "suspicion"): TrustChange {
  return { kind: "trustChange", membership: 1 as Height, round: round as View, reason };
}
/** @param voted the round and block of its vote */
export function promise(
  acceptor: number,
  round: number,
  voted?: readonly [number, BlockHash],
  decidedHeight = 0,
): PromiseMessage {
  const vote: readonly RoundVote[] = voted ? [{ round: voted[0] as View, blockHash: voted[1] }] : [];
  return {
    ...{ kind: "promise", membership: 1 as Height, acceptor: acceptor as MemberIndex, round: round as View },
    ...{ decidedHeight: decidedHeight as Height, decidedHash: decidedHeight ? X : GENESIS, vote },
    seal: { kind: "mac", mac: "ee".repeat(32) as Hash },
  };
}
/** Promises of a, b and c for a round. */
export function proof(
  round: number,
  votes: readonly (readonly [number, BlockHash] | undefined)[] = [],
  decided: readonly number[] = [0, 0, 0],
): readonly SealedPromise[] {
  return decided.map((height, at) => promise(AA + at, round, votes[at], height));
}
export function status(
  round: number,
  height = 0,
  { proven = "yes", vote = [] }: Partial<Pick<RoundStatus, "proven" | "vote">> = {},
): RoundStatus {
  const blockHash = height ? X : GENESIS;
  return {
    ...{ kind: "status", membership: 1 as Height, round: round as View },
    ...{ proven, height: height as Height, blockHash, vote },
  };
}
export function decided(height = 1, blockHash = X, by = AA): DecidedMessage {
  const signature = `${by}`.padStart(128, "0") as Signature;
  return { kind: "decided", membership: 1 as Height, height: height as Height, blockHash, signature };
}
/** An acceptor that has voted for X in round 0. */
export function voted(options: ProbeOptions = {}): Probe {
  const probe = new Probe(AA, options);
  probe.hear(P, accept());
  probe.judged();
  return probe;
}
