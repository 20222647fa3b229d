// Times as people give and read them. What is read never depends on the machine's time zone.
import { badInput } from "./exit.ts";

const FORM = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,3}))?(?:Z|([+-])(\d\d):(\d\d))$/;
const MINUTE_MS = 60_000;

/** Milliseconds since 1970 of a time in RFC 3339: with `Z` or an offset, to the millisecond at most. */
export function timeOf(option: string, text: string): number {
  const time = parse(text);
  if (time === undefined || time < 0)
    throw badInput(
      "time",
      `${option} ${text}: expected a time from 1970 on, such as 2026-01-01T00:00:00Z or 2026-01-01T01:00:00+01:00`,
    );
  return time;
}

function parse(text: string): number | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const [, whole = "", fraction = "", sign, hours = "00", minutes = "00"] = match;
  const clock = `${whole}.${fraction.padEnd(3, "0")}Z`;
  const time = Date.parse(clock);
  // A day that there is not, such as 30 February, would be taken for one of the next month.
  if (Number.isNaN(time) || new Date(time).toISOString() !== clock) return undefined;
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  const offset = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
  return sign === "-" ? time + offset : time - offset;
}

/** A time for people: also one that no calendar has. */
export function timeText(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? `${time}` : `${date.toISOString()} (${time})`;
}
