// The address a server listens on: reading it, and telling whether it is this machine's own.
import { isIP } from "node:net";
import { RpcServerError } from "./failure.ts";

/** Where a server listens. */
export interface ListenAddress {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
}

/**
 * Reads `HOST:PORT` or `[IPV6]:PORT`. `localhost` is 127.0.0.1.
 * @throws {RpcServerError} `listen-invalid`
 */
export function parseListen(listen: string): ListenAddress {
  const [, inner, plain, digits] =
    /^(?:\[([0-9A-Fa-f:.]+)\]|([0-9A-Za-z.-]+)):([0-9]{1,5})$/.exec(listen) ?? [];
  const host = (inner ?? plain ?? "").toLowerCase();
  const port = Number(digits);
  if (host !== "" && port <= 65_535 && (inner === undefined || isIP(inner) === 6))
    return { host: host === "localhost" ? "127.0.0.1" : host, port };
  throw new RpcServerError(
    "listen-invalid",
    listen,
    `rpc.listen is "${listen}", which is no address to listen on; write HOST:PORT, such as 127.0.0.1:9545 or [::1]:9545`,
  );
}

/** `HOST:PORT`, with brackets where they are needed. */
export function formatAddress({ host, port }: ListenAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether only this machine can reach the host. */
export function isLoopback(host: string): boolean {
  return host === "::1" || host === "localhost" || (isIP(host) === 4 && host.startsWith("127."));
}
