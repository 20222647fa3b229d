// One HTTP POST to a node: a bounded answer in bounded time, or a typed failure that says what to do. Asks again only what
// reads, once, where the connection ended before any answer; never follows a redirect (the token would travel along, and
// the POST become a GET).
import type { CancelSignal } from "@witan/primitives";
import { plainText } from "./plain-text.ts";
import { RpcConnectionError } from "./rpc-failures.ts";

/** Bytes of an answer: twice the hex of the largest block, so that every true answer has room. */
const ANSWER_BYTES_MAX = 128 * 1024 * 1024;
/** What timers can count: a longer wait would end at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** What is asked of `fetch`. */
export interface FetchRequest {
  readonly method: "POST";
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly redirect: "manual";
  readonly credentials: "omit";
  readonly cache: "no-store";
  readonly signal: AbortSignal;
}

/** What is used of the answer of `fetch`. */
export interface FetchResponse {
  readonly status: number;
  readonly type: string;
  readonly body: { getReader(): FetchReader } | null;
}

/** Reads a body piece by piece. */
export interface FetchReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
}

/** `fetch`, as far as it is used: that of Node and of browsers is one. */
export type Fetch = (url: string, request: FetchRequest) => Promise<FetchResponse>;

/** A POST: where, what, and for how long. */
export interface Post {
  readonly fetch: Fetch;
  /** As `fetch` takes it. */
  readonly url: string;
  /** As messages show it. */
  readonly shownUrl: string;
  readonly token: string | undefined;
  readonly body: string;
  /** It reads only: asked twice it is answered as if it were asked once. */
  readonly isRead: boolean;
  readonly timeoutMs: number;
  readonly signal: CancelSignal | undefined;
}

/** An answer that came whole. */
export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** Posts JSON and reads the answer. @throws {RpcConnectionError} if no whole answer came */
export async function postJson(post: Post): Promise<HttpAnswer> {
  const stop = new Stop(post);
  let response: FetchResponse | undefined;
  try {
    stop.throwIfStopped();
    response = await Promise.race([ask(post, stop.signal), stop.stopped]);
    if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400)) {
      throw new RpcConnectionError(
        "http-status",
        `${post.shownUrl} answers with a redirect, which is not followed: give the address that it leads to.`,
        { url: post.shownUrl, status: response.status },
      );
    }
    return { status: response.status, text: await readText(response, post, stop) };
  } catch (cause) {
    if (cause instanceof RpcConnectionError) throw cause;
    const wasThere = response !== undefined || isCut(cause);
    throw wasThere ? broken(post.shownUrl, cause) : unreachable(post.shownUrl, cause);
  } finally {
    stop.end();
  }
}

/**
 * Asks; what reads once more where the connection ended without any answer: mostly it was kept from a call before, and the
 * node closed it in that moment, which says nothing of this call. Who submits has to know that it was sent already.
 */
async function ask(post: Post, signal: AbortSignal): Promise<FetchResponse> {
  try {
    return await post.fetch(post.url, requestOf(post, signal));
  } catch (cause) {
    if (!post.isRead || signal.aborted || !isCut(cause)) throw cause;
    // What failed first is what is told: there was a connection.
    return post.fetch(post.url, requestOf(post, signal)).catch(() => {
      throw cause;
    });
  }
}

function requestOf({ token, body }: Post, signal: AbortSignal): FetchRequest {
  return {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body,
    redirect: "manual",
    credentials: "omit",
    cache: "no-store",
    signal,
  };
}

