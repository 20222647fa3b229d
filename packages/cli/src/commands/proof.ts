// The commands `witan proof get|verify`: a finality proof into a file, and what it shows to someone who trusts no node.
import {
  fetchProof,
  formatProofFile,
  parseProofFile,
  type VerifiedProof,
  verifyProofFile,
} from "@witan/client";
import { type Chain, toJson } from "@witan/ledger";
import type { TransactionId } from "@witan/primitives";
import type { Command } from "commander";
import { type ConnectionOptions, connect, told, withConnection } from "../connection.ts";
import { examples } from "../examples.ts";
import { CommandFailure, EXIT, type FieldProblem } from "../exit.ts";
import { readText, TOO_LARGE, writePublicText } from "../files.ts";
import { readGenesisFile } from "../genesis-input.ts";
import { printResult, problemText, type Streams, table } from "../output.ts";
import { timeText } from "../time.ts";
import { transactionIdOf } from "../transaction-id.ts";

interface GetOptions extends ConnectionOptions {
  readonly out?: string;
  readonly json?: boolean;
}

interface VerifyOptions {
  readonly genesis: string;
  readonly transaction?: string;
  readonly json?: boolean;
}

/** Adds the commands `witan proof …`. */
export function addProofCommands(program: Command, streams: Streams, setExit: (code: number) => void): void {
  const proof = program.command("proof").description("fetch and verify finality proofs");
  withConnection(proof.command("get"))
    .argument("<transaction>", "a transaction's id")
    .description("fetch the finality proof of a transaction; exit code 1 if it is not final")
    .option("--out <file>", "the proof file; one of that name is overwritten (default: it is printed)")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples([
        "witan proof get 5f3a… --rpc http://127.0.0.1:9545 --out payment.proof",
        "witan proof get 5f3a… --json",
      ]),
    )
    .action(async (transaction: string, options: GetOptions) => get(streams, transaction, options));
  proof
    .command("verify")
    .argument("<file>", "a proof file")
    .description(
      "verify a finality proof, trusting the genesis file and no node; exit code 1 if it shows nothing",
    )
    .requiredOption("--genesis <file>", "the genesis file of the chain, from someone you trust")
    .option("--transaction <id>", "the transaction that it should be about")
    .option("--json", "print JSON")
    .addHelpText("after", examples(["witan proof verify payment.proof --genesis genesis.json --json"]))
    .action(async (file: string, options: VerifyOptions) => setExit(await verify(streams, file, options)));
}

async function get(streams: Streams, text: string, options: GetOptions): Promise<void> {
  const { out, json = false } = options;
  const transaction = transactionIdOf(text);
  const client = await connect(options);
  const proof = await told(() => fetchProof(client, { transaction }));
  const file = formatProofFile(proof);
  // What is printed is a proof file, too.
  if (out === undefined) return streams.out(json ? `${JSON.stringify(JSON.parse(file))}\n` : file);
  await writePublicText(out, file);
  const { chainId, height } = proof;
  printResult(streams, json, { file: out, transaction, chainId, height }, () => [
    `proof of ${transaction} in block ${height}, not verified yet, written to ${out}`,
    `  $ witan proof verify ${out} --genesis FILE`,
  ]);
}

interface NotVerified {
  readonly verified: false;
  readonly reason: string;
  readonly message: string;
  /** What is wrong with the form of the file, by field. */
  readonly problems?: readonly FieldProblem[];
}

async function verify(streams: Streams, file: string, options: VerifyOptions): Promise<number> {
  const { json = false } = options;
  const wanted = options.transaction === undefined ? undefined : transactionIdOf(options.transaction);
  const text = await readProof(file);
  const genesis = await readGenesisFile(options.genesis);
  const verified = await judge(file, text, { genesis, wanted });
  if (!verified.verified) {
    const { reason, message, problems = [] } = verified;
    printResult(streams, json, toJson(verified), () => [
      `not verified, ${reason}: ${message}`,
      ...problems.map(problemText),
    ]);
    return EXIT.no;
  }
  const { membership, ...shown } = verified;
  const { confirmations } = shown;
  printResult(streams, json, toJson({ ...shown, membershipFrom: membership.from }), () =>
    table([
      [
        "verified",
        confirmations === undefined
          ? `transaction ${shown.transaction} is final`
          : `transaction ${shown.transaction} is in a block; under proof of work none is final for good`,
      ],
      ["chain id", shown.chainId],
      ["block", `${shown.height}, ${shown.blockHash}, of ${timeText(shown.timestamp)}`],
      ["position", `${shown.index}`],
      confirmations === undefined
        ? ["signed by", shown.signers.join(", ")]
        : [
            "confirmations",
            `${confirmations}, each with the work prescribed (witan finality --attacker 0.1 --confirmations ${confirmations})`,
          ],
    ]),
  );
  return EXIT.done;
}

/** The text of a file, or the failure that it is too large to be a proof: that is an answer, and no mistake of who asks. */
async function readProof(file: string): Promise<string | CommandFailure> {
  try {
    return await readText(file);
  } catch (error) {
    if (error instanceof CommandFailure && error.reason === TOO_LARGE) return error;
    throw error;
  }
}

/** Whatever a file holds, it shows something or it shows nothing. */
async function judge(
  file: string,
  text: string | CommandFailure,
  { genesis, wanted }: { readonly genesis: Chain; readonly wanted: TransactionId | undefined },
): Promise<VerifiedProof | NotVerified> {
  const no = (reason: string, message: string): NotVerified => ({ verified: false, reason, message });
  if (typeof text !== "string") return no("proof-file", `${text.message}.`);
  const proof = parseProofFile(text);
  if (!proof.ok)
    return {
      ...no("proof-file", `${file} is no proof file, or not a whole one: fetch it again.`),
      problems: proof.problems,
    };
  const { transaction } = proof.value;
  if (wanted !== undefined && wanted !== transaction)
    return no("transaction-other", `The file is about transaction ${transaction}, expected ${wanted}.`);
  const verified = await verifyProofFile(proof.value, { genesis });
  return verified.verified ? verified : no(verified.code, verified.message);
}
