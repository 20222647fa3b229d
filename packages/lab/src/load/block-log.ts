// When each node of a network reported each block, and how many transfers its blocks hold: what tells that a load is
// through, without asking anyone.
import type { NodeBlock } from "../node-run.ts";
import { sharedNow } from "./load-messages.ts";

interface NodeLog {
  readonly reportedAt: Map<number, number>;
  transfers: number;
}

/** How long is waited. */
export interface UntilOptions {
  readonly signal: AbortSignal;
  /** Without a block for so long it is over, in milliseconds. */
  readonly stallMs: number;
}

/** Notes blocks as they are reported. */
export class BlockLog {
  #nodes: readonly NodeLog[];
  #above = 0;
  #changed: () => void = () => {};

  constructor(nodes: number) {
    this.#nodes = Array.from({ length: nodes }, () => ({ reportedAt: new Map(), transfers: 0 }));
  }

  /** A node reported a block just now. */
  note({ height, transfers }: NodeBlock, node: number): void {
    const log = this.#nodes[node];
    if (log === undefined || height <= this.#above) return;
    log.reportedAt.set(height, sharedNow());
    log.transfers += transfers;
    this.#changed();
  }

  /** Forgets what was, and counts blocks above a height from now on. */
  countFrom(height: number): void {
    this.#above = height;
    this.#nodes = this.#nodes.map(() => ({ reportedAt: new Map(), transfers: 0 }));
  }

  /** When a node reported each height, in milliseconds since 1970. */
  reportedAt(node: number): ReadonlyMap<number, number> {
    return this.#nodes[node]?.reportedAt ?? new Map();
  }

  /** Waits until every node has reported so many transfers; ends too when no node reports any more. */
  async until(transfers: number, { signal, stallMs }: UntilOptions): Promise<void> {
    while (this.#nodes.some((log) => log.transfers < transfers)) {
      signal.throwIfAborted();
      const isOver = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(true), stallMs);
        this.#changed = () => {
          clearTimeout(timer);
          resolve(false);
        };
      });
      if (isOver) return;
    }
  }
}
