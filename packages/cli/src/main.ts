// The command `witan`: wires commands together, and turns failures into messages and exit codes. Holds no rules.
import { Command, CommanderError } from "commander";
import { COMMANDS } from "./command-table.ts";
import { bugFailure, CommandFailure, EXIT } from "./exit.ts";
import { optionHelp } from "./option-help.ts";
import { printFailure, type Streams } from "./output.ts";
import { heedNpm } from "./stop-signals.ts";
import { usageFailure } from "./usage.ts";
import { programVersion } from "./version.ts";

const STANDARD: Streams = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
};

/** Runs one command line (without node and script). Resolves to its exit code, whatever happens. */
export async function main(argv: readonly string[], streams: Streams = STANDARD): Promise<number> {
  let exit: number = EXIT.done;
  const json = argv.includes("--json");
  try {
    const program = await programOf(argv, streams, (code) => {
      exit = code;
    });
    await program.parseAsync([...inFull(argv)], { from: "user" });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) {
      const failure = usageFailure(error);
      // For people commander has said it already.
      if (failure && json) printFailure(streams, json, failure);
      return failure?.exitCode ?? EXIT.done;
    }
    const failure = error instanceof CommandFailure ? error : bugFailure(error);
    printFailure(streams, json, failure);
    return failure.exitCode;
  }
}

/** Runs the process `witan`: `main` on its arguments, and no way out of the process but with an exit code of ours. */
export async function run(argv: readonly string[]): Promise<void> {
  heedNpm();
  // Whoever reads no further, as in `witan … | head`, has what they want.
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: Error & { code?: string }) => {
      if (error.code !== "EPIPE") throw error;
      // What runs until it is told to stop is told so: nobody reads what it says.
      process.emit("SIGTERM");
    });
  let ended = false;
  const stop = (error: unknown): void => {
    ended = true;
    const failure = bugFailure(error);
    printFailure(STANDARD, argv.includes("--json"), failure);
    process.exit(failure.exitCode);
  };
  process.on("uncaughtException", stop);
  process.on("unhandledRejection", stop);
  // Node leaves where nothing is left to wait for, even in the middle of a command.
  process.on("exit", () => {
    if (!ended) stop("it stopped in the middle of a command");
  });
  const code = await main(argv);
  ended = true;
  // What was said has to be out. Nothing else is waited for: a timer of libp2p runs on for a second after its end.
  for (const stream of [process.stdout, process.stderr])
    await new Promise((resolve) => stream.write("", resolve));
  process.exit(code);
}

/** The program with all its commands by name, and the one that is asked for whole: only that one is loaded. */
async function programOf(
  argv: readonly string[],
  streams: Streams,
  setExit: (code: number) => void,
): Promise<Command> {
  const program = new Command("witan")
    .description("A permissioned ledger: named validators finalize blocks of signed transactions.")
    .version(programVersion())
    .showHelpAfterError("(add --help for what there is)");
  // Also behind `help`.
  const asked = argv.find((word) => COMMANDS.some(({ name }) => name === word));
  for (const { name, summary, load } of COMMANDS)
    if (name === asked) (await load())(program, streams, setExit);
    else program.command(name).description(summary);
  // Subcommands made before these settings do not inherit them.
  const writeErr = argv.includes("--json") ? () => {} : streams.err;
  for (const command of [program, ...descendants(program)])
    command
      .exitOverride()
      .configureOutput({ writeOut: streams.out, writeErr })
      .configureHelp({ optionDescription: optionHelp });
  return program;
}

/**
 * `witan transaction ID …` is `witan transaction get ID …`: what people ask of a transaction is what became of it. Also of what
 * is an id but for a digit or its case: `get` says what is wrong with it.
 */
function inFull(argv: readonly string[]): readonly string[] {
  const [first, second = "", ...others] = argv;
  const isShort = first === "transaction" && /^(?:0x)?[0-9a-f]{8,}$/i.test(second);
  return isShort ? [first, "get", second, ...others] : argv;
}

function descendants(command: Command): readonly Command[] {
  return command.commands.flatMap((child) => [child, ...descendants(child)]);
}
