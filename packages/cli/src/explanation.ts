// What a node explains of consensus, as lines for people.
import type { ResultOf } from "@witan/rpc";

/** What a node explains. */
export type Explanation = ResultOf<"consensus_explain">;

/** Rows of a name and a text: what it waits for, and what to do. */
export function explanationRows({ sentences, advice }: Explanation): readonly (readonly [string, string])[] {
  return [...under("in words", sentences), ...under("to do", advice)];
}

function under(name: string, lines: readonly string[]): readonly (readonly [string, string])[] {
  return lines.map((line, at) => [at === 0 ? name : "", line] as const);
}
