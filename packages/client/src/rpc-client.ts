// Calls to one node: JSON-RPC 2.0 over HTTP, in Node and in browsers, typed and checked by the contract. Each call is one
// request; one that only reads is made once more where its connection ended without any answer. Whoever wants to ask again
// may: every method of the contract is harmless the second time, `transaction_submit` too, since the same bytes are the
// same transaction.
import type { CancelSignal } from "@witan/primitives";
import { type CallParamsOf, METHODS, type MethodName, type ResultOf, WAIT_MS } from "@witan/rpc";
import { type Fetch, type HttpAnswer, postJson } from "./http-post.ts";
import { type CallAnswer, judgeAnswer, orderBatch, readAnswer, shown } from "./rpc-answer.ts";
import { RpcAnswerError, RpcConnectionError } from "./rpc-failures.ts";
import { placeOf } from "./rpc-place.ts";

/** Where a node is, and how it is asked. */
export interface RpcClientOptions {
  /** `http://127.0.0.1:9545`, say. Without user or password: a node knows tokens only. */
  readonly url: string;
  /** The token of a role, where the node asks for one. */
  readonly token?: string;
  /** What posts; the platform's by default. */
  readonly fetch?: Fetch;
  /** How long an answer may take, in milliseconds, beyond what the call asks the node to wait. 10,000 by default. */
  readonly timeoutMs?: number;
}

/** How one call is made. */
export interface CallOptions {
  /** Ends the wait for the answer; the node may still do what it was asked. */
  readonly signal?: CancelSignal;
  /** How long this answer may take in all, in place of the client's own measure. */
  readonly timeoutMs?: number;
}

/** One call of a batch. */
export type BatchCall = {
  readonly [M in MethodName]: { readonly method: M; readonly params: CallParamsOf<M> };
}[MethodName];

/** What the calls of a batch came to, in their order. */
export type BatchAnswers<Calls extends readonly BatchCall[]> = {
  readonly [I in keyof Calls]: CallAnswer<Calls[I]["method"]>;
};

/** Whatever makes calls: `RpcClient`, or what stands in its place. */
export interface RpcCaller {
  readonly url: string;
  call<M extends MethodName>(method: M, params: CallParamsOf<M>, options?: CallOptions): Promise<ResultOf<M>>;
}

interface AnyCall {
  readonly method: MethodName;
  readonly params: object;
}

/** How long an answer may take, beyond what the node is asked to wait. */
export const TIMEOUT_MS = 10_000;
const platformFetch: Fetch = (url, request) => globalThis.fetch(url, request);

/** A node, as its callers see it. Holds no connection open by itself. */
export class RpcClient implements RpcCaller {
  /** Where the node is, as messages show it: without a query. */
  readonly url: string;
  readonly #url: string;
  readonly #token: string | undefined;
  readonly #fetch: Fetch;
  readonly #timeoutMs: number;
  #lastId = 0;

  /** @throws {RpcConnectionError} `url-invalid` or `token-invalid`, if it could never reach a node */
  constructor({ url, token, fetch = platformFetch, timeoutMs = TIMEOUT_MS }: RpcClientOptions) {
    const place = placeOf(url, token);
    this.#url = place.href;
    this.url = place.shown;
    this.#token = token;
    this.#fetch = fetch;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Asks the node.
   * @throws {RpcCallError} the node refused
   * @throws {RpcConnectionError} no whole answer came; the node may have done what it was asked
   * @throws {RpcAnswerError} the answer is none that the contract knows
   */
  async call<M extends MethodName>(
    method: M,
    params: CallParamsOf<M>,
    options: CallOptions = {},
  ): Promise<ResultOf<M>> {
    const id = this.#nextId();
    const asked = { url: this.url, method };
    const body = { jsonrpc: "2.0", id, method, params };
    const answer = await this.#post(body, [{ method, params }], options);
    const read = readAnswer(this.#json(answer));
    // A refusal that names no call is for the only one there is.
    const isOurs = read?.id === id || (read?.id === null && read.body.kind === "error");
    if (read === undefined || !isOurs) {
      this.#throwIfFailed(answer);
      if (read === undefined) throw new RpcAnswerError("shape", "found no JSON-RPC 2.0 answer", asked);
      throw new RpcAnswerError("id", `found an answer of id ${shown(read.id)}, asked was ${id}`, asked);
    }
    const judged = judgeAnswer(method, read, this.url);
    if (!judged.ok) throw judged.error;
    return judged.value;
  }

  /**
   * Asks the node several things in one request. Each call has its own answer, or its own error; the node may answer them
   * in any order and at the same time.
   * @throws {RpcCallError} the node refused the batch as a whole
   * @throws {RpcConnectionError} no whole answer came; the node may have done any of it
   * @throws {RpcAnswerError} the answers do not belong to the calls
   */
  async batch<const Calls extends readonly BatchCall[]>(
    calls: Calls,
    options: CallOptions = {},
  ): Promise<BatchAnswers<Calls>> {
    if (calls.length === 0) return [] as unknown as BatchAnswers<Calls>;
    const requests = calls.map(({ method, params }) => ({
      jsonrpc: "2.0",
      id: this.#nextId(),
      method,
      params,
    }));
    const answer = await this.#post(requests, calls, options);
    const json = this.#json(answer);
    if (!Array.isArray(json) && readAnswer(json) === undefined) this.#throwIfFailed(answer);
    const ids = requests.map(({ id }) => id);
    const ordered = orderBatch(ids, json, { url: this.url, method: `a batch of ${calls.length}` });
    const answers = calls.map(({ method }, at) => judgeAnswer(method, ordered[at] as never, this.url));
    return answers as unknown as BatchAnswers<Calls>;
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  #post(body: unknown, calls: readonly AnyCall[], options: CallOptions): Promise<HttpAnswer> {
    const waitMs = Math.max(...calls.map(({ method, params }) => waitOf(method, params)));
    return postJson({
      fetch: this.#fetch,
      url: this.#url,
      shownUrl: this.url,
      token: this.#token,
      body: JSON.stringify(body),
      isRead: calls.every(({ method }) => METHODS[method].role === "read"),
      timeoutMs: options.timeoutMs ?? waitMs + this.#timeoutMs,
      signal: options.signal,
    });
  }

  #json(answer: HttpAnswer): unknown {
    try {
      return JSON.parse(answer.text);
    } catch (cause) {
      this.#throwIfFailed(answer);
      const message = `${this.url} answered, but not with JSON: is it the RPC address of a node? Check the port.`;
      throw new RpcConnectionError("not-json", message, { url: this.url, cause });
    }
  }

  /** A status other than success says why the body is none of ours. */
  #throwIfFailed({ status }: HttpAnswer): void {
    if (status >= 200 && status < 300) return;
    const advice =
      status >= 500
        ? "the node, or a proxy before it, failed: try again, and look into its log"
        : "is it the RPC address of a node? Check host, port and path";
    const message = `${this.url} answered with HTTP status ${status}: ${advice}.`;
    throw new RpcConnectionError("http-status", message, { url: this.url, status });
  }
}

/** How long a call lets the node wait before it answers. */
export function waitOf(method: MethodName, params: object): number {
  if (method !== "transaction_submit" && method !== "transaction_wait") return 0;
  const { timeoutMs } = params as { readonly timeoutMs?: number };
  return timeoutMs ?? WAIT_MS.default;
}
