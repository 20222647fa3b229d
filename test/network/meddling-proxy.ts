// What stands between a client and one node: passes RPC calls on, unless a test has it hold them back or change the answers.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A proxy for one node. */
export class MeddlingProxy {
  /** Called before a call is passed on: what it waits for, the call waits for. */
  before: ((method: string) => Promise<void> | void) | undefined;
  /** Changes an answer. */
  change: ((answer: string, method: string) => string) | undefined;
  readonly #server: Server;

  private constructor(target: string) {
    this.#server = createServer(async (request, response) => {
      try {
        const parts: Buffer[] = [];
        for await (const part of request) parts.push(part as Buffer);
        const body = Buffer.concat(parts).toString("utf8");
        const { method } = JSON.parse(body) as { readonly method: string };
        await this.before?.(method);
        const headers = { "content-type": "application/json" };
        const reply = await fetch(target, { method: "POST", headers, body });
        const answer = await reply.text();
        response.writeHead(reply.status, headers).end(this.change?.(answer, method) ?? answer);
      } catch {
        response.destroy();
      }
    });
  }

  static async open(target: string): Promise<MeddlingProxy> {
    const proxy = new MeddlingProxy(target);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Ends it, with what is under way. */
  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
