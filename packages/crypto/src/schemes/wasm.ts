// The scheme `wasm`: libsecp256k1 compiled to WebAssembly, by libauth. For browsers, and for Node where the native
// backend does not load. Loads libauth when asked only: it takes 0.15 s that native nodes and workers don't owe.
import { type BytesScheme, schemeOf } from "./scheme.ts";

/**
 * Makes the scheme `wasm`, with its own WASM instance.
 * @throws what WebAssembly throws where it is missing or forbidden
 */
export async function createWasmScheme(): Promise<BytesScheme> {
  const { instantiateSecp256k1 } = await import("@bitauth/libauth");
  const secp256k1 = await instantiateSecp256k1();
  return schemeOf("wasm", (digest, publicKey, signature) =>
    secp256k1.verifySignatureCompactLowS(signature, publicKey, digest),
  );
}
