// WebSocket on the port of HTTP: the same calls by the same rules, and events. Who may connect is decided before the
// connection changes hands, as it is for HTTP before a body is read.
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { type ErrorReason, RpcError } from "../errors.ts";
import type { RpcRole } from "../method.ts";
import { CLOSE_CODES, WEBSOCKET_PROTOCOL, WEBSOCKET_TOKEN_PREFIX } from "../subscription-events.ts";
import type { EventFeed } from "../subscription-methods.ts";
import type { Access } from "./access.ts";
import type { Calls } from "./calls.ts";
import { errorAnswer } from "./envelope.ts";
import type { Load } from "./load.ts";
import type { RpcLimits, RpcObserver, RpcTls } from "./options.ts";
import { Session, type SessionOptions } from "./session.ts";
import { plainAddress, type Sources } from "./sources.ts";
import { askedUrl, statusOf } from "./status.ts";
import type { SubscriptionCount } from "./subscriptions.ts";

/** What the WebSocket side works with. */
export interface WebSocketParts {
  readonly calls: Calls;
  readonly events: EventFeed;
  readonly access: Access;
  readonly load: Load;
  readonly limits: RpcLimits;
  readonly observer: RpcObserver;
  readonly sources: Sources;
  readonly tls: RpcTls | undefined;
}

/** Connections are looked after so many times in the time that each may take to read or to answer. */
const LOOKS = 10;

/** Why a connection does not change hands. */
class Refusal {
  readonly status: number;
  readonly error: RpcError;

  constructor(status: number, error: RpcError) {
    this.status = status;
    this.error = error;
  }
}

/** The WebSocket connections of a server. */
export class WebSocketSide {
  readonly #parts: WebSocketParts;
  readonly #server: WebSocketServer;
  readonly #sessions = new Set<Session>();
  readonly #count: SubscriptionCount = { open: 0 };
  readonly #timer: NodeJS.Timeout;
  #isClosing = false;

  constructor(parts: WebSocketParts) {
    this.#parts = parts;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: parts.limits.bodyBytes,
      // Memory for each connection, and time for each message: not worth it on lines of this length.
      perMessageDeflate: false,
      handleProtocols: (offered) => (offered.has(WEBSOCKET_PROTOCOL) ? WEBSOCKET_PROTOCOL : false),
    });
    this.#timer = setInterval(() => {
      const now = performance.now();
      for (const session of this.#sessions) session.look(now);
    }, Math.min(parts.limits.slowMs, parts.limits.pingMs) / LOOKS);
    this.#timer.unref();
  }

  /** Takes connections that ask for WebSocket. */
  listenTo(server: Server): void {
    server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Ends: every connection is told that the node stops, and after so long cut. */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#timer);
    await Promise.all(
      [...this.#sessions].map((session) => session.end(CLOSE_CODES.stopping, "stopping", graceMs)),
    );
  }

  #upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Parameters<WebSocketServer["handleUpgrade"]>[2],
  ): void {
    // Whoever cuts the connection meanwhile is gone, and no more.
    socket.on("error", () => undefined);
    const address = plainAddress(request.socket.remoteAddress);
    const source = this.#parts.sources.of(address);
    const admitted = this.#admit(request);
    if (admitted instanceof Refusal) {
      this.#parts.observer.refused?.(admitted.error.reason as ErrorReason, address);
      source.wrong(1, performance.now());
      refuse(socket, admitted);
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (ws) => {
      const flushed = (): number => request.socket.bytesWritten - request.socket.writableLength;
      const url = askedUrl(request.headers.host, this.#parts.tls);
      this.#begin(ws, { role: admitted, address, url, source, flushed });
    });
  }

  #begin(ws: WebSocket, who: Pick<SessionOptions, "role" | "address" | "url" | "source" | "flushed">): void {
    const { calls, events, load, limits, observer } = this.#parts;
    const session = new Session({
      ...{ ...who, ws, calls, events, load, limits, observer },
      count: this.#count,
      onEnd: () => this.#sessions.delete(session),
    });
    this.#sessions.add(session);
    if (this.#isClosing) void session.end(CLOSE_CODES.stopping, "stopping", 0);
  }

  /** The caller's role, or why it may not connect. */
  #admit({ headers, url, method }: IncomingMessage): RpcRole | Refusal {
    if (this.#isClosing) return refusal("stopping");
    const { access } = this.#parts;
    const denied = access.refusal(headers);
    if (denied !== undefined) return refusal(denied);
    const offered = (headers["sec-websocket-protocol"] ?? "").split(",").map((each) => each.trim());
    const token = offered.find((each) => each.startsWith(WEBSOCKET_TOKEN_PREFIX));
    if (offered.some((each) => each !== "") && !offered.includes(WEBSOCKET_PROTOCOL))
      return refusal(
        "invalid-request",
        `the subprotocols offered are none of this server's: offer "${WEBSOCKET_PROTOCOL}", or none`,
      );
    const authorization =
      headers.authorization ?? (token && `Bearer ${token.slice(WEBSOCKET_TOKEN_PREFIX.length)}`);
    const answer = access.role({ authorization });
    if (!answer.ok) return refusal(answer.reason);
    if (url !== "/" || method !== "GET" || headers.upgrade?.toLowerCase() !== "websocket")
      return refusal("invalid-request", "there is nothing here to upgrade to but WebSocket at /");
    return answer.role;
  }
}

function refusal(reason: ErrorReason, message?: string): Refusal {
  return new Refusal(statusOf(reason), new RpcError(reason, message === undefined ? {} : { message }));
}

/** Answers as HTTP, and ends the connection. */
function refuse(socket: Duplex, { status, error }: Refusal): void {
  const body = errorAnswer(null, error);
  const head = [
    `HTTP/1.1 ${status} ${status === 401 ? "Unauthorized" : status === 403 ? "Forbidden" : "Refused"}`,
    "Connection: close",
    "Content-Type: application/json; charset=utf-8",
    `Content-Length: ${new TextEncoder().encode(body).length}`,
    ...(status === 401 ? ["WWW-Authenticate: Bearer"] : []),
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}
