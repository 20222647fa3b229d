// What fails in a comparison is part of what it tells: so the hours that the rest took are not lost.
import { LabFailure } from "../lab-failure.ts";
import type { NetworkMode } from "../network-shape.ts";
import type { Context, Found } from "./context.ts";
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

/**
 * Does something for one mode after another. A mode that fails is told, and the rest goes on.
 * @param work what it throws is a failure of the mode; it keeps only what is whole
 * @returns the failures
 * @throws what the context's signal was aborted with, and nothing else
 */
export async function eachMode<Mode extends NetworkMode>(
  context: Pick<Context, "signal">,
  modes: readonly Mode[],
  work: (mode: Mode, place: number) => Promise<void>,
): Promise<readonly ModeFailure[]> {
  const failures: ModeFailure[] = [];
  for (const [place, mode] of modes.entries()) {
    const ran = await failureOf(context, mode, async () => {
      await work(mode, place);
      return {};
    });
    if ("message" in ran) failures.push(ran);
  }
  return failures;
}

/** A section that says no more than that it failed. */
export function failed(name: string, failure: ModeFailure, title: string): Found {
  const none = { question: "", method: [], findings: [], tables: [], figures: [] };
  return { result: { name, title, source: "simulator", ...none, failures: [failure] }, drawings: [] };
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
