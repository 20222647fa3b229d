// The HTTP status of a request that is turned away as a whole.
import type { ErrorReason } from "../errors.ts";

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
