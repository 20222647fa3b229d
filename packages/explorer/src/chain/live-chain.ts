// What happens at the node now, for all pages: the last blocks, how long each took, where consensus stands. Fed by
// subscriptions, which go on by themselves after a cut. Bounded: old things are forgotten. Tells its listeners at most four
// times a second, however fast blocks come, and nothing while it is paused.
import type { RpcSocket, StreamedEvent } from "@witan/client";
import type { VoteStatus } from "../consensus-words.ts";
import { countText, shortText, spanText } from "../words.ts";

/** A block in short. */
export interface LiveBlock {
  readonly height: number;
  readonly hash: string;
  readonly timestamp: number;
  readonly proposer: string | null;
  readonly transactions: number;
  /** Unknown of blocks that came before the page was opened. */
  readonly view: number | null;
  readonly signers: readonly string[];
  readonly tookMs: number | null;
}

/** Something that happened in consensus, for people. */
export interface Happening {
  readonly id: number;
  readonly at: number;
  readonly kind: "block" | "view" | "round" | "undone" | "gap";
  readonly text: string;
}

/** Where consensus stands. */
export type LivePhase = Extract<StreamedEvent["event"], { type: "phase" | "round-phase" }>;

/** Who leads, in which view or round. */
export interface LiveTurn {
  readonly kind: "view" | "round";
  readonly height: number;
  readonly number: number;
  readonly proposer: string;
}

/** Whether events come, and if not, why. `lost`: it is tried again. `refused`: for good. */
export type LiveState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "lost"; readonly message: string }
  | { readonly kind: "refused"; readonly error: unknown };

/** All of it, at one moment. */
export interface LiveView {
  readonly state: LiveState;
  readonly isPaused: boolean;
  /** Descending. */
  readonly blocks: readonly LiveBlock[];
  /** Newest first. */
  readonly happenings: readonly Happening[];
  readonly phase: LivePhase | undefined;
  readonly turn: LiveTurn | undefined;
  /** Counts up with everything that happens: who shows what a node said asks again. */
  readonly change: number;
}

const BLOCKS_MAX = 120;
const HAPPENINGS_MAX = 40;
const TELL_MS = 250;

