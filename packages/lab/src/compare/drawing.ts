// Draws figures of tables as SVG, without a browser: Vega-Lite says what is drawn from what, Vega draws it. All figures look
// alike: modes by colours that people without colour vision tell apart (Okabe and Ito, 2008), and by dashes and shapes for
// print; the title, and below it what was run.
import type { TopLevelSpec } from "vega-lite";
import type { NetworkMode } from "../network-shape.ts";
import type { Figure, ResultTable, Row } from "./results.ts";

/** What is drawn on top of one another: marks and what their positions mean, as Vega-Lite has it. */
export type Layer = Readonly<Record<string, unknown>>;

/** A figure to be drawn. */
export interface Drawing {
  readonly figure: Figure;
  /** Rows that are drawn; a layer may have others as its own `data`. */
  readonly rows: readonly Row[];
  readonly layers: readonly Layer[];
  /** Several drawings in place of `layers`, so many side by side; 1 by default. */
  readonly panels?: readonly Panel[];
  readonly columns?: number;
  /** In pixels. */
  readonly height?: number;
}

/** A drawing among several in one figure. */
export interface Panel {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly layers: readonly Layer[];
  readonly height: number;
}

/** How modes are named in figures. */
export const MODE_NAMES: Readonly<Record<string, string>> = {
  pbft: "PBFT",
  "bp-fast-paxos": "BP Fast Paxos",
  pow: "proof of work",
};

/** The name of a mode in words. */
export function modeName(mode: NetworkMode | string): string {
  return MODE_NAMES[mode] ?? mode;
}

/** Of each mode, whether the others are there or not. */
const LOOKS: Readonly<
  Record<string, { readonly colour: string; readonly dash: readonly number[]; readonly shape: string }>
> = {
  PBFT: { colour: "#0072B2", dash: [1, 0], shape: "circle" },
  "BP Fast Paxos": { colour: "#D55E00", dash: [6, 3], shape: "square" },
  "proof of work": { colour: "#444444", dash: [2, 2], shape: "triangle-up" },
};

/** Colour, dash and shape by mode, for layers of lines and points. */
export interface ByMode {
  readonly color: Layer;
  readonly strokeDash: Layer;
  readonly shape: Layer;
}

/** How the modes of these rows are told apart. */
export function byMode(rows: readonly Row[]): ByMode {
  return {
    color: modeChannel(rows, (look) => look.colour),
    strokeDash: modeChannel(rows, (look) => look.dash),
    shape: modeChannel(rows, (look) => look.shape),
  };
}

type Look = (typeof LOOKS)[string];

function modeChannel(rows: readonly Row[], of: (look: Look) => unknown): Layer {
  const domain = [...new Set(rows.map((row) => modeName(String(row["mode"]))))];
  const range = domain.map((name) => {
    const look = LOOKS[name];
    return look === undefined ? undefined : of(look);
  });
  return { field: "mode", type: "nominal", title: null, scale: { domain, range } };
}

/** An axis with its unit. */
export function axis(table: ResultTable, name: string, more: Layer = {}): Layer {
  const column = table.columns.find((one) => one.name === name);
  const unit = column === undefined || column.unit === "" ? "" : ` (${column.unit})`;
  return { field: name, type: "quantitative", title: `${column?.meaning ?? name}${unit}`, ...more };
}

const STYLE = {
  background: "white",
  font: "sans-serif",
  axis: {
    labelFontSize: 12,
    titleFontSize: 13,
    titleFontWeight: "normal",
    gridColor: "#dddddd",
    labelOverlap: true,
  },
  legend: { labelFontSize: 12, symbolSize: 120, symbolStrokeWidth: 2, orient: "top", labelLimit: 400 },
  title: { anchor: "start", fontSize: 16, subtitleFontSize: 11, subtitleColor: "#444444", offset: 12 },
  line: { strokeWidth: 2 },
} as const;

/** Characters of what was run on one line below the title. */
const LINE_LENGTH = 125;

/** In pixels, with the space between panels. */
const WIDTH = 720;
const HEIGHT = 340;
const BETWEEN = 70;

/**
 * Draws a figure. The same drawing gives the same bytes.
 * @param below what stands below the title: what was run, or nothing where a page says it
 */
export async function drawn(
  { figure, rows, layers, panels, columns = 1, height = HEIGHT }: Drawing,
  below: "ran" | "nothing" = "ran",
): Promise<string> {
  // They are large, and only who compares needs them.
  const [{ compile }, { parse, View }] = await Promise.all([import("vega-lite"), import("vega")]);
  const width = columns === 1 ? WIDTH : Math.floor((WIDTH - BETWEEN * (columns - 1)) / columns);
  const spec: unknown = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: { text: figure.title, subtitle: below === "ran" ? wrapped(figure.ran, LINE_LENGTH) : [] },
    config: STYLE,
    ...(panels === undefined
      ? unitOf({ rows, layers, height }, width)
      : {
          ...{ columns, concat: panels.map((panel) => panelOf(panel, width)) },
          resolve: { scale: { color: "shared", shape: "shared", strokeDash: "shared" } },
        }),
  };
  const view = new View(parse(compile(spec as TopLevelSpec).spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

function panelOf(panel: Panel, width: number): object {
  return { ...unitOf(panel, width), title: { text: panel.title, fontSize: 13 } };
}

function unitOf({ rows, layers, height }: Pick<Panel, "rows" | "layers" | "height">, width: number): object {
  const named = rows.map((row) => ({ ...row, mode: modeName(String(row["mode"])) }));
  return { data: { values: named }, width, height, layer: layers };
}

/** A text in lines of at most so many characters, where its words allow it. */
export function wrapped(text: string, length: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= length)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
