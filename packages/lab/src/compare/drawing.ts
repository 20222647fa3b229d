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
  /** Facets side by side, by this column. */
  readonly facet?: { readonly field: string; readonly title: string };
  /** In pixels; of each facet where there are some. */
  readonly width?: number;
  readonly height?: number;
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
  const domain = [...new Set(rows.map((row) => modeName(String(row["mode"]))))];
  const looks = domain.map((name) => LOOKS[name]);
  const channel = (range: readonly unknown[]): Layer => ({
    field: "mode",
    type: "nominal",
    title: null,
    scale: { domain, range },
  });
  return {
    color: channel(looks.map((look) => look?.colour)),
    strokeDash: channel(looks.map((look) => look?.dash)),
    shape: channel(looks.map((look) => look?.shape)),
  };
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
  header: { labelFontSize: 13, titleFontSize: 13 },
  line: { strokeWidth: 2 },
} as const;

/** Characters of what was run on one line below the title. */
const LINE_LENGTH = 110;

/** Draws a figure. The same drawing gives the same bytes. */
export async function drawn({
  figure,
  rows,
  layers,
  facet,
  width = 640,
  height = 340,
}: Drawing): Promise<string> {
  // They are large, and only who compares needs them.
  const [{ compile }, { parse, View }] = await Promise.all([import("vega-lite"), import("vega")]);
  const named = rows.map((row) => ({ ...row, mode: modeName(String(row["mode"])) }));
  const unit = { width, height, layer: layers };
  const spec: unknown = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: { text: figure.title, subtitle: wrapped(figure.ran, LINE_LENGTH) },
    data: { values: named },
    config: STYLE,
    ...(facet === undefined
      ? unit
      : { facet: { field: facet.field, title: facet.title, type: "nominal" }, columns: 2, spec: unit }),
  };
  const view = new View(parse(compile(spec as TopLevelSpec).spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
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
