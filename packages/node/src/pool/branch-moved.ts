// What a change of branch does to the mempool: what is undone comes back where it still holds, and what the other blocks
// hold goes again. Called in the very step in which the chain changes.
import type { Mempool, Notice } from "@witan/mempool";
import { present, type Timestamp } from "@witan/primitives";
import type { Branch } from "../chain/branch.ts";
import type { ChainKeeper } from "../chain/chain-keeper.ts";

/** Tells the mempool; the chain stands on the branch already. @returns what happened to transactions, all in all */
export function branchMoved(
  { undone, applied }: Branch,
  {
    mempool,
    chain,
    now,
  }: { readonly mempool: Mempool; readonly chain: ChainKeeper; readonly now: Timestamp },
): readonly Notice[] {
  const { governance, headers } = chain;
  const parameters = present(chain.chain.proofOfWork, "proof of work");
  const notices: Notice[] = [];
  for (const { block, undo, laterThan } of undone) {
    const tip = { governance, height: block.header.height, laterThan };
    notices.push(...mempool.blockUndone(block, undo, tip, now));
  }
  for (const valid of applied) {
    const next = present(headers, "headers").next(parameters, valid.block.header.height);
    notices.push(...mempool.blockApplied(valid, next.laterThan, now));
  }
  // What came back and is in another block now was never pending to anybody.
  return notices.filter(
    ({ kind, transaction }) => kind !== "admitted" || mempool.get(transaction.id) !== undefined,
  );
}

/** Whether what became pending stood in a block that was undone: others may have it. */
export function wasUndone(notice: Notice): boolean {
  return notice.kind === "admitted" && notice.from === "block";
}
