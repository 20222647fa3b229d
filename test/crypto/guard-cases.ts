// What the tests of the signer guard share: made-up slots, digests and signatures, and a guard on a CrashDisk.
import assert from "node:assert/strict";
import { SIGNING_LANES, SignerGuard, type SigningLane, type SigningSlot } from "@witan/crypto/node";
import { type ChainId, type Hash, type PublicKey, type Signature, sha256Hex } from "@witan/primitives";
import fc from "fast-check";
import type { CrashDisk } from "./crash-disk.ts";

export const PUBLIC_KEY = `02${"11".repeat(32)}` as PublicKey;
export const CHAIN = "22".repeat(32) as ChainId;

/** A slot of the lane `vote` unless told otherwise. */
export function slot(height: number, view = 0, step = 0, lane: SigningLane = "vote"): SigningSlot {
  return { lane, height, view, step } as SigningSlot;
}
export function digestOf(name: string | number): Hash {
  return sha256Hex(Buffer.from(`${name}`)) as Hash;
}
/** A stand-in for a signature: told from every other by its digest. */
export function signatureOf(digest: Hash): Signature {
  return (digest + digest) as Signature;
}
export const signer = (digest: Hash) => signatureOf(digest);

export async function open(disk: CrashDisk, create: boolean): Promise<SignerGuard> {
  const opened = await SignerGuard.open({
    file: "guard",
    publicKey: PUBLIC_KEY,
    chainId: CHAIN,
    create,
    files: disk.files,
  });
  assert.ok(opened.ok, opened.ok ? "" : opened.detail);
  return opened.value;
}
export async function codeOf(answer: Promise<{ ok: boolean; code?: string }>): Promise<string> {
  const result = await answer;
  return result.ok ? "ok" : (result.code ?? "");
}

export const slots = fc
  .tuple(fc.nat(2), fc.nat(3), fc.nat(3), fc.constantFrom(...SIGNING_LANES))
  .map(([height, view, step, lane]) => slot(height, view, step, lane));
export const requests = fc.tuple(slots, fc.nat(1).map(digestOf));