async function readText(response: FetchResponse, { shownUrl }: Post, stop: Stop): Promise<string> {
  if (response.body === null) return "";
  const reader = response.body.getReader();
  const decoder = new TextDecoder("utf-8");
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await Promise.race([reader.read(), stop.stopped]);
    if (done || value === undefined) return text + decoder.decode();
    bytes += value.length;
    if (bytes > ANSWER_BYTES_MAX) {
      await reader.cancel();
      throw new RpcConnectionError(
        "too-large",
        `${shownUrl} answers with more than ${ANSWER_BYTES_MAX} bytes, which no node does. Ask for less, or another node.`,
        { url: shownUrl },
      );
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** Ends a POST when its time is up or its caller gives up, whatever `fetch` does about it. */
class Stop {
  /** Never resolves; rejects when it is time to stop. */
  readonly stopped: Promise<never>;
  readonly #controller = new AbortController();
  readonly #caller: CancelSignal | undefined;
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #cancel: () => void;
  #failure: RpcConnectionError | undefined;

  constructor({ timeoutMs, signal, shownUrl: url }: Post) {
    let reject: (failure: RpcConnectionError) => void = () => {};
    this.stopped = new Promise<never>((_, refuse) => {
      reject = refuse;
    });
    // Nobody may be waiting for it at the moment.
    this.stopped.catch(() => {});
    const stop = (failure: RpcConnectionError) => {
      this.#failure ??= failure;
      reject(failure);
      this.#controller.abort();
    };
    this.#cancel = () =>
      stop(new RpcConnectionError("cancelled", `The call to ${url} was cancelled.`, { url }));
    this.#timer = setTimeout(
      () => {
        const message = `${url} did not answer within ${timeoutMs} ms: is it overloaded, or another program? Try again, or allow more time.`;
        stop(new RpcConnectionError("timeout", message, { url }));
      },
      Math.min(timeoutMs, TIMER_MS_MAX),
    );
    this.#caller = signal;
    if (signal?.aborted === true) this.#cancel();
    else signal?.addEventListener("abort", this.#cancel, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  throwIfStopped(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener("abort", this.#cancel);
  }
}

const UNTRUSTED =
  "nobody whom this machine trusts vouches for its certificate: name its authority's file in NODE_EXTRA_CA_CERTS";
/** What to do, by the code that Node gives; browsers give none. */
const ADVICE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there: start the node, or correct the address (its setting is rpc.listen)",
  ENOTFOUND: "there is no host of that name: correct the address",
  EAI_AGAIN: "the host's name could not be looked up: check the network",
  EHOSTUNREACH: "there is no way to that host: check the network",
  ENETUNREACH: "there is no way to that network: check the connection",
  ERR_SSL_WRONG_VERSION_NUMBER: "there is no TLS there: write http:// in place of https://",
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
};
/** What Node says of a connection that was there. */
const CUT = ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"];

function isCut(cause: unknown): boolean {
  return CUT.includes(codeOf(cause) ?? "");
}

function codeOf(cause: unknown): string | undefined {
  const code = (innerOf(cause) as { readonly code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

/** What is behind the error of `fetch`; in browsers nothing is. */
function innerOf(cause: unknown): unknown {
  return cause instanceof Error ? cause.cause : undefined;
}

/** The reason in brackets: the code, or what it says without one, such as `bad port` for those that fetch shuns. */
function reasonOf(cause: unknown): string {
  const inner = innerOf(cause);
  const reason = codeOf(cause) ?? (inner instanceof Error ? plainText(inner.message, 100) : undefined);
  return reason === undefined ? "" : ` (${reason})`;
}

function unreachable(url: string, cause: unknown): RpcConnectionError {
  const page = "; from a web page, that the node allows its origin (rpc.allowedOrigins)";
  const other = `check the address and the network${innerOf(cause) === undefined ? page : ""}`;
  const message = `No connection to ${url}${reasonOf(cause)}: ${ADVICE[codeOf(cause) ?? ""] ?? other}.`;
  return new RpcConnectionError("unreachable", message, { url, cause });
}

function broken(url: string, cause: unknown): RpcConnectionError {
  const message =
    `The connection to ${url} ended before the whole answer was there${reasonOf(cause)}: the node may have stopped, or ` +
    "another program listens there. Try again, and check the port.";
  return new RpcConnectionError("broken", message, { url, cause });
}
