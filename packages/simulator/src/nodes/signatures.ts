// What a world signs with: keys by name, and who may sign with all of them. Most worlds take the fake scheme, which costs
// next to nothing; some take real keys and the backend that nodes have, so that what nodes really check is checked. Each
// real answer is asked for once: what holds for one node holds for all.
import { createFakeScheme, createWasmScheme, publicKeyOf, type SecretKey, sign } from "@witan/crypto";
import type { PromiseSealer } from "@witan/node";
import {
  asciiBytes,
  type Hash,
  type PublicKey,
  present,
  type Signature,
  type SignatureCheck,
  type SignatureScheme,
  sha256Hex,
} from "@witan/primitives";
import { type NodesPlan, roleOf } from "./plan.ts";

/** A scheme that knows the secret of every key it has named. */
export interface WorldScheme extends SignatureScheme {
  /** Deterministic: the same digest and key give the same signature. */
  sign(digest: Hash, publicKey: PublicKey): Signature;
  publicKeyOf(name: string): PublicKey;
}

/**
 * The key that acceptors share: what it makes of a digest only this hands out. Undefined: a node has none.
 */
export function sealerFor(plan: NodesPlan, node: number): PromiseSealer | undefined {
  const { consensus } = plan;
  if (consensus.kind !== "bp-fast-paxos" || consensus.promiseAuthentication !== "mac") return undefined;
  if (roleOf(plan, node) !== "acceptor") return undefined;
  const seal = (digest: Hash): Hash => sha256Hex(asciiBytes(`the key of acceptors ${digest}`)) as Hash;
  return { seal, check: (digest, mac) => seal(digest) === mac };
}

/** How a world signs. */
export type SignatureKind = "fake" | "real";

/** The scheme of one world. */
export async function worldScheme(kind: SignatureKind): Promise<WorldScheme> {
  return kind === "fake" ? createFakeScheme() : realScheme(await createWasmScheme());
}

/** Real keys, whose secrets follow from their names. */
export function realScheme(scheme: SignatureScheme): WorldScheme {
  const secrets = new Map<PublicKey, SecretKey>();
  const keys = new Map<string, PublicKey>();
  const signatures = new Map<string, Signature>();
  const answers = new Map<string, boolean>();
  const signNow = (digest: Hash, publicKey: PublicKey): Signature =>
    sign(digest, present(secrets.get(publicKey), "the secret of a key of this world"));
  return {
    name: scheme.name,
    verify: (check) => remembered(answers, nameOf(check), () => scheme.verify(check)),
    sign: (digest, publicKey) => remembered(signatures, digest + publicKey, () => signNow(digest, publicKey)),
    publicKeyOf: (name) =>
      remembered(keys, name, () => {
        // Out of range is one hash in 2^128.
        const secret = sha256Hex(asciiBytes(`witan/simulated-key/1:${name}`)) as string as SecretKey;
        const publicKey = publicKeyOf(secret);
        secrets.set(publicKey, secret);
        return publicKey;
      }),
  };
}

function nameOf({ digest, publicKey, signature }: SignatureCheck): string {
  return digest + publicKey + signature;
}

function remembered<T>(known: Map<string, T>, name: string, make: () => T): T {
  const before = known.get(name);
  if (before !== undefined) return before;
  const made = make();
  known.set(name, made);
  return made;
}
