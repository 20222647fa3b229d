// The scheme `native`: libsecp256k1 as a Node addon, prebuilt inside the package `secp256k1`. Must load `bindings.js`
// and never the package's index, which falls back to slow JavaScript without a word.
import { createRequire } from "node:module";
import { ok, type Result, refuse } from "@witan/primitives";
import { type BytesScheme, schemeOf } from "../schemes/scheme.ts";

type Bindings = typeof import("secp256k1");

/**
 * Loads the scheme `native`.
 * Code `unavailable`: the addon did not load here (no prebuilt binary for this platform, or a broken install); the
 * detail is the loader's own word.
 */
export function loadNativeScheme(): Result<BytesScheme, "unavailable"> {
  let bindings: Bindings;
  try {
    bindings = createRequire(import.meta.url)("secp256k1/bindings.js");
  } catch (error) {
    return refuse("unavailable", `the native backend did not load: ${String(error).split("\n")[0]}`);
  }
  return ok(
    schemeOf(
      "native",
      (digest, publicKey, signature) => bindings.ecdsaVerify(signature, digest, publicKey),
      (publicKey) => bindings.publicKeyConvert(publicKey, false),
    ),
  );
}
