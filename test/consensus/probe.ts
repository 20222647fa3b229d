// The engine of one validator of four, spoken to by a test: what it is told, what it does, what it kept. Signatures are
// names: what must hold of a message before the engine sees it is the matter of verify.test.ts.
import {
  asVerified,
  Pbft,
  type PbftConfig,
  type PbftEffect,
  type PbftInput,
  type PbftMessage,
  type PbftRecord,
  type PreparedCertificate,
  type SignedViewChange,
  type ViewChange,
} from "@witan/consensus";
import type {
  BlockHash,
  Height,
  MemberIndex,
  Membership,
  PbftCertificate,
  Signature,
  View,
} from "@witan/primitives";
import { ZERO_HASH } from "@witan/primitives";
import { memberOf } from "../ledger/build.ts";

export const members = ["a", "b", "c", "d"].map((name) => memberOf(name));
export const membership: Membership = { mode: "pbft", from: 1 as Height, members };
export const A = "aa".repeat(32) as BlockHash;
export const B = "bb".repeat(32) as BlockHash;
const CONFIG: Omit<PbftConfig, "votingKeys"> = {
  viewTicks: 10,
  viewTicksMax: 40,
  resendTicks: 1_000,
  bufferedMax: 4,
};

/** How a probe begins otherwise than a new validator. */
export interface ProbeOptions extends Partial<PbftConfig> {
  readonly records?: readonly PbftRecord[];
  readonly height?: number;
  readonly membership?: Membership;
}

/** The engine of a validator, and what it did. */
export class Probe {
  readonly engine: Pbft;
  readonly records = new Map<string, PbftRecord>();
  constructor(me: number, options: ProbeOptions = {}) {
    const { records = [], height = 0, membership: own = membership, ...config } = options;
    for (const record of records) this.records.set(record.kind, record);
    const key = members[me]?.votingKey;
    this.engine = new Pbft(
      { ...CONFIG, votingKeys: key ? [key] : [], ...config },
      {
        membership: own,
        height: height as Height,
        hash: ZERO_HASH as BlockHash,
        certificate: height === 0 ? undefined : certificate(A, height),
        records,
      },
    );
  }
  feed(input: PbftInput): readonly PbftEffect[] {
    const effects = this.engine.step(input);
    for (const effect of effects)
      if (effect.kind === "persist") this.records.set(effect.record.kind, effect.record);
    return effects;
  }
  hear(sender: number, message: PbftMessage): readonly PbftEffect[] {
    const signature = `by ${sender}` as Signature;
    return this.feed({ kind: "message", message: asVerified(sender as MemberIndex, message, signature) });
  }
  ticks(count: number): readonly PbftEffect[] {
    return Array.from({ length: count }, () => this.feed({ kind: "tick" })).flat();
  }
  work(pending: boolean, overdue = false): readonly PbftEffect[] {
    return this.feed({ kind: "workChanged", pending, overdue });
  }
  /** A block is decided by the COMMITs of three, and applied. */
  decide(hash: BlockHash, next = membership): readonly PbftEffect[] {
    const { height, view } = this.engine.status();
    for (const sender of [0, 1, 2]) this.hear(sender, ballot("commit", hash, view, height));
    return this.feed({ kind: "applied", height, hash, membership: next });
  }
  /** What it would be after a crash. */
  restarted(me: number, height = 0): Probe {
    return new Probe(me, { records: [...this.records.values()], height });
  }
}

export function ballot<Kind extends "prePrepare" | "prepare" | "commit">(
  kind: Kind,
  hash = A,
  view = 0,
  height = 1,
) {
  const where = { membership: 1 as Height, view: view as View, height: height as Height };
  return { kind, ...where, blockHash: hash };
}

export function viewChange(view: number, more: Partial<ViewChange> = {}): ViewChange {
  const where = { membership: 1 as Height, view: view as View, decidedHeight: 0 as Height };
  return { kind: "viewChange", ...where, decided: [], prepared: [], ...more };
}

export function prepared(hash: BlockHash, view: number, height = 1): readonly PreparedCertificate[] {
  const { kind: _, ...where } = ballot("prepare", hash, view, height);
  return [{ ...where, primary: "" as Signature, prepares: [] }];
}

/** The NEW-VIEW of a view by VIEW-CHANGEs of 0, 2 and 3. */
export function newView(view: number, more: Partial<Record<0 | 2 | 3, Partial<ViewChange>>> = {}) {
  const viewChanges = ([0, 2, 3] as const).map((sender): SignedViewChange => {
    const { kind: _, ...content } = viewChange(view, more[sender]);
    return { sender: sender as MemberIndex, signature: "" as Signature, content };
  });
  return { kind: "newView", membership: 1 as Height, view: view as View, viewChanges } as const;
}

export function certificate(hash: BlockHash, height: number, view = 0): PbftCertificate {
  const { kind: _, ...where } = ballot("commit", hash, view, height);
  const signatures = [0, 1, 2].map((member) => ({
    member: member as MemberIndex,
    signature: "" as Signature,
  }));
  return { kind: "pbft", ...where, signatures };
}

/** Effects in a word or two each. */
export function said(effects: readonly PbftEffect[]): string[] {
  return effects.map((effect) => {
    if (effect.kind === "broadcast" || effect.kind === "send") return `${effect.kind} ${effect.message.kind}`;
    return effect.kind === "persist" ? `persist ${effect.record.kind}` : effect.kind;
  });
}

export const judged = (hash = A, valid = true, view = 0) =>
  ({ kind: "proposalJudged", height: 1 as Height, view, hash, valid }) as const;

export const built = (hash = A, view = 0) =>
  ({ kind: "proposalBuilt", height: 1 as Height, view, hash }) as const;

/** A backup that has accepted A. */
export function accepted(me = 1): Probe {
  const probe = new Probe(me);
  probe.hear(0, ballot("prePrepare"));
  probe.feed(judged());
  return probe;
}
