// Why a host can't listen, in words that say what to do. Libp2p tells the system's code in its message only.
import { NetworkError } from "../network-error.ts";

const KNOWN = {
  EADDRINUSE: {
    code: "address-in-use",
    advice: "another process has it; end that process, or set another port",
  },
  EADDRNOTAVAIL: {
    code: "address-not-available",
    advice: "it is no address of this machine; set one that is, or 0.0.0.0 for all",
  },
  EACCES: {
    code: "permission",
    advice: "the system does not allow it; set a port above 1023, or give the process the right",
  },
} as const;

/** The error of a listener that did not come up. `wanted`: the addresses that were asked for. */
export function listenFailure(error: unknown, wanted: readonly string[]): NetworkError {
  const text = error instanceof Error ? error.message : String(error);
  for (const [system, { code, advice }] of Object.entries(KNOWN)) {
    const [line] = new RegExp(`[^\n]*\\b${system}\\b[^\n]*`).exec(text) ?? [];
    if (line === undefined) continue;
    const address = wanted.find((each) => line.includes(each.replace(/[[\]]/g, ""))) ?? wanted.join(", ");
    return new NetworkError(code, `can't listen on ${address}: ${advice}`, { address, cause: error });
  }
  const address = wanted.join(", ");
  const message = `can't listen on ${address}: ${text.trim().split("\n")[0] ?? ""}; see the cause`;
  return new NetworkError("failed", message, { address, cause: error });
}
