// Finds fields that stand twice in one object of a JSON text. `JSON.parse` takes the last and says nothing, other readers
// take the first: two people could read one file differently.

interface Frame {
  /** The names seen in an object; undefined in a list. */
  readonly names: Set<string> | undefined;
  /** The name or index of what is being read. */
  at: string | number;
}

/**
 * The paths of the fields of a JSON text that repeat one before them. Looks no further once there are `foundMax`, or the
 * text is deeper than `depthMax`. The text must be JSON.
 */
export function repeatedFields(
  text: string,
  depthMax: number,
  foundMax: number,
): readonly (readonly (string | number)[])[] {
  const found: (string | number)[][] = [];
  const frames: Frame[] = [];
  let isName = false;
  for (let at = 0; at < text.length && frames.length <= depthMax && found.length < foundMax; at++) {
    const inner = frames.at(-1);
    switch (text[at]) {
      case "{":
        frames.push({ names: new Set(), at: "" });
        isName = true;
        break;
      case "[":
        frames.push({ names: undefined, at: 0 });
        isName = false;
        break;
      case "}":
      case "]":
        frames.pop();
        isName = false;
        break;
      case ",":
        if (typeof inner?.at === "number") inner.at++;
        isName = inner?.names !== undefined;
        break;
      case '"': {
        const end = endOfString(text, at);
        if (isName && inner?.names) {
          inner.at = JSON.parse(text.slice(at, end + 1)) as string;
          if (inner.names.has(inner.at)) found.push(frames.map((frame) => frame.at));
          inner.names.add(inner.at);
          isName = false;
        }
        at = end;
        break;
      }
    }
  }
  return found;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}
