// Key files as commands use them: refusals of the keystore turned into failures that say what to do.
import {
  type AcceptorsKey,
  type AcceptorsKeyHeader,
  FileError,
  type KeyPair,
  type KeyPurpose,
  readAcceptorsKeyFile,
  readAcceptorsKeyHeader,
  readKeyFile,
  readKeyFileHeader,
  writeAcceptorsKeyFile,
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

function refused(path: string, refusal: KeyRefusal, what = "key file of witan"): CommandFailure {
  const { field, found, expected } = refusal;
  if (field !== undefined && found !== undefined && expected !== undefined)
    return badInput("key-file", `${path} is no ${what}`, [{ field, found, expected }]);
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

/** As `writeKey`, for the key that acceptors share. */
export async function writeAcceptorsKey(
  path: string,
  key: AcceptorsKey,
  passphrase: string | undefined,
): Promise<void> {
  await makeFolderOf(path, 0o700);
  const options = passphrase === undefined ? {} : { passphrase };
  const written = await told(() => writeAcceptorsKeyFile(path, key, options));
  if (!written.ok) throw refused(path, written);
}

/** Writes the acceptors' key into a new file, encrypted unless `plain` is said. */
export async function keepAcceptorsKey(path: string, key: AcceptorsKey, options: KeepOptions): Promise<void> {
  await writeAcceptorsKey(path, key, options.plain ? undefined : await newPassphrase(options, path));
}

/** What a file says without its secret, if it is one of the acceptors' key. */
export async function sharedKeyHeader(path: string): Promise<AcceptorsKeyHeader | undefined> {
  const header = await told(() => readAcceptorsKeyHeader(path));
  if (header.ok) return header.value;
  // Any other file with a secret is told by its first field; what else is wrong is wrong with this kind.
  if (header.code === "malformed" && ["file", "format"].includes(header.field)) return undefined;
  throw refused(path, header, "file of the acceptors' key");
}

/** What the file of the acceptors' key says without its secret. */
export async function acceptorsKeyHeader(path: string): Promise<AcceptorsKeyHeader> {
  const header = await told(() => readAcceptorsKeyHeader(path));
  if (!header.ok) throw refused(path, header, "file of the acceptors' key");
  return header.value;
}

/** Reads the acceptors' key, encrypted under the passphrase given or not at all. */
export async function openAcceptorsKey(path: string, passphrase: string | undefined): Promise<AcceptorsKey> {
  const key = await told(() => readAcceptorsKeyFile(path, passphrase));
  if (!key.ok) throw refused(path, key, "file of the acceptors' key");
  return key.value;
}
