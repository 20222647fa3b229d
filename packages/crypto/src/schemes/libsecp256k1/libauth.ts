// libsecp256k1 as WebAssembly, by libauth, where nothing bundles it. `#libsecp256k1` in package.json picks this file or
// none.ts. Loads libauth when asked only: it takes 0.15 s that native nodes and workers don't owe.

/** What of libsecp256k1 is used. */
export interface Libsecp256k1 {
  verifySignatureCompactLowS(signature: Uint8Array, publicKey: Uint8Array, digest: Uint8Array): boolean;
}

/** An instance of its own. @throws what WebAssembly throws where it is missing or forbidden */
export async function loadLibsecp256k1(): Promise<Libsecp256k1> {
  const { instantiateSecp256k1 } = await import("@bitauth/libauth");
  return instantiateSecp256k1();
}
