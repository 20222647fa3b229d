// The door: who may connect, and when a new connection is read from first. It knows addresses, and nothing of what is sent.
import type { Socket } from "node:net";
import { type ErrorReason, RpcError } from "../errors.ts";
import { errorAnswer } from "./envelope.ts";
import type { RpcObserver } from "./options.ts";
import { plainAddress, type Source, type Sources } from "./sources.ts";

/** What the door works with. */
export interface DoorParts {
  readonly sources: Sources;
  readonly observer: RpcObserver;
  readonly isTls: boolean;
}

/** All answers are of this type. */
export const JSON_TYPE = "application/json; charset=utf-8";
/** What a connection costs, against a wrong request. */
const PLAIN_COST = 0.25;
const TLS_COST = 4;
/** Who owes more milliseconds gets no handshake, and is not told why it is turned away: telling costs more than the rest. */
const CURT_WAIT_MS = 1_000;

/** Lets connections in. */
export class Door {
  readonly #parts: DoorParts;
  /** Open ones, whatever they are for. */
  readonly #sockets = new Set<Socket>();
  /** Connections that were kept waiting before anything of them was read. */
  readonly #letIn = new WeakSet<object>();

  constructor(parts: DoorParts) {
    this.#parts = parts;
  }

  /** A connection has come: is there room for it, of its source? */
  enter(socket: Socket): void {
    const { sources, observer, isTls } = this.#parts;
    const address = plainAddress(socket.remoteAddress);
    const source = sources.of(address);
    const now = performance.now();
    // Opening a connection costs something, too, and a handshake more than many requests.
    source.wrong(isTls ? TLS_COST : PLAIN_COST, now);
    if (source.hasRoom) {
      source.connections++;
      this.#sockets.add(socket);
      socket.once("close", () => {
        source.connections--;
        this.#sockets.delete(socket);
      });
      this.#holdNew(socket, source);
      return;
    }
    observer.refused?.("connections-too-many", address);
    if (isTls || source.ownWaitMs(now) > CURT_WAIT_MS) socket.destroy();
    else refuseConnection(socket, 429, "connections-too-many");
  }

  /** Whether it was kept waiting before anything of it was read. */
  wasHeld(socket: object): boolean {
    return this.#letIn.has(socket);
  }

  /** Cuts every connection. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Of who owes time a new connection is not read from before. */
  #holdNew(socket: Socket, source: Source): void {
    const wait = source.ownWaitMs(performance.now());
    if (wait === 0) return;
    if (this.#parts.isTls) {
      // A handshake can't be put off.
      if (wait > CURT_WAIT_MS) socket.destroy();
      return;
    }
    // Reading begins by itself in this turn, so it can be stopped only behind that.
    process.nextTick(() => {
      if (!this.#letIn.has(socket)) socket.pause();
    });
    source.holdConnection({
      begin: (end) => {
        this.#letIn.add(socket);
        if (socket.destroyed) end();
        else socket.once("close", end).resume();
      },
      giveUp: () => refuseConnection(socket, 429, "rate-limited"),
    });
  }
}

/** Answers what is no request, and ends the connection. */
export function refuseConnection(socket: Socket, status: number, reason: ErrorReason): void {
  const body = errorAnswer(null, new RpcError(reason));
  const length = new TextEncoder().encode(body).length;
  const head = `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: ${JSON_TYPE}\r\nContent-Length: ${length}`;
  if (socket.writable) socket.end(`${head}\r\n\r\n${body}`);
  socket.destroySoon();
}
