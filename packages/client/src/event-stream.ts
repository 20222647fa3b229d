// The events of one subscription, to be read with `for await`: across cut connections and restarts of the node, each event
// once and in order, since it goes on from the cursor behind the last one that was taken. Memory is bounded: who reads more
// slowly than events come is cut off the connection's stream, and goes on from there.
import type { CancelSignal } from "@witan/primitives";
import type { CallParamsOf, SubscriptionEvent, SubscriptionNotice } from "@witan/rpc";
import { isAskFailure, isPassing } from "./outcome-loop.ts";
import { type ClientClock, pause } from "./platform-clock.ts";
import type { RpcConnectionError } from "./rpc-failures.ts";

/** What is subscribed to: `{to: "blocks"}`, `{to: "transactions", addresses: […]}`, `{to: "consensus"}`. */
export type SubscriptionRequest = CallParamsOf<"subscribe">;

/** An event, and the cursor that stands behind it: kept, it is where another stream goes on. */
export interface StreamedEvent {
  readonly cursor: string;
  readonly event: Exclude<SubscriptionEvent, { readonly type: "slow" | "progress" }>;
}

/** Whether events are coming. */
export type StreamState =
  | { readonly connected: true }
  | { readonly connected: false; readonly failure: Error };

/** How a stream is read. */
export interface StreamOptions {
  /** Ends the stream; the loop that reads it ends as after its last event. */
  readonly signal?: CancelSignal;
  /** Hears whenever events begin to come, and when the connection is lost; it is made anew by itself. */
  readonly onState?: (state: StreamState) => void;
}

/** Events that came over one connection and wait to be read. */
export class EventQueue {
  readonly #notices: SubscriptionNotice[] = [];
  readonly #max: number;
  readonly #onFull: () => void;
  #isEnded = false;
  #wake: () => void = () => {};

  /** @param onFull called when more came than may wait: nothing more is taken then */
  constructor(max: number, onFull: () => void) {
    this.#max = max;
    this.#onFull = onFull;
  }

  /** Takes a notice. */
  push(notice: SubscriptionNotice): void {
    if (this.#isEnded) return;
    this.#notices.push(notice);
    this.#wake();
    if (this.#notices.length < this.#max) return;
    this.end();
    this.#onFull();
  }

  /** What is there is still read; nothing is taken any more. */
  end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  /** The next notice, as soon as there is one; undefined when there will be none. */
  async next(): Promise<SubscriptionNotice | undefined> {
    for (;;) {
      const first = this.#notices.shift();
      if (first !== undefined || this.#isEnded) return first;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** A subscription that stands. */
export interface OpenFeed {
  /** Where it begins. */
  readonly cursor: string;
  readonly queue: EventQueue;
  /** Tells the node that nobody reads any more; harmless if it is over. */
  close(): void;
}

/** What a stream needs of who connects. */
export interface StreamSource {
  readonly clock: ClientClock;
  /** Subscribes, connecting first where there is no connection. @throws as `RpcClient.call` */
  open(request: SubscriptionRequest, signal: CancelSignal | undefined): Promise<OpenFeed>;
  /** Why a connection has ended; undefined while it stands. */
  lastFailure(): RpcConnectionError | undefined;
  /** Hears that a stream is read no more. */
  onEnd(stream: EventStream): void;
}

/** From one attempt to connect to the next: doubled each time until an event was read. */
const PAUSE_MS = 100;
const PAUSE_MS_MAX = 5_000;

/** Events, to be read once, by one reader. */
export class EventStream implements AsyncIterable<StreamedEvent> {
  readonly #source: StreamSource;
  readonly #request: SubscriptionRequest;
  readonly #options: StreamOptions;
  readonly #stop = new AbortController();
  readonly #aborted: Promise<undefined>;
  #cursor: string | undefined;

  constructor(source: StreamSource, request: SubscriptionRequest, options: StreamOptions) {
    this.#source = source;
    this.#request = request;
    this.#options = options;
    this.#cursor = request.after;
    this.#aborted = new Promise((resolve) => {
      this.#stop.signal.addEventListener("abort", () => resolve(undefined), { once: true });
    });
    const { signal } = options;
    if (signal?.aborted === true) this.close();
    else signal?.addEventListener("abort", () => this.close(), { once: true });
  }

  /** Behind what was read last, or told to be passed over; undefined before the node has answered for the first time. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** Ends the stream. */
  close(): void {
    this.#stop.abort();
  }

  /**
   * Reads.
   * @throws {RpcCallError} the node refuses for good: the token, the cursor
   * @throws {RpcAnswerError | RpcConnectionError} what answers is no node of this contract
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<StreamedEvent, void, undefined> {
    try {
      yield* this.#events(this.#stop.signal);
    } finally {
      this.#source.onEnd(this);
    }
  }

  async *#events(signal: AbortSignal): AsyncGenerator<StreamedEvent, void, undefined> {
    const { clock } = this.#source;
    let pauseMs = 0;
    let triedAt = clock.monotonicMs();
    while (!signal.aborted) {
      // Counted from the attempt before, so that a connection that stood for long is made anew at once. One that was made
      // and told nothing counts as an attempt: who takes every subscription and cuts it must not be asked without end.
      const leftMs = triedAt + pauseMs - clock.monotonicMs();
      if (leftMs > 0) await pause(clock, leftMs, signal);
      if (signal.aborted) return;
      triedAt = clock.monotonicMs();
      pauseMs = Math.min(Math.max(2 * pauseMs, PAUSE_MS), PAUSE_MS_MAX);
      const feed = await this.#open();
      if (feed === undefined) continue;
      const end = () => feed.queue.end();
      signal.addEventListener("abort", end, { once: true });
      try {
        for await (const event of this.#read(feed)) {
          pauseMs = PAUSE_MS;
          yield event;
        }
      } finally {
        signal.removeEventListener("abort", end);
        feed.close();
      }
      const failure = this.#source.lastFailure();
      if (failure !== undefined && !signal.aborted) this.#options.onState?.({ connected: false, failure });
    }
  }

  /** Subscribes from the cursor; undefined if it may go well a moment later. */
  async #open(): Promise<OpenFeed | undefined> {
    const request = this.#cursor === undefined ? this.#request : { ...this.#request, after: this.#cursor };
    const { signal } = this.#stop;
    const opening = this.#source.open(request, signal);
    try {
      const feed = await Promise.race([opening, this.#aborted]);
      if (feed === undefined) {
        opening.then(
          (late) => late.close(),
          () => {},
        );
        return undefined;
      }
      // Kept at once: what happens before the first event must not be passed over if the connection breaks now.
      this.#cursor ??= feed.cursor;
      this.#options.onState?.({ connected: true });
      return feed;
    } catch (error) {
      if (signal.aborted) return undefined;
      if (!isAskFailure(error) || !isPassing(error)) throw error;
      this.#options.onState?.({ connected: false, failure: error });
      return undefined;
    }
  }

  async *#read({ queue }: OpenFeed): AsyncGenerator<StreamedEvent, void, undefined> {
    for (;;) {
      const notice = await queue.next();
      if (notice === undefined || this.#stop.signal.aborted) return;
      const { cursor, event } = notice;
      this.#cursor = cursor;
      if (event.type !== "slow" && event.type !== "progress") yield { cursor, event };
    }
  }
}
