// Opening and closing a server: everything is checked before the address is taken.

import { createSecureContext } from "node:tls";
import { Access } from "./access.ts";
import { Calls } from "./calls.ts";
import { listenFailure, RpcServerError } from "./failure.ts";
import { HttpSide } from "./http.ts";
import { formatAddress, parseListen } from "./listen.ts";
import { Load } from "./load.ts";
import { RPC_LIMITS, type RpcServerOptions, type RpcTls } from "./options.ts";
import { Sources } from "./sources.ts";
import { Turns } from "./turns.ts";
import { WebSocketSide } from "./websocket.ts";

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
 * Serves the RPC: JSON-RPC 2.0 by HTTP at `POST /` and by WebSocket at `/`, fitness at `GET /health`.
 * @throws {RpcServerError} if it can't or may not listen there
 */
export async function openRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const { service, observer, events, tls, page } = options;
  const limits = Object.freeze({ ...RPC_LIMITS, ...options.limits });
  const asked = parseListen(options.listen);
  const access = new Access(asked, options.tokens ?? {}, options.allowedOrigins ?? []);
  if (tls !== undefined) checkTls(tls, options.listen);
  const sources = new Sources(limits);
  const load = new Load(limits);
  const calls = new Calls({ service, limits, observer, load, turns: new Turns() });
  const http = new HttpSide({ service, calls, access, load, limits, observer, sources, tls, page });
  const webSocket = new WebSocketSide({ calls, events, access, load, limits, observer, sources, tls });
  webSocket.listenTo(http.app.server);
  try {
    await http.app.listen({ host: asked.host, port: asked.port });
  } catch (error) {
    await Promise.all([webSocket.close(0), http.close(0)]);
    throw listenFailure(options.listen, error);
  }
  const bound = http.app.server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : asked.port;
  let closed: Promise<void> | undefined;
  return {
    address: formatAddress({ host: asked.host, port }),
    close() {
      closed ??= Promise.all([webSocket.close(GRACE_MS), http.close(GRACE_MS)]).then(() => undefined);
      return closed;
    },
  };
}

function checkTls(tls: RpcTls, where: string): void {
  try {
    createSecureContext(tls);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const message = `the certificate and key of rpc.tlsCertFile and rpc.tlsKeyFile can't be used (${said}); both must be PEM, and belong together`;
    throw new RpcServerError("tls-invalid", where, message, error);
  }
}
