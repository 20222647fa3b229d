// One WebSocket connection: messages in, answers and events out. Messages are taken up one after the other; while answers
// lie unread, or what was sent is wrong too often, none is taken up, and then none is read.
import type { WebSocket } from "ws";
import type { RpcRole } from "../method.ts";
import { CLOSE_CODES } from "../subscription-events.ts";
import type { EventFeed } from "../subscription-methods.ts";
import { CallSignal } from "./call-signal.ts";
import type { Caller, Calls } from "./calls.ts";
import type { HeldWork } from "./held.ts";
import { Connection, type Load } from "./load.ts";
import type { RpcLimits, RpcObserver } from "./options.ts";
import type { Source } from "./sources.ts";
import { type NoticeSink, type SubscriptionCount, Subscriptions } from "./subscriptions.ts";

/** What a session is made with. */
export interface SessionOptions {
  readonly ws: WebSocket;
  readonly role: RpcRole;
  readonly address: string;
  /** The address that it has connected to. */
  readonly url: string;
  readonly source: Source;
  readonly calls: Calls;
  readonly events: EventFeed;
  readonly load: Load;
  readonly limits: RpcLimits;
  readonly observer: RpcObserver;
  readonly count: SubscriptionCount;
  /** Bytes that have left this process. */
  readonly flushed: () => number;
  readonly onEnd: () => void;
}

/** Messages that wait to be taken up before no more are read. */
const QUEUE_MAX = 32;
const QUEUE_LENGTH_MAX = 1024 * 1024;
/** Messages that are being answered at a time, and how long they may be together. */
const ANSWERING_MAX = 256;
const ANSWERING_LENGTH_MAX = 8 * 1024 * 1024;
/** Of who is often wrong so many: what is taken up at once can't be stopped when the first of it is found to be wrong. */
const ANSWERING_SUSPECT_MAX = 8;
/** With so many bytes unread, no message is taken up. */
const UNREAD_MAX = 1024 * 1024;

