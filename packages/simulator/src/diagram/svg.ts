// Writes SVG: elements as text, everything escaped, numbers with at most one decimal. Knows nothing of what it draws.

/** Attributes of an element; what is undefined is left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element. @param content text or elements, already written */
export function element(name: string, attributes: Attributes, content: readonly string[] = []): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${typeof value === "number" ? number(value) : escaped(value)}"`],
  );
  const open = `<${name}${written.join("")}`;
  return content.length === 0 ? `${open}/>` : `${open}>${content.join("")}</${name}>`;
}

/** A text as the content of an element. */
export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replace(/[^\t\n -\uD7FF\uE000-\uFFFD]/gu, "\uFFFD");
}

/** With one decimal at most: `12`, `12.5`. */
export function number(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** A straight line. */
export function line(x1: number, y1: number, x2: number, y2: number, attributes: Attributes = {}): string {
  return element("line", { x1, y1, x2, y2, ...attributes });
}

/** Words at a place. */
export function words(x: number, y: number, text: string, attributes: Attributes = {}): string {
  return element("text", { x, y, ...attributes }, [escaped(text)]);
}

/** What shows when a pointer rests on an element. */
export function hint(text: string): string {
  return `<title>${escaped(text)}</title>`;
}

/** A path through points: `M 1 2 L 3 4`; closed if asked for. */
export function path(points: readonly (readonly [number, number])[], closed = false): string {
  const steps = points.map(([x, y], at) => `${at === 0 ? "M" : "L"}${number(x)} ${number(y)}`);
  return `${steps.join(" ")}${closed ? " Z" : ""}`;
}
