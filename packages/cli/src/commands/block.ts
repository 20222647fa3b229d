// The command `witan block`: one block, by its height or its hash, with who proposed and who signed it.
import { fetchChain, RpcCallError, type RpcClient } from "@witan/client";
import { type Chain, decodeTransaction, toJson } from "@witan/ledger";
import { blockWork, hexToBytes, isHex } from "@witan/primitives";
import type { CallParamsOf, ResultOf } from "@witan/rpc";
import { type Command, Option } from "commander";
import { type ConnectionOptions, connect, told, withConnection } from "../connection.ts";
import { describeTransaction, type KnownChain } from "../describe-transaction.ts";
import { examples } from "../examples.ts";
import { badInput } from "../exit.ts";
import { printResult, type Streams, table } from "../output.ts";
import { assetsOf } from "../shown-assets.ts";
import { timeText } from "../time.ts";

interface BlockOptions extends ConnectionOptions {
  readonly transactions: "ids" | "full";
  readonly json?: boolean;
}

type Block = ResultOf<"chain_block">;
type Members = ResultOf<"consensus_membership">["members"];

/** Transactions that are listed for people unless all are asked for in full. */
const LISTED_MAX = 50;

/** Adds the command `witan block`. */
export function addBlockCommand(program: Command, streams: Streams): void {
  withConnection(program.command("block"))
    .argument("[which]", "its height or its hash (default: the latest)")
    .description("show a final block; exit code 1 if the node has no such block")
    .addOption(
      new Option("--transactions <how>", "its transactions by their ids, or with all that they say")
        .choices(["ids", "full"])
        .default("ids"),
    )
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(["witan block", "witan block 42 --transactions full", "witan block 5f3a… --json"]),
    )
    .action(async (which: string | undefined, options: BlockOptions) => show(streams, which, options));
}

async function show(streams: Streams, which: string | undefined, options: BlockOptions): Promise<void> {
  const { transactions, json = false } = options;
  const asked = which === undefined ? undefined : placeOf(which);
  const client = await connect(options);
  const place = asked ?? { height: (await told(() => client.call("chain_head", {}))).height };
  const block = await told(() => client.call("chain_block", { ...place, transactions }));
  // For people only: programs read the certificate and the members themselves.
  const members = json ? [] : await membersOf(client, block);
  const known = json || transactions === "ids" ? undefined : await knownOf(client);
  printResult(streams, json, toJson(block), () => [
    ...table(rowsOf(block, members)),
    ...transactionLines(block, known),
  ]);
}

/** Which block a text names. A hash of digits only has 64 of them, which no height has. */
function placeOf(text: string): CallParamsOf<"chain_block"> {
  if (/^(?:0|[1-9][0-9]{0,14})$/.test(text)) return { height: Number(text) };
  if (isHex(text, 32)) return { hash: text };
  throw badInput("block", `${text}: expected a block's height, or its hash, 32 bytes in lower-case hex`);
}

/** The members that decided it; none where nobody does, nor of block 0. */
async function membersOf(client: RpcClient, { height }: Block): Promise<Members> {
  if (height === 0) return [];
  try {
    return (await client.call("consensus_membership", { height })).members;
  } catch (error) {
    if (error instanceof RpcCallError && error.reason === "mode-unsupported") return [];
    return told(() => Promise.reject(error));
  }
}

/** The chain, and assets that were registered since it began. */
async function knownOf(client: RpcClient): Promise<Known> {
  const [chain, assets] = await Promise.all([told(() => fetchChain(client)), assetsOf(client)]);
  if (!chain.ok) throw badInput(chain.code, chain.detail ?? chain.code);
  return { chain: chain.value, assets };
}

interface Known extends KnownChain {
  readonly chain: Chain;
}

type Row = readonly [string, string];

function rowsOf(
  { height, hash, header, certificate, transactions }: Block,
  members: Members,
): readonly Row[] {
  const nameOf = (at: number): string => members[at]?.name ?? `member ${at}`;
  const { parent, timestamp, proposer, target, nonce } = header;
  const signers = certificate?.signatures.map(({ member }) => nameOf(member)).join(", ");
  const view = certificate?.kind === "pbft" ? `, in view ${certificate.view}` : "";
  return [
    ["block", `${height} of ${timeText(timestamp)}`],
    ["hash", hash],
    ["parent", height === 0 ? "none: the chain begins with it" : parent],
    ...(members.length === 0 ? [] : [["proposed by", nameOf(proposer)] as const]),
    ...(signers === undefined ? [] : [["made final by", `${signers}${view}`] as const]),
    // Where acceptors sign what they have decided already, and others are to be shown.
    ...(members.length > 0 && signers === undefined
      ? [["made final by", "acceptors, whose signatures are being gathered"] as const]
      : []),
    // Of proof of work alone.
    ...(target === 0
      ? []
      : [["work", `${blockWork(target)} hashes on average, shown by nonce ${nonce}`] as const]),
    ["transactions", `${transactions.length}`],
  ];
}

function transactionLines({ transactions }: Block, known: Known | undefined): readonly string[] {
  if (known !== undefined) return transactions.flatMap(({ bytes = "" }) => ["", ...described(bytes, known)]);
  const listed = transactions.slice(0, LISTED_MAX).map(({ transaction }) => `  ${transaction}`);
  const rest = transactions.length - listed.length;
  return rest === 0 ? listed : [...listed, `  and ${rest} more: --json shows all`];
}

function described(bytes: string, known: Known): readonly string[] {
  const decoded = decodeTransaction(known.chain.transactions, hexToBytes(bytes));
  const lines = decoded.ok
    ? describeTransaction(decoded.value, known)
    : [`bytes that this version can't read: ${bytes}`];
  return lines.map((line) => `  ${line}`);
}
