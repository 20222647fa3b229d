// The command `witan blocks`: the latest blocks, a line for each.
import { BLOCKS_PAGE, type ResultOf } from "@witan/rpc";
import type { Command } from "commander";
import { type ConnectionOptions, connect, told, withConnection } from "../connection.ts";
import { examples } from "../examples.ts";
import { wholeNumber } from "../numbers.ts";
import { printResult, type Streams, table } from "../output.ts";
import { timeText } from "../time.ts";

interface BlocksOptions extends ConnectionOptions {
  readonly limit: string;
  readonly before?: string;
  readonly json?: boolean;
}

type ShortBlock = ResultOf<"chain_blocks">["blocks"][number];

/** So many are gathered in memory at most; `--before` goes on. */
const LIMIT_MAX = 100_000;

/** Adds the command `witan blocks`. */
export function addBlocksCommand(program: Command, streams: Streams): void {
  withConnection(program.command("blocks"))
    .description("list final blocks, the latest first")
    .option("--limit <number>", `so many blocks, at most ${LIMIT_MAX}`, "20")
    .option("--before <height>", "blocks below this height only")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `\nWith --json it prints blocks and next: null, or what --before goes on from.\n${examples([
        "witan blocks",
        "witan blocks --before 1000 --limit 100 --json",
      ])}`,
    )
    .action(async (options: BlocksOptions) => list(streams, options));
}

async function list(streams: Streams, options: BlocksOptions): Promise<void> {
  const limit = wholeNumber("--limit", options.limit, LIMIT_MAX, 1);
  const blocks: ShortBlock[] = [];
  let next: number | null = options.before === undefined ? null : wholeNumber("--before", options.before);
  const client = await connect(options);
  do {
    const page = {
      limit: Math.min(limit - blocks.length, BLOCKS_PAGE.max),
      ...(next === null ? {} : { before: next }),
    };
    const answer = await told(() => client.call("chain_blocks", page));
    blocks.push(...answer.blocks);
    next = answer.next;
  } while (next !== null && blocks.length < limit);
  printResult(streams, options.json ?? false, { blocks, next }, () =>
    blocks.length === 0 ? ["no such block"] : table(blocks.map(rowOf)),
  );
}

function rowOf({ height, hash, timestamp, proposer, transactions }: ShortBlock): [string, string] {
  const count = `${transactions} transaction${transactions === 1 ? "" : "s"}`;
  const by = proposer === null ? "" : ` by ${proposer}`;
  return [`block ${height}`, `${hash}  ${timeText(timestamp)}${by}, ${count}`];
}
