// Opening and closing a server: everything is checked before the address is taken.

import { Access } from "./access.ts";
import { Calls } from "./calls.ts";
import { listenFailure } from "./failure.ts";
import { HttpSide } from "./http.ts";
import { formatAddress, parseListen } from "./listen.ts";
import { Load } from "./load.ts";
import { RPC_LIMITS, type RpcServerOptions } from "./options.ts";

/** Milliseconds that what is being answered gets when the server closes. With the rest `close` ends within a second. */
const GRACE_MS = 500;

/** A server that listens. */
export interface RpcServer {
  /** `HOST:PORT`, with the port it was given. */
  readonly address: string;
  /** Takes no more, ends waits, finishes what is in progress, and has ended within a second. Harmless a second time. */
  close(): Promise<void>;
}

/**
 * Serves the RPC by HTTP: JSON-RPC 2.0 at `POST /`, fitness at `GET /health`.
 * @throws {RpcServerError} if it can't or may not listen there
 */
export async function openRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const { service, observer } = options;
  const limits = Object.freeze({ ...RPC_LIMITS, ...options.limits });
  const asked = parseListen(options.listen);
  const access = new Access(asked, options.tokens ?? {}, options.allowedOrigins ?? []);
  const load = new Load(limits);
  const calls = new Calls(service, limits, observer, load);
  const http = new HttpSide({ service, calls, access, load, limits, observer });
  try {
    await http.app.listen({ host: asked.host, port: asked.port });
  } catch (error) {
    await http.close(0);
    throw listenFailure(options.listen, error);
  }
  const bound = http.app.server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : asked.port;
  let closed: Promise<void> | undefined;
  return {
    address: formatAddress({ host: asked.host, port }),
    close() {
      closed ??= http.close(GRACE_MS);
      return closed;
    },
  };
}
