// Which part of a world a diagram shows: few enough messages that a person can follow them.
import type { Happening } from "../world/recorder.ts";
import type { Recorded } from "./recording.ts";

/** What is wanted: the end, the beginning, or a time, in microseconds of the world. */
export type Wanted =
  | { readonly kind: "end" }
  | { readonly kind: "beginning" }
  | { readonly kind: "between"; readonly fromUs: number; readonly toUs: number };

/** The part that is shown: happenings from `first` to before `end`. */
export interface Part {
  readonly first: number;
  readonly end: number;
}

/** More arrows than this nobody reads. */
export const LETTERS_MAX = 200;
/** Who asks for a time gets more. */
const LETTERS_WANTED_MAX = 1_500;

/** Chooses the part. */
export function partOf(all: readonly Recorded[], wanted: Wanted): Part {
  if (wanted.kind === "end") return endOf(all);
  if (wanted.kind === "beginning") return beginningOf(all, 0, all.length, LETTERS_MAX);
  const first = all.findIndex(({ atUs }) => atUs >= wanted.fromUs);
  const after = all.findIndex(({ atUs }) => atUs > wanted.toUs);
  const [from, end] = [first < 0 ? all.length : first, after < 0 ? all.length : after];
  return beginningOf(all, from, end, LETTERS_WANTED_MAX);
}

function beginningOf(all: readonly Recorded[], first: number, end: number, most: number): Part {
  let letters = 0;
  for (let at = first; at < end; at++)
    if (isLetter(all[at]?.happening) && ++letters > most) return { first, end: at };
  return { first, end };
}

function endOf(all: readonly Recorded[]): Part {
  let letters = 0;
  for (let at = all.length - 1; at >= 0; at--)
    if (isLetter(all[at]?.happening) && ++letters > LETTERS_MAX) return { first: at + 1, end: all.length };
  return { first: 0, end: all.length };
}

/** What a process sends to itself is not drawn. */
export function isLetter(happening: Happening | undefined): boolean {
  return happening?.kind === "send" && happening.process !== happening.to;
}
