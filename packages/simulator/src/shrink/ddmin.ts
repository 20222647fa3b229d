// Delta debugging (Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input, 2002): what is needed of a
// list for something to hold. The same questions in the same order every time.

/**
 * A part of a list for which it still holds, and of which no single entry could be left out.
 * @param holds asked about parts, in the list's order; it holds for the whole list
 */
export function ddmin<T>(list: readonly T[], holds: (part: readonly T[]) => boolean): readonly T[] {
  if (list.length === 0 || holds([])) return [];
  let needed = list;
  let pieces = Math.min(2, needed.length);
  while (needed.length > 1) {
    const size = Math.ceil(needed.length / pieces);
    const smaller = withoutOnePiece(needed, size, holds);
    if (smaller !== undefined) {
      needed = smaller;
      pieces = Math.max(2, Math.min(pieces - 1, needed.length));
    } else if (size === 1) return needed;
    else pieces = Math.min(2 * pieces, needed.length);
  }
  return needed;
}

function withoutOnePiece<T>(
  list: readonly T[],
  size: number,
  holds: (part: readonly T[]) => boolean,
): readonly T[] | undefined {
  // From the end: what comes late often is what the rest led to.
  for (let end = list.length; end > 0; end -= size) {
    const rest = [...list.slice(0, Math.max(0, end - size)), ...list.slice(end)];
    if (rest.length > 0 && holds(rest)) return rest;
  }
  return undefined;
}
