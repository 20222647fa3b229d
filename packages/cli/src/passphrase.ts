// Passphrases: from a file, from WITAN_PASSPHRASE, or asked for. Without a terminal nothing is asked for.
import { badInput } from "./exit.ts";
import { readText } from "./files.ts";
import { askSecret, canAsk } from "./prompt.ts";

/** What the options say about passphrases. */
export interface PassphraseOptions {
  readonly passphraseFile?: string;
}

/** Asks one question; takes the answer if the check does. */
export type Ask = (message: string, check?: (answer: string) => true | string) => Promise<string>;

const EMPTY = "an empty passphrase protects nothing";

/** The passphrase of the options or the environment, if one is given there. */
async function given(options: PassphraseOptions): Promise<string | undefined> {
  if (options.passphraseFile !== undefined) {
    const text = await readText(options.passphraseFile);
    return text.replace(/\r?\n$/, "");
  }
  return process.env["WITAN_PASSPHRASE"];
}

/** The passphrase of an encrypted file. */
export async function existingPassphrase(options: PassphraseOptions, file: string): Promise<string> {
  const known = await given(options);
  if (known !== undefined) return known;
  if (!canAsk())
    throw badInput(
      "passphrase-needed",
      `${file} is encrypted. Give its passphrase by --passphrase-file FILE or WITAN_PASSPHRASE ` +
        "(to `witan node` by --keys-passphrase-file FILE)",
    );
  return askSecret(`Passphrase of ${file}:`);
}

/** The passphrase for a new file, asked for twice. */
export async function newPassphrase(options: PassphraseOptions, file: string): Promise<string> {
  const known = await given(options);
  if (known === "") throw badInput("passphrase-empty", `${EMPTY}; nothing was written`);
  if (known !== undefined) return known;
  if (!canAsk())
    throw badInput(
      "passphrase-needed",
      `${file} would be encrypted, and there is no passphrase. Give one by --passphrase-file FILE or ` +
        "WITAN_PASSPHRASE, or keep the key unencrypted with --plain",
    );
  return chosenPassphrase(file, askSecret);
}

/**
 * The passphrase for the keys of a new home, if one is given: by the options, or where it is asked for, at a terminal.
 * Without one they are not encrypted, and who makes them says so.
 */
export async function homePassphrase(
  options: PassphraseOptions & { readonly plain?: boolean },
  home: string,
): Promise<string | undefined> {
  if (options.plain) return undefined;
  const known = await given(options);
  if (known === "") throw badInput("passphrase-empty", `${EMPTY}; nothing was written`);
  if (known !== undefined || !canAsk()) return known;
  return wishedPassphrase(home, askSecret);
}

/** Asks for a new passphrase, and again: a slip would lock the key for ever. */
export async function chosenPassphrase(file: string, ask: Ask): Promise<string> {
  return same(await ask(`New passphrase for ${file}:`, (answer) => answer !== "" || EMPTY), ask);
}

/** Asks whether there shall be a passphrase: none if the answer is empty. */
export async function wishedPassphrase(home: string, ask: Ask): Promise<string | undefined> {
  const first = await ask(`New passphrase for the keys in ${home} (empty: they are not encrypted):`);
  return first === "" ? undefined : same(first, ask);
}

async function same(first: string, ask: Ask): Promise<string> {
  const second = await ask("The same again:");
  if (first === second) return first;
  throw badInput("passphrase-differs", "the two passphrases differ; nothing was written. Try again");
}
