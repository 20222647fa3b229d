// The coins that a chain begins with: told by the genesis itself, so that no node needs to be asked, or believed.
import { type Chain, genesisBlock } from "@witan/ledger";
import type { Height, PolicyHash } from "@witan/primitives";
import type { SpendableCoin } from "./spendable-coins.ts";

/** The outputs of block 0 that pay to a policy hash. Whether they were spent since, only a node can tell. */
export function genesisCoins(chain: Chain, policyHash: PolicyHash): readonly SpendableCoin[] {
  const { block } = genesisBlock(chain);
  return block.transactions.flatMap(({ id, body }) =>
    body.kind !== "reward"
      ? []
      : body.outputs.flatMap((output, index) =>
          output.policyHash === policyHash
            ? [{ ...output, transaction: id, index, height: 0 as Height, reward: true }]
            : [],
        ),
  );
}
