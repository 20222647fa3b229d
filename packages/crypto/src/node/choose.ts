// Chooses the backend that a node verifies with, and trusts none before it has answered a question whose answer is
// known. `fake` can't be chosen here.
import { ok, type Result, refuse, type SignatureCheck } from "@witan/primitives";
import { createNobleScheme } from "../schemes/noble.ts";
import type { BytesScheme } from "../schemes/scheme.ts";
import { createWasmScheme } from "../schemes/wasm.ts";
import { KNOWN_CHECK } from "./known-signature.ts";
import { loadNativeScheme } from "./native.ts";

/** The name of a real backend. */
export type BackendName = "native" | "wasm" | "noble";

/** A backend that passed its self-test. */
export interface ChosenScheme {
  readonly scheme: BytesScheme;
  readonly name: BackendName;
  /** Why `auto` went without the native backend, for the log: the next best is several times slower. */
  readonly nativeRefusal?: string;
}

/** Why no backend could be chosen. */
export type ChooseFault = "unavailable" | "self-test";

/** How each backend is loaded. Tests hand in others. */
export interface BackendLoaders {
  native(): Promise<BytesScheme | string>;
  wasm(): Promise<BytesScheme | string>;
  noble(): Promise<BytesScheme | string>;
}

const LOADERS: BackendLoaders = Object.freeze({
  native: async () => {
    const loaded = loadNativeScheme();
    return loaded.ok ? loaded.value : (loaded.detail ?? loaded.code);
  },
  wasm: () => createWasmScheme().catch((error) => `the WASM backend did not load: ${error}`),
  noble: async () => createNobleScheme(),
});

/**
 * Chooses a backend. `auto`: native, else wasm, and says why it is not native; noble is never chosen unasked, a node
 * that checks 400 signatures a second can't follow a chain. A name: that one or a refusal.
 * Codes: `unavailable` (it did not load here), `self-test` (it loaded, and answers wrongly).
 */
export async function chooseScheme(
  wanted: "auto" | BackendName,
  loaders: BackendLoaders = LOADERS,
): Promise<Result<ChosenScheme, ChooseFault>> {
  if (wanted !== "auto") return load(wanted, loaders);
  const native = await load("native", loaders);
  if (native.ok) return native;
  const nativeRefusal = native.detail ?? native.code;
  const wasm = await load("wasm", loaders);
  if (wasm.ok) return ok({ ...wasm.value, nativeRefusal });
  return refuse(wasm.code, `${nativeRefusal}; ${wasm.detail}`);
}

async function load(name: BackendName, loaders: BackendLoaders): Promise<Result<ChosenScheme, ChooseFault>> {
  const scheme = await loaders[name]();
  if (typeof scheme === "string") return refuse("unavailable", scheme);
  for (const { check, holds } of KNOWN_ANSWERS) {
    const { digest, publicKey, signature } = check;
    if (scheme.verify(check) !== holds) {
      const asked = `digest ${digest}, public key ${publicKey}, signature ${signature}`;
      return refuse("self-test", `the backend ${name} answers ${!holds}, expected ${holds}, for ${asked}`);
    }
  }
  return ok({ scheme, name });
}

/** What must be answered, and the same one bit off. */
const KNOWN_ANSWERS = Object.freeze([
  { check: KNOWN_CHECK, holds: true },
  {
    check: { ...KNOWN_CHECK, digest: KNOWN_CHECK.digest.replace("a0", "a1") } as SignatureCheck,
    holds: false,
  },
]);
