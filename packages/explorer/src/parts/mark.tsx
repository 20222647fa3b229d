// States as a shape and a word: told apart without colours. The colour only repeats them.
import type { JSX } from "preact";

/** How good it is: what the colour says. */
export type Tone = "good" | "plain" | "wait" | "bad";

const SHAPES = {
  /** Done. */
  check: "M3 8.5l3.2 3.2L13 5",
  /** Not yet. */
  ring: "M8 3a5 5 0 1 0 0 10a5 5 0 1 0 0-10z",
  /** Not there. */
  cross: "M4 4l8 8M12 4l-8 8",
  /** Behind. */
  down: "M8 3v9M4 8.5l4 4 4-4",
  /** Wrong. */
  alarm: "M8 2.5v7M8 12.5v.6",
  /** This one. */
  diamond: "M8 2.5L13.5 8 8 13.5 2.5 8z",
  /** Nothing to do. */
  dash: "M3.5 8h9",
} as const;

/** The shape of a mark. */
export type Shape = keyof typeof SHAPES;

/** A shape and a word. */
export function Mark(props: {
  readonly shape: Shape;
  readonly tone: Tone;
  readonly children: string;
}): JSX.Element {
  return (
    <span class={`mark ${props.tone}`}>
      <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        <path d={SHAPES[props.shape]} />
      </svg>
      {props.children}
    </span>
  );
}
