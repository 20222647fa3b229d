// What happened in a world, one line each: for traces, which must be the same on every machine, and for diagrams.

/** Something that happened. `process` is the place of a process in its world. */
export type Happening =
  /** A message leaves. Every send has a number of its own, by which its arrival is told. */
  | {
      readonly kind: "send";
      readonly process: number;
      readonly to: number;
      readonly letter: number;
      readonly what: string;
    }
  | { readonly kind: "arrive"; readonly process: number; readonly letter: number }
  /** It never arrives: the network lost it, or the one it was for is down. */
  | { readonly kind: "lose"; readonly process: number; readonly letter: number }
  /** What a process does by itself: votes, times out, decides, begins a view. */
  | { readonly kind: "do"; readonly process: number; readonly mark: Mark; readonly what: string }
  /** What the world does to it. */
  | { readonly kind: "suffer"; readonly process: number; readonly mark: Mark; readonly what: string }
  /** What befalls the network, or several at once. */
  | { readonly kind: "weather"; readonly what: string };

/** How a happening is drawn. */
export type Mark =
  | "vote"
  | "decide"
  | "view"
  | "timeout"
  | "write"
  | "crash"
  | "restart"
  | "begin"
  | "done"
  | "pause"
  | "lie"
  | "other";

/** Hears of everything in its order. */
export interface Recorder {
  happened(atUs: number, happening: Happening): void;
}

/**
 * A happening as a line of a trace: seconds with six decimals, then who and what.
 * @param nameOf of who is at a place
 */
export function lineOf(
  atUs: number,
  happening: Happening,
  nameOf: (place: number) => string = (place) => `p${place}`,
): string {
  const seconds = Math.floor(atUs / 1_000_000);
  const time = `${seconds}.${String(atUs % 1_000_000).padStart(6, "0")}`;
  switch (happening.kind) {
    case "send":
      return `${time} ${nameOf(happening.process)} -> ${nameOf(happening.to)} #${happening.letter} ${happening.what}`;
    case "arrive":
      return `${time} ${nameOf(happening.process)} <- #${happening.letter}`;
    case "lose":
      return `${time} ${nameOf(happening.process)} x  #${happening.letter}`;
    case "do":
      return `${time} ${nameOf(happening.process)} ${happening.what}`;
    case "suffer":
      return `${time} ${nameOf(happening.process)} ! ${happening.what}`;
    case "weather":
      return `${time} ${happening.what}`;
  }
}
