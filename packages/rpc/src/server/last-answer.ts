// The answer to a request whose body is not wanted. What still comes of the body is read and thrown away before the
// connection ends: closed with bytes unread it would be reset, and most callers would be told of a broken pipe instead of what
// was wrong. Must never keep what it reads, nor read without bound.
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";

/**
 * So much is thrown away at most: two bodies of the largest size, unless another size is set. Who sends more finds the
 * connection cut. A request that is refused costs the server no more than two that are read.
 */
export const DISCARDED_BYTES_MAX = 4 * 1024 * 1024;
/** And for so long at most. */
const DISCARDED_MS_MAX = 5_000;

/**
 * An answer that goes out at once, and ends when the body of its request has come, or too much of it. The header must give its
 * length, so that nobody waits for the end.
 * @param onDiscarded hears how many bytes were thrown away
 */
export function lastAnswer(
  answer: string,
  request: IncomingMessage,
  onDiscarded: (bytes: number) => void,
): Readable {
  const told = new Readable({ read: () => undefined });
  told.push(answer);
  let bytes = 0;
  const end = (): void => {
    clearTimeout(timer);
    request.off("data", count).off("end", end).off("close", end);
    onDiscarded(bytes);
    told.push(null);
  };
  const count = (chunk: Uint8Array): void => {
    bytes += chunk.length;
    if (bytes > DISCARDED_BYTES_MAX) end();
  };
  const timer = setTimeout(end, DISCARDED_MS_MAX);
  if (request.complete || request.destroyed) {
    // Whoever asked may be gone already; then nothing more is heard of it.
    setImmediate(end);
    return told;
  }
  request.on("data", count).once("end", end).once("close", end).resume();
  return told;
}
