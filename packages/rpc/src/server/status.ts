// What HTTP says of a request: the status where it is turned away as a whole, and the address that it asked.
import type { ErrorReason } from "../errors.ts";
import type { RpcTls } from "./options.ts";

const STATUS: { readonly [Reason in ErrorReason]?: number } = {
  "host-not-allowed": 403,
  "origin-not-allowed": 403,
  "token-needed": 401,
  "token-unknown": 401,
  "body-too-large": 413,
  "rate-limited": 429,
  stopping: 503,
  internal: 500,
};

/** The status: 400 for what is wrong in itself. */
export function statusOf(reason: ErrorReason): number {
  return STATUS[reason] ?? 400;
}

/** The address that a request asked, by its Host header. */
export function askedUrl(host: string | undefined, tls: RpcTls | undefined): string {
  return `${tls === undefined ? "http" : "https"}://${host ?? "127.0.0.1"}`;
}
