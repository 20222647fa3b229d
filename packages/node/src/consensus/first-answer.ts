// Asks several for one thing, one after another without waiting long for any: who is slow costs a moment, not its whole
// timeout. Knows nothing of what is asked for.
import type { Clock } from "@witan/primitives";

/** How several are asked. */
export interface AskingOptions {
  readonly clock: Clock;
  /** So long one is waited for before the next is asked too. */
  readonly patienceMs: number;
  /** So many are asked at a time: each may send as much as an answer may hold. */
  readonly atOnceMax: number;
  /** Nobody else is asked while this is false. */
  readonly isWanted: () => boolean;
  readonly signal: AbortSignal;
}

/**
 * The first answer: whoever has none makes room for the next at once, whoever is slow goes on beside the next, and the
 * rest are cancelled when one has answered.
 * @param ask resolves with undefined if there is nothing to be had; its signal says that nobody waits any more
 * @returns undefined if nobody had it, or `signal` ended it
 */
export function firstAnswer<From, Answer>(
  all: readonly From[],
  ask: (one: From, signal: AbortSignal) => Promise<Answer | undefined>,
  { clock, patienceMs, atOnceMax, isWanted, signal }: AskingOptions,
): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    const left = [...all];
    let running = 0;
    let cancelTimer = (): void => {};
    const end = (settle: () => void): void => {
      cancelTimer();
      signal.removeEventListener("abort", giveUp);
      over.abort();
      settle();
    };
    const giveUp = (): void => end(() => resolve(undefined));
    const next = (): void => {
      cancelTimer();
      if (over.signal.aborted) return;
      if (left.length === 0 && running === 0) {
        giveUp();
        return;
      }
      if (isWanted() && running < atOnceMax) begin();
      cancelTimer = clock.after(patienceMs, next);
    };
    const begin = (): void => {
      for (const one of left.splice(0, 1)) {
        running++;
        ask(one, over.signal).then(
          (answer) => {
            running--;
            if (answer === undefined) next();
            else end(() => resolve(answer));
          },
          (error: unknown) => end(() => reject(error)),
        );
      }
    };
    signal.addEventListener("abort", giveUp, { once: true });
    if (signal.aborted) giveUp();
    else next();
  });
}
