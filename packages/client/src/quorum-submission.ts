// What several nodes make of a transaction that is submitted to all of them. That enough of them refuse it says what they think
// of it, and no more: whoever else has it may pass it on, and a block may take it. So a refusal of the moment is told as
// the end only where every node has refused, each time that it was asked. Asks nobody.
import { decodeTransaction, TransactionHasher } from "@witan/ledger";
import { hexToBytes, isHex, NO_CHAIN } from "@witan/primitives";
import { isLastingCode, type ResultOf } from "@witan/rpc";
import { isNotNow } from "./outcome-loop.ts";
import type { Question, QuorumAnswer } from "./quorum-question.ts";
import { RpcCallError } from "./rpc-failures.ts";

type Submission = Question<"transaction_submit">;

/** Whether enough nodes refuse, in a way that others need not share: then these are waited for. */
export function isOfMoment(question: Submission): boolean {
  const decided = question.decidedValue;
  return decided === undefined ? question.isDecided : isOpen(decided);
}

/**
 * The answer to a submission.
 * @throws {RpcCallError} enough nodes did not let the call through, and no other has the transaction
 * @throws {QuorumError} too few say the same, or they let nothing through and another may have it
 */
export function submissionAnswer(
  question: Submission,
  transaction: string,
): QuorumAnswer<"transaction_submit"> {
  const answer = answerOf(question);
  if (!isOpen(answer.value) || question.isRefusedByAll) return answer;
  const { code, message } = answer.value;
  const possibleUntil = validUntilOf(transaction);
  if (possibleUntil === undefined) return answer;
  const { transaction: id } = answer.value;
  return { ...answer, value: { transaction: id, status: "evicted", code, message, possibleUntil } };
}

function answerOf(question: Submission): QuorumAnswer<"transaction_submit"> {
  try {
    return question.answer("transaction_submit");
  } catch (error) {
    if (!(error instanceof RpcCallError)) throw error;
    // Busy nodes are asked again, and then others may have it; other reasons stay, and are told at once unless one has it.
    const isOfAll = isNotNow(error) ? question.isRefusedByAll : !question.isTaken;
    throw isOfAll ? error : question.disagreement("transaction_submit");
  }
}

type Outcome = ResultOf<"transaction_submit">;

function isOpen(outcome: Outcome): outcome is Outcome & { readonly status: "rejected" } {
  return outcome.status === "rejected" && !isLastingCode(outcome.code);
}

/** Until when a block may take it; the id, which depends on the chain, is not needed for that. */
function validUntilOf(transaction: string): number | undefined {
  if (!isHex(transaction)) return undefined;
  const decoded = decodeTransaction(new TransactionHasher(NO_CHAIN), hexToBytes(transaction));
  if (!decoded.ok || decoded.value.body.kind === "reward") return undefined;
  return decoded.value.body.validUntil;
}
