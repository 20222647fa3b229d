// Addresses as people write them, `HOST:PORT`: IPv4, IPv6 in brackets, or a name.
import { ok, type Result, refuse } from "@witan/primitives";

/** Where somebody listens. */
export interface HostPort {
  /** Without brackets. */
  readonly host: string;
  /** 0 to 65,535. */
  readonly port: number;
}

const BRACKETED = /^\[([0-9a-fA-F:.]+)\]:(\d{1,5})$/;
const PLAIN = /^([^:/\s[\]]{1,253}):(\d{1,5})$/;

/** Reads an address. */
export function parseHostPort(text: string): Result<HostPort, "address"> {
  const [, host, digits] = BRACKETED.exec(text) ?? PLAIN.exec(text) ?? [];
  const port = Number(digits);
  if (host === undefined || port > 65_535) {
    return refuse("address", `found "${text}", expected HOST:PORT, such as 10.0.0.2:9600 or [::1]:9600`);
  }
  return ok({ host, port });
}

/** Writes an address. */
export function formatHostPort({ host, port }: HostPort): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
