// A comparison in a few lines for a terminal.
import type { Comparison } from "@witan/lab";

/** The short of a comparison: a column for each mode. */
export function summaryLines({ modes, summary }: Pick<Comparison, "modes" | "summary">): readonly string[] {
  if (summary.length === 0) return [];
  const rows = [
    ["", ...modes],
    ...summary.map(({ what, source, values }) => [
      source === "simulator" ? `${what} (simulated)` : what,
      ...modes.map((mode) => values[mode] ?? "–"),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** A time as people say it. */
export function durationText(seconds: number): string {
  if (seconds < 100) return `${Math.max(1, Math.round(seconds))} s`;
  return `${Math.round(seconds / 60)} minutes`;
}
