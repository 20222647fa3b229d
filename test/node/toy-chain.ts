// A chain for tests of readers of events: blocks with transactions that are names and nothing else, as many as wanted, and
// a count of how often its store was asked.
import type { ValidBlock } from "@witan/ledger";
import type { Clock, Height, Timestamp } from "@witan/primitives";
import type { ChainKeeper } from "../../packages/node/src/chain/chain-keeper.ts";
import { Events } from "../../packages/node/src/events/events.ts";
import { ManualClock, turn } from "./manual-clock.ts";

/** What a block is here. */
interface ToyBlock {
  readonly header: { readonly height: number; readonly timestamp: number; readonly proposer: number };
  readonly hash: string;
  readonly transactions: readonly { readonly id: string; readonly body: object; readonly witness: object }[];
  readonly bytes: Uint8Array;
}

/** The id of a transaction: its height and position, in hex. */
export function idAt(height: number, position: number): string {
  return `${height.toString(16).padStart(32, "0")}${position.toString(16).padStart(32, "0")}`;
}

/** A chain, and the events of a node on it. */
export class ToyChain {
  readonly clock = new ManualClock(0);
  readonly events: Events;
  /** Blocks that were read from the store. */
  reads = 0;
  /** Milliseconds that each takes. */
  readMs = 0;
  readonly #blocks: ToyBlock[] = [];

  /** @param before of each block that there was before this run, how many transactions */
  constructor(
    limits: { readonly records?: number; readonly events?: number } = {},
    before: readonly number[] = [],
  ) {
    for (const count of [0, ...before]) this.#make(count);
    const port = this.clock.port(() => true);
    this.events = new Events({
      chain: this.#keeper(),
      clock: { ...port, monotonicMs: () => port.monotonicMs() } satisfies Clock,
      self: "toy" as never,
      yieldNow: turn,
      consensusStatus: () => undefined as never,
      isStopping: () => false,
      limits,
    });
  }

  get height(): number {
    return this.#blocks.length - 1;
  }

  #make(count: number, size = 200): ToyBlock {
    const height = this.#blocks.length;
    const transactions = Array.from({ length: count }, (_, position) => ({
      id: idAt(height, position),
      body: { kind: "governance" },
      witness: { policies: [] },
    }));
    const bytes = new Uint8Array(Math.max(size, 136));
    new DataView(bytes.buffer).setUint32(132, 4 * count, true);
    const header = { height, timestamp: height, proposer: 0 };
    const block = { header, hash: height.toString(16).padStart(64, "f"), transactions, bytes };
    this.#blocks.push(block);
    return block;
  }

  /** A block is final. */
  final(count = 1, size?: number): void {
    this.events.blockFinal({ block: this.#make(count, size) } as unknown as ValidBlock);
  }

  /** A transaction is pending. */
  admit(id: string): void {
    this.events.admitted([{ transaction: { id, body: { kind: "governance" } } as never }]);
  }

  /** Lets time pass until a promise is kept. */
  async settled<T>(promise: Promise<T>): Promise<T> {
    let isOver = false;
    promise.then(
      () => {
        isOver = true;
      },
      () => {
        isOver = true;
      },
    );
    while (!isOver) {
      await turn();
      this.clock.advance(1);
    }
    return promise;
  }

  #keeper(): ChainKeeper {
    const at = (height: number) => this.#blocks[height];
    const read = (height: number) => {
      this.reads++;
      this.clock.advance(this.readMs);
      return at(height);
    };
    const toy = this;
    return {
      chain: { chainId: "70".repeat(32), genesis: { addressPrefix: "wt" } },
      get tip() {
        const height = toy.height as Height;
        return { height, hash: at(height)?.hash, header: { timestamp: height as number as Timestamp } };
      },
      memberships: () => ({ members: [{ name: "a" }] }),
      block: read,
      blockBytes: (height: number) => read(height)?.bytes,
      header: (height: number) => at(height)?.header,
      hashAt: (height: number) => at(height)?.hash,
      certificate: () => undefined,
      place: () => undefined,
    } as unknown as ChainKeeper;
  }
}
