// Headers for tests: mined for real, under targets that a few tries meet.
import { type ChainHeader, POW_LIMITS, type PowConfig, type PowParameters } from "@witan/consensus";
import {
  type BlockHash,
  compactOfTarget,
  type Height,
  medianTimestamp,
  meetsTarget,
  nextTarget,
  sha256Hex,
  type Timestamp,
  targetOfCompact,
  ZERO_HASH,
} from "@witan/primitives";

/** One hash in four meets the limit. */
export const PARAMETERS: PowParameters = {
  initialTarget: compactOfTarget(1n << 253n),
  targetLimit: compactOfTarget(1n << 254n),
  blockIntervalMs: 1_000,
  retargetInterval: 8,
  maxFutureDriftMs: 5_000,
};

export const CONFIG: PowConfig = { ...POW_LIMITS, parameters: PARAMETERS, mines: false, resendTicks: 10 };

/** The time of block 0. */
export const START = 1_000_000 as Timestamp;

export const GENESIS: ChainHeader = {
  hash: "0f".repeat(32) as BlockHash,
  height: 0 as Height,
  parent: ZERO_HASH as BlockHash,
  timestamp: START,
  target: 0,
};

/** What a header is made with; what is not said is as the rules want it. */
export interface Wanted {
  readonly timestamp?: number;
  readonly target?: number;
  readonly height?: number;
  /** False: a hash above the target. */
  readonly works?: boolean;
}

/** Makes headers, and knows all that it made. */
export class Mine {
  readonly headers = new Map<BlockHash, ChainHeader>([[GENESIS.hash, GENESIS]]);
  readonly parameters: PowParameters;
  #made = 0;

  constructor(parameters: PowParameters = PARAMETERS) {
    this.parameters = parameters;
  }

  /** All headers from block 0 to this one. */
  line(to: ChainHeader): readonly ChainHeader[] {
    const line = [to];
    for (let at = to; at.height > 0; line.push(at)) at = this.headers.get(at.parent) as ChainHeader;
    return line.reverse();
  }

  /** A header on this one. */
  on(parent: ChainHeader, wanted: Wanted = {}): ChainHeader {
    const line = this.line(parent);
    const history = { height: parent.height, header: (height: number) => line[height] as ChainHeader };
    const target = wanted.target ?? nextTarget(this.parameters, history);
    const rest = {
      height: (wanted.height ?? parent.height + 1) as Height,
      parent: parent.hash,
      timestamp: (wanted.timestamp ??
        Math.max(parent.timestamp, medianTimestamp(history)) + 1_000) as Timestamp,
      target,
    };
    // Under a target that is none nothing works.
    const works = wanted.works ?? targetOfCompact(target) !== undefined;
    for (;;) {
      const hash = sha256Hex(new TextEncoder().encode(`${parent.hash} ${this.#made++}`)) as BlockHash;
      if (meetsTarget(hash, target) !== works) continue;
      const header = { hash, ...rest };
      this.headers.set(hash, header);
      return header;
    }
  }

  /** So many headers, each on the one before. */
  branch(from: ChainHeader, length: number, wanted: Wanted = {}): readonly ChainHeader[] {
    const made: ChainHeader[] = [];
    for (let at = from; made.length < length; made.push(at)) at = this.on(at, wanted);
    return made;
  }
}
