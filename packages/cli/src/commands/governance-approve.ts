// The command `witan governance approve`: an operator's signature on a proposal. Needs no network.
import { Wallet } from "@witan/client";
import type { SecretKey } from "@witan/crypto";
import type { Command } from "commander";
import { type ConnectionOptions, connect, told, withConnection } from "../connection.ts";
import { examples } from "../examples.ts";
import { badInput, CommandFailure, EXIT } from "../exit.ts";
import {
  type ProposalFile,
  proposalJson,
  proposalOf,
  readProposal,
  writeProposal,
} from "../governance-file.ts";
import { governanceOf, type NodeGovernance } from "../governance-state.ts";
import { openKey } from "../key-files.ts";
import { printable, printResult, type Streams } from "../output.ts";
import type { PassphraseOptions } from "../passphrase.ts";
import { proposalLines } from "./governance-lines.ts";

interface ApproveOptions extends ConnectionOptions, PassphraseOptions {
  readonly key: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** Adds the command `witan governance approve`. */
export function addApproveCommand(governance: Command, streams: Streams): void {
  withConnection(governance.command("approve"))
    .argument("<file>", "a proposal file")
    .description(
      "approve a proposal with an operator's key, into a new file; see first what it is: governance show",
    )
    .requiredOption("--key <file>", "the operator's key file")
    .option("--passphrase-file <file>", "read the passphrase of the key from a file")
    .option("--out <file>", "the new file (default: beside the proposal, named by the key)")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nA node is asked only if --rpc is given: then a proposal that is not of its chain, or out of turn, is refused, and\n" +
        "who has approved is told by name.\n" +
        examples([
          "witan governance approve add-v5.json --key operator.json",
          "witan governance approve add-v5.json --key operator.json --rpc http://127.0.0.1:9545 --out mine.json",
        ]),
    )
    .action(async (file: string, options: ApproveOptions) => approve(streams, file, options));
}

async function approve(streams: Streams, file: string, options: ApproveOptions): Promise<void> {
  const proposal = await readProposal(file);
  const node = options.rpc === undefined ? undefined : await governanceFor(proposal, options);
  if (node !== undefined) refuseOutOfTurn(proposal, node.sequence);
  const lines = proposalLines(proposal, node?.members);
  const header = [`approving with ${options.key}:`, ...lines].map(printable);
  // Before the passphrase is asked for: whoever gives it should know what for.
  if (!options.json) streams.err(`${header.join("\n")}\n`);
  const key = await openKey(options.key, options);
  if (key.purpose !== "operator")
    throw badInput(
      "key-purpose",
      `${options.key} holds a key for the purpose ${key.purpose}, expected operator`,
    );
  const { publicKey } = key;
  const signature = new Wallet(key.secretKey as SecretKey).sign(proposal.sealed.id);
  const others = proposal.approvals.filter((one) => one.publicKey !== publicKey);
  const approved = proposalOf(proposal.chainId, proposal.body, [...others, { publicKey, signature }]);
  const out = options.out ?? `${file.replace(/\.json$/, "")}.${publicKey.slice(0, 10)}.json`;
  await writeProposal(out, approved);
  printResult(streams, options.json ?? false, { file: out, ...proposalJson(approved, node?.members) }, () => [
    `approved, written to ${out}. With the files of a quorum of operators:`,
    `  $ witan governance submit ${out} OTHERS…`,
  ]);
}

/** What governs the chain of a proposal, as a node of that chain says. */
export async function governanceFor(
  proposal: ProposalFile,
  options: ConnectionOptions,
): Promise<NodeGovernance> {
  const client = await connect(options);
  const { chainId } = await told(() => client.call("node_status", {}));
  refuseOtherChain(proposal, { chainId, url: client.url });
  return governanceOf(client);
}

/** Refuses a proposal of another chain than the node's. */
export function refuseOtherChain(
  proposal: ProposalFile,
  node: { readonly chainId: string; readonly url: string },
): void {
  if (proposal.chainId === node.chainId) return;
  throw badInput(
    "chain-other",
    `the proposal is of chain ${proposal.chainId}, ${node.url} serves ${node.chainId}`,
  );
}

/** Refuses a proposal whose turn is over, or not yet. */
export function refuseOutOfTurn({ body, sealed }: ProposalFile, next: number): void {
  if (body.sequence === next) return;
  const why =
    body.sequence < next
      ? "another change took its place, or it was made already: propose it anew if it is still wanted"
      : "changes before it are not made yet";
  throw new CommandFailure(
    EXIT.no,
    "governance-sequence",
    `proposal ${sealed.id} has sequence ${body.sequence}, the chain's next is ${next}: ${why}`,
  );
}
