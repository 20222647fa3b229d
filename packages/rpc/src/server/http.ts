// HTTP before the calls: turns away by Host, Origin and token before a body is read, bounds what is read and for how
// long, and hands bodies over. Every answer in JSON, refusals too.
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { type ErrorReason, RpcError } from "../errors.ts";
import type { RpcRole } from "../method.ts";
import type { RpcService } from "../methods.ts";
import type { Access } from "./access.ts";
import { CallSignal } from "./call-signal.ts";
import type { Caller, Calls } from "./calls.ts";
import { errorAnswer } from "./envelope.ts";
import { Connection, type Load } from "./load.ts";
import type { RpcLimits, RpcObserver } from "./options.ts";

/** What the HTTP side works with. */
export interface HttpParts {
  readonly service: RpcService;
  readonly calls: Calls;
  readonly access: Access;
  readonly load: Load;
  readonly limits: RpcLimits;
  readonly observer: RpcObserver;
}

const JSON_TYPE = "application/json; charset=utf-8";
const STATUS: { readonly [Reason in ErrorReason]?: number } = {
  "host-not-allowed": 403,
  "origin-not-allowed": 403,
  "token-needed": 401,
  "token-unknown": 401,
  "body-too-large": 413,
  stopping: 503,
  internal: 500,
};

/** The HTTP server, not listening yet. */
export class HttpSide {
  readonly app: FastifyInstance;
  readonly #parts: HttpParts;
  readonly #connections = new WeakMap<object, Connection>();
  /** Of the requests that are being answered. */
  readonly #open = new Set<CallSignal>();
  readonly #roles = new WeakMap<FastifyRequest, RpcRole>();
  #isClosing = false;

  constructor(parts: HttpParts) {
    this.#parts = parts;
    const { limits } = parts;
    this.app = fastify({
      bodyLimit: limits.bodyBytes,
      requestTimeout: limits.requestMs,
      connectionTimeout: limits.silenceMs,
      // Between requests; a client that comes back later opens another.
      keepAliveTimeout: limits.requestMs,
      forceCloseConnections: "idle",
      // Whoever comes while it closes is told so in our own words.
      return503OnClosing: false,
      // Addresses that can't be read: there is no route for these, and so no hook and no handler below.
      frameworkErrors: (error, _request, reply) => this.#failed(error, reply),
      exposeHeadRoutes: false,
      // How often it is looked for requests that are late: half of what they are allowed.
      http: { connectionsCheckingInterval: Math.ceil(limits.requestMs / 2) },
    });
    this.app.server.maxConnections = limits.connections;
    // Node takes the smaller of the two for the head, and the greater for the whole.
    this.app.server.headersTimeout = limits.requestMs;
    this.#prepare();
  }

  /** Ends: what waits is told to end with what it knows, what is being answered gets so long, then connections are cut. */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    for (const signal of this.#open) signal.abort();
    const cut = setTimeout(() => this.app.server.closeAllConnections(), graceMs);
    await this.app.close();
    clearTimeout(cut);
  }

