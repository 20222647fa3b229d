// A space-time diagram of a world as SVG: a line for each process, time downwards, an arrow for each message. For people who
// learn the protocol, and for those who look for what went wrong.
import type { Actor, Broken } from "../run/outcome.ts";
import { drawArrow, drawReceiver } from "./arrows.ts";
import { glyph } from "./glyphs.ts";
import { AXIS_DECIMALS, type Layout, LINE_HEIGHT, layoutOf, linesOf, seconds } from "./layout.ts";
import { withoutHousekeeping, withoutRepeats } from "./left-out.ts";
import { drawLegend } from "./legend.ts";
import { drawLine, drawName, namesHeight } from "./lines.ts";
import type { Recorded } from "./recording.ts";
import { type Arrow, type MarkAt, type Scene, sceneOf } from "./scene.ts";
import { FONT, INK, styleOf } from "./styles.ts";
import { element, escaped, line, path, words } from "./svg.ts";
import { partOf, type Wanted } from "./window.ts";

/** What is drawn. */
export interface DiagramOptions {
  readonly title: string;
  /** By place. */
  readonly actors: readonly Actor[];
  readonly happenings: readonly Recorded[];
  /** What the world broke in the end. */
  readonly broken: Broken | undefined;
  /** Undefined: the end where something broke, else the beginning. */
  readonly wanted?: Wanted | undefined;
}

const MARGIN = 16;
const AXIS_X = 76;
/** A diagram higher than this repeats the names below. */
const HIGH = 900;

