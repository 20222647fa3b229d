// One engine under test, with a host that carries out switches at once, unless told to wait.
import assert from "node:assert/strict";
import {
  type ChainHeader,
  type PowConfig,
  type PowEffect,
  type PowInput,
  type PowRecord,
  ProofOfWork,
} from "@witan/consensus";
import type { BlockHash, PeerId, Timestamp } from "@witan/primitives";
import { CONFIG, GENESIS, Mine, START } from "./mining.ts";

type EffectOf<Kind extends PowEffect["kind"]> = Extract<PowEffect, { readonly kind: Kind }>;

/** A peer, by a digit. */
export const peer = (digit: number): PeerId => `${digit}`.repeat(76) as PeerId;

export class Stage {
  readonly mine: Mine;
  readonly engine: ProofOfWork;
  readonly all: PowEffect[] = [];
  /** Blocks that break a rule. */
  readonly bad = new Set<BlockHash>();
  record: PowRecord | undefined;
  chain: ChainHeader[];
  isWaiting = false;
  #now = (START + 1_000_000) as Timestamp;

  constructor(config: Partial<PowConfig> = {}, mine = new Mine(), chain = [GENESIS], record?: PowRecord) {
    this.mine = mine;
    this.chain = [...chain];
    this.record = record;
    const records = record ? [record] : [];
    this.engine = new ProofOfWork({ ...CONFIG, ...config }, { headers: chain, records, now: this.#now });
  }

  get tip(): ChainHeader {
    return this.chain.at(-1) as ChainHeader;
  }

  /** Feeds an input, with the answers of the host; gives all effects. */
  step(input: PowInput): readonly PowEffect[] {
    const effects = [...this.engine.step(input)];
    this.all.push(...effects);
    for (const effect of [...effects]) {
      if (effect.kind === "persist") this.record = effect.record;
      if (effect.kind === "switchTip" && !this.isWaiting) effects.push(...this.step(this.carryOut(effect)));
    }
    return effects;
  }

  /** Does what a host does with a switch: all of it, or nothing. */
  carryOut({ undo, apply }: EffectOf<"switchTip">): PowInput {
    const before = this.tip.hash;
    const chain = [...this.chain];
    for (const hash of undo) assert.equal(chain.pop()?.hash, hash, "undone from the tip on");
    for (const hash of apply) {
      const header = this.mine.headers.get(hash) as ChainHeader;
      assert.equal(header.parent, chain.at(-1)?.hash, "applied one after another");
      if (this.bad.has(hash)) return { kind: "switched", tip: before, invalid: hash };
      chain.push(header);
    }
    this.chain = chain;
    return { kind: "switched", tip: this.tip.hash, invalid: undefined };
  }

  blocks(headers: readonly ChainHeader[], from = peer(1)): readonly PowEffect[] {
    return headers.flatMap((header) => this.step({ kind: "block", from, header }));
  }

  headers(headers: readonly ChainHeader[], from = peer(1)): readonly PowEffect[] {
    return this.step({ kind: "headers", from, headers });
  }

  ticks(count: number, aheadMs = 0): readonly PowEffect[] {
    this.#now = (this.#now + aheadMs) as Timestamp;
    return Array.from({ length: count }, () => this.step({ kind: "tick", now: this.#now })).flat();
  }

  get now(): Timestamp {
    return this.#now;
  }
}

/** The effects of one kind. */
export function only<Kind extends PowEffect["kind"]>(
  effects: readonly PowEffect[],
  kind: Kind,
): readonly EffectOf<Kind>[] {
  return effects.filter((effect): effect is EffectOf<Kind> => effect.kind === kind);
}

export const hashes = (headers: readonly ChainHeader[]): readonly BlockHash[] =>
  headers.map(({ hash }) => hash);
