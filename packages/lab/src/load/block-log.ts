// When each node of a network reported each block, and how many transfers its blocks hold: what tells that a load is
// through, without asking anyone.
import type { NodeBlock } from "../node-run.ts";
import { sharedNow } from "./load-messages.ts";

/** A block as a node reported it. */
export interface ReportedBlock {
  /** In milliseconds since 1970, when its line arrived. */
  readonly at: number;
  readonly transfers: number;
}

/** A block that a node took back: under proof of work another branch came in its place. */
export interface UndoneBlock extends ReportedBlock {
  readonly height: number;
  /** When the first block of the other branch was reported. */
  readonly undoneAt: number;
}

interface NodeLog {
  /** Of the branch that the node is on. */
  readonly blocks: Map<number, ReportedBlock>;
  readonly undone: UndoneBlock[];
  tip: number;
}

/** How long is waited. */
export interface UntilOptions {
  readonly signal: AbortSignal;
  /** Without a block for so long it is over, in milliseconds. */
  readonly stallMs: number;
}

/** Notes blocks as they are reported. */
export class BlockLog {
  readonly #nodes: readonly NodeLog[];
  #above = 0;
  #changed: () => void = () => {};

  constructor(nodes: number) {
    this.#nodes = Array.from({ length: nodes }, () => ({ blocks: new Map(), undone: [], tip: 0 }));
  }

  /** A node reported a block just now. A height that it had reported before is another block than it was. */
  note({ height, transfers }: NodeBlock, node: number): void {
    const log = this.#nodes[node];
    if (log === undefined) return;
    const at = sharedNow();
    for (; log.tip >= height; log.tip--) {
      const gone = log.blocks.get(log.tip);
      if (gone === undefined) continue;
      log.undone.push({ ...gone, height: log.tip, undoneAt: at });
      log.blocks.delete(log.tip);
    }
    log.tip = height;
    log.blocks.set(height, { at, transfers });
    this.#changed();
  }

  /** `until` counts transfers of blocks above a height from now on. */
  countFrom(height: number): void {
    this.#above = height;
  }

  /** The blocks of the branch that a node is on, by height: those that it reported. */
  blocks(node: number): ReadonlyMap<number, ReportedBlock> {
    return this.#nodes[node]?.blocks ?? new Map();
  }

  /** What a node took back, in the order of time. */
  undone(node: number): readonly UndoneBlock[] {
    return this.#nodes[node]?.undone ?? [];
  }

  /**
   * When a node had each height final, in milliseconds since 1970.
   * @param depth so many blocks, its own counted, make a block final: 1 but under proof of work
   */
  finalAt(node: number, depth = 1): ReadonlyMap<number, number> {
    const { blocks } = this.#nodes[node] ?? { blocks: new Map<number, ReportedBlock>() };
    const at = new Map<number, number>();
    for (const height of blocks.keys()) {
      const last = blocks.get(height + depth - 1);
      if (last !== undefined) at.set(height, last.at);
    }
    return at;
  }

  /** Waits until every node has reported so many transfers; ends too when no node reports any more. */
  async until(transfers: number, options: UntilOptions): Promise<void> {
    await this.#while((log) => this.#counted(log) < transfers, options);
  }

  /** Waits until every node has reported a height; ends too when no node reports any more. */
  async reached(height: number, options: UntilOptions): Promise<void> {
    await this.#while(({ tip }) => tip < height, options);
  }

  async #while(lacks: (log: NodeLog) => boolean, { signal, stallMs }: UntilOptions): Promise<void> {
    while (this.#nodes.some(lacks)) {
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

  #counted({ blocks }: NodeLog): number {
    let sum = 0;
    for (const [height, { transfers }] of blocks) if (height > this.#above) sum += transfers;
    return sum;
  }
}
