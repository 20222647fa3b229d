// What goes wrong with registers, as failures of a command.
import { QuorumError, RegisterError, type RegisterErrorCode } from "@witan/client";
import { CommandFailure, EXIT, type ExitCode } from "./exit.ts";

const EXITS: Readonly<Record<RegisterErrorCode, ExitCode>> = {
  "name-invalid": EXIT.input,
  "value-too-large": EXIT.input,
  "wallet-needed": EXIT.input,
  "nodes-too-few": EXIT.input,
  "nodes-same": EXIT.input,
  "journal-damaged": EXIT.input,
  "mode-unsupported": EXIT.unable,
  "no-quorum": EXIT.unable,
  "nodes-refuse": EXIT.unable,
  "members-changed": EXIT.unable,
  // The answer is no.
  "not-permitted": EXIT.no,
  "another-write-prepared": EXIT.no,
  "older-than-acknowledged": EXIT.no,
  "no-write-proof": EXIT.no,
  "timestamps-used-up": EXIT.no,
};

/** Runs work on registers, and says in words what went wrong with it. */
export async function registersTold<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RegisterError) {
      const hint = error.code === "nodes-too-few" ? " Here: --rpc URL,URL,…" : "";
      throw new CommandFailure(EXITS[error.code], error.code, error.message + hint);
    }
    if (error instanceof QuorumError) {
      const exit = error.code === "no-agreement" ? EXIT.unable : EXIT.input;
      throw new CommandFailure(exit, error.code, error.message);
    }
    throw error;
  }
}
