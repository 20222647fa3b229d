// The commands `witan proof get|verify`: a finality proof into a file, and what it shows to someone who trusts no node.
import { fetchProof, formatProofFile, parseProofFile, verifyProofFile } from "@witan/client";
import { toJson } from "@witan/ledger";
import { isHex, type TransactionId } from "@witan/primitives";
import type { Command } from "commander";
import { type ConnectionOptions, connect, told, withConnection } from "../connection.ts";
import { examples } from "../examples.ts";
import { badInput, EXIT } from "../exit.ts";
import { readText, writeNewText } from "../files.ts";
import { readGenesisFile } from "../genesis-input.ts";
import { printResult, type Streams, table } from "../output.ts";
import { timeText } from "../time.ts";

interface GetOptions extends ConnectionOptions {
  readonly out: string;
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
    .requiredOption("--out <file>", "the new proof file")
    .option("--json", "print JSON")
    .addHelpText("after", examples(["witan proof get 5f3a… --rpc http://127.0.0.1:9545 --out payment.proof"]))
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

function idOf(text: string): TransactionId {
  if (isHex(text, 32)) return text as string as TransactionId;
  throw badInput("transaction", `${text}: expected a transaction's id, 32 bytes in lower-case hex`);
}

async function get(streams: Streams, text: string, options: GetOptions): Promise<void> {
  const { out, json = false } = options;
  const transaction = idOf(text);
  const client = await connect(options);
  const proof = await told(() => fetchProof(client, { transaction }));
  await writeNewText(out, formatProofFile(proof));
  const { chainId, height } = proof;
  printResult(streams, json, { file: out, transaction, chainId, height }, () => [
    `proof of ${transaction} in block ${height}, not verified yet, written to ${out}`,
    `  $ witan proof verify ${out} --genesis FILE`,
  ]);
}

async function verify(streams: Streams, file: string, options: VerifyOptions): Promise<number> {
  const { json = false } = options;
  const wanted = options.transaction === undefined ? undefined : idOf(options.transaction);
  const proof = parseProofFile(await readText(file));
  if (!proof.ok) throw badInput("proof-file", `${file} is no proof file`, proof.problems);
  const genesis = await readGenesisFile(options.genesis);
  const { transaction } = proof.value;
  const verified =
    wanted === undefined || wanted === transaction
      ? await verifyProofFile(proof.value, { genesis })
      : ({
          verified: false,
          code: "transaction-other",
          message: `The file is about transaction ${transaction}, expected ${wanted}.`,
        } as const);
  if (!verified.verified) {
    printResult(streams, json, { ...verified }, () => [
      `not verified, ${verified.code}: ${verified.message}`,
    ]);
    return EXIT.no;
  }
  const { membership, ...shown } = verified;
  printResult(streams, json, toJson({ ...shown, membershipFrom: membership.from }), () =>
    table([
      ["verified", `transaction ${transaction} is final`],
      ["chain id", shown.chainId],
      ["block", `${shown.height}, ${shown.blockHash}, of ${timeText(shown.timestamp)}`],
      ["position", `${shown.index}`],
      ["signed by", shown.signers.join(", ")],
    ]),
  );
  return EXIT.done;
}
