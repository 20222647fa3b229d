// Bodies of 2 MiB that take longest to parse for their length, each in another way.

/** A body, and the reason that it is refused with. */
export interface DearBody {
  readonly name: string;
  /** Made when it is needed: all of them are many megabytes. */
  readonly body: () => string;
  readonly reason: string;
}

const BYTES = 2 * 1024 * 1024;
const AHEAD = '{"jsonrpc":"2.0","id":1,"method":"chain_head","params":';

function filled(begin: string, part: string, end: string): string {
  return begin + part.repeat(Math.floor((BYTES - begin.length - end.length) / part.length)) + end;
}

/** An object with as many different names as fit. */
function manyNames(): string {
  const names: string[] = [];
  for (let at = 0; at < BYTES / 14; at++) names.push(`"${at.toString(36).padStart(7, "k")}":0`);
  return `{${names.join(",")}}`;
}

const HARD_NUMBER = `9007199254740993.${"0".repeat(740)}1,`;

/** All of them. */
export const DEAR_BODIES: readonly DearBody[] = [
  {
    name: "lists within lists",
    body: () => "[".repeat(BYTES / 2) + "]".repeat(BYTES / 2),
    reason: "invalid-request",
  },
  {
    name: "objects within objects",
    body: () => `${'{"a":'.repeat(BYTES / 6)}0${"}".repeat(BYTES / 6 - 1)}`,
    reason: "invalid-request",
  },
  {
    name: "params nested",
    body: () => `${AHEAD}${"[".repeat(1_000)}${"]".repeat(1_000)}}`,
    reason: "invalid-request",
  },
  { name: "zeros", body: () => filled("[", "0,", "0]"), reason: "body-too-large" },
  { name: "empty lists", body: () => filled("[", "[],", "0]"), reason: "body-too-large" },
  { name: "empty objects", body: () => filled("[", "{},", "0]"), reason: "body-too-large" },
  { name: "one name again and again", body: () => filled("{", '"a":0,', '"a":0}'), reason: "body-too-large" },
  { name: "many names", body: manyNames, reason: "body-too-large" },
  { name: "empty texts", body: () => filled("[", '"",', "0]"), reason: "body-too-large" },
  {
    name: "numbers that are hard to round",
    body: () => filled("[", HARD_NUMBER, "0]"),
    reason: "body-too-large",
  },
  { name: "one long number", body: () => "9".repeat(BYTES), reason: "body-too-large" },
  { name: "calls", body: () => filled("[", `${AHEAD}{}},`, "0]"), reason: "body-too-large" },
  { name: "one text of escapes", body: () => filled('"', '\\"', '"'), reason: "invalid-request" },
  { name: "spaces", body: () => " ".repeat(BYTES), reason: "parse-error" },
];
