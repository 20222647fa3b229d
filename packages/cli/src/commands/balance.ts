// The command `witan balance`: what an address holds in final blocks.
import type { Command } from "commander";
import { refuseNoAddress } from "../address.ts";
import { sumText } from "../amounts.ts";
import { type ConnectionOptions, connect, told, withConnection } from "../connection.ts";
import { examples } from "../examples.ts";
import { printResult, type Streams, table } from "../output.ts";
import { assetsOf } from "../shown-assets.ts";

/** Adds the command `witan balance`. */
export function addBalanceCommand(program: Command, streams: Streams): void {
  withConnection(program.command("balance"))
    .argument("<address>", "an address of the chain")
    .description("show what an address holds in final blocks; in JSON in base units, by the asset's number")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(["witan balance wit1q… --rpc http://127.0.0.1:9545", "witan balance wit1q… --json"]),
    )
    .action(async (address: string, options: ConnectionOptions & { readonly json?: boolean }) => {
      refuseNoAddress("address", address);
      const client = await connect(options);
      const answer = await told(() => client.call("chain_balance", { address }));
      // The native asset is always there, so that a program need not ask whether.
      const [balances, height] = [{ "0": "0", ...answer.balances }, answer.height];
      // For people only: programs know their assets.
      const assets = options.json ? [] : await assetsOf(client);
      const rows = Object.entries(balances).map(([asset, sum]): [string, string] => [
        `asset ${asset}`,
        sumText(BigInt(sum), Number(asset), assets),
      ]);
      printResult(streams, options.json ?? false, { address, height, balances }, () => [
        `${address} at height ${height}`,
        ...table(rows),
      ]);
    });
}
