// The marks on the line of a process: each a shape of its own, so that they differ without colour.
import type { Mark } from "../world/recorder.ts";
import { INK } from "./styles.ts";
import { element, line, path } from "./svg.ts";

/** What the legend says of a mark. */
export const GLYPH_NAMES: Readonly<Record<Mark, string>> = {
  vote: "says something, and sends it to nobody",
  decide: "decides a block",
  view: "enters a view",
  timeout: "its timer runs out",
  write: "writes to its disk",
  crash: "crashes",
  restart: "starts again, or goes on",
  pause: "stands still",
  lie: "lies",
  begin: "a client begins something",
  done: "a client has what it waited for",
  other: "does something else",
};

type Draw = (x: number, y: number) => string;

const GLYPHS: Readonly<Record<Mark, Draw>> = {
  vote: (x, y) =>
    element("circle", { cx: x, cy: y, r: 3.5, fill: "#fff", stroke: INK.text, "stroke-width": 1.4 }),
  decide: (x, y) => diamond(x, y, 7, INK.text),
  view: (x, y) =>
    element("rect", {
      x: x - 4.5,
      y: y - 4.5,
      width: 9,
      height: 9,
      fill: "#fff",
      stroke: INK.text,
      "stroke-width": 1.6,
    }),
  timeout: (x, y) =>
    element("path", {
      d: `${path(
        [
          [x - 5, y - 7],
          [x + 5, y - 7],
          [x - 5, y + 7],
          [x + 5, y + 7],
        ],
        true,
      )}`,
      ...{ fill: "#fff", stroke: INK.text, "stroke-width": 1.6, "stroke-linejoin": "round" },
    }),
  write: (x, y) => element("rect", { x: x - 2.5, y: y - 1.5, width: 5, height: 3, fill: INK.quiet }),
  crash: (x, y) => cross(x, y, 6, INK.bad, 2.6),
  restart: (x, y) =>
    element("circle", { cx: x, cy: y, r: 4.5, fill: "#fff", stroke: INK.text, "stroke-width": 2.2 }),
  pause: (x, y) => line(x - 6, y - 2, x + 6, y - 2, BAR) + line(x - 6, y + 2, x + 6, y + 2, BAR),
  begin: (x, y) =>
    element("path", {
      d: path(
        [
          [x - 5, y - 4],
          [x + 5, y - 4],
          [x, y + 5],
        ],
        true,
      ),
      ...{ fill: "#fff", stroke: INK.text, "stroke-width": 1.6 },
    }),
  done: (x, y) => diamond(x, y, 6, "#fff", INK.text),
  lie: (x, y) => element("path", { d: star(x, y), fill: INK.bad }),
  other: (x, y) => element("circle", { cx: x, cy: y, r: 1.8, fill: INK.quiet }),
};

const BAR = { stroke: INK.text, "stroke-width": 2 };

/** Draws a mark. */
export function glyph(mark: Mark, x: number, y: number): string {
  return GLYPHS[mark](x, y);
}

/** Two strokes across each other: what is lost, or has crashed. */
export function cross(x: number, y: number, half: number, colour: string, width: number): string {
  const stroke = { stroke: colour, "stroke-width": width };
  return (
    line(x - half, y - half, x + half, y + half, stroke) +
    line(x - half, y + half, x + half, y - half, stroke)
  );
}

function diamond(x: number, y: number, half: number, fill: string, stroke?: string): string {
  return element("path", {
    d: path(
      [
        [x, y - half],
        [x + half, y],
        [x, y + half],
        [x - half, y],
      ],
      true,
    ),
    ...{ fill, stroke, "stroke-width": stroke && 1.8 },
  });
}

/** A star of four points, by whole numbers. */
function star(x: number, y: number): string {
  const [long, inner] = [7, 2];
  return path(
    [
      ...[[x, y - long] as const, [x + inner, y - inner] as const, [x + long, y] as const],
      ...[[x + inner, y + inner] as const, [x, y + long] as const, [x - inner, y + inner] as const],
      ...[[x - long, y] as const, [x - inner, y - inner] as const],
    ],
    true,
  );
}
