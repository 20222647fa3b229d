// HTTP before the calls: turns away by Host, Origin and token before a body is read, bounds what is read and for how
// long, and hands bodies over. Every answer in JSON, refusals too.
import type { Socket } from "node:net";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { type ErrorReason, RpcError } from "../errors.ts";
import type { RpcRole } from "../method.ts";
import type { RpcService } from "../methods.ts";
import type { Access } from "./access.ts";
import { CallSignal } from "./call-signal.ts";
import type { Caller, Calls } from "./calls.ts";
import { Door, JSON_TYPE, refuseConnection } from "./door.ts";
import { errorAnswer } from "./envelope.ts";
import type { HeldWork } from "./held.ts";
import { lastAnswer } from "./last-answer.ts";
import { Connection, type Load } from "./load.ts";
import type { RpcLimits, RpcObserver, RpcTls } from "./options.ts";
import { isOfPage, type Page, servePage } from "./page.ts";
import { LARGE_BYTES, plainAddress, type Source, type Sources } from "./sources.ts";
import { askedUrl, statusOf } from "./status.ts";

/** What the HTTP side works with. */
export interface HttpParts {
  readonly service: RpcService;
  readonly calls: Calls;
  readonly access: Access;
  readonly load: Load;
  readonly limits: RpcLimits;
  readonly observer: RpcObserver;
  readonly sources: Sources;
  readonly tls: RpcTls | undefined;
  readonly page: Page | undefined;
}

/** What each request costs that was sent ahead in vain, against a wrong one. */
const AHEAD_COST = 0.25;

/** The HTTP server, not listening yet. */
export class HttpSide {
  readonly app: FastifyInstance;
  readonly #parts: HttpParts;
  readonly #connections = new WeakMap<object, Connection>();
  readonly #door: Door;
  /** Of the requests that are being answered. */
  readonly #open = new Set<CallSignal>();
  readonly #roles = new WeakMap<FastifyRequest, RpcRole>();
  #isClosing = false;

  constructor(parts: HttpParts) {
    this.#parts = parts;
    const { limits, tls, sources, observer } = parts;
    this.#door = new Door({ sources, observer, isTls: tls !== undefined });
    const options = {
      bodyLimit: limits.bodyBytes,
      requestTimeout: limits.requestMs,
      connectionTimeout: limits.silenceMs,
      // Between requests, as clients are told; one that comes back later opens another.
      keepAliveTimeout: limits.requestMs,
      forceCloseConnections: "idle",
      // Whoever comes while it closes is told so in our own words.
      return503OnClosing: false,
      // Addresses that can't be read: there is no route for these, and so no hook and no handler below.
      frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
        this.#failed(error, request, reply);
      },
      clientErrorHandler: (error: unknown, socket: Socket) => this.#unreadable(error, socket),
      exposeHeadRoutes: false,
    } as const;
    // How often it is looked for requests that are late: half of what they are allowed.
    const late = { connectionsCheckingInterval: Math.ceil(limits.requestMs / 2) };
    this.app =
      tls === undefined
        ? fastify({ ...options, http: late })
        : (fastify({
            ...options,
            https: { ...late, ...tls, handshakeTimeout: limits.requestMs },
          }) as unknown as FastifyInstance);
    this.app.server.maxConnections = limits.connections;
    this.app.server.on("connection", (socket: Socket) => this.#door.enter(socket));
    // Kept for longer than is told: a client closes before the node does, and none is cut while it asks, even where its
    // machine is so busy that it comes seconds late.
    this.app.server.keepAliveTimeoutBuffer = limits.requestMs / 2;
    // Node takes the smaller of the two for the head, and the greater for the whole.
    this.app.server.headersTimeout = limits.requestMs;
    this.#prepare();
  }

