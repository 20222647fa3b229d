// No libsecp256k1, for what bundlers make for browsers (docs/decisions/015-signatures-in-browsers.md): libauth does not
// survive all of them, and would more than double a page. Holds nothing of libauth.
import type { Libsecp256k1 } from "./libauth.ts";

/** That this build has no WebAssembly backend. */
export class BackendMissing extends Error {
  override readonly name = "BackendMissing";
  readonly code = "backend-missing";

  constructor() {
    super(
      "Builds for browsers hold no libsecp256k1: use the scheme noble, which accepts the same signatures.",
    );
  }
}

/** Never answers. @throws {BackendMissing} */
export function loadLibsecp256k1(): Promise<Libsecp256k1> {
  return Promise.reject(new BackendMissing());
}