/** Follows a node. */
export class LiveChain {
  readonly #listeners = new Set<() => void>();
  #now: LiveView = {
    ...{ state: { kind: "connecting" }, isPaused: false, blocks: [], happenings: [] },
    ...{ phase: undefined, turn: undefined, change: 0 },
  };
  #shown: LiveView = this.#now;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastId = 0;
  #isClosed = false;

  /** Begins to follow. Ends with the socket. */
  follow(socket: RpcSocket): void {
    void this.#askTurn(socket);
    void this.#read(socket);
  }

  /** What listeners were told last. The same object until they are told again. */
  get view(): LiveView {
    return this.#shown;
  }

  /** Hears of changes; gives what ends that. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Nothing that is shown changes by itself while it is paused. */
  setPaused(isPaused: boolean): void {
    this.#now = { ...this.#now, isPaused };
    this.#tell();
  }

  /** Blocks that a node listed, from before the subscription. */
  addBlocks(blocks: readonly Omit<LiveBlock, "view" | "signers" | "tookMs">[]): void {
    const added = blocks.map((block) => ({ ...block, view: null, signers: [], tookMs: null }));
    this.#addBlocks(added);
  }

  /** Who signed a block of which nobody was known so far: of BP Fast Paxos certificates come after their blocks. */
  addSigners(hash: string, signers: readonly string[]): void {
    const isSame = (block: LiveBlock): boolean => block.hash === hash && block.signers.length === 0;
    if (signers.length === 0 || !this.#now.blocks.some(isSame)) return;
    this.#set({ blocks: this.#now.blocks.map((block) => (isSame(block) ? { ...block, signers } : block)) });
  }

  /** Nobody is told any more. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  /** The view or round that this begins in: without it the first event would look like a change. */
  async #askTurn(socket: RpcSocket): Promise<void> {
    try {
      const status = await socket.call("consensus_status", {});
      if (this.#now.turn === undefined && status.mode !== "pow") this.#set({ turn: turnOf(status) });
    } catch {
      // No connection, which the stream tells.
    }
  }

  async #read(socket: RpcSocket): Promise<void> {
    try {
      const stream = socket.subscribe(
        { to: "consensus" },
        {
          onState: (state) => {
            const lost = (message: string): LiveState => ({ kind: "lost", message });
            this.#set({ state: state.connected ? { kind: "live" } : lost(state.failure.message) });
          },
        },
      );
      for await (const { event } of stream) this.#take(event);
    } catch (error) {
      if (this.#isClosed) return;
      this.#set({ state: { kind: "refused", error } });
    }
  }

  #take(event: StreamedEvent["event"]): void {
    switch (event.type) {
      case "final-block":
        this.#addBlocks([event]);
        this.#happen("block", blockSentence(event, this.#now.turn?.kind ?? "view"));
        return;
      // In proof of work, where blocks come and may go.
      case "block":
        this.#addBlocks([{ ...event, view: null, signers: [], tookMs: null }]);
        this.#happen("block", `Block ${event.height} is on the chain: ${transactionsText(event)}.`);
        return;
      case "undone-block":
        this.#set({ blocks: this.#now.blocks.filter(({ hash }) => hash !== event.hash) });
        this.#happen("undone", `Block ${event.height}, ${shortText(event.hash)}, is on the chain no more.`);
        return;
      case "view":
        this.#turn({ ...event, kind: "view", number: event.view });
        return;
      case "round":
        this.#turn({ ...event, kind: "round", number: event.round });
        return;
      case "phase":
      case "round-phase":
        this.#set({ phase: event });
        return;
      case "gap":
        this.#happen("gap", `What happened after block ${event.fromHeight} in between was not told.`);
        return;
      default:
    }
  }

  #turn({ kind, height, number, proposer }: LiveTurn): void {
    const before = this.#now.turn;
    this.#set({ turn: { kind, height, number, proposer } });
    // It lasts over many blocks: told is that it is another one.
    if (number !== (before?.number ?? 0))
      this.#happen(kind, `Block ${height}: ${kind} ${number} begins, ${proposer} proposes.`);
  }

  #addBlocks(blocks: readonly LiveBlock[]): void {
    const byHeight = new Map(this.#now.blocks.map((block) => [block.height, block]));
    for (const block of blocks) {
      const known = byHeight.get(block.height);
      if (known === undefined || known.signers.length === 0) byHeight.set(block.height, block);
    }
    const sorted = [...byHeight.values()].sort((a, b) => b.height - a.height);
    this.#set({ blocks: sorted.slice(0, BLOCKS_MAX) });
  }

  #happen(kind: Happening["kind"], text: string): void {
    this.#lastId += 1;
    const happening = { id: this.#lastId, at: Date.now(), kind, text };
    this.#set({ happenings: [happening, ...this.#now.happenings].slice(0, HAPPENINGS_MAX) });
  }

  #set(change: Partial<LiveView>): void {
    this.#now = { ...this.#now, ...change, change: this.#now.change + 1 };
    if (this.#timer !== undefined || this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (!this.#now.isPaused) this.#tell();
    }, TELL_MS);
  }

  #tell(): void {
    this.#shown = this.#now;
    for (const listener of this.#listeners) listener();
  }
}

function turnOf(status: VoteStatus): LiveTurn {
  const { height } = status;
  if (status.mode === "bp-fast-paxos")
    return { kind: "round", height, number: status.round, proposer: status.proposer };
  return { kind: "view", height, number: status.view, proposer: status.primary };
}

function blockSentence(block: LiveBlock, turn: LiveTurn["kind"]): string {
  const { height, proposer, view, tookMs } = block;
  const by = proposer === null ? "" : `, proposed by ${proposer}`;
  const took = tookMs === null ? "" : ` after ${spanText(tookMs)}`;
  return `Block ${height} is final${took}${by}${view === null ? "" : ` in ${turn} ${view}`}: ${transactionsText(block)}.`;
}

function transactionsText({ transactions }: { readonly transactions: number }): string {
  return countText(transactions, "transaction");
}
