// Asking a signature scheme about whole transactions, at once: for tests, tools and the simulator. A node asks in
// batches off its main thread instead.
import type { SignatureScheme } from "@witan/primitives";
import type { SignatureVerdict } from "./block-rules.ts";
import { signatureChecks } from "./transaction-rules.ts";

/** The verdicts of a scheme. */
export function verdictsOf(scheme: SignatureScheme): SignatureVerdict {
  return (transaction) => signatureChecks(transaction).every((check) => scheme.verify(check));
}
