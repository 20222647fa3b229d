// What fails in a comparison is part of what it tells: so the hours that the rest took are not lost.
import { LabFailure } from "../lab-failure.ts";
import type { Context } from "./context.ts";
import type { ModeFailure } from "./results.ts";

/** Lines of a stack that are told. */
const STACK_LINES = 20;

/** What something came to, or how it failed. @throws what the context's signal was aborted with, and nothing else */
export async function failureOf<T>(
  { signal }: Pick<Context, "signal">,
  mode: ModeFailure["mode"],
  work: () => T | Promise<T>,
): Promise<T | ModeFailure> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    return told(mode, error);
  }
}

/** A failure in words; one that nobody foresaw is a mistake in this program. */
export function told(mode: ModeFailure["mode"], error: unknown): ModeFailure {
  if (error instanceof LabFailure) return { mode, message: error.message, log: error.log };
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const stack = error instanceof Error ? (error.stack ?? "").split("\n").slice(0, STACK_LINES) : [];
  return {
    mode,
    message: `this is a bug of witan: ${text}. Please report it, with what you ran`,
    log: stack,
  };
}
