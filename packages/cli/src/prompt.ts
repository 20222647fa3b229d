// Asks for a secret at a terminal, masked, on standard error. Whoever stops there is told that nothing was written.
import { badInput } from "./exit.ts";

/** Where is asked: the terminal, or what a test gives. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Whether there is someone to ask. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true;
}

/**
 * Asks until `check` takes the answer; it says otherwise what is wrong with it.
 * @throws {CommandFailure} `aborted`, on Ctrl-C, on Ctrl-D and where the terminal goes away
 */
export async function askSecret(
  message: string,
  check: (answer: string) => true | string = () => true,
  terminal: Terminal = { input: process.stdin, output: process.stderr },
): Promise<string> {
  // Loaded here: a command that asks nothing starts without it.
  const { default: password } = await import("@inquirer/password");
  const ended = new AbortController();
  const end = (): void => ended.abort();
  // At the end of input readline stops reading, and the prompt would wait for ever. It pauses on an answer as well:
  // by then the prompt is settled, and to abort it does nothing.
  terminal.input.on("pause", end);
  terminal.input.on("end", end);
  try {
    return await password({ message, mask: true, validate: check }, { ...terminal, signal: ended.signal });
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    if (name !== "ExitPromptError" && name !== "AbortPromptError") throw error;
    throw badInput("aborted", "stopped before there was an answer; nothing was written");
  } finally {
    terminal.input.off("pause", end);
    terminal.input.off("end", end);
  }
}
