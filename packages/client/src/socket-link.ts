// One WebSocket connection to a node, from its opening to its end: calls, each with its answer, and the notices of
// subscriptions. Never connects anew: what holds it does.
import type { CancelSignal } from "@witan/primitives";
import { type CallParamsOf, type MethodName, NOTICE_METHOD, type ResultOf } from "@witan/rpc";
import { plainText } from "./plain-text.ts";
import type { ClientClock } from "./platform-clock.ts";
import { judgeAnswer, type ReadAnswer, readAnswer } from "./rpc-answer.ts";
import { RpcCallError, RpcConnectionError } from "./rpc-failures.ts";
import type { RpcPlace } from "./rpc-place.ts";

/** Opens a connection: `new WebSocket`, or what stands in its place. */
export type OpenSocket = (url: string, protocols: string[]) => WebSocket;

/** How a connection is opened. */
export interface LinkOptions {
  readonly place: RpcPlace;
  readonly protocols: readonly string[];
  readonly open: OpenSocket;
  readonly clock: ClientClock;
  /** How long the node may take until the connection stands, in milliseconds. */
  readonly timeoutMs: number;
  /** Hears of each notice that is one; what it says is not checked yet. */
  readonly onNotice: (params: unknown) => void;
}

/** A call over a connection. */
export interface LinkCall<M extends MethodName> {
  readonly method: M;
  readonly params: CallParamsOf<M>;
  readonly timeoutMs: number;
  readonly signal: CancelSignal | undefined;
  /** Hears of the result in the same turn in which it came, before any later message. */
  readonly onResult?: (result: ResultOf<M>) => void;
}

interface Asked {
  readonly answer: (answer: ReadAnswer) => void;
  readonly fail: (failure: RpcConnectionError) => void;
}

/** After so much silence the node is asked for a sign of life: a connection can die without telling. */
const SILENCE_MS = 20_000;
/** For how long it may then say nothing. */
const SIGN_MS = 10_000;
/** Characters of a message: as many as an answer may have over HTTP. */
const MESSAGE_LENGTH_MAX = 128 * 1024 * 1024;

/** A connection that stands, or has ended. */
export class SocketLink {
  /** Resolves when the connection has ended, with why. */
  readonly ended: Promise<RpcConnectionError>;
  readonly #options: LinkOptions;
  readonly #socket: WebSocket;
  readonly #asked = new Map<number, Asked>();
  #lastId = 0;
  #heardAt: number;
  #failure: RpcConnectionError | undefined;
  #end: (failure: RpcConnectionError) => void = () => {};
  #stopWatch: () => void = () => {};

