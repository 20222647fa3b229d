// How this very command is started again, for processes of its own.
import { fileURLToPath } from "node:url";
import type { WitanCommand } from "@witan/lab";

/** Starts the same `witan` by the same Node. */
export function thisWitan(): WitanCommand {
  const script = fileURLToPath(new URL("../bin/witan.js", import.meta.url));
  return { program: process.execPath, arguments: [script] };
}
