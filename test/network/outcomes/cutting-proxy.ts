// A way to a node that is cut at random: connections end in the middle of questions and of answers, so that a client does
// not know whether the node has heard, or what it has said.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** How a way is made. */
export interface ProxyOptions {
  /** The port of the node on loopback. */
  readonly port: number;
  /** From 0, below 1. */
  readonly random: () => number;
  /** Of so many pieces that pass, one is the last of its connection. */
  readonly piecesPerCut: number;
}

/** A way to a node, until it is closed. */
export class CuttingProxy {
  readonly url: string;
  /** Connections that were cut. */
  cuts = 0;
  readonly #options: ProxyOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(options: ProxyOptions, server: Server) {
    this.#options = options;
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("connection", (client) => this.#join(client));
  }

  static async open(options: ProxyOptions): Promise<CuttingProxy> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new CuttingProxy(options, server);
  }

  /** Ends the way, and all connections on it. */
  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(client: Socket): void {
    const node = connect(this.#options.port, "127.0.0.1");
    const ends = [client, node] as const;
    const end = (): void => {
      for (const socket of ends) {
        socket.destroy();
        this.#sockets.delete(socket);
      }
    };
    for (const socket of ends) {
      this.#sockets.add(socket);
      socket.on("error", end).on("close", end);
    }
    this.#pass(client, node, end);
    this.#pass(node, client, end);
  }

  #pass(from: Socket, to: Socket, end: () => void): void {
    const { random, piecesPerCut } = this.#options;
    from.on("data", (piece) => {
      if (random() * piecesPerCut >= 1) {
        to.write(piece);
        return;
      }
      this.cuts++;
      // A part of it may still have come through: sometimes all of it.
      if (random() < 0.5) to.write(piece.subarray(0, Math.floor(random() * (piece.length + 1))));
      else to.write(piece, end);
      setImmediate(end);
    });
  }
}
