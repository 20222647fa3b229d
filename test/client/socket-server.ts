// A server of WebSocket connections for tests of the client: it keeps a log of events whose cursors are their places in it,
// answers calls by script, and is cut, silent or slow when a test wants that.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { NOTICE_METHOD, RpcError, type SubscriptionEvent } from "@witan/rpc";
import { type WebSocket, WebSocketServer } from "ws";
import type { Call } from "./scripted-node.ts";

interface Reader {
  readonly socket: WebSocket;
  readonly name: string;
  next: number;
}

/** A server on a free port of this machine. */
export class SocketServer {
  readonly log: SubscriptionEvent[] = [];
  /** Methods called over WebSocket, in order, with the params. */
  readonly calls: Call[] = [];
  readonly sockets = new Set<WebSocket>();
  /** What a call is answered with; undefined: nothing at all. */
  answer: (call: Call) => unknown = () => ({});
  /** Refuses the next handshakes with this error over HTTP. */
  refusal: RpcError | undefined;
  /** How many events a connection gets before it is cut; none: it is not. */
  eventsUntilCut: number | undefined;
  connections = 0;
  readonly #readers: Reader[] = [];
  /** As a node: each connection has names of its own, so that the next gives the same ones again. */
  readonly #names = new WeakMap<WebSocket, number>();
  #ofHttp = 0;
  readonly #http = createServer((_, response) => {
    this.#ofHttp += 1;
    const body = this.refusal
      ? { jsonrpc: "2.0", id: this.#ofHttp, error: this.refusal.toObject() }
      : { jsonrpc: "2.0", id: this.#ofHttp, result: {} };
    response.end(JSON.stringify(body));
  });
  readonly #server = new WebSocketServer({ noServer: true });

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async start(port = 0): Promise<this> {
    this.#http.on("upgrade", (request, socket, head) => {
      if (this.refusal !== undefined) return socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
      this.#server.handleUpgrade(request, socket, head, (opened) => this.#serve(opened));
    });
    await new Promise<void>((resolve) => this.#http.listen(port, "127.0.0.1", resolve));
    return this;
  }

  async stop(): Promise<void> {
    this.cut();
    this.#http.closeAllConnections();
    await new Promise<void>((resolve) => this.#http.close(() => resolve()));
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.sockets) socket.terminate();
  }

  /** Tells subscribers of something. */
  tell(...events: readonly SubscriptionEvent[]): void {
    this.log.push(...events);
    for (const reader of this.#readers) this.#pump(reader);
  }

  #serve(socket: WebSocket): void {
    this.connections += 1;
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("message", (data) => {
      const call = JSON.parse(String(data)) as Call;
      this.calls.push(call);
      try {
        const result = this.#result(socket, call);
        if (result === undefined) return;
        socket.send(JSON.stringify({ jsonrpc: "2.0", id: call.id, result }));
        for (const reader of this.#readers) this.#pump(reader);
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        socket.send(JSON.stringify({ jsonrpc: "2.0", id: call.id, error: error.toObject() }));
      }
    });
  }

  #result(socket: WebSocket, call: Call): unknown {
    const { method, params } = call;
    if (method === "unsubscribe") {
      const at = this.#readers.findIndex(
        (reader) => reader.socket === socket && reader.name === params["subscription"],
      );
      if (at >= 0) this.#readers.splice(at, 1);
      return { ended: at >= 0 };
    }
    if (method !== "subscribe") return this.answer(call);
    if (params["after"] === "bad") throw new RpcError("cursor-invalid");
    const number = (this.#names.get(socket) ?? 0) + 1;
    this.#names.set(socket, number);
    const name = `${number}`;
    const next = params["after"] === undefined ? this.log.length : Number(params["after"]);
    this.#readers.push({ socket, name, next });
    return { subscription: name, cursor: `${next}` };
  }

  #pump(reader: Reader): void {
    const { socket, name } = reader;
    for (; reader.next < this.log.length && this.sockets.has(socket); reader.next++) {
      if (this.eventsUntilCut !== undefined && this.eventsUntilCut-- <= 0) {
        this.eventsUntilCut = undefined;
        socket.terminate();
        return;
      }
      const params = { subscription: name, cursor: `${reader.next + 1}`, event: this.log[reader.next] };
      socket.send(JSON.stringify({ jsonrpc: "2.0", method: NOTICE_METHOD, params }));
    }
  }
}