  /** Ends: what waits is told to end with what it knows, what is being answered gets so long, then connections are cut. */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    for (const signal of this.#open) signal.abort();
    const cut = setTimeout(() => this.#door.cutAll(), graceMs);
    await this.app.close();
    clearTimeout(cut);
  }

  #prepare(): void {
    const { app } = this;
    // The body stays bytes: body.ts reads it, and what is no UTF-8 or no JSON is answered as JSON-RPC wants it.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => {
      done(null, body);
    });
    app.addHook("onRequest", (request, reply, done) => {
      this.#afterWait(request, reply, () => {
        const refusal = this.#admit(request, reply);
        if (refusal !== undefined) this.#refuse(request, reply, refusal);
        else if (isEncoded(request)) this.#refuseEncoding(request, reply);
        else done();
      });
    });
    app.post("/", (request, reply) => this.#post(request, reply));
    app.route({
      ...{ method: ["GET", "HEAD"], url: "/health" },
      handler: (request, reply) => this.#health(request, reply),
    });
    app.options("/", (_request, reply) => reply.code(204).send());
    if (this.#parts.page !== undefined) servePage(app, this.#parts.page);
    app.setNotFoundHandler((request, reply) => {
      this.#wrong(request);
      const page = this.#parts.page === undefined ? "" : ", open / in a browser";
      const message = `there is nothing here: POST JSON-RPC 2.0 to /${page}, or GET /health`;
      return this.#send(reply, 404, errorAnswer(null, new RpcError("invalid-request", { message })));
    });
    app.setErrorHandler((error, request, reply) => this.#failed(error, request, reply));
  }

  /** Lets a request go on, at once or, where something was wrong before, when that has been waited for. */
  #afterWait(request: FastifyRequest, reply: FastifyReply, goOn: () => void): void {
    const connection = this.#connectionOf(request);
    const source = this.#sourceOf(request);
    connection.requests++;
    reply.raw.once("close", () => {
      connection.requests--;
    });
    if (connection.requests > this.#parts.limits.pipelined) {
      source.wrong(connection.requests * AHEAD_COST, performance.now());
      request.raw.socket.destroy();
      return;
    }
    // What is sent ahead can't be stopped once it is taken up: of who is often wrong it comes one after the other.
    const isAhead = connection.requests > 1 && source.isSuspect;
    const bytes = mostBytes(request, this.#parts.limits.bodyBytes);
    const isLarge = source.isLarge(bytes) && !connection.isProven;
    if (!isLarge && !isAhead && !(connection.hasErred && source.mustHold(performance.now()))) {
      connection.hasErred = false;
      connection.isUntried = false;
      goOn();
      return;
    }
    const work: HeldWork = {
      begin: (end) => {
        connection.hasErred = false;
        reply.raw.once("close", end);
        // Of a large one only the reading: what it asks for may take as long as it takes.
        if (isLarge) request.raw.once("end", () => setImmediate(end));
        if (request.raw.socket.destroyed) end();
        else goOn();
      },
      giveUp: () => this.#refuse(request, reply, "rate-limited"),
    };
    if (isLarge) source.holdLarge(work, !connection.wasWrong);
    else if (connection.isUntried) source.holdConnection(work);
    else source.hold(work);
    connection.isUntried = false;
  }

  #sourceOf(request: FastifyRequest): Source {
    return this.#parts.sources.of(sourceOf(request));
  }

  /** A request was wrong as a whole. */
  #wrong(request: FastifyRequest): void {
    this.#connectionOf(request).erred();
    this.#sourceOf(request).wrong(1, performance.now());
  }

  /** What came is no HTTP, or came too slowly. */
  #unreadable(error: unknown, socket: Socket): void {
    const { code } = error as { readonly code?: string };
    if (code === "ECONNRESET" || socket.destroyed) return;
    if (!/^(?:HPE|ERR_HTTP)_/.test(code ?? "")) {
      // A handshake that came to nothing: there is nobody to answer.
      socket.destroy();
      return;
    }
    this.#parts.sources.of(plainAddress(socket.remoteAddress)).wrong(1, performance.now());
    const status = code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : code === "HPE_HEADER_OVERFLOW" ? 431 : 400;
    refuseConnection(socket, status, "invalid-request");
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
    // Nor a token with the files of the page, which are there for anyone.
    if ((method === "GET" || method === "HEAD") && isOfPage(this.#parts.page, url)) return undefined;
    const answer = access.role(headers);
    if (answer.ok) this.#roles.set(request, answer.role);
    else if (answer.reason === "token-unknown" || url !== "/health") return answer.reason;
    return undefined;
  }

  #refuse(request: FastifyRequest, reply: FastifyReply, reason: ErrorReason): void {
    this.#parts.observer.refused?.(reason, sourceOf(request));
    if (reason !== "stopping") this.#wrong(request);
    // The body is not read, so nothing else can come on this connection.
    reply.header("connection", "close");
    if (statusOf(reason) === 401) reply.header("www-authenticate", "Bearer");
    this.#send(reply, statusOf(reason), errorAnswer(null, new RpcError(reason)));
  }

  #refuseEncoding(request: FastifyRequest, reply: FastifyReply): void {
    this.#wrong(request);
    reply.header("connection", "close");
    const said = String(request.headers["content-encoding"]).slice(0, 40);
    const message = `the body is sent with "Content-Encoding: ${said}": send it uncompressed, without that header`;
    this.#send(reply, 415, errorAnswer(null, new RpcError("invalid-request", { message })));
  }

  async #post(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { calls, load } = this.#parts;
    const answer = await this.#during(request, (caller) =>
      calls.answer(request.body instanceof Uint8Array ? request.body : "", caller),
    );
    if (answer === undefined) return reply.code(204).send();
    reply.raw.once("finish", () => load.release(this.#connectionOf(request), answer.length));
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
      const url = askedUrl(request.headers.host, this.#parts.tls);
      return await work({ context: { role, source: sourceOf(request), signal }, connection, url });
    } finally {
      this.#open.delete(signal);
      connection.signals.delete(signal);
    }
  }

  #connectionOf(request: FastifyRequest): Connection {
    const { socket } = request;
    const known = this.#connections.get(socket);
    if (known !== undefined) return known;
    const source = this.#sourceOf(request);
    const owes = source.ownWaitMs(performance.now()) > 0;
    const made = new Connection(source, () => socket.destroy(), owes && !this.#door.wasHeld(socket));
    this.#connections.set(socket, made);
    if (socket.destroyed) this.#parts.load.closed(made);
    else socket.once("close", () => this.#parts.load.closed(made));
    return made;
  }

  /** What went wrong before a handler: mostly what the caller sent. */
  #failed(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    this.#wrong(request);
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
    reply
      .code(status)
      .header("content-type", JSON_TYPE)
      .header("cache-control", "no-store")
      .header("x-content-type-options", "nosniff");
    const { request } = reply;
    const source = this.#sourceOf(request);
    const isUnread = !request.raw.complete && mostBytes(request, 1) > 0;
    // Of who is often wrong nothing more is read than must be.
    if (!isUnread || source.isSuspect) return reply.send(body);
    const answer = lastAnswer(body, request.raw, (bytes) =>
      source.wrong(bytes / LARGE_BYTES, performance.now()),
    );
    return reply
      .header("connection", "close")
      .header("content-length", new TextEncoder().encode(body).length)
      .send(answer);
  }
}

/** How long the body is, or, of one that does not say so, the most that it can be. */
function mostBytes({ headers }: FastifyRequest, max: number): number {
  return "transfer-encoding" in headers ? max : Math.min(max, Number(headers["content-length"] ?? 0));
}

/** Whether the body is compressed, which this server does not undo: few bytes could become very many. */
function isEncoded({ headers }: FastifyRequest): boolean {
  const encoding = headers["content-encoding"];
  return encoding !== undefined && encoding !== "" && encoding.toLowerCase() !== "identity";
}

/** The address without the port. */
function sourceOf(request: FastifyRequest): string {
  return plainAddress(request.ip);
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
