// Addresses as people type them: a slip is told before anybody is asked, and before anything is signed.
import { addressPrefixShape, parseAddress } from "@witan/crypto";
import { badInput } from "./exit.ts";

/**
 * Refuses what is an address of no chain; of which chain it is, its node knows.
 * @param name of the option or argument
 * @throws {CommandFailure} `address-invalid`
 */
export function refuseNoAddress(name: string, text: string): void {
  if (/[A-Z]/.test(text))
    throw badInput(
      "address-invalid",
      `${name} ${text}: an address must be in lower case: ${text.toLowerCase()}`,
    );
  const prefix = prefixOfAddress(text);
  const parsed = addressPrefixShape(prefix)
    ? parseAddress(text, prefix)
    : ({ ok: false, detail: "not an address: it does not begin with a prefix of letters and 1" } as const);
  if (!parsed.ok)
    throw badInput(
      "address-invalid",
      `${name} ${text}: ${parsed.detail}. An address is a prefix such as wit, 1, and 59 more characters: copy it whole`,
    );
}

/** What an address begins with: it names the chain. */
export function prefixOfAddress(address: string): string {
  return address.slice(0, Math.max(0, address.lastIndexOf("1")));
}
