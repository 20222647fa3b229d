// On which line of a TOML file a field stands. The parser does not say, so this looks at the beginnings of lines. It may
// not know a line; it never decides what a field says.

const TABLE = /^\s*\[{1,2}\s*([A-Za-z0-9_.-]+)\s*\]{1,2}/;
const KEY = /^\s*([A-Za-z0-9_.-]+)\s*=/;

/** Lines, from 1, by `section` and `section.key`; names that stand twice are left out. */
export function linesOf(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number | undefined>();
  let table = "";
  text.split("\n").forEach((line, at) => {
    const header = TABLE.exec(line)?.[1];
    const key = KEY.exec(line)?.[1];
    if (header !== undefined) table = header;
    else if (key === undefined) return;
    const name = header ?? (table === "" ? (key as string) : `${table}.${key}`);
    // The first of an array of tables tells where it begins; a key that stands twice could be in a text of many lines.
    if (!found.has(name)) found.set(name, at + 1);
    else if (header === undefined) found.set(name, undefined);
  });
  return new Map([...found].filter((entry): entry is [string, number] => entry[1] !== undefined));
}
