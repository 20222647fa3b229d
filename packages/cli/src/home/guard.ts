// The record of what a voting key has signed, made together with the key or when a fresh key is bound to its chain. Never
// makes one anew for a key that has one: that would forget what the key has signed.
import { FileError, SignerGuard } from "@witan/crypto/node";
import type { ChainId, PublicKey } from "@witan/primitives";
import { badInput, CommandFailure, EXIT } from "../exit.ts";

/** A voting key and the chain it votes on. */
export interface GuardedKey {
  /** Of the guard. */
  readonly file: string;
  readonly publicKey: PublicKey;
  readonly chainId: ChainId;
}

/** Makes the record of a key that has never voted. @throws {CommandFailure} `guard-exists` if there is one */
export async function createGuard(key: GuardedKey): Promise<void> {
  await opened(key, true);
}

/** Makes sure that a record that exists is that of the key and the chain. */
export async function checkGuard(key: GuardedKey): Promise<void> {
  await opened(key, false);
}

async function opened(key: GuardedKey, create: boolean): Promise<void> {
  try {
    const guard = await SignerGuard.open({ ...key, create });
    if (!guard.ok) throw badInput(`guard-${guard.code}`, guard.detail ?? `${key.file}: ${guard.code}`);
    await guard.value.close();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new CommandFailure(EXIT.unable, "file", error.message);
  }
}
