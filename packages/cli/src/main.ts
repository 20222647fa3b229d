// The command `witan`: wires commands together, and turns failures into messages and exit codes. Holds no rules.
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { addGenesisCommands } from "./commands/genesis.ts";
import { addKeyCommands } from "./commands/keys.ts";
import { addMemberCommands } from "./commands/member.ts";
import { addTransactionCommands } from "./commands/transaction.ts";
import { CommandFailure, EXIT } from "./exit.ts";
import { printFailure, type Streams } from "./output.ts";

const STANDARD: Streams = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
};

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return (manifest as { version: string }).version;
}

/** Runs one command line (without node and script). Resolves to its exit code; throws on bugs only. */
export async function main(argv: readonly string[], streams: Streams = STANDARD): Promise<number> {
  let exit: number = EXIT.done;
  const program = new Command("witan")
    .description("A permissioned ledger: named validators finalize blocks of signed transactions.")
    .version(version())
    .showHelpAfterError("(add --help for what there is)")
    .exitOverride()
    .configureOutput({ writeOut: streams.out, writeErr: streams.err });
  const setExit = (code: number): void => {
    exit = code;
  };
  addKeyCommands(program, streams);
  addMemberCommands(program, streams);
  addGenesisCommands(program, streams);
  addTransactionCommands(program, streams, setExit);
  // Subcommands made before these settings do not inherit them.
  const json = argv.includes("--json");
  for (const command of descendants(program))
    command
      .exitOverride()
      .configureOutput({ writeOut: streams.out, writeErr: json ? () => {} : streams.err });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exit;
  } catch (error) {
    if (error instanceof CommandFailure) {
      printFailure(streams, json, error);
      return error.exitCode;
    }
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.done;
    const message = error.message.replace(/^error: /, "");
    if (json) printFailure(streams, json, new CommandFailure(EXIT.input, error.code, message));
    return EXIT.input;
  }
}

function descendants(command: Command): readonly Command[] {
  return command.commands.flatMap((child) => [child, ...descendants(child)]);
}
