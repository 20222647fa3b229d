// Draws messages: from the line of who sent to the line of who received. What is lost ends in a cross, what was sent before
// the diagram begins or arrives after it ends is a stump.
import { cross } from "./glyphs.ts";
import type { Layout } from "./layout.ts";
import { isOnTheWay, LOST_FALL, LOST_WORDS, lostAcross, lostColumn } from "./lost.ts";
import type { Arrow } from "./scene.ts";
import { type ArrowStyle, INK, styleOf } from "./styles.ts";
import { element, hint, line, path, words } from "./svg.ts";

type Place = readonly [x: number, y: number];

const STUMP = 0.22;
/** The width of a letter at 8 px. */
const SMALL_LETTER = 4.6;

/** What is said of a message. */
export interface ArrowWords {
  /** Shows when a pointer rests on it. */
  readonly told: string;
  /** The name of whom it was for. */
  readonly receiver: string;
}

/** One message. */
export function drawArrow(arrow: Arrow, layout: Layout, { told, receiver }: ArrowWords): string {
  const style = styleOf(arrow.what);
  const [from, to] = endsOf(arrow, layout, receiver);
  const stroke = { stroke: style.colour, "stroke-width": style.width, "stroke-dasharray": style.dashes };
  const parts = [hint(told), line(...from, ...to, stroke)];
  if (arrow.isLost) parts.push(cross(to[0], to[1], 4.5, INK.bad, 1.8));
  else if (arrow.ended === undefined)
    parts.push(element("circle", { cx: to[0], cy: to[1], r: 2.5, fill: "#fff", stroke: style.colour }));
  else parts.push(head(from, to, style));
  return element("g", {}, parts);
}

/** Whom it was for, beside the cross of what was lost on the way: it could have been for anybody beyond. */
export function drawReceiver(arrow: Arrow, layout: Layout, receiver: string): string {
  if (!isOnTheWay(arrow)) return "";
  const [, [x, y]] = endsOf(arrow, layout, receiver);
  return words(x + 6, y + LOST_WORDS, forWhom(receiver), { fill: INK.bad, "font-size": 8 });
}

function forWhom(receiver: string): string {
  return `to ${receiver}`;
}

function endsOf(arrow: Arrow, layout: Layout, receiver: string): readonly [Place, Place] {
  const { from, to, sent, ended } = arrow;
  const [left, right] = [layout.x(from), layout.x(to)];
  const along = (share: number): number => left + (right - left) * share;
  if (sent === undefined) {
    const y = ended ? layout.y(ended) : layout.top;
    return [
      [along(1 - STUMP), y - 6],
      [right, y],
    ];
  }
  const y = layout.y(sent);
  if (ended === undefined)
    return [
      [left, y],
      [along(STUMP), y + 8],
    ];
  // Lost on the way: it ends between the two, not far below where it left.
  if (isOnTheWay(arrow))
    return [
      [left, y],
      [crossAt(arrow, layout, forWhom(receiver)), y + LOST_FALL],
    ];
  return [
    [left, y],
    [right, layout.y(ended)],
  ];
}

/** The x of a cross, moved so far that what is written there meets no line of a process. */
function crossAt(arrow: Arrow, layout: Layout, text: string): number {
  const line = layout.x(lostColumn(arrow));
  const last = line + layout.columnWidth - text.length * SMALL_LETTER - 12;
  return Math.max(line + 8, Math.min(layout.x(lostAcross(arrow)), last));
}

/** The head of an arrow, before the line that it comes to. */
function head([x1, y1]: Place, [x2, y2]: Place, { colour }: ArrowStyle): string {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length = Math.sqrt(dx * dx + dy * dy) || 1;
  const [ux, uy] = [dx / length, dy / length];
  const at = (back: number, aside: number): Place => [
    x2 - ux * back - uy * aside,
    y2 - uy * back + ux * aside,
  ];
  return element("path", { d: path([at(1, 0), at(9, 3.5), at(9, -3.5)], true), fill: colour });
}
