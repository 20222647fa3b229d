// Key files as commands use them: refusals of the keystore turned into failures that say what to do.
import {
  FileError,
  type KeyPair,
  type KeyPurpose,
  readKeyFile,
  readKeyFileHeader,
  writeKeyFile,
} from "@witan/crypto/node";
import { badInput, CommandFailure, EXIT } from "./exit.ts";
import { makeFolderOf } from "./files.ts";
import { existingPassphrase, newPassphrase, type PassphraseOptions } from "./passphrase.ts";

/** How a key is to be kept. */
export interface KeepOptions extends PassphraseOptions {
  readonly plain?: boolean;
}

/** Writes a key into a new file, in a folder made as needed, encrypted under a passphrase if there is one. */
export async function writeKey(path: string, key: KeyPair, passphrase: string | undefined): Promise<void> {
  await makeFolderOf(path, 0o700);
  const written = await told(() => writeKeyFile(path, key, passphrase === undefined ? {} : { passphrase }));
  if (!written.ok) throw refused(path, written);
}

interface KeyRefusal {
  readonly code: string;
  readonly detail?: string;
  readonly field?: string;
  readonly found?: string;
  readonly expected?: string;
}

function refused(path: string, refusal: KeyRefusal): CommandFailure {
  const { field, found, expected } = refusal;
  if (field !== undefined && found !== undefined && expected !== undefined)
    return badInput("key-file", `${path} is no key file of witan`, [{ field, found, expected }]);
  return badInput(refusal.code, refusal.detail ?? `${path}: ${refusal.code}`);
}

/** Runs an operation on a file, and says in words what the file system refused. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new CommandFailure(EXIT.unable, "file", error.message);
  }
}

/** Writes a key into a new file, encrypted unless `plain` is said. */
export async function keepKey(path: string, key: KeyPair, options: KeepOptions): Promise<void> {
  await writeKey(path, key, options.plain ? undefined : await newPassphrase(options, path));
}

/** What a key file says without its secret. */
export async function keyHeader(
  path: string,
): Promise<{ purpose: KeyPurpose; publicKey: string; encrypted: boolean }> {
  const header = await told(() => readKeyFileHeader(path));
  if (!header.ok) throw refused(path, header);
  return header.value;
}

/** Reads a key, asking for its passphrase if it needs one. */
export async function openKey(path: string, options: PassphraseOptions): Promise<KeyPair> {
  const { encrypted } = await keyHeader(path);
  return openKeyWith(path, encrypted ? await existingPassphrase(options, path) : undefined);
}

/** Reads a key, encrypted under the passphrase given or not at all. */
export async function openKeyWith(path: string, passphrase: string | undefined): Promise<KeyPair> {
  const key = await told(() => readKeyFile(path, passphrase));
  if (!key.ok) throw refused(path, key);
  return key.value;
}
