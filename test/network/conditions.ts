// Waiting for conditions, with deadlines: asked again and again, since what is waited for happens in other processes.
import assert from "node:assert/strict";
import { once } from "node:events";
import { RpcCallError, RpcConnectionError } from "@witan/client";

const ASK_MS = 50;
/** A busy machine starts a node slowly, and a view takes longer than its timer. */
export const DEADLINE_MS = 60_000;

/** Whether something holds. A node that can't be asked, or not now, is no answer. */
export type Condition = () => boolean | Promise<boolean>;

/** A value for what failed, in one line. */
export function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** Waits until something holds. */
export async function until(
  what: string,
  holds: Condition,
  timeoutMs = DEADLINE_MS,
  askMs = ASK_MS,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  let last = "";
  for (;;) {
    try {
      if (await holds()) return;
      last = "";
    } catch (error) {
      if (!(error instanceof RpcConnectionError || error instanceof RpcCallError)) throw error;
      last = `; last asked: ${textOf(error)}`;
    }
    assert.ok(performance.now() < end, `not within ${timeoutMs} ms: ${what}${last}`);
    await turn(askMs);
  }
}

/** Waits for what something comes to; rejects when the time is up, telling what was waited for, and how far it had come. */
export async function within<T>(
  what: string,
  coming: Promise<T>,
  { timeoutMs = DEADLINE_MS, progress }: { timeoutMs?: number; progress?: () => Promise<string> } = {},
): Promise<T> {
  const late = once(AbortSignal.timeout(timeoutMs), "abort").then(() => undefined);
  const first = await Promise.race([coming.then((value) => ({ value })), late]);
  if (first !== undefined) return first.value;
  coming.catch(() => {}); // What it fails with later is of no interest.
  const stood = progress === undefined ? "" : `; it stood at: ${await progress().catch(textOf)}`;
  assert.fail(`not within ${timeoutMs} ms: ${what}${stood}`);
}

/** The moment at which it is asked again. */
function turn(askMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      clearInterval(timer);
      resolve();
    }, askMs);
  });
}

/** Numbers from 0, below 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An integer from `from` to `to`, both included. */
export function between(random: () => number, from: number, to: number): number {
  return from + Math.floor(random() * (to - from + 1));
}
