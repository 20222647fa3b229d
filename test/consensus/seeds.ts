// Which seeds a test of worlds runs: the first ones; or one, by WITAN_SEED; or others, by WITAN_WORLDS.

/** @param count how many, when nothing else is asked for */
export function seedsOf(count: number): readonly number[] {
  const only = process.env["WITAN_SEED"];
  if (only !== undefined) return [Number(only)];
  const wished = Number(process.env["WITAN_WORLDS"] ?? count);
  return Array.from({ length: wished }, (_, at) => at + 1);
}
