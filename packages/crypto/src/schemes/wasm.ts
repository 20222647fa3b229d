// The scheme `wasm`: libsecp256k1 compiled to WebAssembly. For Node where the native backend does not load, and for large
// proofs; builds for browsers do without it.
import { loadLibsecp256k1 } from "#libsecp256k1";
import { type BytesScheme, schemeOf } from "./scheme.ts";

/**
 * Makes the scheme `wasm`, with its own WASM instance.
 * @throws what WebAssembly throws where it is missing or forbidden; in builds for browsers always
 */
export async function createWasmScheme(): Promise<BytesScheme> {
  const secp256k1 = await loadLibsecp256k1();
  return schemeOf("wasm", (digest, publicKey, signature) =>
    secp256k1.verifySignatureCompactLowS(signature, publicKey, digest),
  );
}
