// The name a person may have meant.

/** Letters that a long name may differ in; of a short one at most a third. */
const DISTANCE_MAX = 3;
/** What is longer than any name of ours is none that was mistyped: comparing it would only cost time. */
const LENGTH_MAX = 64;

/** The name with the fewest letters to change, if there are few; undefined: none is near. */
export function nearest(wanted: string, names: readonly string[]): string | undefined {
  if (wanted.length > LENGTH_MAX) return undefined;
  let best: string | undefined;
  let least = Math.min(DISTANCE_MAX, Math.floor(wanted.length / 3)) + 1;
  for (const name of names) {
    const distance = distanceOf(wanted.toLowerCase(), name.toLowerCase());
    if (distance >= least) continue;
    least = distance;
    best = name;
  }
  return best;
}

/** Letters to put in, take out or exchange for another (Levenshtein). */
function distanceOf(left: string, right: string): number {
  let before = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let at = 1; at <= left.length; at++) {
    const row = [at];
    for (let to = 1; to <= right.length; to++) {
      const same = left[at - 1] === right[to - 1] ? 0 : 1;
      const changed = (before[to - 1] as number) + same;
      row.push(Math.min(changed, (before[to] as number) + 1, (row[to - 1] as number) + 1));
    }
    before = row;
  }
  return before[right.length] as number;
}
