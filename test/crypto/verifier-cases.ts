// What the tests of the verifier share: checks whose answers are known, and a verifier over puppet workers.
import assert from "node:assert/strict";
import { generateSecretKey, publicKeyOf, sign } from "@witan/crypto";
import { openVerifier, type VerifierOptions, type WorkerVerifier } from "@witan/crypto/node";
import { type Hash, type SignatureCheck, sha256Hex } from "@witan/primitives";
import { PuppetWorker } from "./puppet-worker.ts";

/** Good and wrong checks, each told by its number. */
export const GOOD: readonly SignatureCheck[] = Array.from({ length: 12 }, (_, index) => {
  const secret = generateSecretKey();
  const digest = sha256Hex(Uint8Array.of(index)) as Hash;
  return { digest, publicKey: publicKeyOf(secret), signature: sign(digest, secret) };
});
export const WRONG: readonly SignatureCheck[] = GOOD.map((each, index) => ({
  ...each,
  digest: (GOOD[(index + 1) % GOOD.length] as SignatureCheck).digest,
}));
export const good = (count: number) =>
  Array.from({ length: count }, (_, index) => GOOD[index % GOOD.length] as SignatureCheck);

/** Verifiers that the test which opened them leaves to be closed. */
export const opened: WorkerVerifier[] = [];

/** A verifier over puppets. The list grows as workers are replaced. */
export async function withPuppets(
  options: VerifierOptions,
): Promise<{ verifier: WorkerVerifier; puppets: PuppetWorker[] }> {
  const puppets: PuppetWorker[] = [];
  const opening = openVerifier({ scheme: "noble", ...options }, () => {
    const puppet = new PuppetWorker();
    puppets.push(puppet);
    queueMicrotask(() => puppet.ready());
    return puppet;
  });
  const result = await opening;
  assert.ok(result.ok);
  opened.push(result.value);
  return { verifier: result.value, puppets };
}

/** Lets everything run that waits for nothing but microtasks. */
export const settle = () => new Promise((resolve) => setImmediate(resolve));

/** What holds, told by the digest: quicker than the real thing. */
export function answersByDigest(checks: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: checks.length / 129 }, (_, index) => {
    const digest = Buffer.from(checks.subarray(index * 129, index * 129 + 32)).toString("hex");
    return digest === GOOD[0]?.digest ? 1 : 0;
  });
}
