// Tables as CSV (RFC 4180), with the units in the first line. Pure.
import type { Cell, ResultTable } from "./results.ts";

const LINE = "\r\n";

/** A table as the text of a file. */
export function csvOf({ columns, rows }: ResultTable): string {
  const head = columns.map(({ name, unit }) => (unit === "" ? name : `${name} (${unit})`));
  const lines = [head, ...rows.map((row) => columns.map(({ name }) => row[name] ?? null))];
  return lines.map((cells) => cells.map(cellText).join(",") + LINE).join("");
}

function cellText(cell: Cell): string {
  const text = cell === null ? "" : `${cell}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