/** Draws it: the same bytes for the same options. */
export function drawDiagram(options: DiagramOptions): string {
  const { title, actors, broken } = options;
  const wanted = options.wanted ?? { kind: broken ? "end" : "beginning" };
  const happenings =
    wanted.kind === "between" ? options.happenings : withoutRepeats(withoutHousekeeping(options.happenings));
  const part = partOf(happenings, wanted);
  const scene = sceneOf(happenings, part, actors.length);
  const width = layoutOf(scene, actors.length, 0).width;
  const isPart = part.first > 0 || part.end < happenings.length;
  const reading = linesOf(readingOf(options, scene, happenings, isPart), width - 2 * MARGIN);
  const namesY = 40 + reading.length * LINE_HEIGHT;
  const column = layoutOf(scene, actors.length, 0).columnWidth;
  const layout = layoutOf(scene, actors.length, namesY + namesHeight(actors, column));
  const isEnd = part.end === happenings.length;
  const ending = broken && isEnd ? drawBroken(broken, layout) : { drawn: "", height: 0 };
  const below = layout.bottom + ending.height;
  const namesBelow = layout.bottom - layout.top > HIGH;
  const legendY = below + (namesBelow ? 40 : 6);
  const legend = drawLegend(scene, MARGIN, legendY, width - 2 * MARGIN);
  const height = legendY + legend.height + 4;
  const size = { width, height, viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}` };
  const parts = [
    element("title", {}, [escaped(title)]),
    HATCH,
    element("rect", { x: 0, y: 0, width, height, fill: "#fff" }),
    words(MARGIN, 24, title, { "font-size": 15, "font-weight": "bold" }),
    ...reading.map((text, at) => words(MARGIN, 40 + at * LINE_HEIGHT, text, { fill: INK.quiet })),
    drawAxis(layout),
    drawWeather(scene, layout),
    ...actors.map((actor, process) => drawLine(actor, process, scene, layout)),
    drawArrows(scene, layout, actors),
    ...scene.marks.map((mark) => drawMark(mark, layout, actors)),
    drawLabels(scene, layout, actors),
    ...actors.map((actor, process) => drawName(actor, process, namesY, layout)),
    ...(namesBelow
      ? actors.map((actor, process) => drawName({ ...actor, role: "" }, process, below + 4, layout))
      : []),
    ending.drawn,
    legend.drawn,
  ];
  const root = {
    xmlns: "http://www.w3.org/2000/svg",
    // So that a later diagram may take this one's place, and no other file's.
    class: "witan-diagram",
    ...size,
    "font-family": FONT,
    "font-size": 11,
    fill: INK.text,
  };
  return `${element(
    "svg",
    { ...root, role: "img" },
    parts.map((one) => `${one}\n`),
  )}\n`;
}

const HATCH = element("defs", {}, [
  element("pattern", { id: "liar", width: 6, height: 6, patternUnits: "userSpaceOnUse" }, [
    element("rect", { width: 6, height: 6, fill: "#fff" }),
    element("path", { d: "M0 6 L6 0", stroke: "#e9a0ac", "stroke-width": 1 }),
  ]),
]);

function readingOf(
  { happenings: all }: DiagramOptions,
  { order }: Scene,
  happenings: readonly Recorded[],
  isPart: boolean,
): string {
  const [from, to, end] = [order[0], order.at(-1), all.at(-1)].map((one) => seconds(one?.atUs ?? 0, 3));
  const sentences = [
    "Time runs downwards and is not to scale: silence is shortened.",
    "Each line is a process, each arrow a message.",
  ];
  if (happenings.length < all.length)
    sentences.push("Left out: STATUS, CHECKPOINT, transactions on their way, and what is only said again.");
  if (isPart) sentences.push(`This is a part: ${from} s to ${to} s of ${end} s.`);
  return sentences.join(" ");
}

function drawAxis({ times, silences, worldX, top, bottom }: Layout): string {
  const x = AXIS_X;
  const stroke = { stroke: INK.rule, "stroke-width": 1 };
  return [
    line(x, top, x, bottom, stroke),
    ...times.map(
      ({ y, atUs }) =>
        line(x - 4, y, x, y, { stroke: INK.quiet }) +
        words(x - 7, y + 4, `${seconds(atUs, AXIS_DECIMALS)} s`, {
          "text-anchor": "end",
          fill: INK.quiet,
          "font-size": 10,
        }),
    ),
    ...silences.map(({ y, lastsUs }) => {
      const zigzag = path([
        [x, y - 8],
        [x + 5, y - 4],
        [x - 5, y + 4],
        [x, y + 8],
      ]);
      const text = `${seconds(lastsUs, 2)} s pass`;
      return (
        line(x, y, worldX, y, { ...stroke, "stroke-dasharray": "1 5" }) +
        element("path", { d: zigzag, fill: "none", stroke: INK.quiet }) +
        words(x - 9, y + 4, text, {
          "text-anchor": "end",
          fill: INK.quiet,
          "font-size": 10,
          "font-style": "italic",
        })
      );
    }),
  ].join("");
}

function drawWeather({ weather }: Scene, layout: Layout): string {
  return weather
    .map((one) => {
      const y = layout.y(one);
      const text = layout
        .labelOf(one)
        .map((each, at) =>
          words(layout.worldX + 8, y + 4 + at * LINE_HEIGHT, each, { "font-style": "italic" }),
        );
      return (
        line(AXIS_X, y, layout.worldX + 4, y, { stroke: "#b9b9b9", "stroke-dasharray": "6 4" }) +
        text.join("")
      );
    })
    .join("");
}

/** Those in the background first. */
function drawArrows({ arrows }: Scene, layout: Layout, actors: readonly Actor[]): string {
  const drawn = (faint: boolean): readonly string[] =>
    arrows
      .filter(({ what }) => (styleOf(what).faint === true) === faint)
      .map((arrow) =>
        drawArrow(arrow, layout, { told: told(arrow, actors), receiver: nameAt(arrow.to, actors) }),
      );
  return [...drawn(true), ...drawn(false)].join("");
}

function nameAt(place: number, actors: readonly Actor[]): string {
  return actors[place]?.name ?? `p${place}`;
}

function told({ what, from, to, sent, ended, isLost }: Arrow, actors: readonly Actor[]): string {
  const left = sent ? `, leaves at ${seconds(sent.atUs, 6)} s` : "";
  const came = ended
    ? `, ${isLost ? "lost" : "arrives"} at ${seconds(ended.atUs, 6)} s`
    : ", still on its way";
  return `${what}: ${nameAt(from, actors)} to ${nameAt(to, actors)}${left}${came}`;
}

function drawMark({ mark, what, point }: MarkAt, layout: Layout, actors: readonly Actor[]): string {
  const who = nameAt(point.process, actors);
  const title = element("title", {}, [escaped(`${who} ${what}, at ${seconds(point.atUs, 6)} s`)]);
  return element("g", {}, [title, glyph(mark, layout.x(point.process), layout.y(point))]);
}

/** What is written beside points and crosses, over all lines: with a rim of white, so that it can be read there. */
function drawLabels(scene: Scene, layout: Layout, actors: readonly Actor[]): string {
  const halo = { stroke: "#fff", "stroke-width": 3, "stroke-linejoin": "round", "paint-order": "stroke" };
  const strong = new Set(
    scene.marks
      .filter(({ mark }) => mark === "decide" || mark === "done" || mark === "crash")
      .map(({ point }) => point),
  );
  const starts = new Map(scene.arrows.map(({ sent, what }) => [sent, styleOf(what)]));
  const drawn = scene.order.flatMap((point) => {
    if (!("process" in point)) return [];
    const text = layout.labelOf(point);
    const isStart = point.kind === "start";
    const x = layout.x(point.process) + (isStart ? 6 : 10);
    const y = layout.y(point) + (isStart ? -3 - (text.length - 1) * LINE_HEIGHT : 4);
    const attributes = {
      fill: starts.get(point)?.colour ?? INK.text,
      "font-weight": strong.has(point) ? "bold" : undefined,
    };
    return text.map((each, at) => words(x, y + at * LINE_HEIGHT, each, attributes));
  });
  const receivers = scene.arrows.map((arrow) => drawReceiver(arrow, layout, nameAt(arrow.to, actors)));
  return element("g", halo, [...receivers, ...drawn]);
}

function drawBroken(
  { check, message }: Broken,
  layout: Layout,
): { readonly drawn: string; readonly height: number } {
  const width = layout.width - 2 * MARGIN;
  const [first = ""] = message.split("\n", 1);
  // Bold and larger letters take a quarter more.
  const text = linesOf(`Broken here: ${check}. ${first}`, ((width - 40) * 4) / 5);
  const height = text.length * 14 + 14;
  const y = layout.bottom;
  const box = { x: MARGIN, y, width, height, fill: "#fff4f5", stroke: INK.bad, "stroke-width": 2 };
  const lines = text.map((one, at) =>
    words(MARGIN + 26, y + 18 + at * 14, one, { "font-size": 12, "font-weight": "bold", fill: INK.bad }),
  );
  return {
    drawn: element("rect", box) + glyph("crash", MARGIN + 13, y + height / 2) + lines.join(""),
    height: height + 8,
  };
}
