// The command `witan config check`: what holds for a node, and who said it.
import type { Command } from "commander";
import { loadConfig } from "../config/load.ts";
import { addConfigOptions, configFlags } from "../config/options.ts";
import { examples } from "../examples.ts";
import { checkHome } from "../home/open.ts";
import { printResult, type Streams, table } from "../output.ts";

/** Adds the commands `witan config …`. */
export function addConfigCommands(program: Command, streams: Streams): void {
  const check = program
    .command("config")
    .description("look at the configuration of a node")
    .command("check")
    .description("check the configuration of a node: prints what holds and who said it, or every mistake")
    .option("--home <dir>", "the node's home, or a configuration file in it", ".")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nRefuses what a node would refuse, as far as that shows without a passphrase: keys that do not go together too.\n" +
        "Each field is taken from the last of: its default, config.toml, its variable (rpc.listen is WITAN_RPC_LISTEN),\n" +
        "its flag (--rpc-listen). Paths in config.toml start from its folder, others from the folder you are in.\n" +
        examples([
          "witan config check --home network/v1",
          "WITAN_LOG_LEVEL=debug witan config check --home network/v1 --rpc-listen 127.0.0.1:9000 --json",
        ]),
    )
    .action(async (options: Readonly<Record<string, unknown>> & { home: string; json?: boolean }) => {
      const flags = configFlags(options);
      const { config, settings } = await loadConfig({ home: options.home, env: process.env, flags });
      await checkHome(config);
      const result = {
        home: config.home,
        valid: true,
        settings: Object.fromEntries(settings.map(({ field, value, source }) => [field, { value, source }])),
      };
      printResult(streams, options.json ?? false, result, () => [
        `${config.home} (valid)`,
        ...table(
          settings.map(({ field, value, source }) => [field, `${JSON.stringify(value)}  (${source})`]),
        ),
      ]);
    });
  addConfigOptions(check);
}
