// Failures of the lab, of calls to nodes and of the system, as failures of a command.
import { LabFailure } from "@witan/lab";
import { CommandFailure, EXIT } from "./exit.ts";
import { printable, type Streams } from "./output.ts";

/**
 * The failure of a command that an error of the lab means; an error that nobody foresaw is thrown on as it is. People see
 * the end of the log that belongs to it, too; programs are told where it lies, by the message.
 */
export function labFailure(streams: Streams, json: boolean, error: unknown): CommandFailure {
  if (error instanceof CommandFailure) return error;
  if (error instanceof LabFailure) {
    if (!json) for (const line of error.log) streams.err(`  ${printable(line)}\n`);
    const exit = error.fault === "input" ? EXIT.input : EXIT.unable;
    return new CommandFailure(exit, error.code, error.message, error.problems);
  }
  if (error instanceof Error && "syscall" in error)
    return new CommandFailure(
      EXIT.unable,
      "file",
      `${error.message}: check the disk, and mode and owner of the path`,
    );
  throw error;
}
