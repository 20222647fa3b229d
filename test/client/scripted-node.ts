// A node by script for tests of the client: a real HTTP server whose answers the test decides, byte by byte if it wants.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { RpcError } from "@witan/rpc";

/** A request as it came. */
export interface Received {
  readonly json: unknown;
  readonly headers: IncomingMessage["headers"];
  readonly method: string;
}

/** Answers a request in whatever way. */
export type Answerer = (received: Received, response: ServerResponse) => void | Promise<void>;

/** A server on a free port of this machine. */
export class ScriptedNode {
  readonly received: Received[] = [];
  answer: Answerer;
  readonly #server = createServer((request, response) => void this.#handle(request, response));
  readonly #sockets = new Set<Socket>();

  constructor(answer: Answerer) {
    this.answer = answer;
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(port = 0): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, "127.0.0.1", resolve);
    });
    return this;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const json = JSON.parse(Buffer.concat(pieces).toString("utf8")) as unknown;
    const received = { json, headers: request.headers, method: request.method ?? "" };
    this.received.push(received);
    await this.answer(received, response);
  }
}

/** A call as JSON-RPC writes it. */
export interface Call {
  readonly id: number;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Sends JSON. */
export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

/** Answers each call by a function that gives the result, or throws an `RpcError`. */
export function serving(serve: (call: Call) => unknown): Answerer {
  const one = async (call: Call) => {
    try {
      return { jsonrpc: "2.0", id: call.id, result: await serve(call) };
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      return { jsonrpc: "2.0", id: call.id, error: error.toObject() };
    }
  };
  return async ({ json }, response) => {
    const answer = Array.isArray(json) ? await Promise.all(json.map(one)) : await one(json as Call);
    sendJson(response, answer);
  };
}

/** The failure of a promise that must fail in a certain way. */
export async function failureOf<E extends Error>(
  promise: Promise<unknown>,
  type: new (...args: never[]) => E,
): Promise<E> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof type) return error;
    throw error;
  }
  throw new TypeError(`expected a ${type.name}, and there was none`);
}
