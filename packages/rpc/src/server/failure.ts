// What a server throws when it can't open: an operational failure, with a code for programs and what to do for people.

/**
 * Why a server did not open: `listen-invalid` (no `HOST:PORT`), `token-needed` (bound wider than loopback without one),
 * `token-invalid` (too short, or two the same), `origin-invalid`, `tls-invalid`, `address-in-use`, `address-not-available` (not of this
 * machine), `permission`, `failed`.
 */
export type RpcServerErrorCode =
  | "listen-invalid"
  | "token-needed"
  | "token-invalid"
  | "origin-invalid"
  | "tls-invalid"
  | "address-in-use"
  | "address-not-available"
  | "permission"
  | "failed";

/** The server can't open. */
export class RpcServerError extends Error {
  override readonly name = "RpcServerError";
  readonly code: RpcServerErrorCode;
  /** `HOST:PORT`, as it was asked for. */
  readonly address: string;

  constructor(code: RpcServerErrorCode, address: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    this.address = address;
  }
}

/** What the system said when the address could not be had. */
export function listenFailure(address: string, error: unknown): RpcServerError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const said = error instanceof Error ? error.message : String(error);
  switch (code) {
    case "EADDRINUSE":
      return new RpcServerError(
        "address-in-use",
        address,
        `the RPC can't listen on ${address}: another program does (perhaps this node, started twice); stop it, or set rpc.listen to another port`,
        error,
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new RpcServerError(
        "address-not-available",
        address,
        `the RPC can't listen on ${address}: this machine has no such address (${said}); set rpc.listen to one it has`,
        error,
      );
    case "EACCES":
    case "EPERM":
      return new RpcServerError(
        "permission",
        address,
        `the RPC may not listen on ${address} (${said}); set rpc.listen to a port of 1024 or above`,
        error,
      );
    default:
      return new RpcServerError(
        "failed",
        address,
        `the RPC can't listen on ${address}: ${said}; set rpc.listen to another address`,
        error,
      );
  }
}
