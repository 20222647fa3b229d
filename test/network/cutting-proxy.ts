// A TCP proxy before a node, that cuts every connection through it when a test wants that.

import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";

/** A proxy on a free port of this machine. */
export class CuttingProxy {
  cuts = 0;
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((near) => this.#join(near));

  /** @param port of what it stands before */
  constructor(port: number) {
    this.#port = port;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  /** Cuts what goes through it now; connections are taken again at once. */
  cut(): void {
    this.cuts += this.#sockets.size === 0 ? 0 : 1;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #join(near: Socket): void {
    const far = connect(this.#port, "127.0.0.1");
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one);
      one.on("error", () => {});
      one.on("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}