  #prepare(): void {
    const { app } = this;
    // The body stays text: calls.ts reads it, and answers what is no JSON as JSON-RPC wants it.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) => {
      done(null, body);
    });
    app.addHook("onRequest", (request, reply, done) => {
      const refusal = this.#admit(request, reply);
      if (refusal === undefined) done();
      else this.#refuse(request, reply, refusal);
    });
    app.post("/", (request, reply) => this.#post(request, reply));
    app.get("/health", (request, reply) => this.#health(request, reply));
    app.options("/", (_request, reply) => reply.code(204).send());
    app.setNotFoundHandler((_request, reply) => {
      const message = "there is nothing here: POST JSON-RPC 2.0 to /, or GET /health";
      return this.#send(reply, 404, errorAnswer(null, new RpcError("invalid-request", { message })));
    });
    app.setErrorHandler((error, _request, reply) => this.#failed(error, reply));
  }

  /** Why the request is not read, if it is not; else its role is known afterwards. */
  #admit(request: FastifyRequest, reply: FastifyReply): ErrorReason | undefined {
    if (this.#isClosing) return "stopping";
    const { access } = this.#parts;
    const { headers, method, url } = request;
    const refusal = access.refusal(headers);
    if (refusal !== undefined) return refusal;
    if (headers.origin !== undefined) allowOrigin(reply, headers.origin);
    // A browser asks beforehand whether it may send the token, and sends none with that.
    if (method === "OPTIONS") return undefined;
    const answer = access.role(headers);
    if (answer.ok) this.#roles.set(request, answer.role);
    else if (answer.reason === "token-unknown" || url !== "/health") return answer.reason;
    return undefined;
  }

  #refuse(request: FastifyRequest, reply: FastifyReply, reason: ErrorReason): void {
    this.#parts.observer.refused?.(reason, sourceOf(request));
    // The body is not read, so nothing else can come on this connection.
    reply.header("connection", "close");
    if (STATUS[reason] === 401) reply.header("www-authenticate", "Bearer");
    this.#send(reply, STATUS[reason] ?? 400, errorAnswer(null, new RpcError(reason)));
  }

  async #post(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const answer = await this.#during(request, (caller) =>
      this.#parts.calls.answer(typeof request.body === "string" ? request.body : "", caller),
    );
    if (answer === undefined) return reply.code(204).send();
    // A caller that does not read what it asks for must not fill our memory with it.
    reply.raw.once("finish", this.#parts.load.addUnread(this.#connectionOf(request), answer.length));
    return this.#send(reply, 200, answer);
  }

  /** For load balancers: fit or not is told to everyone, the reasons to who may read. */
  async #health(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    try {
      const health = await this.#during(request, (caller) =>
        this.#parts.service.node_health({}, caller.context),
      );
      const told = this.#roles.has(request) ? health : { fit: health.fit };
      return this.#send(reply, health.fit ? 200 : 503, JSON.stringify(told));
    } catch (error) {
      if (!(error instanceof RpcError)) this.#parts.observer.bug(error, "node_health");
      return this.#send(reply, 503, JSON.stringify({ fit: false }));
    }
  }

  /** Does something for a request, with a signal that is aborted when its connection ends, or the server. */
  async #during<T>(request: FastifyRequest, work: (caller: Caller) => Promise<T>): Promise<T> {
    const connection = this.#connectionOf(request);
    const signal = new CallSignal();
    this.#open.add(signal);
    connection.signals.add(signal);
    if (this.#isClosing || connection.isClosed) signal.abort();
    try {
      const role = this.#roles.get(request) ?? "read";
      return await work({ context: { role, source: sourceOf(request), signal }, connection });
    } finally {
      this.#open.delete(signal);
      connection.signals.delete(signal);
    }
  }

  #connectionOf(request: FastifyRequest): Connection {
    const known = this.#connections.get(request.socket);
    if (known !== undefined) return known;
    const made = new Connection();
    this.#connections.set(request.socket, made);
    if (request.socket.destroyed) this.#parts.load.closed(made);
    else request.socket.once("close", () => this.#parts.load.closed(made));
    return made;
  }

  /** What went wrong before a handler: mostly what the caller sent. */
  #failed(error: unknown, reply: FastifyReply): FastifyReply {
    const { code, statusCode = 500 } = error as { readonly code?: string; readonly statusCode?: number };
    if (code === "FST_ERR_CTP_BODY_TOO_LARGE") {
      const max = this.#parts.limits.bodyBytes;
      const message = `the body has more than ${max} bytes: send it in several requests`;
      return this.#send(
        reply,
        413,
        errorAnswer(null, new RpcError("body-too-large", { message, data: { max } })),
      );
    }
    if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") {
      const message =
        'the body is not said to be JSON: send it with the header "Content-Type: application/json"';
      return this.#send(reply, 415, errorAnswer(null, new RpcError("invalid-request", { message })));
    }
    if (statusCode < 500) {
      const message = `the request could not be read: ${error instanceof Error ? error.message : error}`;
      return this.#send(reply, statusCode, errorAnswer(null, new RpcError("invalid-request", { message })));
    }
    this.#parts.observer.bug(error, undefined);
    return this.#send(reply, 500, errorAnswer(null, new RpcError("internal")));
  }

  #send(reply: FastifyReply, status: number, body: string): FastifyReply {
    if (this.#isClosing) reply.header("connection", "close");
    return reply
      .code(status)
      .header("content-type", JSON_TYPE)
      .header("cache-control", "no-store")
      .header("x-content-type-options", "nosniff")
      .send(body);
  }
}

/** The address without the port; IPv4 that came through an IPv6 socket as IPv4. */
function sourceOf(request: FastifyRequest): string {
  // Whatever the types say: nobody knows it any more once the connection is gone.
  const address: string | undefined = request.ip;
  return address?.replace(/^::ffff:(?=[0-9.]+$)/, "") ?? "gone";
}

/** Tells a browser that the page, which is on the list, may send what it asked to send, and read the answer. */
function allowOrigin(reply: FastifyReply, origin: string): void {
  reply
    .header("access-control-allow-origin", origin)
    .header("access-control-allow-methods", "POST, GET")
    .header("access-control-allow-headers", "content-type, authorization")
    .header("access-control-max-age", "600")
    .header("vary", "origin");
}
