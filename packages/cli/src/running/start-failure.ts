// Why a node did not start, or could not go on, as a failure of the command: exit code 2 where configuration or home is
// wrong, 3 where disk, network or a lock is in the way.
import { FileError } from "@witan/crypto/node";
import { ChainError, DecidedInvalidError, UnreadableRecordError } from "@witan/node";
import { NetworkError } from "@witan/p2p";
import { RpcServerError } from "@witan/rpc/server";
import { StoreError } from "@witan/storage";
import type { NodeConfig } from "../config/fields.ts";
import { bugFailure, CommandFailure, EXIT } from "../exit.ts";

const CONFIGURED: readonly RpcServerError["code"][] = [
  "listen-invalid",
  "token-needed",
  "token-invalid",
  "origin-invalid",
  "tls-invalid",
];

/** The failure that an error of a node means. */
export function startFailure(error: unknown, { home, storage }: NodeConfig): CommandFailure {
  if (error instanceof CommandFailure) return error;
  if (error instanceof StoreError) {
    const locked = error.code === "locked";
    const message = locked
      ? `${storage.dataDir} is in use by another process: this node runs already, or another was started on ${home}; stop it first`
      : error.message;
    return new CommandFailure(EXIT.unable, `store-${error.code}`, message);
  }
  if (error instanceof ChainError) {
    const exit = error.code === "damaged" ? EXIT.unable : EXIT.input;
    return new CommandFailure(exit, `chain-${error.code}`, error.message);
  }
  if (error instanceof RpcServerError) {
    const exit = CONFIGURED.includes(error.code) ? EXIT.input : EXIT.unable;
    return new CommandFailure(exit, `rpc-${error.code}`, error.message);
  }
  if (error instanceof NetworkError)
    return new CommandFailure(EXIT.unable, `network-${error.code}`, error.message);
  if (error instanceof FileError) {
    const message = `${error.message}; mend the disk (space, permissions, hardware), then start again`;
    return new CommandFailure(EXIT.unable, "file", message);
  }
  if (error instanceof UnreadableRecordError) return new CommandFailure(EXIT.unable, "record", error.message);
  if (error instanceof DecidedInvalidError)
    return new CommandFailure(EXIT.unable, "decided-invalid", error.message);
  return bugFailure(error);
}
