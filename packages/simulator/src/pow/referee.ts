// A node's own fork choice, for races that are counted block by block: the real engine hears of blocks in the order in which
// a race has them, and says where its chain stands. Headers are made up: the host vouches for their hashes, and there is none.
import { type ChainHeader, POW_LIMITS, type PowEffect, type PowInput, ProofOfWork } from "@witan/consensus";
import {
  type BlockHash,
  compactOfTarget,
  type Height,
  type PeerId,
  type Timestamp,
  ZERO_HASH,
} from "@witan/primitives";

/** Nearly every hash is below it: so that a block stands for the same work as any other. */
const TARGET = compactOfTarget(0xffffn << 240n);
const START_MS = 1_000_000;
/** No race has as many blocks as there are milliseconds until then. */
const NOW = (START_MS + 1_000_000_000_000) as Timestamp;
const OTHERS = "others" as PeerId;

/** Makes headers, all of the same work. */
export class Headers {
  readonly genesis: ChainHeader = {
    hash: "0f".repeat(32) as BlockHash,
    height: 0 as Height,
    parent: ZERO_HASH as BlockHash,
    timestamp: START_MS as Timestamp,
    target: 0,
  };
  #made = 0;

  on(parent: ChainHeader): ChainHeader {
    const height = (parent.height + 1) as Height;
    return {
      hash: (++this.#made).toString(16).padStart(16, "0").padEnd(64, "0") as BlockHash,
      height,
      parent: parent.hash,
      timestamp: (START_MS + height) as Timestamp,
      target: TARGET,
    };
  }
}

/** The engine of one node that mines nothing itself. */
export class Referee {
  readonly #headers = new Map<BlockHash, ChainHeader>();
  readonly #engine: ProofOfWork;
  #chain: ChainHeader[];

  constructor({ genesis }: Headers) {
    this.#chain = [genesis];
    const parameters = {
      ...{ initialTarget: TARGET, targetLimit: TARGET, maxFutureDriftMs: 0 },
      ...{ blockIntervalMs: 1, retargetInterval: Number.MAX_SAFE_INTEGER },
    };
    const config = { ...POW_LIMITS, parameters, mines: false };
    this.#engine = new ProofOfWork(config, { headers: this.#chain, records: [], now: NOW });
  }

  get tip(): ChainHeader {
    return this.#chain.at(-1) as ChainHeader;
  }

  get chain(): readonly ChainHeader[] {
    return this.#chain;
  }

  /** Hears of a block. @returns how many blocks were undone for it */
  hear(header: ChainHeader): number {
    this.#headers.set(header.hash, header);
    return this.#feed({ kind: "block", from: OTHERS, header });
  }

  #feed(input: PowInput): number {
    let undone = 0;
    for (const effect of this.#engine.step(input)) undone += this.#carryOut(effect);
    return undone;
  }

  #carryOut(effect: PowEffect): number {
    if (effect.kind === "fetchBody")
      return this.#feed({ kind: "block", from: OTHERS, header: this.#known(effect.hash) });
    if (effect.kind !== "switchTip") return 0;
    const { undo, apply } = effect;
    this.#chain.splice(this.#chain.length - undo.length);
    for (const hash of apply) this.#chain.push(this.#known(hash));
    return undo.length + this.#feed({ kind: "switched", tip: this.tip.hash, invalid: undefined });
  }

  #known(hash: BlockHash): ChainHeader {
    return this.#headers.get(hash) as ChainHeader;
  }
}
