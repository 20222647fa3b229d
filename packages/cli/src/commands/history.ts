// The command `witan history`: what transactions did to an address, in final blocks.
import { HISTORY_PAGE, type ResultOf } from "@witan/rpc";
import type { Command } from "commander";
import { refuseNoAddress } from "../address.ts";
import { sumText } from "../amounts.ts";
import { type ConnectionOptions, connect, told, withConnection } from "../connection.ts";
import { examples } from "../examples.ts";
import { wholeNumber } from "../numbers.ts";
import { printResult, type Streams, table } from "../output.ts";
import { type Assets, assetsOf } from "../shown-assets.ts";
import { timeText } from "../time.ts";

interface HistoryOptions extends ConnectionOptions {
  readonly asset?: string;
  readonly limit: string;
  readonly after?: string;
  readonly oldestFirst?: boolean;
  readonly json?: boolean;
}

type Entry = ResultOf<"chain_history">["entries"][number];

/** So many are gathered in memory at most; `--after` goes on. */
const LIMIT_MAX = 100_000;

/** Adds the command `witan history`. */
export function addHistoryCommand(program: Command, streams: Streams): void {
  withConnection(program.command("history"))
    .argument("<address>", "an address of the chain")
    .description("show what transactions did to an address, the latest first")
    .option("--asset <number>", "of this asset only")
    .option("--limit <number>", `so many entries, at most ${LIMIT_MAX}`, "20")
    .option("--after <cursor>", "go on behind the entries that were shown before")
    .option("--oldest-first", "from the first block on")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nWith --json it prints address, height, entries and next: null, or what --after goes on from. Changes are in base units,\n" +
        "by the asset's number.\n" +
        examples([
          "witan history wit1q… --rpc http://127.0.0.1:9545",
          "witan history wit1q… --asset 1 --limit 500 --json",
        ]),
    )
    .action(async (address: string, options: HistoryOptions) => history(streams, address, options));
}

async function history(streams: Streams, address: string, options: HistoryOptions): Promise<void> {
  refuseNoAddress("address", address);
  const { json = false } = options;
  const limit = wholeNumber("--limit", options.limit, LIMIT_MAX, 1);
  const asset = options.asset === undefined ? undefined : wholeNumber("--asset", options.asset, 0xffff_ffff);
  const client = await connect(options);
  const entries: Entry[] = [];
  let [next, height]: [string | null, number] = [options.after ?? null, 0];
  do {
    const page = {
      address,
      order: options.oldestFirst ? "ascending" : "descending",
      limit: Math.min(limit - entries.length, HISTORY_PAGE.max),
      ...(asset === undefined ? {} : { asset }),
      ...(next === null ? {} : { after: next }),
    } as const;
    const answer = await told(() => client.call("chain_history", page));
    entries.push(...answer.entries);
    ({ next, height } = answer);
  } while (next !== null && entries.length < limit);
  // For people only: programs know their assets.
  const assets = json ? [] : await assetsOf(client);
  printResult(streams, json, { address, height, entries, next }, () => [
    `${address} at height ${height}`,
    ...table(entries.flatMap((entry) => rowsOf(entry, assets))),
    ...restLines(entries, next),
  ]);
}

function rowsOf({ height, timestamp, transaction, changes }: Entry, assets: Assets) {
  const sums = Object.entries(changes).map(([asset, change]) => {
    const text = sumText(BigInt(change), Number(asset), assets);
    return text.startsWith("-") ? text : `+${text}`;
  });
  return [
    [`block ${height}`, `${timeText(timestamp)}  ${sums.join(", ")}`],
    ["", transaction],
  ] as const;
}

function restLines(entries: readonly Entry[], next: string | null): readonly string[] {
  if (next !== null) return [`there is more: --after ${next}`];
  return entries.length === 0 ? ["no transaction has paid to it or spent from it"] : [];
}
