// What a diagram leaves out where nobody asked for a time: it hides what matters, and changes nothing in it.
import type { Recorded } from "./recording.ts";

/**
 * Messages that only say where somebody stands, or what clients handed in, or that make lines: too many to be shown, where nobody asked for a
 * time.
 */
const HOUSEKEEPING = [
  ...[
    "STATUS",
    "CHECKPOINT",
    "DECIDED",
    "certificates?",
    "certificate",
    "tip",
    "transactions,",
    "ids,",
    "transactions?,",
  ],
  ...["dials", "takes the line", "refuses the line"],
];

/** All but messages that keep the house. */
export function withoutHousekeeping(all: readonly Recorded[]): readonly Recorded[] {
  const letters = new Set<number>();
  return all.filter(({ happening }) => {
    if (happening.kind === "send" && isHousekeeping(happening.what)) letters.add(happening.letter);
    if ("letter" in happening) return !letters.has(happening.letter);
    return happening.kind === "weather" || !isHousekeeping(happening.what);
  });
}

function isHousekeeping(what: string): boolean {
  return HOUSEKEEPING.some(
    (word) => what === word || what.startsWith(`${word} `) || what.includes(` ${word} `),
  );
}

/**
 * All but repeats: of the same words from one process to another the first that are sent, and the first that arrive, since
 * the receiver began. Lies and what is said to nobody are told once.
 */
export function withoutRepeats(all: readonly Recorded[]): readonly Recorded[] {
  const lost = new Set<number>();
  for (const { happening } of all) {
    if (happening.kind === "lose") lost.add(happening.letter);
    if (happening.kind === "arrive") lost.delete(happening.letter);
  }
  /** By who says what to whom: whether it arrives. */
  const said = new Map<string, boolean>();
  const told = new Set<string>();
  const lives = new Map<number, number>();
  const leftOut = new Set<number>();
  return all.filter(({ happening }) => {
    switch (happening.kind) {
      case "send": {
        const { process, to, letter, what } = happening;
        const key = `${process} ${to} ${lives.get(to) ?? 0} ${what}`;
        const before = said.get(key);
        const arrives = !lost.has(letter);
        const isNeeded = before === undefined || (!before && arrives);
        said.set(key, before === true || arrives);
        if (!isNeeded) leftOut.add(letter);
        return isNeeded;
      }
      case "arrive":
      case "lose":
        return !leftOut.has(happening.letter);
      case "weather":
        return true;
      default: {
        const { process, mark, what } = happening;
        if (mark === "crash") lives.set(process, (lives.get(process) ?? 0) + 1);
        if (mark !== "vote" && mark !== "lie") return true;
        const key = `${process} ${lives.get(process) ?? 0} ${what}`;
        const isNew = !told.has(key);
        told.add(key);
        return isNew;
      }
    }
  });
}
