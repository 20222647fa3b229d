// What a call to a node can end in other than a result: the node's own refusal, no whole answer, or an answer that no
// node of this contract gives. Each says what happened, where, and what to do. Must never hold a token.
import { plainText } from "./plain-text.ts";

/** Characters of a node's own sentence that are passed on. */
const MESSAGE_CHARACTERS_MAX = 2_000;

/** What a node answered instead of a result. */
export class RpcCallError extends Error {
  override readonly name = "RpcCallError";
  readonly method: string;
  /** The number of JSON-RPC, or one from -32000 down. */
  readonly code: number;
  /** Stable, for programs: one of `RPC_ERRORS` of `@witan/rpc`, `unstated` if the node gave none. */
  readonly reason: string;
  /** Fields beside the reason, as the node sent them. */
  readonly data: Readonly<Record<string, unknown>>;

  constructor(method: string, received: ReceivedError) {
    super(plainText(received.message, MESSAGE_CHARACTERS_MAX));
    this.method = method;
    this.code = received.code;
    this.data = received.data;
    const { reason } = received.data as { readonly reason?: unknown };
    this.reason = typeof reason === "string" && /^[a-z][a-z0-9-]{0,63}$/.test(reason) ? reason : "unstated";
  }
}

/** The `error` of a JSON-RPC answer, as it was read. */
export interface ReceivedError {
  readonly code: number;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Why there is no whole answer. `url-invalid`, `token-invalid`: the client was set up wrongly, nothing was sent.
 * `unreachable`: no connection. `broken`: the connection ended before the answer did. `timeout`: no whole answer in
 * time. `cancelled`: the caller's signal. `http-status`: something answered, but not as a node does. `not-json`: the
 * same. `too-large`: more bytes than any answer has.
 */
export type RpcConnectionCode =
  | "url-invalid"
  | "token-invalid"
  | "unreachable"
  | "broken"
  | "timeout"
  | "cancelled"
  | "http-status"
  | "not-json"
  | "too-large";

/** No whole answer came. Except for the first two codes the node may have done what it was asked. */
export class RpcConnectionError extends Error {
  override readonly name = "RpcConnectionError";
  readonly code: RpcConnectionCode;
  /** Where the node was looked for: without user, password and query. */
  readonly url: string;
  /** Of the HTTP answer, for `http-status`. */
  readonly status: number | undefined;

  constructor(
    code: RpcConnectionCode,
    message: string,
    { url, status, cause }: { readonly url: string; readonly status?: number; readonly cause?: unknown },
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.url = url;
    this.status = status;
  }

  /** Whether the same call may go well a moment later. */
  get isPassing(): boolean {
    if (this.code === "http-status") return this.status === 429 || (this.status ?? 0) >= 500;
    return this.code === "unreachable" || this.code === "broken" || this.code === "timeout";
  }
}

/**
 * What is wrong with an answer. `shape`: it is no JSON-RPC 2.0. `id`: it is for no call that was made, or one is missing.
 * `result`: the result is not what the contract says, or contradicts what was asked.
 */
export type RpcAnswerCode = "shape" | "id" | "result";

/** An answer that no node of this contract gives: the node lies, is of another version, or is no Witan node. */
export class RpcAnswerError extends Error {
  override readonly name = "RpcAnswerError";
  readonly code: RpcAnswerCode;
  readonly url: string;
  readonly method: string;

  /** @param found what was found and what was expected, without a full stop */
  constructor(code: RpcAnswerCode, found: string, { url, method }: AskedCall) {
    super(
      `${url} answered ${method} in a way that this library does not know: ${plainText(found, 500)}. ` +
        "Is it a Witan node of the same version? Ask another node, or compare versions.",
    );
    this.code = code;
    this.url = url;
    this.method = method;
  }
}

/** Which call an answer is about. */
export interface AskedCall {
  readonly url: string;
  readonly method: string;
}
