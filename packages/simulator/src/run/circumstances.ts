// A plan as lines of text, for the head of a trace.

/** Lists longer than this are only counted: requests of clients, as a rule. */
const LISTED_MAX = 60;

/** What is to befall a world, a line for each part of its plan and each element of its lists. */
export function circumstancesOf(plan: unknown): readonly string[] {
  if (typeof plan !== "object" || plan === null) return [];
  return Object.entries(plan).flatMap(([name, value]) => {
    if (!isListOfThings(value)) return [`${name} ${JSON.stringify(value)}`];
    if (value.length > LISTED_MAX) return [`${name} ${value.length}`];
    return value.map((one) => `${name} ${JSON.stringify(one)}`);
  });
}

function isListOfThings(value: unknown): value is readonly object[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "object");
}
