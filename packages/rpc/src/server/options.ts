// What a server is opened with, and its bounds, each with its reason.
import type { ErrorReason } from "../errors.ts";
import type { RpcRole } from "../method.ts";
import type { MethodName, RpcService } from "../methods.ts";

/** Bounds on what callers may ask of a server. */
export interface RpcLimits {
  /** Bytes of a request. */
  readonly bodyBytes: number;
  /** Calls in one batch. */
  readonly batchCalls: number;
  /** Bytes of the answers of one batch; what comes later in it is refused. */
  readonly batchAnswerBytes: number;
  /** Bytes of answers that callers have not fetched yet; above it nothing but submitting and waiting is answered. */
  readonly unreadBytes: number;
  /** Calls that are being answered, all told and of one connection. Waits do not count. */
  readonly calls: number;
  readonly callsPerConnection: number;
  /** Calls that wait for a transaction, all told and of one connection. */
  readonly waits: number;
  readonly waitsPerConnection: number;
  readonly connections: number;
  /** Milliseconds in which a request must have come whole. */
  readonly requestMs: number;
  /** Milliseconds after which a connection is cut on which nothing moves. Longer than any call may wait. */
  readonly silenceMs: number;
}

/** The bounds, unless others are given. */
export const RPC_LIMITS: RpcLimits = Object.freeze({
  // 1,000 transactions of 4 KiB, or 60 of the largest.
  bodyBytes: 8 * 1024 * 1024,
  batchCalls: 1_000,
  // The largest block in full is 64 MiB of hex.
  batchAnswerBytes: 128 * 1024 * 1024,
  unreadBytes: 256 * 1024 * 1024,
  // A call that is submitted and not admitted yet holds some 10 KB.
  calls: 10_000,
  callsPerConnection: 2_000,
  waits: 10_000,
  waitsPerConnection: 2_000,
  connections: 1_024,
  requestMs: 30_000,
  silenceMs: 150_000,
});

/** The secrets that let callers in, by what they may do; each at least 16 characters, and all different. */
export type RpcTokens = { readonly [Role in RpcRole]?: string };

/** What a server tells of what happens in it. */
export interface RpcObserver {
  /** The service threw what is no `RpcError`: a mistake in the program. The caller was told `internal`, and no more. */
  bug(error: unknown, method: MethodName | undefined): void;
  /** A request was turned away before it was read: for its Host, its Origin, its token, or because the server closes. */
  refused?(reason: ErrorReason, source: string): void;
}

/** What a server is opened with. */
export interface RpcServerOptions {
  readonly service: RpcService;
  /** `HOST:PORT`, `[IPV6]:PORT`; port 0: any. */
  readonly listen: string;
  /** None: on loopback everyone may do everything; wider, the server does not open. */
  readonly tokens?: RpcTokens;
  /** Origins of pages that may ask, besides the one that comes from this very host and port: `https://HOST[:PORT]`. */
  readonly allowedOrigins?: readonly string[];
  readonly limits?: Partial<RpcLimits>;
  readonly observer: RpcObserver;
}
