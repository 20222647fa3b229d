// What a server is opened with, and its bounds, each with its reason.
import type { ErrorReason } from "../errors.ts";
import type { RpcRole } from "../method.ts";
import type { MethodName, RpcService } from "../methods.ts";
import type { EventFeed } from "../subscription-methods.ts";
import type { Page } from "./page.ts";

/** Bounds on what callers may ask of a server. */
export interface RpcLimits {
  /** Bytes of a request. */
  readonly bodyBytes: number;
  /** Calls in one batch. */
  readonly batchCalls: number;
  /**
   * Bytes of what is read for one batch; what comes later in it is refused. A connection that has as many to fetch is
   * read nothing more for.
   */
  readonly batchAnswerBytes: number;
  /** Bytes of answers that were made and that callers have not fetched yet; above it whoever has most is cut off. */
  readonly unreadBytes: number;
  /** Calls that are being answered, all told and of one connection. Waits do not count. */
  readonly calls: number;
  readonly callsPerConnection: number;
  /** Calls that wait for a transaction, all told and of one connection. */
  readonly waits: number;
  readonly waitsPerConnection: number;
  readonly connections: number;
  /** Of one source: an IPv4 address, or an IPv6 network of 64 bits. */
  readonly connectionsPerSource: number;
  /** Calls of one source in a second; twice as many at once after a rest. */
  readonly callsPerSecond: number;
  /** Requests of one source in a second that are wrong, before it is kept waiting. */
  readonly wrongPerSecond: number;
  /** Requests that are sent on one connection before the answers to those before them. */
  readonly pipelined: number;
  /** Subscriptions, all told and of one connection. */
  readonly subscriptions: number;
  readonly subscriptionsPerConnection: number;
  /** Milliseconds that a reader of events may take for one batch of them. */
  readonly slowMs: number;
  /** Milliseconds between pings on a WebSocket connection; one that was not answered by the next ends it. */
  readonly pingMs: number;
  /** Milliseconds in which a request must have come whole. */
  readonly requestMs: number;
  /** Milliseconds after which a connection is cut on which nothing moves. Longer than any call may wait. */
  readonly silenceMs: number;
}

/** The bounds, unless others are given. */
export const RPC_LIMITS: RpcLimits = Object.freeze({
  // 1,000 transactions of 1 KiB, which is four times a payment, or 15 of the largest.
  bodyBytes: 2 * 1024 * 1024,
  batchCalls: 1_000,
  // A single answer may be larger: the largest block in full is 64 MiB of hex.
  batchAnswerBytes: 16 * 1024 * 1024,
  // What is under way takes several times as much: as parts, as a whole, and as what is sent.
  unreadBytes: 128 * 1024 * 1024,
  // A call that is submitted and not admitted yet holds some 10 KB.
  calls: 10_000,
  callsPerConnection: 2_000,
  waits: 10_000,
  waitsPerConnection: 2_000,
  connections: 1_024,
  connectionsPerSource: 256,
  // More than a node can take in; what is beyond keeps others from being heard.
  callsPerSecond: 20_000,
  // One costs 200 µs to 1 ms to refuse, most of it for the system: a fiftieth of a core, and twice that for all sources
  // together (test/bench/floods.ts). With 50 validators that share two cores lost a quarter of their throughput to one
  // source, with 20 a seventh (test/bench/flooded.ts).
  wrongPerSecond: 20,
  // Browsers send none, programs few. They are taken up before it is known whether they are wrong.
  pipelined: 16,
  // One that hears of every transaction of a full load costs a twentieth of a core.
  subscriptions: 512,
  subscriptionsPerConnection: 32,
  slowMs: 30_000,
  pingMs: 30_000,
  requestMs: 30_000,
  silenceMs: 150_000,
});

/** The secrets that let callers in, by what they may do; each at least 16 characters, and all different. */
export type RpcTokens = { readonly [Role in RpcRole]?: string };

/** What a server shows itself with, so that nobody between reads along. PEM. */
export interface RpcTls {
  /** The certificate; behind it those that vouch for it. */
  readonly cert: string;
  readonly key: string;
}

/** What a server tells of what happens in it. */
export interface RpcObserver {
  /** The service threw what is no `RpcError`: a mistake in the program. The caller was told `internal`, and no more. */
  bug(error: unknown, method: MethodName | undefined): void;
  /**
   * A request was turned away before it was read: for its Host, its Origin, its token, because its source has too many
   * connections, or because the server closes.
   */
  refused?(reason: ErrorReason, source: string): void;
}

/** What a server is opened with. */
export interface RpcServerOptions {
  readonly service: RpcService;
  /** Where subscriptions get their events. */
  readonly events: EventFeed;
  /** `HOST:PORT`, `[IPV6]:PORT`; port 0: any. */
  readonly listen: string;
  /** None: on loopback everyone may do everything; wider, the server does not open. */
  readonly tokens?: RpcTokens;
  /** Origins of pages that may ask, besides the one that comes from this very host and port: `https://HOST[:PORT]`. */
  readonly allowedOrigins?: readonly string[];
  /** None: in the clear. */
  readonly tls?: RpcTls;
  /** What people see who open the address in a browser; without one there is nothing but the RPC. */
  readonly page?: Page;
  readonly limits?: Partial<RpcLimits>;
  readonly observer: RpcObserver;
}
