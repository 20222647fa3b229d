// Numbers in the sentences of a report. Pure.
import type { Estimate } from "./statistics.ts";

/** A duration, with the digits that mean something. */
export function milliseconds(ms: number): string {
  if (ms < 1_000) return `${Number(ms.toPrecision(3))} ms`;
  if (ms < 120_000) return `${Number((ms / 1_000).toPrecision(3))} s`;
  return `${Number((ms / 60_000).toPrecision(3))} minutes`;
}

/** A factor. */
export function times(factor: number): string {
  return `${factor < 10 ? Number(factor.toPrecision(2)) : Math.round(factor)} times`;
}

/** Where a value lies with 95 % confidence, in brackets; nothing where that is not known. */
export function between({ low, high }: Estimate, words: (value: number) => string): string {
  return low === null || high === null ? "" : ` (95 %: ${words(low)} to ${words(high)})`;
}

/** A share, in per cent. */
export function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}

/** So many of something. */
export function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** A sentence as it begins. */
export function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
