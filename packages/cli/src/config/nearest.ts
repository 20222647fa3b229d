// The known name that an unknown one was most likely meant to be.

/** How many letters must be changed, put in or taken out to make one text of another (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** A name that differs in more than a third of its letters was hardly meant. */
const MEANT = 3;

/** The known name that an unknown one is a slip of; undefined: none is near enough. */
export function meant(name: string, known: readonly string[]): string | undefined {
  const guess = nearest(name, known);
  if (guess === undefined || name.length > 2 * guess.length) return undefined;
  const far = distance(name.toLowerCase(), guess.toLowerCase());
  return far <= Math.max(2, Math.floor(guess.length / MEANT)) && far < guess.length ? guess : undefined;
}

/** The nearest of the known names, upper or lower case aside; undefined if there are none. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  // Long names are cut: a file may hold anything, and the work grows with the product of the lengths.
  const wanted = name.slice(0, 64).toLowerCase();
  let best: { readonly name: string; readonly far: number } | undefined;
  for (const one of known) {
    const far = distance(wanted, one.toLowerCase());
    if (best === undefined || far < best.far) best = { name: one, far };
  }
  return best?.name;
}
