// The key that a command signs with: from a key file, or, for development, as it is.
import { Wallet } from "@witan/client";
import { parseSecretKey, type SecretKey } from "@witan/crypto";
import { badInput } from "./exit.ts";
import { openKey } from "./key-files.ts";
import type { PassphraseOptions } from "./passphrase.ts";

/** What the options say of the key. */
export interface WalletOptions extends PassphraseOptions {
  readonly secretKey?: string;
  readonly key?: string;
}

/** Opens the key. @param whose the question that was left open if there is none */
export async function walletOf(options: WalletOptions, whose: string): Promise<Wallet> {
  const { key: file, secretKey } = options;
  if (secretKey !== undefined) {
    const parsed = parseSecretKey(secretKey);
    // The text itself is never repeated: it may be a secret with a slip.
    if (!parsed.ok) throw badInput("secret-key", `--secret-key: ${parsed.detail}`);
    return new Wallet(parsed.value);
  }
  if (file === undefined) throw badInput("arguments", `${whose} Give --key FILE or --secret-key HEX`);
  const key = await openKey(file, options);
  if (key.purpose !== "client")
    throw badInput(
      "key-purpose",
      `${file} holds a key for the purpose ${key.purpose}, expected client: what clients sign is not signed by it`,
    );
  return new Wallet(key.secretKey as SecretKey);
}
