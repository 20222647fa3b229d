// Where Prometheus reads the metrics: one page, nothing else.
import { parseHostPort } from "../config/host-port.ts";
import { CommandFailure, EXIT } from "../exit.ts";
import type { NodeMetrics } from "./metrics.ts";

/** A page that can be closed. */
export interface MetricsServer {
  close(): Promise<void>;
}

/** Serves `GET /metrics`. @throws {CommandFailure} 3 if the address can't be had */
export async function serveMetrics(listen: string, metrics: NodeMetrics): Promise<MetricsServer> {
  const { host, port } = parseHostPort(listen) ?? { host: listen, port: 0 };
  // Not above: whoever imports it loads all of fetch too, which takes a tenth of a node's start.
  const { createServer } = await import("node:http");
  const server = createServer((request, response) => {
    if (request.method !== "GET" || request.url !== "/metrics") {
      response.writeHead(404, { "content-type": "text/plain" }).end("GET /metrics\n");
      return;
    }
    metrics.text().then(
      (text) => response.writeHead(200, { "content-type": metrics.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: Error) =>
      reject(
        new CommandFailure(
          EXIT.unable,
          "metrics-address",
          `metrics can't be served on ${listen}: ${error.message}; set metrics.listen to a free address`,
        ),
      ),
    );
    server.listen(port, host, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
