// Signs votes in tests: the real guard on a test's disk, with the keys of names. Notes what it signed and what was
// refused.
import { chooseSign, SignerGuard } from "@witan/crypto/node";
import type { VoteSigner } from "@witan/node";
import { assert, type ChainId, type PublicKey, present, type Signature } from "@witan/primitives";
import { keyOfName } from "../ledger/build.ts";
import { type Life, never } from "./life.ts";
import type { PowerDisk } from "./power-disk.ts";

const sign = chooseSign();

/** What one validator signed, and what its guard refused, across its lives. */
export interface Signed {
  readonly signatures: Set<Signature>;
  /** Made without the guard. */
  readonly statements: Set<Signature>;
  readonly refusals: string[];
}

/** Opens the guards of voting keys, and makes those that are not there. */
export async function openGuardedKeys(
  names: readonly string[],
  { chainId, disk, life, signed }: { chainId: ChainId; disk: PowerDisk; life: Life; signed: Signed },
): Promise<VoteSigner> {
  const guards = new Map<PublicKey, { guard: SignerGuard; name: string }>();
  const files = disk.guardFiles(life);
  for (const name of names) {
    const { publicKey } = keyOfName(name);
    const create = (await files.open(name)) === undefined;
    const opened = await SignerGuard.open({ file: name, publicKey, chainId, create, files });
    assert(opened.ok, `the guard of ${name}`);
    guards.set(publicKey, { guard: opened.value, name });
  }
  const of = (key: PublicKey) => present(guards.get(key), "the guard of a key");
  return {
    publicKeys: [...guards.keys()],
    lastVotes: (key) => of(key).guard.signedLast("vote"),
    signVote: async (key, slot, digest) => {
      const { guard, name } = of(key);
      const made = await guard.sign(slot, digest, (asked) => sign(asked, keyOfName(name).secretKey));
      if (!life.alive) return never();
      if (made.ok) signed.signatures.add(made.value);
      else signed.refusals.push(`${name}: ${made.code}: ${made.detail}`);
      return made;
    },
    noteVote: async (key, slot, digest) => {
      const { guard, name } = of(key);
      const noted = await guard.note(slot, digest);
      if (!life.alive) return never();
      if (!noted.ok) signed.refusals.push(`${name}: ${noted.code}: ${noted.detail}`);
      return noted;
    },
    signStatement: (key, digest) => {
      const signature = sign(digest, keyOfName(of(key).name).secretKey);
      signed.statements.add(signature);
      return signature;
    },
  };
}
