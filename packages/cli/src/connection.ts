// The node that a command asks: by --rpc, WITAN_RPC, or on this machine; and what goes wrong with it, as failures of a
// command.
import {
  RpcAnswerError,
  RpcCallError,
  RpcClient,
  type RpcClientOptions,
  RpcConnectionError,
  RpcSocket,
  SubmitError,
} from "@witan/client";
import type { Command } from "commander";
import { badInput, CommandFailure, EXIT, type ExitCode } from "./exit.ts";
import { readToken } from "./home/token.ts";
import { asking } from "./outcome.ts";

/** Where a node is unless told otherwise: its default, on this machine. */
const DEFAULT_URL = "http://127.0.0.1:9545";

/** What the options say of the node. */
export interface ConnectionOptions {
  readonly rpc?: string;
  readonly tokenFile?: string;
}

/** Adds the options that say which node is asked. */
export function withConnection(command: Command): Command {
  return command
    .option("--rpc <url>", `the node to ask (default: WITAN_RPC, else ${DEFAULT_URL})`)
    .option(
      "--token-file <file>",
      "a file with the token for it, where it asks for one (default: the token in WITAN_RPC_TOKEN)",
    );
}

/** The node that the options name. Nothing is sent yet. */
export async function connect(options: ConnectionOptions): Promise<RpcClient> {
  const place = await placeOf(options);
  return told(async () => new RpcClient(place));
}

/** The same node, for events: over WebSocket. Nothing is sent yet; close it when it is not needed any more. */
export async function connectSocket(options: ConnectionOptions): Promise<RpcSocket> {
  const place = await placeOf(options);
  return told(async () => new RpcSocket(place));
}

/** Several nodes, each on its own: those that an option names, separated by commas. Nothing is sent yet. */
export async function connectAll(
  options: ConnectionOptions,
  usual: readonly string[],
): Promise<readonly RpcClient[]> {
  const urls = namesIn(options.rpc ?? fromEnvironment("WITAN_RPC")) ?? usual;
  const files = namesIn(options.tokenFile) ?? [];
  if (files.length > 1 && files.length !== urls.length)
    throw badInput(
      "arguments",
      `--token-file names ${files.length} files, expected one for all or ${urls.length}`,
    );
  return Promise.all(
    urls.map(async (url, at) => {
      const tokenFile = files[at % Math.max(1, files.length)];
      return connect({ rpc: url, ...(tokenFile === undefined ? {} : { tokenFile }) });
    }),
  );
}

function namesIn(text: string | undefined): readonly string[] | undefined {
  return text?.split(",").map((name) => name.trim());
}

async function placeOf(options: ConnectionOptions): Promise<RpcClientOptions> {
  const url = options.rpc ?? fromEnvironment("WITAN_RPC") ?? DEFAULT_URL;
  const token =
    options.tokenFile === undefined
      ? fromEnvironment("WITAN_RPC_TOKEN")?.trim()
      : await readToken(options.tokenFile);
  return { url, ...(token === undefined ? {} : { token }) };
}

/** A variable that is set, and not to nothing. */
function fromEnvironment(name: string): string | undefined {
  const value = process.env[name];
  return value === "" ? undefined : value;
}

/** The exit code of a node's refusal, by its number; what is not here could not be done. */
const CALL_EXITS: Readonly<Record<number, ExitCode>> = {
  // Invalid input, which here is what the command line said.
  [-32000]: EXIT.input,
  [-32602]: EXIT.input,
  // There is no such thing.
  [-32001]: EXIT.no,
  // A token is missing, or does not do.
  [-32010]: EXIT.input,
};

/** Not final yet is an answer, not a failure of the node. */
const ANSWERS_NO: readonly string[] = ["transaction-not-final", "certificate-pending", "proof-needless"];

/** Runs calls to a node, and says in words what went wrong with them. */
export async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw callFailure(error);
  }
}

function callFailure(error: unknown): unknown {
  if (error instanceof RpcCallError) {
    const { reason } = error;
    const exit = ANSWERS_NO.includes(reason) ? EXIT.no : (CALL_EXITS[error.code] ?? EXIT.unable);
    const advice =
      reason === "token-needed" ? "; here: --token-file FILE, or the variable WITAN_RPC_TOKEN" : "";
    return new CommandFailure(exit, reason, `the node refused ${error.method}: ${error.message}${advice}`);
  }
  if (error instanceof RpcConnectionError) {
    const { code, message } = error;
    if (code === "url-invalid" || code === "token-invalid") return badInput(code, message);
    return new CommandFailure(EXIT.unable, code, message);
  }
  if (error instanceof SubmitError) {
    const why = callFailure(error.cause);
    const { exitCode, reason } =
      why instanceof CommandFailure ? why : { exitCode: EXIT.unable, reason: error.code };
    const advice = error.code === "refused" ? "" : ` Here: ${asking(error.transaction)}`;
    return new CommandFailure(exitCode, reason, error.message + advice);
  }
  if (error instanceof RpcAnswerError)
    return new CommandFailure(EXIT.unable, `answer-${error.code}`, error.message);
  return error;
}
