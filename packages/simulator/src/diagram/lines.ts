// Draws the processes: a name, and below it a line through time. It ends where the process crashes, and is broken as long as
// it stands still. Liars have a double line and a hatched name.
import type { Actor } from "../run/outcome.ts";
import { type Layout, LINE_HEIGHT, linesOf } from "./layout.ts";
import { type Condition, conditionAfter, type Scene } from "./scene.ts";
import { INK } from "./styles.ts";
import { element, line, words } from "./svg.ts";

const NAME_Y = 18;

/** The name of a process, and what it is. @param y the upper edge */
export function drawName({ name, role, isLiar }: Actor, process: number, y: number, layout: Layout): string {
  const x = layout.x(process);
  const width = name.length * 8 + 20;
  const box = {
    ...{ x: x - 10, y, width, height: 24, rx: isLiar ? 0 : 5 },
    ...{
      fill: isLiar ? "url(#liar)" : "#fff",
      stroke: isLiar ? INK.bad : INK.line,
      "stroke-width": isLiar ? 2 : 1.2,
    },
  };
  const below = linesOf(role, layout.columnWidth - 16);
  return [
    element("rect", box),
    words(x - 10 + width / 2, y + 17, name, {
      "font-size": 13,
      "font-weight": "bold",
      "text-anchor": "middle",
    }),
    ...below.map((text, at) =>
      words(x - 10, y + 38 + at * LINE_HEIGHT, text, { fill: isLiar ? INK.bad : INK.quiet }),
    ),
  ].join("");
}

/** How high names and what is below them are. */
export function namesHeight(actors: readonly Actor[], columnWidth: number): number {
  return (
    NAME_Y +
    16 +
    LINE_HEIGHT * Math.max(0, ...actors.map(({ role }) => linesOf(role, columnWidth - 16).length))
  );
}

/** The line of a process through time. */
export function drawLine({ isLiar }: Actor, process: number, scene: Scene, layout: Layout): string {
  const x = layout.x(process);
  const parts: string[] = [];
  let condition = scene.conditions[process] ?? "up";
  let from = layout.top;
  const until = (y: number): void => {
    parts.push(piece(x, from, y, condition, isLiar));
    from = y;
  };
  for (const { mark, point } of scene.marks) {
    const next = point.process === process ? conditionAfter(mark) : undefined;
    if (next === undefined) continue;
    until(layout.y(point));
    condition = next;
  }
  until(layout.bottom);
  return parts.join("");
}

function piece(x: number, from: number, to: number, condition: Condition, isLiar: boolean): string {
  if (condition === "down") return "";
  const dashes = condition === "paused" ? "2 6" : undefined;
  const stroke = { stroke: isLiar ? INK.bad : INK.line, "stroke-width": 1.4, "stroke-dasharray": dashes };
  if (!isLiar) return line(x, from, x, to, stroke);
  return line(x - 1.8, from, x - 1.8, to, stroke) + line(x + 1.8, from, x + 1.8, to, stroke);
}