/** One connection. */
export class Session implements NoticeSink {
  readonly #options: SessionOptions;
  readonly #connection: Connection;
  readonly #signal = new CallSignal();
  readonly #subscriptions: Subscriptions;
  readonly #caller: Caller;
  #queue: string[] = [];
  #queueLength = 0;
  #answering = 0;
  #answeringLength = 0;
  #isWaiting = false;
  #isEnding = false;
  #pingedMs = performance.now();
  #isAlive = true;
  /** Bytes that had left this process, and since when it has been no more though there were more. */
  #stuck: { readonly flushed: number; readonly sinceMs: number } | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { ws, role, address, url, source, events, limits, count, load } = options;
    this.#subscriptions = new Subscriptions(events, limits, count, this);
    this.#connection = new Connection(source, () => ws.terminate());
    this.#connection.signals.add(this.#signal);
    this.#caller = {
      context: { role, source: address, signal: this.#signal },
      connection: this.#connection,
      url,
      subscriptions: this.#subscriptions,
    };
    ws.on("message", (data, isBinary) => this.#message(data.toString(), isBinary));
    ws.on("pong", () => {
      this.#isAlive = true;
    });
    // Broken frames, messages that are too large: ws closes with the code that says so, and here it was wrong.
    ws.on("error", () => source.wrong(1, performance.now()));
    ws.on("close", () => {
      this.#queue = [];
      this.#subscriptions.close();
      load.closed(this.#connection);
      options.onEnd();
    });
  }

  /** Looks whether the other side still answers, and whether it reads. */
  look(now: number): void {
    const { ws, limits } = this.#options;
    if (this.#isEnding) return;
    if (this.#subscriptions.isSlow(now) || this.#isStuck(now)) {
      this.slow();
      return;
    }
    // Who is kept waiting is not read from, and so not heard.
    if (ws.isPaused) this.#pingedMs = now;
    if (now - this.#pingedMs < limits.pingMs) return;
    if (!this.#isAlive) {
      // It reads nothing, or is gone: a reader of events hears of that if it reads on.
      if (this.#subscriptions.isEmpty) ws.terminate();
      else this.slow();
      return;
    }
    this.#isAlive = false;
    this.#pingedMs = now;
    ws.ping();
  }

  /** Ends the connection; resolves when it has ended, which it has after so long. */
  end(code: number, reason: string, graceMs: number): Promise<void> {
    const { ws } = this.#options;
    this.#isEnding = true;
    this.#signal.abort();
    return new Promise((resolve) => {
      if (ws.readyState === ws.CLOSED) resolve();
      ws.once("close", () => resolve());
      // What is being answered is told what is known first, and nobody is cut off before it was told why.
      setImmediate(() => {
        ws.close(code, reason);
        setTimeout(() => ws.terminate(), graceMs).unref();
      });
    });
  }

  send(texts: readonly string[], sent: () => void): void {
    const { ws } = this.#options;
    if (ws.readyState !== ws.OPEN) return;
    texts.forEach((text, at) => {
      if (at < texts.length - 1) ws.send(text);
      else ws.send(text, () => sent());
    });
  }

  slow(): void {
    if (this.#isEnding) return;
    this.#subscriptions.tellSlow();
    this.#subscriptions.close();
    // It gets as long again to read what was sent before.
    void this.end(
      CLOSE_CODES.slow,
      "events are read too slowly: go on from the last cursor",
      this.#options.limits.slowMs,
    );
  }

  failed(error: unknown): void {
    this.#options.observer.bug(error, "subscribe");
    void this.end(CLOSE_CODES.internal, "the node failed: its log says more", this.#options.limits.slowMs);
  }

  #message(text: string, isBinary: boolean): void {
    if (this.#isEnding) return;
    if (isBinary) {
      this.#options.source.wrong(1, performance.now());
      void this.end(CLOSE_CODES["not-text"], "send JSON as text", this.#options.limits.slowMs);
      return;
    }
    this.#queue.push(text);
    this.#queueLength += text.length;
    this.#takeUp();
  }

  /** Takes up what has come, as long as there is nothing against it. */
  #takeUp(): void {
    const { ws } = this.#options;
    while (this.#queue.length > 0 && !this.#isFull()) {
      const length = this.#queue[0]?.length ?? 0;
      const isLarge = this.#options.source.isLarge(length) && !this.#connection.isProven;
      const isDoubtful = this.#connection.hasErred || isLarge || this.#isFarAhead();
      if (isDoubtful && this.#isHeld(isLarge)) break;
      this.#takeNext();
    }
    if (this.#queue.length > QUEUE_MAX || this.#queueLength > QUEUE_LENGTH_MAX) ws.pause();
    else if (ws.isPaused) ws.resume();
  }

  /** Whether so much is being answered, or was answered and not read, that nothing more is taken up. */
  #isFull(): boolean {
    const isMuch = this.#answering >= ANSWERING_MAX || this.#answeringLength >= ANSWERING_LENGTH_MAX;
    return isMuch || this.#options.ws.bufferedAmount > UNREAD_MAX;
  }

  /** Whether much is being answered of who may well be wrong. */
  #isFarAhead(): boolean {
    if (this.#answering < ANSWERING_SUSPECT_MAX || this.#connection.isProven) return false;
    return this.#options.source.isSuspect;
  }

  #takeNext(end: () => void = () => undefined): void {
    const text = this.#queue.shift();
    if (text === undefined) {
      end();
      return;
    }
    this.#queueLength -= text.length;
    this.#answering++;
    this.#answeringLength += text.length;
    this.#answer(text).finally(end);
  }

  /** Whether the next message has to wait, for what was wrong or is large: then it is taken up when it may be. */
  #isHeld(isLarge: boolean): boolean {
    const { source } = this.#options;
    if (this.#isWaiting) return true;
    if (!isLarge && !source.mustHold(performance.now())) {
      this.#connection.hasErred = false;
      return false;
    }
    this.#isWaiting = true;
    // It waits as long as it takes: nothing else of this connection is read meanwhile.
    const work: HeldWork = {
      begin: (end) => {
        this.#isWaiting = false;
        this.#connection.hasErred = false;
        this.#takeNext(end);
        this.#takeUp();
      },
    };
    if (isLarge) source.holdLarge(work, !this.#connection.wasWrong);
    else source.hold(work);
    return true;
  }

  async #answer(text: string): Promise<void> {
    const { calls, load, ws } = this.#options;
    const begun: string[] = [];
    const answer = await calls.answer(text, { ...this.#caller, begun });
    this.#answering--;
    this.#answeringLength -= text.length;
    if (answer !== undefined && ws.readyState === ws.OPEN) {
      ws.send(answer, () => {
        load.release(this.#connection, answer.length);
        this.#takeUp();
      });
    }
    this.#subscriptions.release(begun);
    this.#takeUp();
  }

  /** Whether nothing of what was sent has been read for too long. */
  #isStuck(now: number): boolean {
    const { ws, flushed, limits } = this.#options;
    const bytes = flushed();
    if (ws.bufferedAmount === 0) this.#stuck = undefined;
    else if (this.#stuck?.flushed !== bytes) this.#stuck = { flushed: bytes, sinceMs: now };
    return this.#stuck !== undefined && now - this.#stuck.sinceMs >= limits.slowMs;
  }
}
