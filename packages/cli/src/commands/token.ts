// The commands `witan token …`: secrets by which a node knows who may ask it. A token is written into a file and never
// shown: what stands on a screen or in a log is no secret.
import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { examples } from "../examples.ts";
import { writeNewText } from "../files.ts";
import { printResult, type Streams } from "../output.ts";

/** As many as a hash has: nobody guesses them. */
const TOKEN_BYTES = 32;

/** Adds the commands `witan token …`. */
export function addTokenCommands(program: Command, streams: Streams): void {
  program
    .command("token")
    .description("make tokens for the RPC of nodes")
    .command("create")
    .argument("<file>", "the new token file, mode 0600; one that exists is kept")
    .description("make a token, by which a node knows who may ask it")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nA node that is to be reached from other machines needs a token for each role: read, submit, operate. Name the files\n" +
        "in its config.toml (rpc.readTokenFile, rpc.submitTokenFile, rpc.operateTokenFile), and give each to those who may do\n" +
        "so much. They hand it to commands by --token-file, or by the variable WITAN_RPC_TOKEN.\n" +
        examples(["witan token create read.token", "witan token create v1/submit.token --json"]),
    )
    .action(async (file: string, options: { readonly json?: boolean }) => create(streams, file, options));
}

async function create(
  streams: Streams,
  file: string,
  { json = false }: { readonly json?: boolean },
): Promise<void> {
  await writeNewText(file, `${randomBytes(TOKEN_BYTES).toString("hex")}\n`, 0o600);
  printResult(streams, json, { file }, () => [
    `token written to ${file}: for the node as rpc.readTokenFile, submitTokenFile or operateTokenFile, for who asks it as`,
    "  $ witan status --token-file FILE --rpc URL",
  ]);
}