  private constructor(options: LinkOptions, socket: WebSocket) {
    this.#options = options;
    this.#socket = socket;
    this.#heardAt = options.clock.monotonicMs();
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    socket.addEventListener("message", ({ data }) => this.#hear(data));
    socket.addEventListener("close", ({ code, reason }) =>
      this.#fail(endOf(options.place.shown, code, reason)),
    );
  }

  /**
   * Opens a connection.
   * @throws {RpcConnectionError} `unreachable` or `timeout`
   */
  static async open(options: LinkOptions): Promise<SocketLink> {
    const { place, protocols, open, clock, timeoutMs } = options;
    const url = place.shown;
    let socket: WebSocket;
    try {
      socket = open(place.socket, [...protocols]);
    } catch (cause) {
      throw new RpcConnectionError("unreachable", unreachable(url), { url, cause });
    }
    await new Promise<void>((resolve, reject) => {
      const stop = clock.after(timeoutMs, () => {
        socket.close();
        const message = `${url} did not open a WebSocket within ${timeoutMs} ms: is it overloaded, or another program? Try again.`;
        reject(new RpcConnectionError("timeout", message, { url }));
      });
      socket.addEventListener("open", () => {
        stop();
        resolve();
      });
      // The platform says no more than that it failed, so that pages can't look around in a network.
      socket.addEventListener("error", () => {
        stop();
        reject(new RpcConnectionError("unreachable", unreachable(url), { url }));
      });
    });
    const link = new SocketLink(options, socket);
    link.#watch();
    return link;
  }

  /** Whether it still stands. */
  get isOpen(): boolean {
    return this.#failure === undefined;
  }

  /**
   * Asks the node once.
   * @throws as `RpcClient.call`
   */
  ask<M extends MethodName>(call: LinkCall<M>): Promise<ResultOf<M>> {
    const { method, params, onResult } = call;
    const request = { jsonrpc: "2.0", id: ++this.#lastId, method, params };
    return this.#answer(call, request, (answer): ResultOf<M> => {
      const judged = judgeAnswer(method, answer, this.#options.place.shown);
      if (!judged.ok) throw judged.error;
      onResult?.(judged.value);
      return judged.value;
    });
  }

  /** Ends the connection. What was asked and not answered fails. */
  close(): void {
    const { shown: url } = this.#options.place;
    this.#fail(new RpcConnectionError("cancelled", `The connection to ${url} was closed.`, { url }));
  }

  #answer<T>(
    { timeoutMs, signal, method }: Pick<LinkCall<MethodName>, "timeoutMs" | "signal" | "method">,
    request: { readonly id: number; readonly jsonrpc: string },
    read: (answer: ReadAnswer) => T,
  ): Promise<T> {
    const { place, clock } = this.#options;
    const url = place.shown;
    return new Promise<T>((resolve, reject) => {
      const settle = (end: () => void) => {
        this.#asked.delete(request.id);
        stop();
        signal?.removeEventListener("abort", cancel);
        end();
      };
      const fail = (failure: RpcConnectionError) => settle(() => reject(failure));
      const cancel = () =>
        fail(new RpcConnectionError("cancelled", `The call to ${url} was cancelled.`, { url }));
      const stop = clock.after(timeoutMs, () => {
        const message = `${url} did not answer ${method} within ${timeoutMs} ms: is it overloaded? Try again, or allow more time.`;
        fail(new RpcConnectionError("timeout", message, { url }));
      });
      if (this.#failure !== undefined) return fail(this.#failure);
      if (signal?.aborted === true) return cancel();
      signal?.addEventListener("abort", cancel, { once: true });
      const answer = (given: ReadAnswer) =>
        settle(() => {
          try {
            resolve(read(given));
          } catch (error) {
            reject(error);
          }
        });
      this.#asked.set(request.id, { answer, fail });
      this.#socket.send(JSON.stringify(request));
    });
  }

  #hear(data: unknown): void {
    this.#heardAt = this.#options.clock.monotonicMs();
    const value = typeof data === "string" && data.length <= MESSAGE_LENGTH_MAX ? parsed(data) : undefined;
    const answer = readAnswer(value);
    if (answer !== undefined && typeof answer.id === "number") {
      // One that nobody waits for any more came too late.
      this.#asked.get(answer.id)?.answer(answer);
      return;
    }
    const { method, params } = (value ?? {}) as { readonly method?: unknown; readonly params?: unknown };
    if (method === NOTICE_METHOD) this.#options.onNotice(params);
    else this.#fail(strange(this.#options.place.shown, answer));
  }

  #fail(failure: RpcConnectionError): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    this.#stopWatch();
    this.#socket.close();
    for (const { fail } of [...this.#asked.values()]) fail(failure);
    this.#end(failure);
  }

  /** Asks for a sign of life after each silence, and gives up the connection if there is none. */
  #watch(): void {
    if (this.#failure !== undefined) return;
    const { clock, place } = this.#options;
    const leftMs = Math.max(0, this.#heardAt + SILENCE_MS - clock.monotonicMs());
    this.#stopWatch = clock.after(leftMs, () => {
      if (clock.monotonicMs() - this.#heardAt < SILENCE_MS) return this.#watch();
      const ask = this.ask({ method: "chain_head", params: {}, timeoutMs: SIGN_MS, signal: undefined });
      // Any answer is a sign of life, a refusal too.
      ask.then(
        () => this.#watch(),
        (error: unknown) => {
          if (!(error instanceof RpcConnectionError)) return this.#watch();
          const message = `The connection to ${place.shown} has died in silence.`;
          this.#fail(new RpcConnectionError("broken", message, { url: place.shown, cause: error }));
        },
      );
    });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreachable(url: string): string {
  return (
    `No WebSocket connection to ${url}: check the address and the network, and that the node runs; from a web page, that ` +
    "it allows the page's origin (rpc.allowedOrigins)."
  );
}

function endOf(url: string, code: number, reason: string): RpcConnectionError {
  const why = reason === "" ? "" : `: ${plainText(reason, 200)}`;
  const message = `The connection to ${url} has ended (${code}${why}). Connect again.`;
  return new RpcConnectionError("broken", message, { url });
}

/** A message that is for no call: a refusal of the connection as a whole, or nothing that a node sends. */
function strange(url: string, answer: ReadAnswer | undefined): RpcConnectionError {
  if (answer?.body.kind === "error") {
    const cause = new RpcCallError("a WebSocket connection", answer.body.error);
    return new RpcConnectionError("broken", `${url} ended the connection: ${cause.message}`, { url, cause });
  }
  const message = `${url} sends something else than answers and notices: is it the RPC address of a node? Check the port.`;
  return new RpcConnectionError("not-json", message, { url });
}
