// The commands `witan governance propose|approve|show|submit`: a change of what governs a chain, from hand to hand.
import { approvalStatus, fetchChain } from "@witan/client";
import { type Chain, PARAMETER_NAMES, PARAMETER_RANGES } from "@witan/ledger";
import { toTimestamp } from "@witan/primitives";
import type { Command } from "commander";
import { type ConnectionOptions, connect, told, withConnection } from "../connection.ts";
import { examples } from "../examples.ts";
import { badInput } from "../exit.ts";
import { CHANGE_KINDS, type ChangeOptions, changeOf, isChangeKind } from "../governance-change.ts";
import {
  type ProposalFile,
  proposalJson,
  proposalOf,
  readProposal,
  writeProposal,
} from "../governance-file.ts";
import { governanceOf, type NodeGovernance, refuseHopeless } from "../governance-state.ts";
import { collect } from "../numbers.ts";
import { printResult, type Streams, table } from "../output.ts";
import { addApproveCommand, governanceFor } from "./governance-approve.ts";
import { proposalLines } from "./governance-lines.ts";
import { addSubmitCommand } from "./governance-submit.ts";

interface ProposeOptions extends ConnectionOptions, ChangeOptions {
  readonly out: string;
  readonly json?: boolean;
}

/** Adds the commands `witan governance …`. */
export function addGovernanceCommands(
  program: Command,
  streams: Streams,
  setExit: (code: number) => void,
): void {
  const governance = program
    .command("governance")
    .description(
      "change members, parameters, clients and assets of a running chain, by a quorum of operators",
    )
    .addHelpText(
      "after",
      "\nOne operator proposes, a quorum of them approves, anyone submits. Files go from hand to hand, by mail say: nodes do\n" +
        "not pass approvals on, and nothing in the files is secret. On a devnet, for example:\n" +
        "  $ witan governance propose change-parameter feeRateMin=10 --out try/fee.json\n" +
        "  $ for V in v1 v2 v3; do witan governance approve try/fee.json --key .witan/devnet/$V/keys/operator.json; done\n" +
        "  $ witan governance submit try/fee.0*.json --wait",
    );
  addPropose(governance, streams);
  addShow(governance, streams);
  addApproveCommand(governance, streams);
  addSubmitCommand(governance, streams, setExit);
}

function addPropose(governance: Command, streams: Streams): void {
  const kinds = Object.entries(CHANGE_KINDS).map(([kind, takes]) => `  ${kind} ${takes}`);
  withConnection(governance.command("propose"))
    .argument("<change>", Object.keys(CHANGE_KINDS).join(", "))
    .argument("[value]", "what it is about")
    .description("write a change into a proposal file, for operators to approve")
    .requiredOption("--out <file>", "the new proposal file")
    .option("--member <file>", "add-member: the member file")
    .option("--voting-key <key>", "replace-key: the new voting key")
    .option("--peer-id <id>", "replace-key: the new peer id")
    .option("--operator-key <key>", "replace-key: the new operator key")
    .option(
      "--prefix <text>",
      "permit-client: register names it may write begin with this (several times)",
      collect,
      [],
    )
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `\nChanges:\n${kinds.join("\n")}\n\nParameters:\n${parameterLines().join("\n")}\n${examples([
        "witan governance propose add-member --member v5/member.json --out add-v5.json",
        "witan governance propose replace-key v1 --voting-key 02ab… --out replace.json",
        "witan governance propose change-parameter feeRateMin=10 --out fee.json",
      ])}`,
    )
    .action(async (kind: string, value: string | undefined, options: ProposeOptions) =>
      propose(streams, { kind, value }, options),
    );
}

async function propose(
  streams: Streams,
  { kind, value }: { readonly kind: string; readonly value: string | undefined },
  options: ProposeOptions,
): Promise<void> {
  if (!isChangeKind(kind))
    throw badInput(
      "change",
      `there is no change ${kind}, expected one of ${Object.keys(CHANGE_KINDS).join(", ")}`,
    );
  const change = await changeOf(kind, value, options);
  const client = await connect(options);
  const chain = await told(() => fetchChain(client));
  if (!chain.ok) throw badInput(chain.code, chain.detail ?? chain.code);
  refuseWithoutGovernance(chain.value);
  const node = await governanceOf(client);
  refuseHopeless(change, chain.value.mode, node);
  // Less than what is allowed: the clock of this machine may be ahead of the chain's.
  const validUntil = toTimestamp(Date.now() + Math.floor(0.9 * node.parameters.validUntilAheadMsMax));
  const { sequence } = node;
  const proposal = proposalOf(chain.value.chainId, { kind: "governance", sequence, change, validUntil }, []);
  await writeProposal(options.out, proposal);
  printResult(streams, options.json ?? false, { file: options.out, ...proposalJson(proposal) }, () => [
    ...proposalLines(proposal),
    "",
    `Written to ${options.out}. ${approversText(proposal, chain.value, node)} approve it, each where their key is:`,
    `  $ witan governance approve ${options.out} --key operator.json`,
  ]);
}

/** Whose operators are asked, as far as a node tells. */
function approversText({ sealed, body }: ProposalFile, chain: Chain, { members }: NodeGovernance): string {
  const judged = approvalStatus({ chain, body, id: sealed.id }, [], members);
  return judged.ok
    ? `The operators of ${judged.value.quorum} of ${judged.value.missing.join(", ")}`
    : "Operators";
}

/** What parameters there are, and within which bounds. */
function parameterLines(): readonly string[] {
  const rows = PARAMETER_NAMES.map((name) => {
    const [least, greatest] = PARAMETER_RANGES[name];
    return [name, `${least} to ${greatest}`] as const;
  });
  return table(rows).map((line) => `  ${line}`);
}

function refuseWithoutGovernance({ mode }: Chain): void {
  if (mode === "pow")
    throw badInput(
      "governance-unavailable",
      "this is a chain of proof of work: there is no governance on it",
    );
}

function addShow(governance: Command, streams: Streams): void {
  withConnection(governance.command("show"))
    .argument("<file>", "a proposal file")
    .description("show what a proposal would change, and whose keys have approved it")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `\nA node is asked only if --rpc is given: then who has approved is told by name.\n${examples([
        "witan governance show add-v5.json",
        "witan governance show add-v5.json --rpc http://127.0.0.1:9545",
      ])}`,
    )
    .action(async (file: string, options: ConnectionOptions & { readonly json?: boolean }) => {
      const proposal = await readProposal(file);
      const node = options.rpc === undefined ? undefined : await governanceFor(proposal, options);
      const { json = false } = options;
      printResult(streams, json, { file, ...proposalJson(proposal, node?.members) }, () =>
        proposalLines(proposal, node?.members),
      );
    });
}
