// The legend below a diagram: what of lines and marks is in it, and how to read it.
import type { Mark } from "../world/recorder.ts";
import { cross, GLYPH_NAMES, glyph } from "./glyphs.ts";
import type { Scene } from "./scene.ts";
import { INK, LETTER, STYLE_ORDER, styleOf } from "./styles.ts";
import { element, line, words } from "./svg.ts";

const ROW = 20;
const SAMPLE = 34;

/** A legend, and how high it is. */
export interface Legend {
  readonly drawn: string;
  readonly height: number;
}

/** The legend of a scene, at a place and not wider than this. */
export function drawLegend(scene: Scene, left: number, top: number, width: number): Legend {
  const parts: string[] = [];
  let [x, y] = [left, top + 18];
  for (const { sample, name } of entriesOf(scene)) {
    const takes = SAMPLE + 8 + name.length * LETTER + 18;
    if (x > left && x + takes > left + width) [x, y] = [left, y + ROW];
    parts.push(sample(x, y), words(x + SAMPLE + 8, y + 4, name));
    x += takes;
  }
  return { drawn: parts.join(""), height: y - top + ROW };
}

interface Entry {
  readonly name: string;
  readonly sample: (x: number, y: number) => string;
}

function entriesOf({ arrows, marks, conditions }: Scene): readonly Entry[] {
  const styles = new Set(arrows.map(({ what }) => styleOf(what)));
  const used = new Set(marks.map(({ mark }) => mark));
  const seen = (Object.keys(GLYPH_NAMES) as Mark[]).filter((mark) => used.has(mark));
  const entries: Entry[] = STYLE_ORDER.filter((style) => styles.has(style)).map(
    ({ name, colour, width, dashes }) => ({
      name,
      sample: (x, y) =>
        line(x, y, x + SAMPLE, y, { stroke: colour, "stroke-width": width, "stroke-dasharray": dashes }),
    }),
  );
  if (arrows.some(({ isLost }) => isLost))
    entries.push({ name: "never arrives", sample: (x, y) => cross(x + SAMPLE / 2, y, 4.5, INK.bad, 1.8) });
  if (arrows.some(({ ended }) => ended === undefined))
    entries.push({ name: "still on its way at the end", sample: stillOnItsWay });
  const hasRounds = marks.some(({ mark, what }) => mark === "view" && /\bround\b/.test(what));
  // Blocks are told by their hashes; a classic decides something else.
  const hasBlocks = marks.some(({ mark, what }) => mark === "decide" && /\b[0-9a-f]{4,}\b/.test(what));
  const nameOf = (mark: Mark): string => {
    if (mark === "decide" && !hasBlocks) return "decides";
    return mark === "view" && hasRounds ? "enters a round" : GLYPH_NAMES[mark];
  };
  entries.push(...seen.map((mark) => ({ name: nameOf(mark), sample: beside(mark) })));
  if (seen.includes("crash") || conditions.includes("down"))
    entries.push({ name: "no line: it is down", sample: () => "" });
  return entries;
}

function beside(mark: Mark): Entry["sample"] {
  return (x, y) => glyph(mark, x + SAMPLE / 2, y);
}

function stillOnItsWay(x: number, y: number): string {
  const end = { cx: x + SAMPLE - 8, cy: y, r: 2.5, fill: "#fff", stroke: INK.quiet };
  return line(x + 8, y, x + SAMPLE - 8, y, { stroke: INK.quiet }) + element("circle", end);
}
