// Gives everything a place: processes side by side, time downwards. Time is not to scale: what follows at once stays
// together, and long silence is short on paper, but what is later is never higher.

import { LOST_FALL, LOST_WORDS, lostColumn, lostOnTheWay } from "./lost.ts";
import type { Point, Scene, Weather } from "./scene.ts";
import { LETTER } from "./styles.ts";

/** A silence on paper. */
export interface Silence {
  readonly y: number;
  readonly lastsUs: number;
}

/** Where everything is. */
export interface Layout {
  readonly columnWidth: number;
  /** The x of the line of a process. */
  readonly x: (process: number) => number;
  readonly worldX: number;
  readonly width: number;
  readonly top: number;
  readonly bottom: number;
  readonly y: (point: Point | Weather) => number;
  readonly labelOf: (point: Point | Weather) => readonly string[];
  readonly silences: readonly Silence[];
  /** Times beside the axis. */
  readonly times: readonly { readonly y: number; readonly atUs: number }[];
}

/** Of the text beside points, in pixels. */
export const LINE_HEIGHT = 12;
const AXIS_WIDTH = 94;
const WORLD_WIDTH = 230;
const DOT_ROOM = 6;
const END_ROOM = 12;
/** Words beside a mark stand lower than those above a start. */
const MARK_ROOM = 7;
/** Times beside the axis are so far apart at least. */
const TIME_EVERY = 40;
/** Of those times. */
export const AXIS_DECIMALS = 4;
/** A silence from this on is told in words. */
const SILENCE_US = 250_000;

/** Pixels for the time between two points. */
const STEPS: readonly (readonly [number, number])[] = [
  [1, 0],
  [100, 4],
  [1_000, 7],
  [10_000, 11],
  [100_000, 18],
  [SILENCE_US, 26],
];
const SILENCE = 46;

/** Lays out a scene. @param top where lines begin, below their names */
export function layoutOf(scene: Scene, processes: number, top: number): Layout {
  const columnWidth = processes <= 4 ? 200 : processes <= 7 ? 170 : 160;
  const ys = new Map<Point | Weather, number>();
  const labels = new Map<Point | Weather, readonly string[]>();
  const filled: number[] = [];
  /** By column: where the last arrow came to. */
  const ended: number[] = [];
  const silences: Silence[] = [];
  const times: { y: number; atUs: number }[] = [];
  const lost = lostOnTheWay(scene);
  let y = top + 14;
  let nowUs = scene.order[0]?.atUs ?? 0;
  for (const point of scene.order) {
    const sinceUs = point.atUs - nowUs;
    nowUs = point.atUs;
    if (sinceUs >= SILENCE_US) silences.push({ y: y + SILENCE / 2, lastsUs: sinceUs });
    y += gapOf(sinceUs);
    const isWorld = !("process" in point);
    const column = isWorld ? processes : point.process;
    const label = linesOf(isWorld ? point.what : point.label, (isWorld ? WORLD_WIDTH : columnWidth) - 16);
    const free = filled[column] ?? 0;
    const kind = isWorld ? "mark" : point.kind;
    const lines = label.length;
    // Those of a start stand above it, all of them.
    const above = kind === "start" ? Math.max(0, lines - 1) * LINE_HEIGHT : 0;
    // Words stand clear of the arrow that comes to the same line just before.
    if (lines > 0 && kind !== "end") y = Math.max(y, (ended[column] ?? 0) + END_ROOM + above);
    if (lines > 0) y = Math.max(y, free + LINE_HEIGHT * (kind === "start" ? lines : 1));
    else if (kind === "dot") y = Math.max(y, free + DOT_ROOM);
    if (lines > 0) filled[column] = kind === "start" ? y : y + (lines - 1) * LINE_HEIGHT + MARK_ROOM;
    else if (kind === "dot") filled[column] = Math.max(free, y);
    const lostArrow = lost.get(point);
    // What is lost on the way comes to no line: its cross, and whom it was for, stand beside another.
    const comesTo = lostArrow === undefined ? column : lostColumn(lostArrow);
    const comesAt = lostArrow === undefined ? y : (ys.get(lostArrow.sent) ?? y) + LOST_FALL + LOST_WORDS;
    if (kind === "end") ended[comesTo] = Math.max(ended[comesTo] ?? 0, comesAt);
    ys.set(point, y);
    labels.set(point, label);
    if (isNewTime(times.at(-1), { y, atUs: nowUs })) times.push({ y, atUs: nowUs });
  }
  const worldX = AXIS_WIDTH + processes * columnWidth;
  return {
    columnWidth,
    ...{ worldX, top, silences, times },
    x: (process) => AXIS_WIDTH + process * columnWidth + 20,
    width: worldX + (scene.weather.length > 0 ? WORLD_WIDTH : 20),
    bottom: Math.max(y, ...filled.filter((one) => one !== undefined)) + 30,
    y: (point) => ys.get(point) ?? top,
    labelOf: (point) => labels.get(point) ?? [],
  };
}

/** Whether a time is far enough below the last beside the axis, and another as it is written there. */
function isNewTime(
  last: { readonly y: number; readonly atUs: number } | undefined,
  { y, atUs }: { readonly y: number; readonly atUs: number },
): boolean {
  if (last === undefined) return true;
  return y >= last.y + TIME_EVERY && seconds(atUs, AXIS_DECIMALS) !== seconds(last.atUs, AXIS_DECIMALS);
}

function gapOf(sinceUs: number): number {
  return STEPS.find(([below]) => sinceUs < below)?.[1] ?? SILENCE;
}

/** Seconds with so many decimals, the rest cut off. */
export function seconds(atUs: number, decimals: number): string {
  const whole = Math.floor(atUs / 1_000_000);
  return `${whole}.${String(atUs % 1_000_000)
    .padStart(6, "0")
    .slice(0, decimals)}`;
}

/** A text in lines that are not wider than this; nothing for an empty text. */
export function linesOf(text: string, width: number): readonly string[] {
  const most = Math.max(8, Math.floor(width / LETTER));
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most)
      lines[lines.length - 1] = `${last} ${word}`;
    else if (word !== "") lines.push(word.length > most ? `${word.slice(0, most - 1)}…` : word);
  }
  return lines;
}
