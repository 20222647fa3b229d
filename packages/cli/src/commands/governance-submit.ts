// The command `witan governance submit`: puts approvals together, says who is missing, and submits what a quorum approved.
import {
  type ApprovalStatus,
  approvalStatus,
  fetchChain,
  submitTransaction,
  waitForTransaction,
} from "@witan/client";
import type { Chain } from "@witan/ledger";
import type { TransactionOutcome } from "@witan/rpc";
import type { Command } from "commander";
import { type ConnectionOptions, connect, told, withConnection } from "../connection.ts";
import { examples } from "../examples.ts";
import { badInput, CommandFailure, EXIT } from "../exit.ts";
import { changeText } from "../governance-change.ts";
import { mergeProposals, type ProposalFile, proposalOf } from "../governance-file.ts";
import { governanceOf, type NodeGovernance } from "../governance-state.ts";
import {
  exitOf,
  outcomeJson,
  outcomeText,
  patienceMs,
  timeoutMsOf,
  type WaitingOptions,
  withWaiting,
} from "../outcome.ts";
import { printResult, type Streams, table } from "../output.ts";
import { refuseOtherChain, refuseOutOfTurn } from "./governance-approve.ts";

interface SubmitOptions extends ConnectionOptions, WaitingOptions {
  readonly json?: boolean;
}

/** Adds the command `witan governance submit`. */
export function addSubmitCommand(
  governance: Command,
  streams: Streams,
  setExit: (code: number) => void,
): void {
  withWaiting(withConnection(governance.command("submit")))
    .argument("<files...>", "files of one proposal, each with approvals")
    .description(
      "submit what a quorum has approved; exit code 1 if approvals are missing or the chain refuses it",
    )
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples([
        "witan governance submit add-v5.02ab12cd34.json add-v5.03cd34ef56.json add-v5.0211223344.json --wait",
      ]),
    )
    .action(async (files: readonly string[], options: SubmitOptions) =>
      setExit(await submit(streams, files, options)),
    );
}

async function submit(streams: Streams, files: readonly string[], options: SubmitOptions): Promise<number> {
  const { json = false, wait = false } = options;
  const said = timeoutMsOf(options);
  const merged = await mergeProposals(files);
  const client = await connect(options);
  const chain = await told(() => fetchChain(client));
  if (!chain.ok) throw badInput(chain.code, chain.detail ?? chain.code);
  refuseOtherChain(merged, { chainId: chain.value.chainId, url: client.url });
  const { members, sequence } = await governanceOf(client);
  const { sealed, body, approvals } = merged;
  const answer = (outcome: TransactionOutcome, status: ApprovalStatus): number => {
    tell(streams, json, { outcome, status, change: changeText(body.change) });
    return exitOf(outcome, wait);
  };
  if (body.sequence < sequence) {
    // Submitted again it is answered as the first time: by what became of it, and by those who were members then.
    const outcome = await told(() => waitForTransaction(client, sealed.id, { timeoutMs: 0 }));
    if (outcome.status === "final") {
      const { height } = outcome;
      const then = await told(() => client.call("consensus_membership", { height }));
      return answer(outcome, statusOf(merged, chain.value, then.members));
    }
  }
  refuseOutOfTurn(merged, sequence);
  const status = statusOf(merged, chain.value, members);
  for (const key of status.strangers)
    if (!json) streams.err(`left out: the approval by ${key}, which is no voting member's operator key\n`);
  if (!status.isReached) throw tooFew(merged, status);
  // The chain refuses a change that a stranger signed too.
  const counting = approvals.filter(({ publicKey }) => !status.strangers.includes(publicKey));
  const { sealed: transaction } = proposalOf(merged.chainId, body, counting);
  if (wait && !json) streams.err("waiting until it is final\n");
  const waitFor = wait ? "final" : "admitted";
  const timeoutMs = await patienceMs(said, client, wait);
  const outcome = await told(() => submitTransaction(client, transaction, { waitFor, timeoutMs }));
  return answer(outcome, status);
}

/** Who has approved, of these members. */
function statusOf(
  { sealed, body, approvals }: ProposalFile,
  chain: Chain,
  members: NodeGovernance["members"],
): ApprovalStatus {
  const judged = approvalStatus({ chain, body, id: sealed.id }, approvals, members);
  if (!judged.ok) throw badInput(judged.code, judged.detail ?? judged.code);
  return judged.value;
}

function tell(
  streams: Streams,
  json: boolean,
  {
    outcome,
    status: { approved, missing, quorum },
    change,
  }: { readonly outcome: TransactionOutcome; readonly status: ApprovalStatus; readonly change: string },
): void {
  printResult(streams, json, { ...outcomeJson(outcome), quorum, approved, missing }, () =>
    table([
      ["transaction", outcome.transaction],
      ["change", change],
      ["approved by", `${approved.join(", ")} (${quorum} needed)`],
      ["status", outcomeText(outcome)],
    ]),
  );
}

function tooFew({ sealed }: ProposalFile, { approved, missing, quorum }: ApprovalStatus): CommandFailure {
  const more = quorum - approved.length;
  return new CommandFailure(
    EXIT.no,
    "approvals-too-few",
    `proposal ${sealed.id} is approved by ${approved.join(", ") || "nobody"}; ${more} more of ${missing.join(", ")} ` +
      `needed (${quorum} in all). Nothing was submitted`,
  );
}
