// To whom a node pays that mines: what the configuration says, as the chain takes it. Pure.
import { parseAddress } from "@witan/crypto";
import type { Chain } from "@witan/ledger";
import type { PolicyHash } from "@witan/primitives";
import type { NodeConfig } from "../config/fields.ts";
import { badInput } from "../exit.ts";

/**
 * The policy that gets what is mined; undefined: nothing is mined here.
 * @throws {CommandFailure} `mining` (2): on a chain without proof of work, or without an address of the chain
 */
export function rewardPolicyOf({ mining }: Pick<NodeConfig, "mining">, chain: Chain): PolicyHash | undefined {
  if (!mining.enabled) return undefined;
  if (chain.mode !== "pow")
    throw badInput(
      "mining",
      `mining.enabled is true, and nobody mines on this chain: its mode is ${chain.mode}. Set it to false, or leave it out`,
    );
  const parsed = parseAddress(mining.address, chain.genesis.addressPrefix);
  if (parsed.ok) return parsed.value;
  const found = mining.address === "" ? "is empty" : `is ${mining.address}: ${parsed.detail ?? parsed.code}`;
  throw badInput(
    "mining",
    `mining.enabled is true, and mining.address ${found}. Say to whom blocks that are mined here pay: an address as ` +
      "`witan keys create` prints it",
  );
}
