// Signs for the voting keys of a home, each through its guard: a node has no other way to its keys.
import type { SecretKey } from "@witan/crypto";
import { chooseSign, SignerGuard } from "@witan/crypto/node";
import type { VoteSigner } from "@witan/node";
import { type ChainId, type PublicKey, present } from "@witan/primitives";
import { badInput } from "../exit.ts";
import type { HomeVotingKey } from "../home/open.ts";
import type { WatchWrite } from "./slow-disk.ts";

/** A signer that can be closed. */
export interface GuardedSigner extends VoteSigner {
  /** Closes the guards, after what they were asked before. */
  close(): Promise<void>;
}

interface Guarded {
  readonly guard: SignerGuard;
  readonly secretKey: SecretKey;
}

/**
 * Opens the guards of voting keys, whose writes are watched. Call it only while no other process can: with the data folder locked.
 * @throws {CommandFailure} 2 where a guard is of another key or chain, or damaged; {FileError} where the disk fails
 */
export async function openGuardedSigner(
  keys: readonly HomeVotingKey[],
  chainId: ChainId,
  watchWrite: WatchWrite,
): Promise<GuardedSigner> {
  const sign = chooseSign();
  const byKey = new Map<PublicKey, Guarded>();
  const close = async (): Promise<void> => {
    for (const { guard } of byKey.values()) await guard.close();
  };
  for (const { key, guardFile } of keys) {
    const { publicKey, secretKey } = key;
    const opened = await SignerGuard.open({ file: guardFile, publicKey, chainId, create: false });
    if (!opened.ok) {
      await close();
      throw badInput(`guard-${opened.code}`, opened.detail ?? `${guardFile}: ${opened.code}`);
    }
    byKey.set(publicKey, { guard: opened.value, secretKey });
  }
  const watched = <T>(vote: Promise<T>): Promise<T> => {
    watchWrite("the signer guard", vote);
    return vote;
  };
  const of = (publicKey: PublicKey): Guarded => present(byKey.get(publicKey), `the voting key ${publicKey}`);
  return {
    publicKeys: [...byKey.keys()],
    lastVotes: (publicKey) => of(publicKey).guard.signedLast("vote"),
    signVote: (publicKey, slot, digest) => {
      const { guard, secretKey } = of(publicKey);
      return watched(guard.sign(slot, digest, (asked) => sign(asked, secretKey)));
    },
    noteVote: (publicKey, slot, digest) => watched(of(publicKey).guard.note(slot, digest)),
    signStatement: (publicKey, digest) => sign(digest, of(publicKey).secretKey),
    close,
  };
}
