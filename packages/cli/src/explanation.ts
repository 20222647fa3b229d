// What a node explains of consensus, as lines for people.
import { RpcCallError, type RpcClient } from "@witan/client";
import type { ResultOf } from "@witan/rpc";

/** What a node explains; null where blocks come to count in another way, and there is nothing to say of votes. */
export type Explanation = ResultOf<"consensus_explain"> | null;

/** Asks for it. @throws as `RpcClient.call` */
export function explanationOf(client: RpcClient): Promise<Explanation> {
  return client.call("consensus_explain", {}).catch(withoutVotes);
}

/** Where nobody votes, that is no failure. @throws every other failure */
export function withoutVotes(error: unknown): null {
  if (error instanceof RpcCallError && error.reason === "mode-unsupported") return null;
  throw error;
}

/** Rows of a name and a text: what it waits for, and what to do. */
export function explanationRows(explanation: Explanation): readonly (readonly [string, string])[] {
  if (explanation === null) return [];
  return [...under("in words", explanation.sentences), ...under("to do", explanation.advice)];
}

function under(name: string, lines: readonly string[]): readonly (readonly [string, string])[] {
  return lines.map((line, at) => [at === 0 ? name : "", line] as const);
}
