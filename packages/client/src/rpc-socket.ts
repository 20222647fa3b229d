// A node over one WebSocket connection: calls and subscriptions, in Node and in browsers. Connects when it is first asked,
// and again after the connection was lost; a call that was under way then fails, and its caller decides, while subscriptions
// go on by themselves. Close it when it is not needed any more: it keeps a program running.
import type { CancelSignal } from "@witan/primitives";
import {
  type CallParamsOf,
  type MethodName,
  type ResultOf,
  type SubscriptionNotice,
  subscriptionNotice,
  WEBSOCKET_PROTOCOL,
  WEBSOCKET_TOKEN_PREFIX,
} from "@witan/rpc";
import {
  EventQueue,
  EventStream,
  type OpenFeed,
  type StreamOptions,
  type StreamSource,
  type SubscriptionRequest,
} from "./event-stream.ts";
import { type ClientClock, PLATFORM_CLOCK } from "./platform-clock.ts";
import {
  type CallOptions,
  type RpcCaller,
  RpcClient,
  type RpcClientOptions,
  TIMEOUT_MS,
  waitOf,
} from "./rpc-client.ts";
import { RpcCallError, RpcConnectionError } from "./rpc-failures.ts";
import { placeOf, type RpcPlace } from "./rpc-place.ts";
import { type OpenSocket, SocketLink } from "./socket-link.ts";

/** Where a node is, and how it is reached. `http://` and `ws://` name the same port. */
export interface RpcSocketOptions extends RpcClientOptions {
  /** Opens a connection; the platform's `WebSocket` by default. */
  readonly open?: OpenSocket;
  readonly clock?: ClientClock;
  /** How many events of one subscription may wait to be read; 10,000 by default. */
  readonly waitingMax?: number;
}

const WAITING_MAX = 10_000;
const platformOpen: OpenSocket = (url, protocols) => new WebSocket(url, protocols);

/** A node, as its callers see it, over one connection at a time. */
export class RpcSocket implements RpcCaller {
  /** Where the node is, as messages show it: without a query. */
  readonly url: string;
  readonly #place: RpcPlace;
  readonly #protocols: readonly string[];
  readonly #open: OpenSocket;
  readonly #clock: ClientClock;
  readonly #timeoutMs: number;
  readonly #waitingMax: number;
  /** For what a WebSocket can't tell: why a node refuses to open one. */
  readonly #http: RpcClient;
  readonly #queues = new Map<string, EventQueue>();
  readonly #streams = new Set<EventStream>();
  #link: Promise<SocketLink> | undefined;
  #lastFailure: RpcConnectionError | undefined;
  #isClosed = false;

  /** @throws {RpcConnectionError} `url-invalid` or `token-invalid`, if it could never reach a node */
  constructor(options: RpcSocketOptions) {
    const { url, token, open = platformOpen, clock = PLATFORM_CLOCK } = options;
    this.#place = placeOf(url, token);
    this.url = this.#place.shown;
    // A browser sets no headers: the token travels as the name of a second protocol.
    const tokens = token === undefined ? [] : [`${WEBSOCKET_TOKEN_PREFIX}${token}`];
    this.#protocols = [WEBSOCKET_PROTOCOL, ...tokens];
    this.#open = open;
    this.#clock = clock;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.#waitingMax = options.waitingMax ?? WAITING_MAX;
    this.#http = new RpcClient(options);
  }

  /**
   * Asks the node once.
   * @throws as `RpcClient.call`
   */
  async call<M extends MethodName>(
    method: M,
    params: CallParamsOf<M>,
    options: CallOptions = {},
  ): Promise<ResultOf<M>> {
    const timeoutMs = options.timeoutMs ?? waitOf(method, params) + this.#timeoutMs;
    const link = await this.#connected();
    return link.ask({ method, params, timeoutMs, signal: options.signal });
  }

  /**
   * Events, from now on or behind the cursor `after`, until `close` or the options' signal: read them with `for await`. The
   * node is asked when reading begins.
   */
  subscribe(request: SubscriptionRequest, options: StreamOptions = {}): EventStream {
    const source: StreamSource = {
      clock: this.#clock,
      open: (params, signal) => this.#subscribed(params, signal),
      lastFailure: () => this.#lastFailure,
      onEnd: (stream) => this.#streams.delete(stream),
    };
    const stream = new EventStream(source, request, options);
    if (this.#isClosed) stream.close();
    else this.#streams.add(stream);
    return stream;
  }

  /** Ends the connection, and all streams. */
  close(): void {
    this.#isClosed = true;
    for (const stream of this.#streams) stream.close();
    this.#streams.clear();
    this.#link?.then(
      (link) => link.close(),
      () => {},
    );
  }

  /** The connection that stands, or a new one. */
  #connected(): Promise<SocketLink> {
    const url = this.url;
    if (this.#isClosed) {
      const message = `The client of ${url} was closed: make a new one.`;
      return Promise.reject(new RpcConnectionError("cancelled", message, { url }));
    }
    this.#link ??= this.#connect();
    return this.#link;
  }

  async #connect(): Promise<SocketLink> {
    try {
      const link = await SocketLink.open({
        place: this.#place,
        protocols: this.#protocols,
        open: this.#open,
        clock: this.#clock,
        timeoutMs: this.#timeoutMs,
        onNotice: (params) => this.#tell(params),
      });
      this.#lastFailure = undefined;
      void link.ended.then((failure) => this.#forget(failure));
      if (this.#isClosed) link.close();
      return link;
    } catch (error) {
      this.#link = undefined;
      throw await this.#reasonOf(error);
    }
  }

  /** A node that lets no connection in says why over HTTP only. */
  async #reasonOf(error: unknown): Promise<unknown> {
    try {
      await this.#http.call("node_status", {});
    } catch (refusal) {
      if (refusal instanceof RpcCallError) return refusal;
    }
    return error;
  }

  #forget(failure: RpcConnectionError): void {
    this.#link = undefined;
    this.#lastFailure = failure;
    for (const queue of this.#queues.values()) queue.end();
    this.#queues.clear();
  }

  async #subscribed(params: SubscriptionRequest, signal: CancelSignal | undefined): Promise<OpenFeed> {
    const link = await this.#connected();
    let name = "";
    const close = () => {
      // The next connection may have given its name to another: that one must not be lost with it.
      if (this.#queues.get(name) !== queue) return;
      this.#queues.delete(name);
      if (!link.isOpen) return;
      const call = { method: "unsubscribe", params: { subscription: name } } as const;
      link.ask({ ...call, timeoutMs: this.#timeoutMs, signal: undefined }).catch(() => {});
    };
    const queue = new EventQueue(this.#waitingMax, close);
    const { cursor } = await link.ask({
      ...{ method: "subscribe", params, timeoutMs: this.#timeoutMs, signal },
      onResult: ({ subscription }) => {
        name = subscription;
        this.#queues.set(name, queue);
      },
    });
    return { cursor, queue, close };
  }

  #tell(params: unknown): void {
    const notice = subscriptionNotice.safeParse(params);
    // An event that this version does not know is passed over; its cursor comes with the next.
    if (!notice.success) return;
    this.#queues.get(notice.data.subscription)?.push(notice.data as SubscriptionNotice);
  }
}
