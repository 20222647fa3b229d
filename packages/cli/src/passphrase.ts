// Passphrases: from a file, from WITAN_PASSPHRASE, or asked for. Without a terminal nothing is asked for.
import password from "@inquirer/password";
import { badInput } from "./exit.ts";
import { readText } from "./files.ts";

/** What the options say about passphrases. */
export interface PassphraseOptions {
  readonly passphraseFile?: string;
}

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
  if (!process.stdin.isTTY)
    throw badInput(
      "passphrase-needed",
      `${file} is encrypted. Give its passphrase by --passphrase-file FILE or WITAN_PASSPHRASE`,
    );
  return password({ message: `Passphrase of ${file}:`, mask: true }, { output: process.stderr });
}

/** The passphrase for a new file, asked for twice. */
export async function newPassphrase(options: PassphraseOptions, file: string): Promise<string> {
  const known = await given(options);
  if (known !== undefined) return known;
  if (!process.stdin.isTTY)
    throw badInput(
      "passphrase-needed",
      `${file} would be encrypted, and there is no passphrase. Give one by --passphrase-file FILE or ` +
        "WITAN_PASSPHRASE, or keep the key unencrypted with --plain",
    );
  const prompt = { output: process.stderr };
  const first = await password({ message: `New passphrase for ${file}:`, mask: true }, prompt);
  const second = await password({ message: "The same again:", mask: true }, prompt);
  if (first === second) return first;
  throw badInput("passphrase-differs", "the two passphrases differ; nothing was written. Try again");
}
